"""What the core needs from outside, as Protocols. The docstrings are the contract; one suite checks adapters."""

from todo_core.ports.environment import Clock, Ids, PasswordCheck, Passwords, Tokens
from todo_core.ports.repositories import (
    AccountReader,
    AccountRepository,
    AuditLog,
    IdempotencyRepository,
    SessionReader,
    SessionRepository,
    TaskReader,
    TaskRepository,
)
from todo_core.ports.store import Directory, PurgeCutoffs, Store, UnitOfWork, UserReader

__all__ = [
    "AccountReader",
    "AccountRepository",
    "AuditLog",
    "Clock",
    "Directory",
    "IdempotencyRepository",
    "Ids",
    "PasswordCheck",
    "Passwords",
    "PurgeCutoffs",
    "SessionReader",
    "SessionRepository",
    "Store",
    "TaskReader",
    "TaskRepository",
    "Tokens",
    "UnitOfWork",
    "UserReader",
]
