"""Requests that nobody should send, as bytes: seeded, so that a failure can be had again by its number."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import attrs

from entrypoints.http.document.examples import example_of
from entrypoints.http.routing import Route

ENDS_SESSIONS = frozenset({"logOut", "logOutEverywhere", "endSession"})
SLOW = frozenset({"register", "logIn", "changePassword", "deleteAccount"})
"""Routes that hash passwords: they are asked less often."""

TEXTS = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\r\nX-Injected: 1",
    "\u2028\u202e\x1b[31m",
    "\ud800",
    "'; DROP TABLE tasks; --",
    "%(id)s %s {0} ${x}",
    "<script>alert(1)</script>",
    "../../../etc/passwd",
    "A" * 501,
    "e\u0301" * 300,
    "\U0001f600" * 100,
    "null",
    "-0",
    "9" * 400,
    "2026-02-30",
    "9999-12-31T23:59:60Z",
    "0001-01-01T00:00:00+23:59",
    "Europe/Berlin",
    "../UTC",
    "ada@example.org",
    "@",
    "a quiet harbour at dawn",
]
VALUES: list[Any] = [*TEXTS, None, True, False, 0, -1, 1, 2**63, 10**400, 1e308, -0.0, [], {}, [[]], {"": ""}]
NAMES = [
    *("id", "title", "description", "completed", "priority", "due", "date", "time", "timezone", "tags", "version"),
    *("email", "password", "current_password", "new_password", "display_name", "delivery", "refresh_token"),
    *("created_at", "owner_id", "__proto__", "", "\x00", "constructor"),
]
PARAMETERS = [
    *("completed", "priority", "tag", "q", "due", "due_before", "due_after", "updated_after", "deleted", "sort"),
    *("limit", "cursor", "count", "since", "", "limit[]", "_"),
]
HEADERS = [
    *(b"If-Match", b"If-None-Match", b"Idempotency-Key", b"X-Request-Id", b"Origin", b"Cookie", b"User-Agent"),
    *(b"X-Forwarded-For", b"X-Forwarded-Proto", b"Forwarded", b"Content-Encoding", b"Accept", b"Accept-Encoding"),
    *(b"Sec-Fetch-Site", b"Range", b"Expect", b"X-HTTP-Method-Override", b"Access-Control-Request-Method", b"Via"),
]
HEADER_VALUES = [
    *(b"", b"*", b'"1"', b'W/"1", "2"', b'"' + b"9" * 30 + b'"', b'"\xff"', b",,,", b"\x80\xfe\xff", b"a" * 5000),
    *(b"null", b"https://evil.example", b"same-origin", b"__Host-refresh=abc", b"__Host-refresh=", b"=; ;;", b"gzip"),
    *(b"1.2.3.4", b"::1, 127.0.0.1", b"not an address", b"https", b"for=unknown", b"bytes=0-", b"\t", b"{}", b"%00"),
]
MEDIA_TYPES = [b"application/json"] * 50 + [
    *(b"application/merge-patch+json", b"text/plain", b"", b"application/json; charset=utf-16", b"\xff/\xff"),
    *(b"multipart/form-data; boundary=x", b"application/x-www-form-urlencoded", b"application/json;;;=", b"*/*"),
]
RAW = [
    *(b"", b"{", b"[", b"null", b"NaN", b'"\\ud800"', b'{"a":1,"a":2}', b"\xef\xbb\xbf{}", b"\xff\xfe\x00", b"\x00"),
    *(b"[" * 5000, b'{"a":' * 40 + b"1" + b"}" * 40, b'"' + b"\\" * 999, b"1" * 5000, b"1e999", b"{}" * 2),
    *(b'{"title":"' + b"\xc3\x28" + b'"}', b'{"title":"' + b"a" * 400_000 + b'"}', b"[" + b"{}," * 9000 + b"{}]"),
]
METHODS = [b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT", b"BREW", b"get"]


@attrs.frozen
class Hostile:
    """One request: what a socket is given."""

    route: str
    raw: bytes
    method: bytes


@attrs.frozen
class Attacker:
    """Makes requests by their number. `ids` are ids that exist, `token` gives a valid access token."""

    routes: Sequence[Route]
    ids: Sequence[str]
    token: Callable[[], str]
    seed: int = 5

    def request(self, number: int) -> Hostile:
        """Return the request of this number: the same each time, the token aside."""
        random = Random(f"{self.seed} {number}")  # noqa: S311 - chosen for being repeatable
        route = random.choices(self.routes, [_weight(route) for route in self.routes])[0]
        method = route.method.encode() if random.random() < 0.9 else random.choice(METHODS)
        target = self._path(random, route) + self._query(random)
        bodiless = route.request is None
        body = b"" if bodiless and random.random() < 0.9 else self._body(random, route)
        headers = [(b"Host", b"127.0.0.1"), *self._credentials(random, route), *self._headers(random)]
        return Hostile(route.name, _message(random, method, target, headers, body), method)

    def _path(self, random: Random, route: Route) -> bytes:
        text = route.path
        while "{" in text:
            before, _, after = text.partition("{")
            text = before + self._id(random) + after.partition("}")[2]
        raw = text.encode()
        if random.random() < 0.05:
            place = random.randrange(1, len(raw) + 1)
            raw = raw[:place] + _escaped(random, random.randbytes(random.randrange(1, 6))) + raw[place:]
        return raw

    def _id(self, random: Random) -> str:
        if random.random() < 0.7:
            return random.choice(self.ids)
        return random.choice(["0", "%00", "%ff", "..", "%2e%2e%2f", "{x}", "a" * 3000, self.ids[0].upper(), "%C3%A4"])

    def _query(self, random: Random) -> bytes:
        if random.random() < 0.7:
            return b""
        if random.random() < 0.2:
            return b"?" + _escaped(random, random.randbytes(random.randrange(1, 40)))
        pairs = (
            _escaped(random, random.choice(PARAMETERS).encode())
            + b"="
            + _escaped(random, random.choice([*TEXTS, "true", "1", "200", "-due"]).encode(errors="surrogatepass"))
            for _ in range(random.choice([1, 1, 2, 3, 250]))
        )
        return b"?" + b"&".join(pairs)[:6000]

    def _credentials(self, random: Random, route: Route) -> list[tuple[bytes, bytes]]:
        likely = 0.03 if route.name in ENDS_SESSIONS else 0.92
        if random.random() < likely:
            return [(b"Authorization", b"Bearer " + self.token().encode())]
        if random.random() < 0.5:
            return []
        token = bytearray(self.token().encode())
        token[random.randrange(len(token))] = random.randrange(33, 256)
        return [(b"Authorization", b"Bearer " + bytes(token))]

    def _headers(self, random: Random) -> list[tuple[bytes, bytes]]:
        count = random.choice([0, 0, 1, 2, 5])
        return [
            (
                random.choice(HEADERS),
                random.choice(HEADER_VALUES) if random.random() < 0.8 else _field(random.randbytes(12)),
            )
            for _ in range(count)
        ]

    def _body(self, random: Random, route: Route) -> bytes:
        kind = random.random()
        if kind < 0.15:
            return random.choice(RAW)
        if kind < 0.2:
            return random.randbytes(random.randrange(1, 200))
        right = {} if route.request is None else example_of(route.request)
        names = random.sample([*NAMES, *right] if kind < 0.4 else [*right, ""], random.randrange(1, 3) if right else 1)
        value = {**right, **{name: self._value(random, 2) for name in names}}
        body = json.dumps(value, ensure_ascii=random.random() < 0.5)
        raw = bytearray(body.encode(errors="surrogatepass"))
        if kind > 0.8:
            for _ in range(random.randrange(1, 4)):
                raw[random.randrange(len(raw))] = random.randrange(256)
        return bytes(raw)

    def _value(self, random: Random, depth: int) -> Any:  # noqa: ANN401 - any JSON value
        if depth and random.random() < 0.2:
            return {random.choice(NAMES): self._value(random, depth - 1) for _ in range(3)}
        if depth and random.random() < 0.2:
            return [self._value(random, depth - 1) for _ in range(random.choice([1, 3, 60]))]
        return random.choice([*VALUES, *self.ids])


def _weight(route: Route) -> int:
    """Return how often a route is asked: most of all where there is most to be wrong."""
    if route.name in SLOW:
        return 1
    return 30 if route.request is not None else 15 if route.is_api else 4


def _message(random: Random, method: bytes, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes) -> bytes:
    """Return the request as it goes over the wire; now and then in chunks."""
    if body and random.random() < 0.95:
        headers = [*headers, (b"Content-Type", random.choice(MEDIA_TYPES))]
    if body and random.random() < 0.2:
        headers = [*headers, (b"Transfer-Encoding", b"chunked")]
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    elif body or random.random() < 0.5:
        headers = [*headers, (b"Content-Length", b"%d" % len(body))]
    lines = [method + b" " + target + b" HTTP/1.1", *(name + b": " + value for name, value in headers)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _escaped(random: Random, raw: bytes) -> bytes:
    """Return bytes that may stand in a request line: some as they are, the others percent-encoded."""
    plain = frozenset(b"ABCXYZabcxyz0123456789-._~/+=&%;,@!$'()*:|^{}<>")
    return b"".join(
        bytes([one]) if one in plain or (one > 0x7F and random.random() < 0.02) else b"%%%02x" % one for one in raw
    )


def _field(raw: bytes) -> bytes:
    """Return bytes that may stand in a header: all but those that end it."""
    return bytes(one for one in raw if one not in b"\r\n\x00")
