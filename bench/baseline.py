"""What the ratios are relative to: Litestar with one handler that verifies a JWT (HS256, PyJWT) and says hello.

It runs on the same HTTP server, with the same settings, as the API does.
"""

import sys
from typing import Any

import jwt
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer
from litestar import Litestar, Request, get
from litestar.di import Provide
from litestar.exceptions import NotAuthorizedException

SECRET = "a secret of thirty-two bytes, at least"  # noqa: S105 - it protects nothing
AUDIENCE = "bench"


def token() -> str:
    """Return a token that the handler takes."""
    return jwt.encode({"sub": "ada", "aud": AUDIENCE, "exp": 2**40}, SECRET, "HS256")


async def subject(request: Request[Any, Any, Any]) -> str:
    """Return whom the bearer token speaks for."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        payload = jwt.decode(given, SECRET, ["HS256"], audience=AUDIENCE)
    except jwt.PyJWTError:
        raise NotAuthorizedException from None
    return f"{scheme} {payload['sub']}"


@get("/", dependencies={"user": Provide(subject)})
async def hello(user: str) -> dict[str, str]:
    """Say hello."""
    return {"hello": user}


def serve(port: int) -> None:
    """Serve until SIGTERM."""
    app = Litestar([hello], openapi_config=None, logging_config=None)
    server = MPServer(
        "bench.baseline",
        "127.0.0.1",
        port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
    )
    server.serve(target_loader=lambda _: app)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
