"""The refresh token as a cookie, and the rule against other sites using it (CSRF)."""

from entrypoints.http.context import RequestContext
from entrypoints.http.errors import CrossOriginRequest
from entrypoints.http.ports import Options
from entrypoints.http.responses import Header

NAME = "__Host-refresh"
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"


def set_cookie(token: str, seconds: int) -> Header:
    """Return the header that gives the browser the token."""
    return b"set-cookie", f"{NAME}={token}; Max-Age={seconds}; {_ATTRIBUTES}".encode()


def clear_cookie() -> Header:
    """Return the header that makes the browser forget it."""
    return b"set-cookie", f"{NAME}=; Max-Age=0; {_ATTRIBUTES}".encode()


def read_cookie(context: RequestContext) -> str | None:
    """Return the token that the request's cookie holds, without judging where the request comes from."""
    for part in (context.header(b"cookie") or "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == NAME and value:
            return value
    return None


def check_origin(context: RequestContext, options: Options) -> None:
    """Raise CrossOriginRequest unless the page that sent the request may use the cookie.

    It may if the browser says that it is same-origin (Fetch Metadata), or if its `Origin` is on the list.
    """
    if context.header(b"sec-fetch-site") == "same-origin":
        return
    if context.header(b"origin") not in {*options.cors_origins, options.public_origin} - {None}:
        raise CrossOriginRequest
