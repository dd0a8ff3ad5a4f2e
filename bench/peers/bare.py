"""What the ratios are relative to: Litestar with one handler that verifies a JWT (HS256, PyJWT) and says hello.

It runs on the same HTTP server, with the same settings, as the API does.
"""

import datetime as dt
import os
import socket
import sys
from typing import Any

import jwt
from litestar import Litestar, Request, get
from litestar.di import Provide
from litestar.exceptions import NotAuthorizedException

from entrypoints.asgi import Asgi
from entrypoints.serving import Address, Shared, serve
from entrypoints.settings import ServerSettings

SECRET = os.environ.get("PEER_SECRET", "")
AUDIENCE = os.environ.get("PEER_AUDIENCE", "")


async def subject(request: Request[Any, Any, Any]) -> str:
    """Return whom the bearer token speaks for."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    try:
        claims = jwt.decode(token, SECRET, ["HS256"], audience=AUDIENCE)
    except jwt.PyJWTError:
        raise NotAuthorizedException from None
    return f"{scheme} {claims['sub']}"


@get("/", dependencies={"user": Provide(subject)})
async def hello(user: str) -> dict[str, str]:
    """Say hello."""
    return {"hello": user}


def load(_shared: Shared) -> Asgi:
    """Return the application."""
    return Litestar([hello], openapi_config=None, logging_config=None)


def main(port: int) -> None:
    """Serve until SIGTERM."""
    settings = ServerSettings(
        "127.0.0.1", port, 1, f"http://127.0.0.1:{port}", dt.timedelta(0), dt.timedelta(seconds=10)
    )
    serve(settings, Address("127.0.0.1", port, socket.AF_INET), load)


if __name__ == "__main__":
    main(int(sys.argv[1]))
