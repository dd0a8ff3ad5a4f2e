"""What users, their clients and operators can do, each use case a method."""

from todo_core.use_cases.accounts import Accounts, Registration
from todo_core.use_cases.administration import Administration
from todo_core.use_cases.authentication import Authentication
from todo_core.use_cases.editor import Edit
from todo_core.use_cases.housekeeping import Housekeeping, Purged
from todo_core.use_cases.lists import Contents, Lists, NewList
from todo_core.use_cases.personal_tokens import IssuedPersonalToken, PersonalTokens, TokenRequest
from todo_core.use_cases.positions import After, Before
from todo_core.use_cases.sessions import Sessions
from todo_core.use_cases.tasks import Move, NewTask, Tasks

__all__ = [
    "Accounts",
    "Administration",
    "After",
    "Authentication",
    "Before",
    "Contents",
    "Edit",
    "Housekeeping",
    "IssuedPersonalToken",
    "Lists",
    "Move",
    "NewList",
    "NewTask",
    "PersonalTokens",
    "Purged",
    "Registration",
    "Sessions",
    "Tasks",
    "TokenRequest",
]
