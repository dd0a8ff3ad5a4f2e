"""The same as `rules` for hosts, networks, origins and URLs."""

import re
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, unquote, urlsplit

from entrypoints.http.middleware.hosts import AUTHORITY, HOST
from entrypoints.http.ports import Network
from entrypoints.settings import urls
from entrypoints.settings.rules import must
from entrypoints.settings.secret import Secret

FOR_POOLERS = re.compile(r"[?&]pgbouncer=")
"""Parameters that other programs put into a database URL, and that are settings of their own here."""
WITHOUT_ORIGIN = frozenset({"about", "blob", "data", "file", "javascript"})
"""Schemes whose pages anybody can make. Their origin is opaque: to trust it is to trust everybody."""


def host(text: str) -> str:
    """Read an address or host name to listen on."""
    plain = text.isascii() and not any(character in text for character in " /@?#[]")
    if not plain or (":" in text and not _is_address(text)):
        raise must(text, "an IP address or a host name")
    return text


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def network(text: str) -> Network:
    """Read an IP address or a network in CIDR notation."""
    try:
        return ip_network(text)
    except ValueError:
        raise must(text, "an IP address or a network such as 10.0.0.0/8") from None


def allowed_host(text: str) -> str:
    """Read a host name or address as it stands in a `Host` header, without port."""
    if not HOST.fullmatch(text):
        raise must(text, "a host name, or an IPv6 address in brackets, without scheme, port or wildcard")
    return text.lower()


def origin(text: str) -> str:
    """Read the exact origin of a web page or an app, and return it as browsers send it, with any port of its own."""
    url = _url(text)
    if url is None or url.path:
        raise must(text, "an exact origin in ASCII such as https://a.example or app://a, without path or wildcard")
    if url.scheme in WITHOUT_ORIGIN:
        raise must(text, f"an origin: pages of {', '.join(sorted(WITHOUT_ORIGIN))} have none")
    return urls.origin(text)


def http_url(text: str) -> str:
    """Read an http or https URL; a slash at its end is dropped."""
    url = _url(text)
    if url is None or url.scheme not in {"http", "https"}:
        raise ValueError("must be an http:// or https:// URL with a host in ASCII, without user, query or fragment")
    if "//" in url.path:
        raise ValueError("must not have // in its path: what begins with it names another host")
    return text.rstrip("/")


def _url(text: str) -> SplitResult | None:
    """Return the parts of a URL whose host a `Host` header can name, without user, query or fragment."""
    try:
        url = urlsplit(text)
        fits = AUTHORITY.fullmatch(url.netloc) and url.port != 0
    except ValueError:
        return None
    extra = any(character in text for character in " ?#") or not text.isprintable()
    return url if url.scheme and fits and not extra else None


def database_url(text: str) -> Secret:
    """Read a libpq URL. libpq checks the rest; here it must not mistake the password for something else.

    libpq reads user and password up to the first @ before any slash, and quotes what follows in its errors.
    """
    if not text.startswith(("postgresql://", "postgres://")):
        raise ValueError("must be a URL that begins with postgresql://")
    authority, _, name = text.partition("://")[2].partition("/")
    if authority.count("@") > 1 or "@" in name.partition("?")[0]:
        raise ValueError("must have one @, before the host: an @ inside the password is written %40, a slash %2F")
    if FOR_POOLERS.search(name):
        raise ValueError("must not have the parameter pgbouncer: remove it, and see TODO_PREPARE_STATEMENTS")
    try:
        unquote(text, errors="strict")
    except UnicodeDecodeError:  # which quotes what it cannot decode
        raise ValueError("must be UTF-8 where it is written with %") from None
    return Secret(text)


def database(text: str) -> Secret | None:
    """Read a libpq URL, or `embedded` for none."""
    return None if text.lower() == "embedded" else database_url(text)
