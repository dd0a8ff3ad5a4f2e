"""The one table of errors: which status, which words; and how a problem is written (RFC 9457)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from entrypoints.http import errors as http_errors
from entrypoints.http.context import RequestContext
from entrypoints.http.responses import PROBLEM, Header, Response, json_response
from entrypoints.http.wire import encode
from entrypoints.http.wire.json_body import MAX_BODY_BYTES
from todo_core import errors
from todo_core.preconditions import VersionMismatch

URN = "urn:todo-core:problem:"
RETRY_SECONDS = 2
"""How long a client should wait when the database is away or too much is waiting."""


@attrs.frozen
class ProblemType:
    """How errors of one class are answered. `detail` in words; where None, the error itself has them."""

    status: int
    title: str
    detail: str | None


_UNKNOWN_CALLER = "Send a valid access token: Authorization: Bearer …"
_RETRY = "Try again shortly; repeat a write with the same Idempotency-Key, id or If-Match"

PROBLEM_TYPES: Mapping[type[Exception], ProblemType] = {
    http_errors.MalformedRequest: ProblemType(400, "The request cannot be read", None),
    http_errors.InvalidCursor: ProblemType(
        400, "The cursor is not valid", "A cursor holds for the same user, filters and sort only: start without one"
    ),
    http_errors.InvalidSyncToken: ProblemType(
        400, "The sync token is not valid", "It was not made for this user: start without `since`"
    ),
    errors.NotAuthenticated: ProblemType(401, "Not authenticated", _UNKNOWN_CALLER),
    errors.InvalidToken: ProblemType(401, "Not authenticated", _UNKNOWN_CALLER),
    errors.InvalidCredentials: ProblemType(401, "Wrong credentials", "E-mail and password do not belong together"),
    errors.InvalidRefreshToken: ProblemType(401, "The refresh token is not valid", "Log in again"),
    errors.RefreshTokenReused: ProblemType(
        401, "The refresh token was used before", "The session has been ended; log in again"
    ),
    errors.Forbidden: ProblemType(403, "Forbidden", "This is another user's"),
    errors.InsufficientScope: ProblemType(403, "The token does not open this", None),
    errors.RegistrationClosed: ProblemType(403, "Registration is closed", "The operator makes the accounts here"),
    http_errors.CrossOriginRequest: ProblemType(
        403,
        "The origin is not allowed",
        "A request with the session cookie must come from the same or an allowed origin",
    ),
    errors.NotFound: ProblemType(404, "Not found", "There is nothing with this id"),
    http_errors.RouteNotFound: ProblemType(404, "Not found", "There is nothing at this path"),
    http_errors.MethodNotAllowed: ProblemType(
        405, "The method is not allowed here", "The header Allow names those that are"
    ),
    errors.EmailTaken: ProblemType(409, "The e-mail address is taken", "Another account has this address"),
    errors.IdTaken: ProblemType(409, "The id is taken", "Something with this id exists, or existed"),
    errors.ListNotEmpty: ProblemType(
        409, "The list is not empty", "Say with `tasks` what becomes of its tasks: `trash` or `inbox`"
    ),
    errors.InboxIsPermanent: ProblemType(409, "This is the inbox", "The inbox cannot be deleted"),
    errors.ParentInTrash: ProblemType(409, "The parent is in the trash", "Restore the parent, and what belongs to it"),
    errors.SiblingGone: ProblemType(409, "The sibling is not there", "It is no live one in that place: look again"),
    errors.TooDeep: ProblemType(409, "Too deep", "Its parent is too deep by now: move the parent up first"),
    errors.NotRepeating: ProblemType(409, "The task does not repeat", "It has no rule, or it is completed"),
    errors.NothingToReopen: ProblemType(409, "Nothing to reopen", "No occurrence of the task has ended"),
    errors.SyncTokenExpired: ProblemType(
        410, "The sync token has expired", "Drop the mirror and start again without `since`"
    ),
    VersionMismatch: ProblemType(
        412, "It has changed", "The precondition does not hold; `current` is the task or list as it is"
    ),
    http_errors.BodyTooLarge: ProblemType(413, "The body is too large", f"At most {MAX_BODY_BYTES} bytes"),
    http_errors.UnsupportedMediaType: ProblemType(
        415, "The media type is not supported", "A body has to be JSON: Content-Type: application/json"
    ),
    errors.InvalidInput: ProblemType(422, "The request is not valid", None),
    errors.UnknownTimezone: ProblemType(422, "The request is not valid", "Unknown time zone"),
    errors.IdempotencyKeyReused: ProblemType(
        422, "The idempotency key was used before", "The key stands for another request; take a new one"
    ),
    errors.QuotaExceeded: ProblemType(422, "The quota is used up", None),
    errors.NoSession: ProblemType(422, "There is no session to end", "The external issuer ends its own sessions"),
    errors.NoPassword: ProblemType(422, "The account has no password", "It belongs to an external issuer"),
    errors.PreconditionRequired: ProblemType(
        428,
        "A condition is needed",
        "Sent twice, it would be done twice: send If-Match with a tag, or where it is taken an Idempotency-Key",
    ),
    http_errors.RateLimited: ProblemType(429, "Too many requests", "Wait as long as Retry-After says"),
    http_errors.InternalError: ProblemType(
        500, "Internal error", "Something went wrong here; the request id finds it in the log"
    ),
    errors.Busy: ProblemType(503, "Too much work is waiting", _RETRY),
    errors.Unavailable: ProblemType(503, "The service is not available", _RETRY),
}


def problem_type_of(error: Exception) -> ProblemType | None:
    """Return how `error` is answered, or None when it is none of ours."""
    return next((PROBLEM_TYPES[cls] for cls in type(error).__mro__ if cls in PROBLEM_TYPES), None)


def problem_response(context: RequestContext, error: Exception) -> Response:
    """Return the problem that `error` is; anything that is not in the table is an internal error."""
    kind = problem_type_of(error)
    if kind is None:
        error = http_errors.InternalError()
        kind = PROBLEM_TYPES[http_errors.InternalError]
    code: str = error.code  # type: ignore[attr-defined]  # every class in the table has one
    context.problem = code
    if isinstance(error, errors.InvalidInput):
        context.causes = tuple(one.code for one in error.violations)
    if isinstance(error, errors.Busy | errors.Unavailable):
        context.reason = error.reason
    body = {
        "type": f"{URN}{code}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail or _detail(error),
        "code": code,
        "request_id": context.request_id,
        **_members(error),
    }
    return json_response(kind.status, body, *_headers(kind, error), media_type=PROBLEM)


def _detail(error: Exception) -> str:
    if isinstance(error, errors.InvalidInput):
        count = len(error.violations)
        return f"{count} field{' is' if count == 1 else 's are'} not valid"
    if isinstance(error, errors.InsufficientScope):
        return f"This needs the scope {error.scope}" if error.scope else "No token opens this: log in"
    if isinstance(error, errors.QuotaExceeded):
        return f"At most {error.limit} {error.what}"
    return str(getattr(error, "detail", ""))


def _members(error: Exception) -> dict[str, Any]:
    """Return the members that only some problems have."""
    if isinstance(error, errors.InvalidInput):
        return {"errors": [_part(pointer(one.path), one.code, one.detail) for one in error.violations]}
    if isinstance(error, http_errors.MalformedRequest) and error.parts:
        return {"errors": [_part(one.pointer, one.code, one.detail) for one in error.parts]}
    if isinstance(error, VersionMismatch):
        return {"current": encode.item(error.current)}
    return {}


def _part(where: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": where, "code": code, "detail": detail}


def pointer(path: Sequence[str | int]) -> str:
    """Return the JSON pointer (RFC 6901) of a member."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _headers(kind: ProblemType, error: Exception) -> list[Header]:
    by_status: dict[int, Callable[[], Header]] = {
        401: lambda: (b"www-authenticate", b"Bearer"),
        429: lambda: (b"retry-after", str(_wait(error)).encode()),
        503: lambda: (b"retry-after", str(RETRY_SECONDS).encode()),
    }
    headers = [by_status[kind.status]()] if kind.status in by_status else []
    if isinstance(error, http_errors.MethodNotAllowed):
        headers.append((b"allow", ", ".join(error.allowed).encode()))
    if isinstance(error, errors.InsufficientScope):
        headers.append((b"www-authenticate", _needed_scope(error.scope).encode()))
    if isinstance(error, VersionMismatch):
        headers.append((b"etag", encode.etag(error.current)))
    return headers


def _needed_scope(scope: str | None) -> str:
    """Return the challenge that names the scope (RFC 6750 3), if a token with it would open this."""
    return 'Bearer error="insufficient_scope"' + (f', scope="{scope}"' if scope else "")


def _wait(error: Exception) -> int:
    return error.count.resets_in if isinstance(error, http_errors.RateLimited) else RETRY_SECONDS
