"""Request headers with a grammar: If-Match and If-None-Match (RFC 9110, 13.1), Idempotency-Key."""

import hashlib
import json
import re
from typing import Any

from entrypoints.http.context import RequestContext
from entrypoints.http.errors import InvalidPart, MalformedRequest
from todo_core.errors import InvalidInput
from todo_core.idempotency import IdempotencyKey
from todo_core.preconditions import ANY_VERSION, Precondition, Versions

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"[ \t]*(?:,[ \t]*)*{_TAG}(?:[ \t]*,(?:[ \t]*{_TAG})?)*[ \t]*")
_VERSION = re.compile(r'(W/)?"(0|[1-9][0-9]{0,18})"')


def precondition(context: RequestContext) -> Precondition:
    """Return what the request asks of the task or list. Raises MalformedRequest."""
    match, none_match = context.header(b"if-match"), context.header(b"if-none-match")
    return Precondition(
        match=None if match is None else _versions("If-Match", match, weak=False),
        none_match=None if none_match is None else _versions("If-None-Match", none_match, weak=True),
    )


def _versions(header: str, value: str, *, weak: bool) -> Versions:
    """Return the versions that the tags of a header name; a tag that is no version of ours matches none."""
    if value.strip() == ANY_VERSION:
        return ANY_VERSION
    if _TAGS.fullmatch(value) is None:
        raise _malformed(header, 'a list of entity tags such as "12", or *')
    found = (_VERSION.fullmatch(tag) for tag in re.findall(_TAG, value))
    return frozenset(int(tag[2]) for tag in found if tag and (weak or not tag[1]))


def idempotency_key(context: RequestContext, method: str, path: str, body: Any) -> IdempotencyKey | None:  # noqa: ANN401 - any JSON value
    """Return the Idempotency-Key of a request, or None without one. Raises MalformedRequest.

    Its fingerprint covers the method, the path and the JSON value: neither spaces nor the order of members matter.
    """
    key = context.header(b"idempotency-key")
    if key is None:
        return None
    request = json.dumps([method, path, body or {}], sort_keys=True, separators=(",", ":"))
    try:
        return IdempotencyKey(key, hashlib.sha256(request.encode()).digest())
    except InvalidInput as error:
        raise _malformed("Idempotency-Key", error.violations[0].detail) from None


def _malformed(header: str, detail: str) -> MalformedRequest:
    return MalformedRequest(f"The header {header} cannot be read", (InvalidPart(header, "malformed", detail),))
