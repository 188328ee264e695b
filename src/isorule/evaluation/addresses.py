"""IP addresses and networks. IPv4 stands inside IPv6 at `::ffff:0:0/96`, as in an Elasticsearch `ip` field.

https://www.elastic.co/guide/en/elasticsearch/reference/current/ip.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from isorule.ir.losses import refusal
from isorule.source import Span

_MAPPED = 0xFFFF << 32
_IPV4_BITS = 32
_ALL_BITS = 128


@dataclass(frozen=True, slots=True)
class Address:
    """An address as a number of 128 bits, and its canonical text (IPv4 in dotted form)."""

    number: int
    text: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Network:
    """A block of addresses from `first` to `last`, both included."""

    first: int
    last: int

    def __contains__(self, number: int) -> bool:
        return self.first <= number <= self.last


def address(text: str) -> Address | None:
    """The address that a text writes, without its zone (`%eth0`); None for any other text."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if isinstance(found, IPv4Address):
        return Address(_MAPPED | int(found), str(found))
    number = int(found)
    return Address(number, address_text(number))


def address_text(number: int) -> str:
    """The canonical text of the address that is a number of 128 bits, IPv4 in dotted form."""
    found = IPv6Address(number)
    return str(found if found.ipv4_mapped is None else found.ipv4_mapped)


def network(block: str) -> Network | None:
    """The block that a text in CIDR notation writes, host bits ignored; None for any other text.

    A single address is a block of its own.
    """
    try:
        found: IPv4Network | IPv6Network = ip_network(block, strict=False)
    except ValueError:
        return None
    first = int(found.network_address)
    if isinstance(found, IPv4Network):
        return _block(_MAPPED | first, _IPV4_BITS - found.prefixlen)
    return _block(first, _ALL_BITS - found.prefixlen)


def required_network(block: str, span: Span | None) -> Network:
    """The block that a rule names.

    Raises `UnsupportedError` where the text is no block in CIDR notation.
    """
    found = network(block)
    if found is None:
        raise refusal(
            "malformed-network",
            f"{block!r} is not a network block",
            span=span,
            hint="write it as 10.0.0.0/8 or fe80::/10",
        )
    return found


def _block(first: int, host_bits: int) -> Network:
    return Network(first, first + (1 << host_bits) - 1)
