"""Pages that were sent before are sent again while nothing has changed, and never after."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from random import Random
from typing import Any
from uuid import UUID

import pytest

from entrypoints.http.page_cache import MAX_REMEMBERED, OVERHEAD, PageCache
from entrypoints.http.responses import Response
from tests.http.api import User, World
from tests.http.conformance import served
from todo_core.personal_tokens import Scope
from todo_core.use_cases.task_queries import TaskQueries
from todo_core.users import UserId

TASKS = "/api/tasks"
ANN, BOB = UserId(UUID(int=1)), UserId(UUID(int=2))


@pytest.fixture
def pages_read(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is read anew from now on, in this order."""
    read: list[object] = []
    list_ = TaskQueries.list

    async def listed(self: TaskQueries, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - passed on
        read.append(arguments)
        return await list_(self, *arguments, **options)

    monkeypatch.setattr(TaskQueries, "list", listed)
    return read


@pytest.mark.parametrize(
    "query", ["", "?limit=1", "?completed=false&tag=a&sort=due", "?due=none&q=milk", "?parent=none"]
)
async def test_the_same_again(ada: User, pages_read: list[object], query: str) -> None:
    """From the third time on nothing but the revision is read; body and headers are those of the response before."""
    for _ in range(3):
        await ada.add(tags=["a"])

    await ada("GET", TASKS + query)
    first, second = await ada("GET", TASKS + query), await ada("GET", TASKS + query)
    third = await ada("HEAD", TASKS + query)

    assert 2 == len(pages_read)
    assert first.json()["items"]
    assert first.content == second.content
    assert kept_headers(first.headers) == kept_headers(second.headers) == kept_headers(third.headers)
    assert b"" == third.content


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that do not belong to one request."""
    return {name: value for name, value in headers.items() if name not in {"x-request-id", "ratelimit"}}


async def test_further_pages(ada: User, pages_read: list[object]) -> None:
    """They are kept as well, and the cursor of a page that was kept still leads to the next."""
    for _ in range(3):
        await ada.add()
    for _ in range(4):
        shown, path = [], f"{TASKS}?limit=2"
        while path:
            page = await ada("GET", path)
            shown += page.json()["items"]
            path = page.links["next"]["url"] if "next" in page.links else ""
        assert 3 == len({task["id"] for task in shown})

    assert 4 == len(pages_read)


async def test_everybody_has_their_own(ada: User, bob: User, pages_read: list[object]) -> None:
    """The same query of somebody else is another page, also at the same revision."""
    await ada.add("of ada")
    await bob.add("of bob")

    pages = [await user("GET", TASKS) for user in (ada, bob) * 3]

    assert 4 == len(pages_read)
    assert [["of ada"], ["of bob"]] * 3 == [[task["title"] for task in page.json()["items"]] for page in pages]


@pytest.mark.parametrize(
    "query", ["count=true", "deleted=true", "due=today", "due=overdue", "due_before=2027-01-01", "due_after=2026-01-01"]
)
async def test_what_is_never_kept(ada: User, pages_read: list[object], query: str) -> None:
    """What the clock, the user's time zone or a purge may change without a new revision is read each time."""
    for _ in range(4):
        assert 200 == (await ada("GET", f"{TASKS}?{query}")).status_code

    assert 4 == len(pages_read)


async def test_nothing_is_kept_of_a_refusal(ada: User, pages_read: list[object]) -> None:
    """Wrong parameters are wrong each time, in words of their own."""
    for _ in range(2):
        assert 400 == (await ada("GET", f"{TASKS}?limit=0")).status_code
    assert [] == pages_read


async def test_session_that_has_ended(ada: User) -> None:
    """A page that was kept is for those who may read it."""
    await ada.add()
    for _ in range(3):
        assert 200 == (await ada("GET", TASKS)).status_code
    await ada("POST", "/api/auth/logout", json={"refresh_token": ada.tokens["refresh_token"]})

    assert 401 == (await ada("GET", TASKS)).status_code


CHANGES: dict[str, tuple[str, Any]] = {
    "createTask": ("/api/tasks", {"title": "new"}),
    "replaceTask": ("/api/tasks/{task}", {"title": "new"}),
    "editTask": ("/api/tasks/{task}", {"title": "new"}),
    "toggleTask": ("/api/tasks/{task}/toggle", None),
    "deleteTask": ("/api/tasks/{task}", None),
    "restoreTask": ("/api/tasks/{trashed}/restore", None),
    "moveTask": ("/api/tasks/{task}/move", {"list_id": "{list}", "after": None}),
    "skipOccurrence": ("/api/tasks/{repeating}/skip", None),
    "reopenOccurrence": ("/api/tasks/{repeating}/reopen", None),
    "deleteList": ("/api/lists/{list}?tasks=trash", None),
}
"""A path and a body for each route that changes what lists of tasks show."""
OF_LISTS_ALONE = {"createList", "replaceList", "editList", "moveList"}


@pytest.mark.parametrize("name", CHANGES)
async def test_every_change_shows(world: World, ada: User, name: str) -> None:
    """Right after each request that changes a task, its page is as one that is read anew."""
    made = {
        "list": (await ada("POST", "/api/lists", json={"name": "Work"})).json()["id"],
        "task": (await ada.add())["id"],
        "trashed": (await ada.add())["id"],
        "repeating": (await ada.add(due={"date": "2026-11-21"}, recurrence={"frequency": "daily"}))["id"],
    }
    await ada.add(list_id=made["list"])
    await ada("DELETE", f"/api/tasks/{made['trashed']}")
    await ada("POST", f"/api/tasks/{made['repeating']}/skip", headers={"Idempotency-Key": "k1"})
    before = (await ada("GET", TASKS)).json()
    assert [before] * 2 == [(await ada("GET", TASKS)).json() for _ in range(2)]
    (route,) = [route for route in served(world.app) if route.name == name]
    path, body = CHANGES[name]
    filled = body and {member: made["list"] if value == "{list}" else value for member, value in body.items()}
    headers = {"Idempotency-Key": "k2"} if "Idempotency-Key" in route.headers else {}

    response = await ada(route.method, path.format(**made), json=filled, headers=headers)

    assert 300 > response.status_code, response.text
    after = (await ada("GET", TASKS)).json()
    assert before != after
    anew = (await ada("GET", f"{TASKS}?count=true")).json()
    assert {**after, "total": anew["total"]} == anew


def test_no_change_is_forgotten(world: World) -> None:
    """The table above has every route that may write tasks."""
    writing = {route.name for route in served(world.app) if route.scope is Scope.TASKS_WRITE}
    assert writing == CHANGES.keys() | OF_LISTS_ALONE


async def test_reads_beside_writes(ada: User) -> None:
    """Whoever has made a task finds it in the list, whatever is kept meanwhile by others who look."""

    async def make(number: int) -> None:
        made = await ada.add(f"task {number}")
        for _ in range(2):
            listed = (await ada("GET", f"{TASKS}?limit=200")).json()["items"]
            assert made["id"] in {task["id"] for task in listed}

    await asyncio.gather(*map(make, range(30)))


async def test_who_comes_while_a_page_is_read(
    world: World, ada: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They wait for it, each after a check of their own, and read nothing; another user does not wait."""
    await ada.add("of ada")
    ended = await world.log_in()
    await world.client.post("/api/auth/logout", json={"refresh_token": ended["refresh_token"]})
    read: list[object] = []
    began, may_end = asyncio.Event(), asyncio.Event()
    list_ = TaskQueries.list

    async def listed(self: TaskQueries, actor: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - passed on
        read.append(actor.user)
        began.set()
        if len(read) == 1:
            await may_end.wait()
        return await list_(self, actor, *arguments, **options)

    monkeypatch.setattr(TaskQueries, "list", listed)
    first, *others = [asyncio.ensure_future(ada("GET", TASKS)) for _ in range(5)]
    await began.wait()
    refused = await ada("GET", TASKS, headers={"Authorization": f"Bearer {ended['access_token']}"})
    other = await bob("GET", TASKS)
    assert (401, 200) == (refused.status_code, other.status_code)
    assert not any(one.done() for one in (first, *others))
    may_end.set()

    pages = await asyncio.gather(first, *others)

    assert 2 == len(read)
    assert [["of ada"]] * 5 == [[task["title"] for task in page.json()["items"]] for page in pages]
    assert 5 == len({page.headers["x-request-id"] for page in pages})


class Reader:
    """Somebody who reads a page, until they are told its revision, or fail when that is None."""

    def __init__(self, cache: PageCache, request: tuple[UserId, bytes] = (ANN, b"")) -> None:
        self.cache, self.request = cache, request
        self.revision: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self.task = asyncio.ensure_future(self.read())

    async def read(self) -> None:
        """Read the page."""
        with suppress(ConnectionError), self.cache.reading(self.request) as finish:
            revision = await self.revision
            if revision is None:
                raise ConnectionError
            finish(revision, Response(200, b"%d" % revision))

    async def end(self, revision: int | None) -> None:
        """Have it end."""
        self.revision.set_result(revision)
        await self.task


async def ask_current(cache: PageCache, revision: int) -> bytes | None:
    """Return the body of the page, for a caller who finds the user at this revision."""

    async def found() -> int:
        return revision

    response = await cache.current((ANN, b""), found)
    return None if response is None else response.body


@pytest.mark.parametrize(("known", "read", "shown"), [(5, 5, b"5"), (5, 6, b"6"), (5, 4, None), (5, None, None)])
async def test_a_page_that_others_read(known: int, read: int | None, shown: bytes | None) -> None:
    """It is shown if it is as new as what the caller knows; otherwise, and after a failure, they read themselves."""
    cache = PageCache()
    reader = Reader(cache)
    await asyncio.sleep(0)
    waiting = [asyncio.ensure_future(ask_current(cache, known)) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    assert not waiting[1].done()

    await reader.end(read)

    assert [shown, shown] == await asyncio.gather(*waiting[1:])
    assert None is await ask_current(cache, known)


async def test_two_who_read_the_same() -> None:
    """Others wait for the one who began first; the end of the second leaves that alone."""
    cache = PageCache()
    first, second = Reader(cache), Reader(cache)
    await asyncio.sleep(0)
    waiting = asyncio.ensure_future(ask_current(cache, 1))
    await second.end(2)
    await asyncio.sleep(0)
    assert not waiting.done()

    await first.end(1)

    assert b"1" == await waiting


def ask(cache: PageCache, user: UserId, query: bytes, body: bytes) -> bytes:
    """Do as a route does with a request whose answer has this body; return the body that is sent."""
    kept = cache.find((user, query))
    if kept is not None:
        return kept.response.body
    cache.keep((user, query), 1, Response(200, body))
    return body


def test_what_was_asked_for_last() -> None:
    """The page that was asked for last is dropped last, whoever asks; a page that came once is not kept."""
    noise = Random(1).randbytes(1000)  # noqa: S311 - what zlib makes no smaller
    cache = PageCache(3 * (OVERHEAD + len(noise) + 50))
    for query in (b"a", b"b", b"c") * 2:
        assert noise == ask(cache, ANN, query, noise)
    assert noise == ask(cache, ANN, b"a", b"other")
    for number in range(2 * MAX_REMEMBERED):
        assert b"" == ask(cache, BOB, b"%d" % number, b"")

    for body in (b"first", noise):
        assert body == ask(cache, BOB, b"a", body)

    asked = [(ANN, b"a"), (ANN, b"b"), (ANN, b"c"), (BOB, b"a")]
    assert [noise, None, noise, noise] == [kept and kept.response.body for kept in map(cache.find, asked)]


def test_the_newest_page_of_a_request() -> None:
    """It takes the place and the room of the one before; the response is complete."""
    cache, request = PageCache(2 * OVERHEAD), (ANN, b"a")
    link = (b"link", b'</api/tasks?cursor=x>; rel="next"')
    for revision in range(10):
        cache.keep(request, revision, Response(200, b"%d" % revision, [link]))

    kept = cache.find(request)

    assert kept is not None
    assert 9 == kept.revision
    assert (200, b"9", [link, (b"content-length", b"1")]) == (
        kept.response.status,
        kept.response.body,
        kept.response.headers,
    )


def test_memory_has_a_bound() -> None:
    """Small pages count for what they take beside their bytes, and one that is too large is not kept."""
    cache = PageCache(10 * OVERHEAD)
    for number in range(100):
        for _ in range(2):
            cache.keep((ANN, b"%d" % number), 1, Response(200))
    assert 9 == sum(cache.find((ANN, b"%d" % number)) is not None for number in range(100))

    for _ in range(2):
        cache.keep((ANN, b"large"), 1, Response(200, Random(1).randbytes(10 * OVERHEAD)))  # noqa: S311 - as above

    assert cache.find((ANN, b"large")) is None
