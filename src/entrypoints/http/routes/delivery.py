"""Handing out tokens: the refresh token goes into the body or into a cookie, never both."""

from entrypoints.http.responses import Response, json_response
from entrypoints.http.wire import encode
from entrypoints.http.wire.cookies import set_cookie
from entrypoints.http.wire.schemas import Delivery
from todo_core.sessions import IssuedTokens


def deliver(issued: IssuedTokens, delivery: Delivery | None = None) -> Response:
    """Return the response that hands out tokens. The default delivery is the body."""
    in_cookie = delivery is Delivery.COOKIE
    seconds = int(issued.refresh_expires_in.total_seconds())
    headers = [set_cookie(issued.refresh_token, seconds)] if in_cookie else []
    return json_response(200, encode.tokens(issued, in_cookie=in_cookie), *headers)
