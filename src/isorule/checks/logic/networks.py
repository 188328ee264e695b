"""Blocks of IP addresses, and how they lie to each other."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from isorule.ir.matchers import InNetwork, Matcher, OneOf

Network = IPv4Network | IPv6Network


def networks(matcher: Matcher) -> tuple[Network, ...]:
    """The blocks of a matcher; empty for one that asks for anything but blocks."""
    match matcher:
        case InNetwork(blocks):
            found = tuple(map(network, blocks))
            return tuple(block for block in found if block is not None) if all(found) else ()
        case OneOf(options):
            parts = [networks(option) for option in options]
            return tuple(block for part in parts for block in part) if all(parts) else ()
        case _:
            return ()


@lru_cache(maxsize=1024)
def network(text: str) -> Network | None:
    """A block, or a single address, as a network; None for other texts."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def holds(wider: Network | None, narrower: Network | None) -> bool:
    """Whether every address of the second is in the first."""
    if isinstance(wider, IPv4Network) and isinstance(narrower, IPv4Network):
        return narrower.subnet_of(wider)
    return isinstance(wider, IPv6Network) and isinstance(narrower, IPv6Network) and narrower.subnet_of(wider)
