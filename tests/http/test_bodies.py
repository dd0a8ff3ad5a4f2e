"""What a body may be: JSON that says so, not too large, not too deep, and nothing twice."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.http.errors import MalformedRequest
from entrypoints.http.middleware import request_body
from entrypoints.http.routing import Body, Route
from entrypoints.http.wire import json_body
from tests.http.api import User, World, problem
from tests.http.conformance import served
from tests.support import drafts
from todo_core.tasks import MAX_DESCRIPTION_LENGTH, MAX_TAG_LENGTH, MAX_TAGS, MAX_TITLE_LENGTH, Draft

TASKS = "/api/tasks"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
async def test_other_media_types_are_415(ada: User, media_type: str) -> None:
    """A body of another type is refused."""
    response = await ada("POST", TASKS, content=b'{"title": "x"}', headers={"Content-Type": media_type})

    problem(response, 415, "unsupported-media-type")


async def test_no_media_type_is_415(ada: User) -> None:
    """A body that does not say what it is, is refused: no simple cross-origin form gets through."""
    problem(await ada("POST", TASKS, content=b'{"title": "x"}'), 415, "unsupported-media-type")


async def test_chunked_without_media_type_is_415(ada: User) -> None:
    """The same, when the length is not declared."""
    problem(await ada("POST", TASKS, content=_chunks(b'{"title": "x"}')), 415, "unsupported-media-type")


async def test_media_type_parameters(ada: User) -> None:
    """`charset=utf-8` is fine in any case, another one is not."""
    good = await ada(
        "POST", TASKS, content=b'{"title": "x"}', headers={"Content-Type": "Application/JSON; Charset=UTF-8"}
    )
    bad = await ada(
        "POST", TASKS, content=b'{"title": "x"}', headers={"Content-Type": "application/json; charset=latin1"}
    )

    assert 201 == good.status_code
    problem(bad, 415, "unsupported-media-type")


async def test_merge_patch_is_for_patch_only(ada: User) -> None:
    """PATCH takes `application/merge-patch+json`, other methods do not."""
    task = await ada.add()
    merge = {"Content-Type": "application/merge-patch+json"}

    patched = await ada("PATCH", f"{TASKS}/{task['id']}", content=b'{"title": "y"}', headers=merge)
    posted = await ada("POST", TASKS, content=b'{"title": "y"}', headers=merge)

    assert 200 == patched.status_code
    problem(posted, 415, "unsupported-media-type")


async def test_compressed_bodies_are_415(ada: User) -> None:
    """There is no decompression, so no bomb."""
    response = await ada("POST", TASKS, content=b"\x1f\x8b", headers={**JSON, "Content-Encoding": "gzip"})

    problem(response, 415, "unsupported-media-type")


async def test_body_limit(ada: User) -> None:
    """384 KiB pass, one byte more is 413; the title is what is wrong with the former."""
    body = json.dumps({"title": ""}).encode()

    at_limit = await ada("POST", TASKS, content=body.ljust(json_body.MAX_BODY_BYTES), headers=JSON)
    above = await ada("POST", TASKS, content=body.ljust(json_body.MAX_BODY_BYTES + 1), headers=JSON)

    problem(at_limit, 422, "validation-failed")
    problem(above, 413, "body-too-large")


async def test_chunked_body_limit(ada: User) -> None:
    """A body without a declared length is counted while it arrives."""
    response = await ada("POST", TASKS, content=_chunks(*[b" " * 100_000] * 4), headers=JSON)

    problem(response, 413, "body-too-large")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'title': 'x'}",
        b'{"title": "x"} x',
        b'{"title": "x",}',
        b'{"title": NaN}',
        b'{"title": -Infinity}',
        b'{"title": "x", "title": "y"}',
        b'{"due": {"date": "2026-01-01", "date": "2026-01-02"}}',
        b'{"title": "\xff"}',
        b'{"title": "\\ud800"}',
        b'{"\\udc00": 1}',
        b'{"title": "a\nb"}',
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf\xef\xbb\xbf{}",
        b"{\xef\xbb\xbf}",
        b'{"title": ' + b"1" * 5000 + b"}",
        b"null",
        b"",
        "{}".encode("utf-16"),
        b"[" * 33 + b'"' + b'\\"' * 60_000,
        b"{" + b",".join(b'"%d":1' % number for number in range(11_000)) + b',"10999":1}',
    ],
)
async def test_malformed_bodies_are_400(ada: User, body: bytes) -> None:
    """What is not strict JSON in UTF-8 is malformed, and never a 5xx."""
    problem(await ada("POST", TASKS, content=body, headers=JSON), 400, "malformed-request")


@pytest.mark.parametrize("parts", [[b"\xef\xbb\xbf", b'{"title": "x"}'], [b"\xef", b'\xbb\xbf\n{"title": "x"}']])
async def test_a_byte_order_mark_is_ignored(ada: User, parts: list[bytes]) -> None:
    """Editors and .NET write one before the text, and it may arrive in pieces; inside a text it is a character."""
    at_once = await ada("POST", TASKS, content=b"".join(parts), headers=JSON)
    chunked = await ada("POST", TASKS, content=_chunks(*parts), headers=JSON)
    inside = await ada("POST", TASKS, json={"title": "\ufeffx"})

    assert [201] * 3 == [response.status_code for response in (at_once, chunked, inside)]
    assert "\ufeffx" == inside.json()["title"]


async def test_depth_limit(ada: User) -> None:
    """32 levels can be read (and are no task), 33 cannot; however deep, it is a 400."""
    for depth in (33, 1_000, 60_000):
        response = await ada("POST", TASKS, content=b"[" * depth + b"]" * depth, headers=JSON)
        problem(response, 400, "malformed-request")

    problem(await ada("POST", TASKS, content=b"[" * 32 + b"]" * 32, headers=JSON), 422, "validation-failed")


async def test_brackets_in_strings_are_no_depth(ada: User) -> None:
    """Only structure counts as nesting."""
    assert "[{" * 100 == (await ada.add("[{" * 100))["title"]
    assert '\\"[' * 50 == (await ada.add('\\"[' * 50))["title"]


async def test_surrogate_pairs_are_text(ada: User) -> None:
    """A whole pair of escapes is one character."""
    response = await ada("POST", TASKS, content=b'{"title": "\\ud83d\\ude00"}', headers=JSON)

    assert "\N{GRINNING FACE}" == response.json()["title"]


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"true"])
async def test_other_json_than_objects_is_422(ada: User, body: bytes) -> None:
    """The document itself is named when it is no object."""
    response = await ada("POST", TASKS, content=body, headers=JSON)

    assert [{"pointer": "", "code": "wrong-type", "detail": "a JSON object"}] == problem(
        response, 422, "validation-failed"
    )["errors"]


async def test_requests_without_a_body(ada: User) -> None:
    """Where no body is taken, nothing or `{}` may be sent; anything else is not ignored."""
    toggle = f"{TASKS}/{(await ada.add())['id']}/toggle"

    assert 200 == (await ada("PATCH", toggle)).status_code
    assert 200 == (await ada("PATCH", toggle, json={})).status_code
    for body in (b'{"completed": true}', b"[]", b'""', b"0", b"false"):
        problem(await ada("PATCH", toggle, content=body, headers=JSON), 400, "malformed-request")
    problem(await ada("PATCH", toggle, content=b"x"), 415, "unsupported-media-type")


def _needs_no_body(route: Route) -> bool:
    return route.method != "GET" and route.body is not Body.REQUIRED


async def _sent(user: User, route: Route, **more: Any) -> httpx.Response:  # noqa: ANN401 - what httpx takes
    task = await user.add()
    return await user(route.method, re.sub(r"{\w+:str}", task["id"], route.path), **more)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": ""},
        {"Content-Type": "application/json; charset=latin1"},
        {"Content-Encoding": "gzip"},
    ],
)
@pytest.mark.parametrize("chunked", [False, True])
async def test_an_empty_body_is_none(world: World, headers: dict[str, str], *, chunked: bool) -> None:
    """Every route that needs no body answers an empty one, whatever its type, as it answers none at all."""
    routes = [route for route in served(world.app) if _needs_no_body(route)]

    assert {"logOut", "logOutEverywhere", "toggleTask", "restoreTask", "deleteTask"} < {route.name for route in routes}
    for number, route in enumerate(routes):
        without = await _sent(await world.user(f"{number}@example.org"), route)
        empty = _chunks(b"") if chunked else b""
        other = await _sent(await world.user(f"{number}@example.net"), route, content=empty, headers=headers)
        assert (route.name, without.status_code) == (route.name, other.status_code)


async def test_a_body_that_breaks_off_is_400(ada: User) -> None:
    """A client that leaves in the middle is no error of ours."""

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    await ada.app(_scope(ada), receive, send)  # type: ignore[arg-type]  # ASGI is ASGI

    assert 400 == sent[0]["status"]


async def test_a_body_that_does_not_come_is_400(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody holds a request open for ever by sending its headers only."""
    monkeypatch.setattr(json_body, "BODY_TIMEOUT_SECONDS", 0.01)
    monkeypatch.setattr(request_body, "DROP_SECONDS", 0.01)

    async def receive() -> dict[str, str]:
        await asyncio.Event().wait()
        raise AssertionError

    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    await ada.app(_scope(ada), receive, send)  # type: ignore[arg-type]  # ASGI is ASGI

    assert 400 == sent[0]["status"]


def escaped(value: object) -> bytes:
    """Return a JSON text in which every character of every string, names included, is escaped."""

    def spell(text: re.Match[str]) -> str:
        units = json.loads(text[0]).encode("utf-16-be")
        return '"' + "".join(f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True)) + '"'

    return re.sub(r'"(?:[^"\\]|\\.)*"', spell, json.dumps(value, ensure_ascii=False)).encode()


ASTRAL = "\N{GRINNING FACE}"
LARGEST = {
    "title": ASTRAL * MAX_TITLE_LENGTH,
    "description": ASTRAL * MAX_DESCRIPTION_LENGTH,
    "completed": False,
    "priority": "medium",
    "due": {"date": "2026-12-24", "time": "18:00", "timezone": "America/Argentina/ComodRivadavia"},
    "tags": [ASTRAL * (MAX_TAG_LENGTH - 2) + f"{number:02}" for number in range(MAX_TAGS)],
}
"""A task whose text takes as many bytes as a task's can."""


async def test_the_largest_task_can_be_sent_in_any_spelling(ada: User) -> None:
    """With every character escaped, as with none; it is stored as it is."""
    spellings = [escaped(LARGEST), json.dumps(LARGEST, ensure_ascii=False).encode()]
    assert 320_000 < len(spellings[0]) < json_body.MAX_BODY_BYTES

    for body in spellings:
        made = await ada("POST", TASKS, content=body, headers=JSON)
        assert LARGEST == {name: made.json()[name] for name in LARGEST}


@given(drafts)
def test_every_task_can_be_sent_escaped(draft: Draft) -> None:
    """A task is the same with each of its characters as an escape sequence."""
    body = {"title": draft.title, "description": draft.description, "tags": [*draft.tags]}

    assert body == json_body.parse(escaped(body))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_parse_agrees_with_the_standard_library(value: object) -> None:
    """Whatever JSON can say within the limits is read as it is."""
    assert value == json_body.parse(json.dumps(value).encode())
    assert value == json_body.parse(json.dumps(value, ensure_ascii=False).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_malformed(raw: bytes) -> None:
    """There is no third outcome."""
    with suppress(MalformedRequest):
        json_body.parse(raw)


def _scope(user: User) -> dict[str, object]:
    headers = {"authorization": f"Bearer {user.tokens['access_token']}", **{k.lower(): v for k, v in JSON.items()}}
    return {
        "type": "http",
        "method": "POST",
        "path": TASKS,
        "raw_path": TASKS.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "server": ("todo.test", 80),
        "http_version": "1.1",
        "asgi": {"version": "3.0"},
    }


async def _chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
