"""Hosts and networks: which names mean this machine, and where a request really came from."""

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache

import idna

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

HOST_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)
_INTERNATIONAL = re.compile(r"xn--[a-z0-9-]+")
NO_PROXY = "none"
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](:\d+)?|(?P<four>[0-9.]+):\d+")
LONGEST_UNKNOWN = 60


def is_this_host(host: str) -> bool:
    """Return whether a host name means this machine. The name is not resolved, so that a name
    server cannot influence the answer."""
    if host.lower() == "localhost":
        return True
    address = address_of(host)
    return address is not None and address.is_loopback


def is_host(host: str) -> bool:
    """Return whether this is an ASCII host name, or an address without brackets."""
    return HOST_NAME.fullmatch(host.lower()) is not None or address_of(host) is not None


def readable_address(text: str) -> str:
    """Return an e-mail address or a host with its international domain as people type it, or an empty text
    if it has none."""
    readable = _INTERNATIONAL.sub(lambda match: _readable_label(match[0]), text)
    return "" if readable == text else readable


def _readable_label(label: str) -> str:
    try:
        return idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return label


def address_of(text: str) -> Address | None:
    """Return the address in a text, or None. An IPv4-mapped IPv6 address becomes the IPv4 address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


@lru_cache(16)
def networks_of(text: str | None) -> tuple[Network, ...]:
    """Return the networks in a list separated by commas or spaces. `none` and None mean no network.

    Raise ValueError for anything else.
    """
    words = (text or NO_PROXY).replace(",", " ").split()
    if [word.lower() for word in words] == [NO_PROXY]:
        return ()
    return tuple(ipaddress.ip_network(word) for word in words)


def client_address(peer: str | None, forwarded: Sequence[str], proxies: tuple[Network, ...]) -> str:
    """Return the address from which a request was sent.

    `peer` is the other end of the connection, `forwarded` has the values of X-Forwarded-For. These
    count only if the peer is a proxy of ours. The result is the last address that is not one of our
    proxies; the addresses before it may be invented by the client.
    """
    if peer is None:
        return "unknown"
    nearest = peer
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    for hop in reversed(hops):
        if not _is_in(nearest, proxies):
            break
        bare = _without_port(hop)
        if address_of(bare) is None:
            break  # no proxy writes this, so use the last address that is certain
        nearest = bare
    address = address_of(nearest)
    return nearest[:LONGEST_UNKNOWN] if address is None else str(address)


def _is_in(text: str, networks: tuple[Network, ...]) -> bool:
    address = address_of(text)
    return address is not None and any(address in network for network in networks)


def _without_port(hop: str) -> str:
    match = _WITH_PORT.fullmatch(hop)
    return (match["six"] or match["four"]) if match else hop
