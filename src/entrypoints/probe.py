"""Asks the server of these settings for its state, if it runs on this machine."""

import json
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from entrypoints.http.ports import ConfigurationCheck
from entrypoints.settings import ServerSettings, Settings
from todo_core import __version__

TIMEOUT_SECONDS = 5
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nobody can open these, so ask the loopback
SEEN = "forwarding_headers"


def look_at_server(settings: Settings) -> Iterator[ConfigurationCheck]:
    """Yield whether the server answers, of which version it is, and whether it met proxies that are not trusted."""
    server = settings.server
    try:
        version = _get(server, "/health")["version"]
        seen = [check for check in _get(server, "/health/config")["checks"] if check["name"] == SEEN]
    except ConnectionError:
        yield ConfigurationCheck("server", "ok", f"does not run at {server.address}")
        return
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
        detail = f"what listens at {server.address} does not answer as this server does ({type(error).__name__})"
        yield ConfigurationCheck("server", "warning", f"{detail}: look what it is, or set TODO_PORT to another")
        return
    if version == __version__:
        yield ConfigurationCheck("server", "ok", f"{version} answers at {server.address}")
    else:
        detail = f"{version} answers at {server.address}, this is {__version__}: start it anew"
        yield ConfigurationCheck("server", "warning", detail)
    if seen:
        yield ConfigurationCheck(**seen[0])
    else:
        yield ConfigurationCheck(SEEN, "ok", "none that did not count, since the server started")


def _get(server: ServerSettings, path: str) -> Mapping[str, Any]:
    """Return the JSON object at a path, asked for under the public name, which is always allowed."""
    connection = HTTPConnection(WILDCARDS.get(server.host, server.host), server.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path, headers={"Host": urlsplit(server.public_url).netloc})
        found = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found
