"""What the core needs from outside, as Protocols. The docstrings are the contract; one suite checks adapters."""

from todo_core.ports.environment import Clock, ExternalTokens, Ids, PasswordCheck, Passwords, Randomness, Tokens
from todo_core.ports.repositories import (
    AccountReader,
    AccountRepository,
    AuditLog,
    IdempotencyRepository,
    IdentityRepository,
    PersonalTokenReader,
    PersonalTokenRepository,
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
    "ExternalTokens",
    "IdempotencyRepository",
    "IdentityRepository",
    "Ids",
    "PasswordCheck",
    "Passwords",
    "PersonalTokenReader",
    "PersonalTokenRepository",
    "PurgeCutoffs",
    "Randomness",
    "SessionReader",
    "SessionRepository",
    "Store",
    "TaskReader",
    "TaskRepository",
    "Tokens",
    "UnitOfWork",
    "UserReader",
]
