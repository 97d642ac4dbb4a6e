"""Network addresses: those a name has now, and whether they are of the open internet."""

import ipaddress
import socket
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv6 addresses that stand for IPv4 ones (RFC 6052, section 2.1)."""


def addresses_of(host: str, port: int) -> tuple[Address, ...]:
    """Return the addresses of `host`, best first. Raises OSError where its name does not resolve now."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OSError("no host name") from None
    return tuple(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))


def is_public(address: Address) -> bool:
    """Tell whether an address, and the IPv4 address it may wrap, is one of the open internet.

    >>> is_public(ipaddress.ip_address("::ffff:169.254.169.254"))
    False
    """
    wrapped = _wrapped(address)
    if wrapped is not None:
        return is_public(wrapped)
    return address.is_global and not address.is_multicast


def _wrapped(address: Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that an IPv6 one stands for: mapped, 6to4, Teredo or NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def literal(host: str) -> Address | None:
    """Return the address that `host` is; None where it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
