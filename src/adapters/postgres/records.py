"""Converts rows to values of the core, and these to rows."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import attrs
import msgspec
from psycopg.types.json import Jsonb

from adapters.postgres.tables import audit_events, personal_tokens, sessions, tasks, users
from todo_core.audit import Action, Event
from todo_core.due import Due
from todo_core.personal_tokens import PersonalToken, Scope
from todo_core.sessions import Client, Session
from todo_core.tasks import Priority, Task
from todo_core.users import EmailAddress, Profile, User

Row = Sequence[Any]
"""One row, as psycopg returns it."""
Rows = Sequence[Row]

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Task)

USER = (
    users.c.id,
    users.c.email,
    users.c.display_name,
    users.c.timezone,
    users.c.created_at,
    users.c.password_hash,
    users.c.password_changed_at,
    users.c.disabled_at,
)
SESSION = (
    sessions.c.user_id,
    sessions.c.id,
    sessions.c.generation,
    sessions.c.created_at,
    sessions.c.used_at,
    sessions.c.expires_at,
    sessions.c.ends_at,
    sessions.c.address,
    sessions.c.user_agent,
)
PERSONAL_TOKEN = (
    personal_tokens.c.user_id,
    personal_tokens.c.id,
    personal_tokens.c.name,
    personal_tokens.c.scopes,
    personal_tokens.c.digest,
    personal_tokens.c.hint,
    personal_tokens.c.created_at,
    personal_tokens.c.expires_at,
    personal_tokens.c.last_used_at,
)
TASK = (
    tasks.c.id,
    tasks.c.version,
    tasks.c.title,
    tasks.c.description,
    tasks.c.completed_at,
    tasks.c.priority,
    tasks.c.due_date,
    tasks.c.due_time,
    tasks.c.due_timezone,
    tasks.c.due_at,
    tasks.c.tags,
    tasks.c.created_at,
    tasks.c.updated_at,
    tasks.c.deleted_at,
)
EVENT = (
    audit_events.c.id,
    audit_events.c.at,
    audit_events.c.action,
    audit_events.c.user_id,
    audit_events.c.session_id,
    audit_events.c.address,
    audit_events.c.request_id,
    audit_events.c.personal_token_id,
)


def user(row: Row) -> User:
    """Return the user in the columns `USER`."""
    user_id, email, display_name, timezone, *rest = row
    return User(user_id, Profile(None if email is None else EmailAddress(email), display_name, timezone), *rest)


def session(row: Row) -> Session:
    """Return the session in the columns `SESSION`."""
    return Session(*row)


def personal_token(row: Row) -> PersonalToken:
    """Return the token in the columns `PERSONAL_TOKEN`."""
    user_id, token_id, name, scopes, digest, *rest = row
    return PersonalToken(user_id, token_id, name, frozenset(map(Scope, scopes)), bytes(digest), *rest)


def task(row: Row) -> Task:
    """Return the task in the columns `TASK`."""
    task_id, version, title, description, completed_at, priority, date, time, timezone, at, tags, *rest = row
    due = None if date is None else Due(date, time, timezone, at)
    return Task(task_id, version, title, description, completed_at, Priority(priority), due, tuple(tags), *rest)


def event(row: Row) -> Event:
    """Return the entry of the audit record in the columns `EVENT`; the user agent is not among them."""
    event_id, at, action, user_id, session_id, address, request_id, token_id = row
    return Event(event_id, at, Action(action), user_id, session_id, Client(address, request_id=request_id), token_id)


def user_values(user: User) -> dict[str, object]:
    """Return the columns of a user."""
    return {
        "id": user.id,
        "email": None if user.email is None else user.email.address,
        "email_key": None if user.email is None else user.email.key,
        "password_hash": user.password_hash,
        "password_changed_at": user.password_changed_at,
        "display_name": user.profile.display_name,
        "timezone": user.profile.timezone,
        "created_at": user.created_at,
        "disabled_at": user.disabled_at,
    }


def session_values(session: Session) -> dict[str, object]:
    """Return the columns of a session."""
    values = attrs.asdict(session)
    return {"user_id": values.pop("user"), **values}


def personal_token_values(token: PersonalToken) -> dict[str, object]:
    """Return the columns of a personal access token."""
    values = attrs.asdict(token, recurse=False)
    return {"user_id": values.pop("user"), **values, "scopes": sorted(scope.value for scope in token.scopes)}


def task_values(task: Task) -> dict[str, object]:
    """Return the columns of a task, apart from owner, version and `purged_at`."""
    due = task.due
    return {
        "id": task.id,
        "title": task.title,
        "description": task.description,
        "completed_at": task.completed_at,
        "priority": int(task.priority),
        "due_date": due and due.date,
        "due_time": due and due.time,
        "due_timezone": due and due.timezone,
        "due_at": due and due.at,
        "tags": list(task.tags),
        "created_at": task.created_at,
        "updated_at": task.updated_at,
        "deleted_at": task.deleted_at,
        "due_key": task.due_key,
        "title_key": task.title_key,
        "search_key": task.search_key,
    }


def event_values(event: Event, retention: dt.timedelta) -> dict[str, object]:
    """Return the columns of an audit event, which nobody can delete for `retention`."""
    return {
        "user_id": event.user,
        "id": event.id,
        "at": event.at,
        "action": event.action.value,
        "session_id": event.session,
        "personal_token_id": event.personal_token,
        "address": event.client.address,
        "request_id": event.client.request_id,
        "kept_until": event.at + retention,
    }


def encode_task(task: Task) -> Jsonb:
    """Return a task as a JSONB value."""
    return Jsonb(task, dumps=_ENCODER.encode)


def decode_task(text: bytes) -> Task:
    """Return the task that `encode_task` stored."""
    return _DECODER.decode(text)
