"""A client's copy of its tasks, kept up by walks of the change feed, and what the server itself says."""

from typing import Any

import attrs

from tests.races.wire import Line, Reply, Request

PAGE = 200


@attrs.define
class Mirror:
    """A copy that takes pages of at most `limit` changes. `since` is where it has come to, None at the beginning."""

    limit: int
    tasks: dict[str, dict[str, Any]] = attrs.field(factory=dict, init=False)
    since: str | None = attrs.field(default=None, init=False)
    has_more: bool = attrs.field(default=True, init=False)
    _version: int = attrs.field(default=0, init=False)

    def request(self, token: str) -> Request:
        """Return the request for the next page."""
        since = "" if self.since is None else f"&since={self.since}"
        return Request("GET", f"/api/tasks/changes?limit={self.limit}{since}", token=token)

    def apply(self, reply: Reply) -> None:
        """Take a page over: versions only ever ascend."""
        assert 200 == reply.status
        page = reply.json()
        for change in page["items"]:
            assert change["version"] > self._version
            self._version = change["version"]
            self.tasks.pop(change["id"], None)
            if "task" in change:
                assert (change["id"], change["version"]) == (change["task"]["id"], change["task"]["version"])
                self.tasks[change["id"]] = change["task"]
        self.since, self.has_more = page["next"], page["has_more"]

    def catch_up(self, line: Line, token: str) -> None:
        """Take all pages that are left, and whatever came since."""
        self.has_more = True
        while self.has_more:
            line.send(self.request(token))
            self.apply(line.receive())


def all_tasks(line: Line, token: str) -> dict[str, dict[str, Any]]:
    """Return the live tasks as the list of the server has them."""
    found: dict[str, dict[str, Any]] = {}
    cursor = ""
    while True:
        page = line.ask("GET", f"/api/tasks?limit={PAGE}{cursor}", token=token).json()
        found |= {task["id"]: task for task in page["items"]}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"
