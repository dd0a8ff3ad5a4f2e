"""One example of each shape, for the OpenAPI document."""

from typing import Any

from entrypoints.http.wire import schemas

_TASK_ID = "0193a5d2-7c1e-7b3a-9f00-3c5d8e2a1b4f"
_USER_ID = "0193a5d2-1111-7aaa-8bbb-2c3d4e5f6071"
_SESSION_ID = "0193a5d2-2222-7ccc-9ddd-3d4e5f607182"
_EARLIER = "2026-11-20T08:00:00Z"
_LATER = "2026-11-21T09:30:00Z"

_DUE = {"date": "2026-11-25", "time": "18:00", "timezone": "Europe/Berlin"}
_WRITTEN = {
    "title": "Buy milk",
    "description": "The one in glass bottles",
    "completed": False,
    "priority": "high",
    "due": _DUE,
    "tags": ["home", "shop"],
}
_TASK = {
    "id": _TASK_ID,
    **_WRITTEN,
    "completed_at": None,
    "created_at": _EARLIER,
    "updated_at": _LATER,
    "version": 12,
}
_USER = {
    "id": _USER_ID,
    "email": "ada@example.org",
    "display_name": "Ada",
    "timezone": "Europe/Berlin",
    "created_at": _EARLIER,
}
_CREDENTIALS = {"email": "ada@example.org", "password": "correct horse battery staple"}
_TOKENS = {
    "access_token": "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9…",
    "token_type": "Bearer",
    "expires_in": 600,
    "refresh_token": "AbC…",
    "refresh_expires_in": 604800,
}
_SESSION = {
    "id": _SESSION_ID,
    "created_at": _EARLIER,
    "last_used_at": _LATER,
    "expires_at": "2026-11-28T09:30:00Z",
    "ip": "203.0.113.7",
    "user_agent": "curl/8.5.0",
    "current": True,
}

EXAMPLES: dict[type, dict[str, Any]] = {
    schemas.Due: _DUE,
    schemas.Task: _TASK,
    schemas.TaskDraft: _WRITTEN,
    schemas.TaskReplacement: _WRITTEN,
    schemas.TaskPatch: {"completed": True, "due": {"time": None, "timezone": None}},
    schemas.TaskPage: {"items": [_TASK], "next_cursor": None, "total": 1},
    schemas.ChangePage: {
        "items": [{"id": _TASK_ID, "version": 12, "task": _TASK}],
        "next": "AbC…",
        "has_more": False,
    },
    schemas.TagCounts: {"items": [{"tag": "home", "open": 2, "total": 3}]},
    schemas.User: _USER,
    schemas.Registration: {**_CREDENTIALS, "display_name": "Ada", "timezone": "Europe/Berlin"},
    schemas.LogIn: _CREDENTIALS,
    schemas.Refresh: {"refresh_token": "AbC…"},
    schemas.ProfilePatch: {"timezone": "America/New_York"},
    schemas.DeleteAccount: {"current_password": "correct horse battery staple"},
    schemas.PasswordChange: {
        "current_password": "correct horse battery staple",
        "new_password": "another horse, another staple",
    },
    schemas.Tokens: _TOKENS,
    schemas.SessionList: {"items": [_SESSION]},
}
