"""One request at a time, for what has to be known before a load: tokens, cursors, whether answers are right."""

import http.client
import json
from typing import Any

from bench.load import PATIENCE_SECONDS

BAD = 400


def exchange(port: int, method: str, path: str, token: str | None = None, body: object = None) -> tuple[int, Any]:
    """Send a request to a port of this machine; return the status and the JSON value of the response, if it has one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read()
        return response.status, json.loads(text) if text else None
    finally:
        connection.close()


def ask(port: int, method: str, path: str, token: str | None = None, body: object = None) -> Any:  # noqa: ANN401 - it is JSON
    """Return the JSON value of a response. Raises RuntimeError when the status says that something is wrong."""
    status, value = exchange(port, method, path, token, body)
    if status >= BAD:
        raise RuntimeError(f"{method} {path}: {status} {value}")
    return value
