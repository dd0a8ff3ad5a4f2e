"""Parts of URLs: origin, path and host, and whether a connection may leave this machine unencrypted."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from itertools import zip_longest
from urllib.parse import quote, urlsplit

OF_PATHS = "/%:@!$&'()*+,;="
"""Characters of a path that stay as they are, besides letters, digits and `-._~`: delimiters, and % of escapes."""
DEFAULT_PORTS = {"http": 80, "https": 443}
REQUIRE_TLS = frozenset({"require", "verify-ca", "verify-full"})
"""The values of `sslmode` with which libpq refuses a connection without TLS."""


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


def path(url: str) -> str:
    """Return a URL's path as a header has it (RFC 3986 3.3), without a slash at the end."""
    return quote(urlsplit(url).path.rstrip("/"), safe=OF_PATHS)


def host_name(url: str) -> str:
    """Return a URL's host as a `Host` header has it, without port and in lower case."""
    name = urlsplit(url).hostname or ""
    return f"[{name}]" if ":" in name else name


def is_loopback(url: str) -> bool:
    """Return whether a URL's host is this machine."""
    return _is_this_machine(urlsplit(url).hostname or "")


def may_leave_unencrypted(parameters: Mapping[str, object]) -> bool:
    """Return whether a connection with these libpq parameters may leave this machine without TLS.

    With `sslrootcert=system` libpq verifies as with `verify-full`. A `service` is read from a file, so it may.
    """
    required = parameters.get("sslmode") in REQUIRE_TLS or parameters.get("sslrootcert") == "system"
    local = "service" not in parameters and all(map(_is_socket_or_this_machine, _targets(parameters)))
    return not required and not local


def _targets(parameters: Mapping[str, object]) -> Iterator[str]:
    """Yield where libpq connects to: an address takes precedence over the name at the same position."""
    names, addresses = (str(parameters.get(key, "")).split(",") for key in ("host", "hostaddr"))
    for name, address in zip_longest(names, addresses, fillvalue=""):
        yield address or name


def _is_socket_or_this_machine(target: str) -> bool:
    """Return whether a target of libpq is on this machine. None, a path and @ with an abstract name are sockets."""
    return not target or target.startswith(("/", "@")) or _is_this_machine(target.lower())


def _is_this_machine(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
