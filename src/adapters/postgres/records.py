"""Converts rows to values of the core, and these to rows."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import attrs
import msgspec
from psycopg.types.json import Jsonb

from adapters.postgres.tables import audit_events, lists, occurrences, personal_tokens, sessions, tasks, users
from todo_core.audit import Action, Event
from todo_core.due import Due
from todo_core.idempotency import StoredResult
from todo_core.lists import TaskList
from todo_core.personal_tokens import PersonalToken, Scope
from todo_core.recurrence import Occurrence, Outcome, Series
from todo_core.sessions import Client, Session
from todo_core.tasks import Priority, Task, TaskId
from todo_core.trees import Node
from todo_core.users import EmailAddress, Profile, User

Row = Sequence[Any]
"""One row, as psycopg returns it."""
Rows = Sequence[Row]

_ENCODER = msgspec.json.Encoder()
_TASK = msgspec.json.Decoder(Task)
_LIST = msgspec.json.Decoder(TaskList)
PRIORITIES = {int(priority): priority for priority in Priority}
_SERIES = msgspec.json.Decoder(Series)

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
    tasks.c.list_id,
    tasks.c.parent_id,
    tasks.c.position,
    tasks.c.series,
    tasks.c.created_at,
    tasks.c.updated_at,
    tasks.c.deleted_at,
    tasks.c.deleted_with,
)
DELETED_AT = TASK.index(tasks.c.deleted_at)
NODE = (
    tasks.c.id,
    tasks.c.list_id,
    tasks.c.parent_id,
    tasks.c.position,
    tasks.c.completed_at,
    tasks.c.series.is_not(None).label("repeats"),
    tasks.c.deleted_at,
    tasks.c.deleted_with,
)
LIST = (
    lists.c.id,
    lists.c.version,
    lists.c.name,
    lists.c.color,
    (lists.c.id == lists.c.user_id).label("inbox"),
    lists.c.position,
    lists.c.created_at,
    lists.c.updated_at,
)
OCCURRENCE = (
    occurrences.c.due_date,
    occurrences.c.due_time,
    occurrences.c.due_timezone,
    occurrences.c.due_at,
    occurrences.c.place,
    occurrences.c.outcome,
    occurrences.c.at,
    occurrences.c.missed,
    occurrences.c.version,
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
    (
        task_id,
        version,
        title,
        description,
        completed_at,
        priority,
        date,
        time,
        timezone,
        at,
        tags,
        list_id,
        parent_id,
        position,
        series,
        created_at,
        updated_at,
        deleted_at,
        deleted_with,
    ) = row
    return Task(
        task_id,
        version,
        title,
        description,
        completed_at,
        PRIORITIES[priority],
        None if date is None else Due(date, time, timezone, at),
        tuple(tags),
        list_id,
        parent_id,
        position,
        None if series is None else _SERIES.decode(series),
        created_at,
        updated_at,
        deleted_at,
        deleted_with,
    )


def node(row: Row) -> Node:
    """Return the node in the columns `NODE`, behind which there may be others."""
    return Node(*row[: len(NODE)])


def task_list(row: Row) -> TaskList:
    """Return the list in the columns `LIST`."""
    return TaskList(*row)


def occurrence(row: Row) -> Occurrence:
    """Return the occurrence in the columns `OCCURRENCE`."""
    date, time, timezone, due_at, place, outcome, *rest = row
    return Occurrence(Due(date, time, timezone, due_at), place, Outcome(outcome), *rest)


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
    return {
        "id": task.id,
        "title": task.title,
        "description": task.description,
        "completed_at": task.completed_at,
        "priority": int(task.priority),
        **_due_values(task.due),
        "tags": list(task.tags),
        "list_id": task.list_id,
        "parent_id": task.parent_id,
        "position": task.position,
        "series": None if task.series is None else encode(task.series),
        "created_at": task.created_at,
        "updated_at": task.updated_at,
        "deleted_at": task.deleted_at,
        "deleted_with": task.deleted_with,
        "due_key": task.due_key,
        "title_key": task.title_key,
        "search_key": task.search_key,
    }


def node_values(nodes: Sequence[Node]) -> dict[str, object]:
    """Return the columns of nodes that change, each as one array."""
    return {
        "ids": [node.id for node in nodes],
        "list_ids": [node.list_id for node in nodes],
        "positions": [node.position for node in nodes],
        "completed_ats": [node.completed_at for node in nodes],
        "deleted_ats": [node.deleted_at for node in nodes],
        "deleted_withs": [node.deleted_with for node in nodes],
        "live": sum(node.live for node in nodes),
    }


def result_values(result: StoredResult) -> dict[str, object]:
    """Return the columns of a stored result, apart from the owner."""
    return {
        "key": result.key.value,
        "fingerprint": result.key.fingerprint,
        "task": encode(result.item) if isinstance(result.item, Task) else None,
        "list": encode(result.item) if isinstance(result.item, TaskList) else None,
        "created_at": result.stored_at,
    }


def list_values(one: TaskList) -> dict[str, object]:
    """Return the columns of a list, apart from owner, version and `deleted_at`."""
    return attrs.asdict(one, filter=attrs.filters.exclude("version", "inbox"))


def occurrence_values(task_id: TaskId, occurrence: Occurrence) -> dict[str, object]:
    """Return the columns of an occurrence, apart from the owner."""
    return {
        "task_id": task_id,
        "version": occurrence.version,
        **_due_values(occurrence.due),
        "place": occurrence.place,
        "outcome": occurrence.outcome.value,
        "at": occurrence.at,
        "missed": occurrence.missed,
    }


def _due_values(due: Due | None) -> dict[str, object]:
    return {
        "due_date": due and due.date,
        "due_time": due and due.time,
        "due_timezone": due and due.timezone,
        "due_at": due and due.at,
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


def encode(value: Task | TaskList | Series) -> Jsonb:
    """Return a value of the core as a JSONB value."""
    return Jsonb(value, dumps=_ENCODER.encode)


def decode_task(text: bytes) -> Task:
    """Return the task that `encode` stored."""
    return _TASK.decode(text)


def decode_list(text: bytes) -> TaskList:
    """Return the list that `encode` stored."""
    return _LIST.decode(text)
