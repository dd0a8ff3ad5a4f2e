"""Who the client is on the network, seen through proxies that are trusted, and under which key it is counted."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from entrypoints.http.ports import Network

Address = IPv4Address | IPv6Address

LONGEST = 64
"""No address is longer, however it is written; what is longer is not remembered either."""
_HOP = re.compile(r"([0-9.]+)(?::[0-9]{1,5})?|([0-9A-Fa-f:.]+)|\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?")
"""How proxies write a hop: some with the port, and IPv6 in brackets (RFC 7239, 6); never with a zone."""
NOBODY = "unknown"
"""The key of clients without an address: they share one counter, never none."""


def parse(text: str) -> Address | None:
    """Return the address in `text`; an IPv4 address mapped into IPv6 is the IPv4 address, and a zone is left out."""
    return _parse(text.partition("%")[0]) if len(text) <= LONGEST else None


@lru_cache(4096)
def _parse(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_trusted(address: Address | None, proxies: tuple[Network, ...]) -> bool:
    """Return whether `address` is one of the trusted proxies."""
    return address is not None and any(address in network for network in proxies)


def client_address(peer: Address | None, forwarded_for: str, proxies: tuple[Network, ...]) -> Address | None:
    """Return the nearest address that is no trusted proxy: the peer, or the rightmost such hop of X-Forwarded-For.

    What stands to the left of it was written by the client and proves nothing (ASVS 4.1.3).
    """
    address = peer
    hops = [hop for hop in map(str.strip, forwarded_for.split(",")) if hop]
    while hops and is_trusted(address, proxies):
        hop = _hop(hops.pop())
        if hop is None:
            break
        address = hop
    return address


def names_other_clients(forwarded_for: str, peer: Address | None, proxies: tuple[Network, ...]) -> bool:
    """Return whether a hop of X-Forwarded-For is somebody else: not the peer itself, nor, if that is one, a proxy."""
    known = (*proxies,) if is_trusted(peer, proxies) else ()
    hops = map(_hop, filter(None, map(str.strip, forwarded_for.split(","))))
    return not all(hop is not None and (hop == peer or is_trusted(hop, known)) for hop in hops)


def _hop(text: str) -> Address | None:
    found = _HOP.fullmatch(text)
    return None if found is None else parse(found[1] or found[2] or found[3])


@lru_cache(4096)
def written(address: Address | None) -> str | None:
    """Return the address as text."""
    return None if address is None else str(address)


@lru_cache(4096)
def counting_key(address: Address | None) -> str:
    """Return the key under which a client is counted: one address, or for IPv6 its /64 network."""
    if address is None:
        return NOBODY
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address.packed[:8] + bytes(8), 64)))
    return str(address)
