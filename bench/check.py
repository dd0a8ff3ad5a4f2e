"""Whether a server does what is measured: its answers are looked at before anything is timed."""

from bench.client import exchange
from bench.environment import System
from bench.workloads import PAGE, TASK

OK, CREATED, REFUSED = 200, 201, 401
HIDDEN = {403, 404}


class WrongAnswer(Exception):
    """A server answers otherwise than it should; the message says what was asked."""


def check(system: System) -> None:
    """Read, list and create as one user, and try what nobody may. Raises WrongAnswer."""
    port = system.running.port
    mine, other = system.accounts[-1], system.accounts[-2]
    status, task = exchange(port, "GET", f"/api/tasks/{mine.tasks[0]}", mine.token)
    _expect(system, "one's own task", (OK, mine.tasks[0]) == (status, (task or {}).get("id")))
    status, page = exchange(port, "GET", f"/api/tasks?limit={PAGE}", mine.token)
    made = [one["created_at"] for one in page["items"]] if status == OK else []
    _expect(system, "a page, newest first", len(made) == PAGE and made == sorted(made, reverse=True))
    status, task = exchange(port, "POST", "/api/tasks", mine.token, TASK)
    _expect(system, "a new task", status == CREATED and task.items() >= TASK.items())
    status, page = exchange(port, "GET", f"/api/tasks?limit={PAGE}", mine.token)
    _expect(system, "the new task comes first", page["items"][0]["id"] == task["id"])
    status, _ = exchange(port, "GET", f"/api/tasks/{other.tasks[0]}", mine.token)
    _expect(system, "somebody else's task", status in HIDDEN)
    for token in (None, f"{mine.token[:-8]}AAAAAAAA"):
        status, _ = exchange(port, "GET", f"/api/tasks/{mine.tasks[0]}", token)
        _expect(system, "no credentials, or forged ones", status == REFUSED)


def _expect(system: System, what: str, holds: bool) -> None:  # noqa: FBT001 - it is the condition
    if not holds:
        raise WrongAnswer(f"{system.title}: {what}")
