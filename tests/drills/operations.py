"""What clients of a drill do, and the exact account that each keeps of what the server has acknowledged."""

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import UUID

import attrs

PAGE = 200
MISMATCH = 412
Known = tuple[str, int]
"""Title and version of a task."""


@attrs.frozen
class Request:
    """One request, without credentials."""

    method: str
    path: str
    json: Mapping[str, object] | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen
class Answer:
    """A status, and the value that the body encodes as JSON, else its text."""

    status: int
    body: Any


class Unexpected(Exception):
    """An answer that the contract does not allow; the text says what was asked and what came."""


@attrs.define
class User:
    """A user of the drill, who does one thing after the other.

    `tasks` and `revision` are what the server has acknowledged; the first revision is that of the inbox. `pending` is
    the operation without a definite answer yet; `unsure` says that an attempt at it may have been carried out (the
    answer was lost, or a 503).
    """

    id: UUID
    access: str
    refresh: str
    tasks: dict[str, Known] = attrs.field(factory=dict)
    revision: int = 1
    pending: "Operation | None" = None
    unsure: bool = False

    def settle(self, answer: Answer) -> None:
        """Take in a definite answer to the pending operation. Raises Unexpected."""
        assert self.pending is not None
        try:
            self.pending.settle(self, answer)
        finally:
            self.pending, self.unsure = None, False

    def acknowledge(self, task: Mapping[str, Any]) -> None:
        """Note a task as the server has answered it: each change takes the user's next number. Raises Unexpected."""
        expected, self.revision = self.revision + 1, task["version"]
        self.tasks[task["id"]] = (task["title"], task["version"])
        if self.revision != expected:
            raise Unexpected(f"change {expected} of user {self.id} got the number {self.revision}")


class Operation(Protocol):
    """Something a user does. It is sent again, unchanged, until there is a definite answer."""

    def request(self) -> Request:
        """Return what to send."""

    def settle(self, user: User, answer: Answer) -> None:
        """Write the answer into the user's account. Raises Unexpected."""


def _check(expected: object, found: object, doing: str) -> None:
    if expected != found:
        raise Unexpected(f"{doing}: expected {expected}, got {found}")


@attrs.frozen
class Create:
    """Makes a task, once: the title is nobody else's, and the key says that a repetition is the same wish."""

    title: str

    def request(self) -> Request:
        """Return the creation."""
        return Request("POST", "/api/tasks", {"title": self.title}, {"Idempotency-Key": self.title})

    def settle(self, user: User, answer: Answer) -> None:
        """Expect the new task."""
        _check((201, self.title), (answer.status, _title(answer.body)), "create")
        user.acknowledge(answer.body)


@attrs.frozen
class Patch:
    """Changes the title of a task, if it is still as the user knows it."""

    task: str
    seen: int
    title: str

    def request(self) -> Request:
        """Return the change."""
        return Request("PATCH", f"/api/tasks/{self.task}", {"title": self.title}, {"If-Match": f'"{self.seen}"'})

    def settle(self, user: User, answer: Answer) -> None:
        """Expect the changed task; after a lost answer, its own earlier change may be what stands in the way."""
        repeated = user.unsure and answer.status == MISMATCH
        done = answer.body["current"] if repeated else answer.body
        _check((MISMATCH if repeated else 200, self.title), (answer.status, _title(done)), "patch")
        user.acknowledge(done)


@attrs.frozen
class Refresh:
    """Exchanges a refresh token; sent again within the grace window, it gets the same successor."""

    token: str

    def request(self) -> Request:
        """Return the exchange."""
        return Request("POST", "/api/auth/refresh", {"refresh_token": self.token})

    def settle(self, user: User, answer: Answer) -> None:
        """Expect new tokens; anything else is a false log-out."""
        _check(200, answer.status, "refresh")
        user.access, user.refresh = answer.body["access_token"], answer.body["refresh_token"]


@attrs.frozen
class Show:
    """Lists the user's tasks: the first page, which holds nothing but what the user knows."""

    def request(self) -> Request:
        """Return the question."""
        return page_after(None)

    def settle(self, user: User, answer: Answer) -> None:
        """Expect every task as it was acknowledged, as far as the page goes."""
        _check(200, answer.status, "list")
        found = known(answer.body["items"])
        expected = user.tasks if answer.body["next_cursor"] is None else {key: user.tasks.get(key) for key in found}
        _check(expected, found, f"list of user {user.id}")


def page_after(cursor: str | None) -> Request:
    """Return the question for a page of a user's tasks."""
    query = {"limit": PAGE, "sort": "created_at", **({"cursor": cursor} if cursor else {})}
    return Request("GET", f"/api/tasks?{urlencode(query)}")


def known(items: list[dict[str, Any]]) -> dict[str, Known]:
    """Return what a drill compares of tasks."""
    return {task["id"]: (task["title"], task["version"]) for task in items}


def _title(body: object) -> object:
    return body.get("title", body) if isinstance(body, dict) else body
