"""What can be wrong with a request before any rule of the core is asked. Mapped to statuses in `problems`."""

from typing import ClassVar

import attrs

from entrypoints.http.ports import RateLimitStatus


@attrs.frozen
class InvalidPart:
    """One bad part of a request: `?name` for a query parameter, else the name of the header, or empty for the body."""

    pointer: str
    code: str
    detail: str


class HttpError(Exception):
    """The root of what the HTTP layer itself refuses."""

    code: ClassVar[str]


@attrs.frozen
class MalformedRequest(HttpError):
    """A body, header or query parameter that cannot be read as what it should be."""

    code: ClassVar[str] = "malformed-request"
    detail: str
    parts: tuple[InvalidPart, ...] = ()


class InvalidCursor(HttpError):
    """A cursor that was not made here, or for other filters or another user."""

    code: ClassVar[str] = "invalid-cursor"


class InvalidSyncToken(HttpError):
    """A sync token that was not made here, or for another user."""

    code: ClassVar[str] = "invalid-sync-token"


class CrossOriginRequest(HttpError):
    """A request that a cookie authenticates, from a page of another origin (CSRF)."""

    code: ClassVar[str] = "cross-origin-request"


class RouteNotFound(HttpError):
    """There is nothing at this path."""

    code: ClassVar[str] = "not-found"


@attrs.frozen
class MethodNotAllowed(HttpError):
    """The path is there, but not for this method."""

    code: ClassVar[str] = "method-not-allowed"
    allowed: tuple[str, ...]


class BodyTooLarge(HttpError):
    """A body of more than `json_body.MAX_BODY_BYTES`."""

    code: ClassVar[str] = "body-too-large"


class UnsupportedMediaType(HttpError):
    """A body that is not JSON, or does not say that it is."""

    code: ClassVar[str] = "unsupported-media-type"


@attrs.frozen
class RateLimited(HttpError):
    """A limit is reached."""

    code: ClassVar[str] = "rate-limited"
    count: RateLimitStatus


class InternalError(HttpError):
    """An unexpected error; see the log."""

    code: ClassVar[str] = "internal-error"
