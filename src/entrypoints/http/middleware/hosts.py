"""The Host header: which name of this API a request is for (RFC 9110, 7.2)."""

import re

from entrypoints.http.errors import InvalidPart, MalformedRequest

HOST = re.compile(r"[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\]")
"""What of RFC 3986, 3.2.2 names machines: no user, no escapes."""
AUTHORITY = re.compile(rf"({HOST.pattern})(?::[0-9]*)?")
_UNKNOWN = MalformedRequest(
    "The host is not known here", (InvalidPart("Host", "unknown-host", "a host name of this API"),)
)
_MALFORMED = MalformedRequest(
    "The host cannot be read", (InvalidPart("Host", "malformed", "one host name or address, with or without a port"),)
)


def host_error(host: str | None, http_version: str, allowed: tuple[str, ...]) -> MalformedRequest | None:
    """Return what is wrong with the header, if anything is; without names to allow, every name is good.

    HTTP/1.0 may leave it out. One that was sent twice is no name, joined as it is by a comma (RFC 9112, 3.2).
    """
    if not host and http_version != "1.1" and not allowed:
        return None
    found = AUTHORITY.fullmatch(host or "")
    if found is None:
        return _MALFORMED
    return _UNKNOWN if allowed and found[1].lower() not in allowed else None
