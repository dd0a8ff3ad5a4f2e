"""The one table of errors: which status, which words; and how a problem is written (RFC 9457)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from entrypoints.http import faults, wire
from entrypoints.http.answers import PROBLEM, Answer, Header, json_answer
from entrypoints.http.exchange import Exchange
from entrypoints.http.json_body import MAX_BODY_BYTES
from todo_core import errors
from todo_core.tasks import VersionMismatch

URN = "urn:todo-core:problem:"
RETRY_SECONDS = 2
"""How long a client should wait when the database is away or too much is waiting."""


@attrs.frozen
class Kind:
    """How errors of one class are answered. `detail` in words; where None, the error itself has them."""

    status: int
    title: str
    detail: str | None


_UNKNOWN_CALLER = "Send a valid access token: Authorization: Bearer …"
_RETRY = "Try again shortly; repeat a write with the same Idempotency-Key, id or If-Match"

KINDS: Mapping[type[Exception], Kind] = {
    faults.MalformedRequest: Kind(400, "The request cannot be read", None),
    faults.InvalidCursor: Kind(
        400, "The cursor is not valid", "A cursor holds for the same user, filters and sort only: start without one"
    ),
    faults.InvalidSyncToken: Kind(
        400, "The sync token is not valid", "It was not made for this user: start without `since`"
    ),
    errors.NotAuthenticated: Kind(401, "Not authenticated", _UNKNOWN_CALLER),
    errors.InvalidToken: Kind(401, "Not authenticated", _UNKNOWN_CALLER),
    errors.InvalidCredentials: Kind(401, "Wrong credentials", "E-mail and password do not belong together"),
    errors.InvalidRefreshToken: Kind(401, "The refresh token is not valid", "Log in again"),
    errors.RefreshTokenReused: Kind(
        401, "The refresh token was used before", "The session has been ended; log in again"
    ),
    errors.Forbidden: Kind(403, "Forbidden", "This task is another user's"),
    errors.RegistrationClosed: Kind(403, "Registration is closed", "The operator makes the accounts here"),
    faults.CrossOriginRequest: Kind(
        403,
        "The origin is not allowed",
        "A request with the session cookie must come from the same or an allowed origin",
    ),
    errors.NotFound: Kind(404, "Not found", "There is nothing with this id"),
    faults.RouteNotFound: Kind(404, "Not found", "There is nothing at this path"),
    faults.MethodNotAllowed: Kind(405, "The method is not allowed here", "The header Allow names those that are"),
    errors.EmailTaken: Kind(409, "The e-mail address is taken", "Another account has this address"),
    errors.IdTaken: Kind(409, "The id is taken", "A task with this id exists, or existed"),
    errors.SyncTokenExpired: Kind(410, "The sync token has expired", "Drop the mirror and start again without `since`"),
    VersionMismatch: Kind(
        412, "The task has changed", "The precondition does not hold; `current` is the task as it is"
    ),
    faults.BodyTooLarge: Kind(413, "The body is too large", f"At most {MAX_BODY_BYTES} bytes"),
    faults.UnsupportedMediaType: Kind(
        415, "The media type is not supported", "A body has to be JSON: Content-Type: application/json"
    ),
    errors.InvalidInput: Kind(422, "The request is not valid", None),
    errors.UnknownTimezone: Kind(422, "The request is not valid", "Unknown time zone"),
    errors.IdempotencyKeyReused: Kind(
        422, "The idempotency key was used before", "The key stands for another request; take a new one"
    ),
    errors.QuotaExceeded: Kind(422, "The quota is used up", None),
    errors.NoPassword: Kind(422, "The account has no password", "It belongs to an external issuer"),
    faults.RateLimited: Kind(429, "Too many requests", "Wait as long as Retry-After says"),
    faults.InternalError: Kind(500, "Internal error", "Something went wrong here; the request id finds it in the log"),
    errors.Busy: Kind(503, "Too much work is waiting", _RETRY),
    errors.Unavailable: Kind(503, "The service is not available", _RETRY),
}


def kind_of(error: Exception) -> Kind | None:
    """Return how `error` is answered, or None when it is none of ours."""
    return next((KINDS[cls] for cls in type(error).__mro__ if cls in KINDS), None)


def answer_problem(exchange: Exchange, error: Exception) -> Answer:
    """Return the problem that `error` is; anything that is not in the table is an internal error."""
    kind = kind_of(error)
    if kind is None:
        error = faults.InternalError()
        kind = KINDS[faults.InternalError]
    code: str = error.code  # type: ignore[attr-defined]  # every class in the table has one
    exchange.problem = code
    if isinstance(error, errors.InvalidInput):
        exchange.causes = tuple(one.code for one in error.violations)
    if isinstance(error, errors.Busy | errors.Unavailable):
        exchange.reason = error.reason
    body = {
        "type": f"{URN}{code}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail or _detail(error),
        "code": code,
        "request_id": exchange.request_id,
        **_members(error),
    }
    return json_answer(kind.status, body, *_headers(kind, error), media_type=PROBLEM)


def _detail(error: Exception) -> str:
    if isinstance(error, errors.InvalidInput):
        count = len(error.violations)
        return f"{count} field{' is' if count == 1 else 's are'} not valid"
    if isinstance(error, errors.QuotaExceeded):
        return f"At most {error.limit} {error.what}"
    return str(getattr(error, "detail", ""))


def _members(error: Exception) -> dict[str, Any]:
    """Return the members that only some problems have."""
    if isinstance(error, errors.InvalidInput):
        return {"errors": [_part(pointer(one.path), one.code, one.detail) for one in error.violations]}
    if isinstance(error, faults.MalformedRequest) and error.parts:
        return {"errors": [_part(one.pointer, one.code, one.detail) for one in error.parts]}
    if isinstance(error, VersionMismatch):
        return {"current": wire.task(error.current)}
    return {}


def _part(where: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": where, "code": code, "detail": detail}


def pointer(path: Sequence[str | int]) -> str:
    """Return the JSON pointer (RFC 6901) of a member."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _headers(kind: Kind, error: Exception) -> list[Header]:
    by_status: dict[int, Callable[[], Header]] = {
        401: lambda: (b"www-authenticate", b"Bearer"),
        429: lambda: (b"retry-after", str(_wait(error)).encode()),
        503: lambda: (b"retry-after", str(RETRY_SECONDS).encode()),
    }
    headers = [by_status[kind.status]()] if kind.status in by_status else []
    if isinstance(error, faults.MethodNotAllowed):
        headers.append((b"allow", ", ".join(error.allowed).encode()))
    if isinstance(error, VersionMismatch):
        headers.append((b"etag", wire.etag(error.current)))
    return headers


def _wait(error: Exception) -> int:
    return error.count.resets_in if isinstance(error, faults.RateLimited) else RETRY_SECONDS
