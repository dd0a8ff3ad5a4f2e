"""What goes over the wire, as types. Each member is declared once, here.

The response schemas encode responses. The request schemas drive the reader (`wire.reader`); what a client can write of
a resource is derived from the resource's schema and from the class of the core that holds it. Both are the schemas of
the OpenAPI document, with the examples that stand here.
"""

from entrypoints.http.wire.schemas.accounts import (
    DeleteAccount,
    Delivery,
    LogIn,
    PasswordChange,
    ProfilePatch,
    Refresh,
    Registration,
    Session,
    SessionList,
    Tokens,
    User,
)
from entrypoints.http.wire.schemas.changes import (
    CHANGES,
    Change,
    ChangePage,
)
from entrypoints.http.wire.schemas.lists import (
    List,
    ListInput,
    ListMove,
    ListPatch,
    Lists,
    NewList,
)
from entrypoints.http.wire.schemas.personal_tokens import (
    AccessToken,
    AccessTokenList,
    NewAccessToken,
    TokenRequest,
)
from entrypoints.http.wire.schemas.problems import (
    InvalidMember,
    Problem,
)
from entrypoints.http.wire.schemas.tasks import (
    Due,
    DueInput,
    DuePatch,
    NewTask,
    Occurrence,
    OccurrencePage,
    Priority,
    TagCount,
    TagCounts,
    Task,
    TaskInput,
    TaskMove,
    TaskPage,
    TaskPatch,
)

__all__ = [
    "CHANGES",
    "AccessToken",
    "AccessTokenList",
    "Change",
    "ChangePage",
    "DeleteAccount",
    "Delivery",
    "Due",
    "DueInput",
    "DuePatch",
    "InvalidMember",
    "List",
    "ListInput",
    "ListMove",
    "ListPatch",
    "Lists",
    "LogIn",
    "NewAccessToken",
    "NewList",
    "NewTask",
    "Occurrence",
    "OccurrencePage",
    "PasswordChange",
    "Priority",
    "Problem",
    "ProfilePatch",
    "Refresh",
    "Registration",
    "Session",
    "SessionList",
    "TagCount",
    "TagCounts",
    "Task",
    "TaskInput",
    "TaskMove",
    "TaskPage",
    "TaskPatch",
    "TokenRequest",
    "Tokens",
    "User",
]
