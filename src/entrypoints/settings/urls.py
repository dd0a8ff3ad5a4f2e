"""What a URL of the settings says of its connections: where they lead, and whether others can read along."""

from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

INSISTING = frozenset({"require", "verify-ca", "verify-full"})
"""The values of `sslmode` with which libpq does not go on without TLS."""


def is_encrypted(url: str) -> bool:
    """Return whether a URL is https."""
    return urlsplit(url).scheme == "https"


def host_name(url: str) -> str:
    """Return a URL's host as it stands in a `Host` header, without port and in lower case."""
    name = urlsplit(url).hostname or ""
    return f"[{name}]" if ":" in name else name


def is_loopback(url: str) -> bool:
    """Return whether a URL's host is this machine."""
    return _is_this_machine(urlsplit(url).hostname or "")


def may_leave_unencrypted(url: str) -> bool:
    """Return whether a libpq URL lets what it carries leave this machine without TLS."""
    parts = urlsplit(url)
    said = parse_qs(parts.query)
    hosts = said["host"][-1] if "host" in said else parts.netloc.rpartition("@")[2]
    insists = said.get("sslmode", [""])[-1] in INSISTING or said.get("ssl") == ["true"]
    return not insists and not all(map(_is_socket_or_this_machine, hosts.split(",")))


def _is_socket_or_this_machine(host: str) -> bool:
    """Judge one host of a libpq URL, with or without its port; none is a socket, and so is a path."""
    name = urlsplit(f"//{host}").hostname or ""
    return not name or name.startswith(("/", "%2F", "%2f")) or _is_this_machine(name)


def _is_this_machine(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
