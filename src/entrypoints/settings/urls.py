"""What a URL of the settings says of its connections: where they lead, and whether others can read along."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from itertools import zip_longest
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
INSISTING = frozenset({"require", "verify-ca", "verify-full"})
"""The values of `sslmode` with which libpq does not go on without TLS."""


def is_encrypted(url: str) -> bool:
    """Return whether a URL is https."""
    return urlsplit(url).scheme == "https"


def origin(url: str) -> str:
    """Return the origin of a URL as browsers send it (RFC 6454 6.2): in lower case, without the scheme's own port.

    Of an app's own scheme only that is known to be in lower case: Safari sends a host of an extension in capitals.
    """
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS:
        return f"{parts.scheme}://{parts.netloc.removesuffix(':')}"
    name = parts.hostname or ""
    host = f"[{ip_address(name)}]" if ":" in name else name
    port = "" if parts.port in {None, DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def host_name(url: str) -> str:
    """Return a URL's host as it stands in a `Host` header, without port and in lower case."""
    name = urlsplit(url).hostname or ""
    return f"[{name}]" if ":" in name else name


def is_loopback(url: str) -> bool:
    """Return whether a URL's host is this machine."""
    return _is_this_machine(urlsplit(url).hostname or "")


def may_leave_unencrypted(said: Mapping[str, object]) -> bool:
    """Return whether a connection with these parameters of libpq lets what it carries leave this machine without TLS.

    With the system's certificates libpq verifies like `verify-full`. What a `service` says is in a file of its own.
    """
    insists = said.get("sslmode") in INSISTING or said.get("sslrootcert") == "system"
    return not insists and ("service" in said or not all(map(_is_socket_or_this_machine, _targets(said))))


def _targets(said: Mapping[str, object]) -> Iterator[str]:
    """Yield where libpq connects to: an address goes before the name that stands at the same place."""
    names, addresses = (str(said.get(key, "")).split(",") for key in ("host", "hostaddr"))
    for name, address in zip_longest(names, addresses, fillvalue=""):
        yield address or name


def _is_socket_or_this_machine(target: str) -> bool:
    """Judge one target of libpq: none is a socket, and so is a path, or @ and an abstract name."""
    return not target or target.startswith(("/", "@")) or _is_this_machine(target.lower())


def _is_this_machine(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
