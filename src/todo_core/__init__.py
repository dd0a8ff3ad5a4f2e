"""The rules of a todo backend: tasks, users, sessions. Pure, behind ports; needs attrs and nothing else.

    use_cases    what users, their clients and operators can do; start here
    ports        what the rules need from outside, as Protocols: time, ids, passwords, tokens, a store
    tasks, due, queries, changes, idempotency, users, actors, sessions, audit …    nouns: values, limits, transitions
    errors       one class for each broken rule, with a stable `code`
    testing      every port in memory, and the checks of the ports' contracts

Compatibility: the names in `__all__` here, in `todo_core.ports` and in `todo_core.testing`, the public members of their
classes, and the codes of errors follow Semantic Versioning. Other modules may be imported; their names can move in a
minor version, with a line in the changelog. A port may gain a method in a minor version: an adapter of your own then
has to add it, and the contract checks say so.
"""

from todo_core.actors import AccountHolder, Actor, ExternalActor, SessionActor, TokenActor
from todo_core.due import Due
from todo_core.errors import InvalidInput, TodoError
from todo_core.idempotency import IdempotencyKey, Result
from todo_core.lists import ListDraft, ListId, TaskList
from todo_core.preconditions import Precondition, VersionMismatch
from todo_core.queries import Cursor, DueFilter, Page, Query, Sort, SortKey
from todo_core.recurrence import Anchor, Frequency, Recurrence
from todo_core.sessions import Client, IssuedTokens, SessionPolicy
from todo_core.tasks import Draft, Priority, Task, TaskId
from todo_core.trees import Destination
from todo_core.use_cases import (
    Accounts,
    Administration,
    After,
    Authentication,
    Before,
    Contents,
    Edit,
    Housekeeping,
    Lists,
    Move,
    NewList,
    NewTask,
    PersonalTokens,
    Registration,
    Sessions,
    Tasks,
)
from todo_core.users import EmailAddress, PasswordPolicy, ProfileChanges, User, UserId

__version__ = "0.1.0"

__all__ = [
    "AccountHolder",
    "Accounts",
    "Actor",
    "Administration",
    "After",
    "Anchor",
    "Authentication",
    "Before",
    "Client",
    "Contents",
    "Cursor",
    "Destination",
    "Draft",
    "Due",
    "DueFilter",
    "Edit",
    "EmailAddress",
    "ExternalActor",
    "Frequency",
    "Housekeeping",
    "IdempotencyKey",
    "InvalidInput",
    "IssuedTokens",
    "ListDraft",
    "ListId",
    "Lists",
    "Move",
    "NewList",
    "NewTask",
    "Page",
    "PasswordPolicy",
    "PersonalTokens",
    "Precondition",
    "Priority",
    "ProfileChanges",
    "Query",
    "Recurrence",
    "Registration",
    "Result",
    "SessionActor",
    "SessionPolicy",
    "Sessions",
    "Sort",
    "SortKey",
    "Task",
    "TaskId",
    "TaskList",
    "Tasks",
    "TodoError",
    "TokenActor",
    "User",
    "UserId",
    "VersionMismatch",
]
