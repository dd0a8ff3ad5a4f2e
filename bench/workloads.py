"""What clients ask: requests as they go over the wire, over many users, the same in each run."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from random import Random
from urllib.parse import quote

import attrs

from bench.client import ask
from bench.load import ETAG, VERSION, Plan, Request

CONNECTIONS = 32
MIX_CONNECTIONS = 64
REQUESTS = 4_000
"""How many different requests a workload has."""
PATCHED = 960
"""How many tasks are patched, each of another user where there are as many: users are not to wait for themselves."""
PAGE = 50
TASK = {"title": "Buy milk", "description": "The one in glass bottles, if there is any left.", "priority": "low"}
FIRST = f"sort=-created_at&limit={PAGE}"
FILTER = f"completed=false&priority=high&sort=due&limit={PAGE}"
ANEW = "{query}"
TENTHS = 10
READS_OF_TEN, LISTS_OF_TEN = 7, 2


@attrs.frozen
class Account:
    """A user of a server: their access token, and the ids of some of their tasks."""

    token: str
    tasks: Sequence[str]


@attrs.frozen
class Workload:
    """Requests, and how many connections send them. `name`: what ratios call it. `reads`: see `Plan`.

    `anew`: a query string. Each request gets it in place of `ANEW`, each time in a spelling that was not sent before.
    """

    name: str
    requests: list[Request]
    connections: int = CONNECTIONS
    reads: list[Request] = attrs.field(factory=list)
    anew: str | None = None
    _spellings: Iterator[int] = attrs.field(factory=count, init=False, eq=False)

    def plan(self, port: int, seconds: float) -> Plan:
        """Return the plan that sends it to a port."""
        return Plan(port, [*self._spelled()], seconds, self.connections, reads=self.reads)

    def _spelled(self) -> Iterator[Request]:
        for request in self.requests:
            query = None if self.anew is None else spelled(self.anew, next(self._spellings))
            yield request if query is None else attrs.evolve(request, text=request.text.replace(ANEW, query))


def read(accounts: Sequence[Account]) -> Workload:
    """R: GET one task, any of anybody's."""
    random = Random(1)  # noqa: S311 - the same requests in each run
    return Workload("R", [_read(one, random.randrange(len(one.tasks))) for one in _turns(accounts)])


def list_first(accounts: Sequence[Account]) -> Workload:
    """L: GET the first page of one's tasks, newest first."""
    return Workload("L", [_list(one) for one in _turns(accounts)])


def list_anew(accounts: Sequence[Account]) -> Workload:
    """N: the same, and no page was sent before."""
    return Workload("N", _anew(accounts), anew=FIRST)


def create(accounts: Sequence[Account]) -> Workload:
    """W: POST a task."""
    return Workload("W", [_create(one) for one in _turns(accounts)])


def list_filtered(accounts: Sequence[Account]) -> Workload:
    """F: GET the first page of one's open tasks of high priority, the next due first, not sent before."""
    return Workload("F", _anew(accounts), anew=FILTER)


def patch(accounts: Sequence[Account]) -> Workload:
    """P: PATCH a task with the ETag of its last response, so that each is a change."""
    chosen = [(one, place) for place in range(len(accounts[0].tasks)) for one in accounts][:PATCHED]
    body = {"title": f"Buy milk, version {VERSION}"}
    patches = [
        Request(message("PATCH", _path(one, place), one.token, body, {"If-Match": ETAG})) for one, place in chosen
    ]
    return Workload("P", patches, reads=[_read(one, place) for one, place in chosen])


def changes(accounts: Sequence[Account], port: int) -> Workload:
    """C: GET the next `PAGE` changes since a sync token, as somebody's other device does. `port`: of the server."""
    paths = {}
    for one in accounts[:REQUESTS]:
        first = ask(port, "GET", f"/api/tasks/changes?limit={PAGE}", one.token)
        paths[one.token] = f"/api/tasks/changes?limit={PAGE}&since={quote(first['next'])}"
    return Workload("C", [Request(message("GET", paths[one.token], one.token)) for one in _turns(accounts)])


def mix(accounts: Sequence[Account]) -> Workload:
    """X: of ten requests seven are R, two L and one W, from twice as many connections."""
    random = Random(2)  # noqa: S311 - the same requests in each run
    requests = []
    for turn, one in enumerate(_turns(accounts)):
        if turn % TENTHS < READS_OF_TEN:
            requests.append(_read(one, random.randrange(len(one.tasks))))
        elif turn % TENTHS < READS_OF_TEN + LISTS_OF_TEN:
            requests.append(_list(one))
        else:
            requests.append(_create(one))
    random.shuffle(requests)
    return Workload("X", requests, MIX_CONNECTIONS)


def spelled(query: str, number: int) -> str:
    """Return a query string in another spelling for each number (RFC 3986, 2.4).

    It asks for the same page, but no server knows that, so none sends one again that it has kept.
    """
    letters = [place for place, letter in enumerate(query) if letter.isalpha()]
    escaped = {place for bit, place in enumerate(letters) if number >> bit & 1}
    return "".join(f"%{ord(letter):02X}" if place in escaped else letter for place, letter in enumerate(query))


def message(
    method: str,
    path: str,
    token: str | None,
    body: object = None,
    headers: Iterable[tuple[str, str]] | dict[str, str] = (),
) -> str:
    """Return a request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    lines += [f"{name}: {value}" for name, value in dict(headers).items()]
    text = "" if body is None else json.dumps(body)
    if text:
        lines += ["Content-Type: application/json", f"Content-Length: {len(text)}"]
    return "\r\n".join([*lines, "", text])


def _turns(accounts: Sequence[Account]) -> list[Account]:
    return [accounts[turn % len(accounts)] for turn in range(REQUESTS)]


def _path(account: Account, place: int) -> str:
    return f"/api/tasks/{account.tasks[place]}"


def _read(account: Account, place: int) -> Request:
    return Request(message("GET", _path(account, place), account.token))


def _list(account: Account) -> Request:
    return Request(message("GET", f"/api/tasks?limit={PAGE}", account.token))


def _anew(accounts: Sequence[Account]) -> list[Request]:
    return [Request(message("GET", f"/api/tasks?{ANEW}", one.token)) for one in _turns(accounts)]


def _create(account: Account) -> Request:
    return Request(message("POST", "/api/tasks", account.token, TASK), 201)


COMMON: tuple[Callable[[Sequence[Account]], Workload], ...] = (read, list_first, create)
"""What every server can do, peers too."""
OURS: tuple[Callable[[Sequence[Account]], Workload], ...] = (*COMMON, list_anew, list_filtered, patch, mix)
