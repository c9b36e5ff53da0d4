"""Who is at the other end: the one place that believes, or does not believe, a proxy's headers."""

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: One subscriber has this much of IPv6 at least (RFC 6177), so it counts as one client.
_IPV6_PREFIX = 64


def client_address(peer: str, forwarded_for: str, proxies: Sequence[Network]) -> str:
    """Return the address of whoever asks.

    `peer` is the other end of the connection, `forwarded_for` the header X-Forwarded-For. That is
    believed from a listed proxy only, and read from its right end: what stands left of the first
    address that is no listed proxy was written by strangers.
    """
    believed = parse(peer)
    if believed is None:
        return peer
    for hop in reversed(forwarded_for.split(",")):
        if not is_listed(believed, proxies):
            break
        address = parse(hop)
        if address is None:
            break
        believed = address
    return str(believed)


def is_listed(address: Address | None, proxies: Sequence[Network]) -> bool:
    """Say whether the address is a proxy of the operator's own."""
    return address is not None and any(address in network for network in proxies)


def household(address: str) -> str:
    """Return what limits count by: an IPv4 address as it is, of IPv6 the /64 around it."""
    parsed = parse(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed.packed, _IPV6_PREFIX), strict=False))
    return str(parsed or address)


def parse(text: str) -> Address | None:
    """Read an address as proxies write it: with a port, in brackets, with a zone; None if none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
