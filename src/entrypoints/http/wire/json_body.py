"""Reads a body: content type, size limit, strict JSON (RFC 8259)."""

import asyncio
import codecs
import json
import re
from typing import Any, NoReturn

from litestar.types import Receive

from entrypoints.http.context import RequestContext
from entrypoints.http.errors import BodyTooLarge, MalformedRequest, UnsupportedMediaType

MAX_BODY_BYTES = 384 * 1024
"""How many bytes a body may have."""
BODY_TIMEOUT_SECONDS = 30
"""For how long a body may be under way: who sends one byte a minute holds a connection, and no more than that."""
MAX_JSON_DEPTH = 32

PLAIN = frozenset({"application/json"})
PATCH = frozenset({"application/json", "application/merge-patch+json"})

_TOKENS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)
"""Strings and brackets. A string without an end reaches to the end of the text, so that no byte is looked at twice."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_NAME_SHOWN = 50


async def read_json(context: RequestContext, receive: Receive, media_types: frozenset[str] = PLAIN) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON value in the body, or None when there is no body: its length is 0, whatever its type.

    Raises UnsupportedMediaType, BodyTooLarge or MalformedRequest, in this order. A JSON `null` is malformed here: no
    request has one, and None means absent.
    """
    raw = await read_all(context, receive, supported=_is_supported(context, media_types))
    if not raw:
        return None
    value = parse(raw)
    if value is None:
        raise MalformedRequest("The body is null")
    return value


def _is_supported(context: RequestContext, media_types: frozenset[str]) -> bool:
    """Return whether a body is what this API reads: JSON in UTF-8 that says so, not compressed."""
    encoding = (context.header(b"content-encoding") or "identity").strip().lower()
    essence, _, parameters = (context.header(b"content-type") or "").partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\";\s]*)", parameters, re.IGNORECASE)
    in_utf8 = charset is None or charset.group(1).lower() in {"utf-8", "utf8"}
    return encoding == "identity" and essence.strip().lower() in media_types and in_utf8


async def read_all(context: RequestContext, receive: Receive, *, supported: bool) -> bytes:
    """Return the whole body, counted while it arrives. Raises UnsupportedMediaType for one that is not supported."""
    declared = context.header(b"content-length") or "0"
    if declared.isdecimal():
        _check_size(int(declared[:20]), supported=supported)
    try:
        async with asyncio.timeout(BODY_TIMEOUT_SECONDS):
            return await _received(receive, supported=supported)
    except TimeoutError:
        raise MalformedRequest(f"The body took more than {BODY_TIMEOUT_SECONDS} seconds") from None


async def _received(receive: Receive, *, supported: bool) -> bytes:
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise MalformedRequest("The body ended too early")
        size += len(message["body"])
        _check_size(size, supported=supported)
        chunks.append(message["body"])
        more = message["more_body"]
    return b"".join(chunks)


def _check_size(size: int, *, supported: bool) -> None:
    if size and not supported:
        raise UnsupportedMediaType
    if size > MAX_BODY_BYTES:
        raise BodyTooLarge


def parse(raw: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of a JSON text; a byte order mark before it is ignored (RFC 8259, 8.1). Raises MalformedRequest.

    Stricter than the standard library: no NaN or Infinity, no member twice, no lone surrogate, at most 32 levels.
    """
    _check_depth(raw)
    try:
        text = raw.removeprefix(codecs.BOM_UTF8).decode()
        value = _DECODER.decode(text)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeError as error:
        raise MalformedRequest("The body is not UTF-8, or holds half a surrogate pair") from error
    except ValueError as error:
        raise MalformedRequest("The body is not JSON") from error
    return value


def _check_depth(raw: bytes) -> None:
    """Refuse deep nesting before the parser meets it; most bodies have too few brackets to need a closer look."""
    if raw.count(b"[") + raw.count(b"{") <= MAX_JSON_DEPTH:
        return
    depth = 0
    for token in _TOKENS.finditer(raw):
        first = token.group()[0]
        if first in b"[{":
            depth += 1
            if depth > MAX_JSON_DEPTH:
                raise MalformedRequest(f"The body is nested deeper than {MAX_JSON_DEPTH} levels")
        elif first in b"]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise MalformedRequest(f"The member {_shown(name)} is there more than once")
        members[name] = value
    return members


def _shown(name: str) -> str:
    return json.dumps(name[:_NAME_SHOWN])


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedRequest(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)
