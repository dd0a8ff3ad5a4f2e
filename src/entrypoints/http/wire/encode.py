"""From values of the core to what goes over the wire."""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET

from entrypoints.http.wire import schemas
from entrypoints.http.wire.recurrence import recurrence
from todo_core import personal_tokens, sessions, tasks, users
from todo_core.changes import Change, TaskChange
from todo_core.due import Due
from todo_core.lists import TaskList
from todo_core.queries import TagCount
from todo_core.recurrence import Occurrence
from todo_core.use_cases.personal_tokens import IssuedPersonalToken

PRIORITIES = {priority: schemas.Priority[priority.name] for priority in tasks.Priority}


def due(value: Due) -> schemas.Due:
    """Return a due date, in the parts it was written in."""
    return schemas.Due(
        date=value.date.isoformat(),
        time=UNSET if value.time is None else value.time.isoformat("minutes"),
        timezone=value.timezone or UNSET,
    )


def task(value: tasks.Task) -> schemas.Task:
    """Return a task."""
    return schemas.Task(
        id=value.id,
        title=value.title,
        description=value.description,
        completed=value.completed,
        completed_at=value.completed_at,
        priority=PRIORITIES[value.priority],
        due=None if value.due is None else due(value.due),
        tags=list(value.tags),
        list_id=value.list_id,
        parent_id=value.parent_id,
        position=value.position,
        recurrence=None if value.series is None else recurrence(value.series),
        created_at=value.created_at,
        updated_at=value.updated_at,
        version=value.version,
        deleted_at=value.deleted_at or UNSET,
    )


def occurrence(value: Occurrence) -> schemas.Occurrence:
    """Return a past occurrence."""
    return schemas.Occurrence(due(value.due), value.outcome, value.at, value.missed, value.version)


def task_list(value: TaskList) -> schemas.List:
    """Return a list."""
    return schemas.List(
        id=value.id,
        name=value.name,
        color=value.color,
        inbox=value.inbox,
        position=value.position,
        created_at=value.created_at,
        updated_at=value.updated_at,
        version=value.version,
    )


def item(value: tasks.Task | TaskList) -> schemas.Task | schemas.List:
    """Return a task or a list."""
    return task(value) if isinstance(value, tasks.Task) else task_list(value)


def etag(value: tasks.Task | TaskList) -> bytes:
    """Return the entity tag of a task or list: its version, quoted."""
    return b'"%d"' % value.version


def change(value: Change) -> schemas.Change:
    """Return an item of the change feed."""
    if isinstance(value, TaskChange):
        shown = UNSET if value.task is None else task(value.task)
        return schemas.Change("task", value.id, value.version, task=shown, deleted=shown is UNSET or UNSET)
    listed = UNSET if value.list is None else task_list(value.list)
    return schemas.Change("list", value.id, value.version, list=listed, deleted=listed is UNSET or UNSET)


def tag_counts(values: Sequence[TagCount]) -> schemas.TagCounts:
    """Return the tags with their counts."""
    return schemas.TagCounts([schemas.TagCount(one.tag, one.open, one.total) for one in values])


def user(value: users.User) -> schemas.User:
    """Return an account, without anything secret."""
    return schemas.User(
        id=value.id,
        email=value.email.address if value.email else None,
        display_name=value.profile.display_name,
        timezone=value.profile.timezone,
        created_at=value.created_at,
    )


def tokens(value: sessions.IssuedTokens, *, in_cookie: bool) -> schemas.Tokens:
    """Return the tokens; the refresh token only if no cookie carries it."""
    return schemas.Tokens(
        access_token=value.access_token,
        token_type="Bearer",  # noqa: S106 - the name of the scheme (RFC 6750)
        expires_in=int(value.expires_in.total_seconds()),
        refresh_expires_in=int(value.refresh_expires_in.total_seconds()),
        refresh_token=UNSET if in_cookie else value.refresh_token,
    )


def session(value: sessions.Session, current: sessions.SessionId | None) -> schemas.Session:
    """Return a session as its owner sees it from the session `current`."""
    return schemas.Session(
        id=value.id,
        created_at=value.created_at,
        last_used_at=value.used_at,
        expires_at=value.expires_at,
        ip=value.address,
        user_agent=value.user_agent,
        current=value.id == current,
    )


def access_token(value: personal_tokens.PersonalToken) -> schemas.AccessToken:
    """Return a personal access token, without its secret."""
    return schemas.AccessToken(**_token_members(value))


def new_access_token(value: IssuedPersonalToken) -> schemas.NewAccessToken:
    """Return a new personal access token with its text."""
    return schemas.NewAccessToken(**_token_members(value.token), token=value.text)


def _token_members(value: personal_tokens.PersonalToken) -> dict[str, Any]:
    return {
        "id": value.id,
        "name": value.name,
        "scopes": sorted(value.scopes, key=lambda scope: scope.value),
        "hint": f"{personal_tokens.PREFIX}…{value.hint}",
        "created_at": value.created_at,
        "expires_at": value.expires_at,
        "last_used_at": value.last_used_at,
    }


def feed(changes: Sequence[Change], following: str, *, has_more: bool) -> schemas.ChangePage:
    """Return a page of the change feed."""
    return schemas.ChangePage([change(one) for one in changes], following, has_more)
