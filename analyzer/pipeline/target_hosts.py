"""Where targets may lie: names and networks, checked by the address connected to."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from analyzer.domain.target import Address
from analyzer.errors import NotAllowedHere, Unreachable


def addresses_of(host: str) -> tuple[str, ...]:
    """The IP addresses of a host, in the order to try them.

    None for a folder, and for a name that cannot be resolved.
    """
    if not host or host.startswith("/"):
        return ()
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(item[4][0]).partition("%")[0] for item in found))


def check_allowed(host: str, found: Sequence[str], allowed: Sequence[str]) -> None:
    """Refuse a host that is neither named by the list nor all in its networks.

    Args:
        host: as the user wrote it.
        found: the addresses it has now.
        allowed: names with wildcards, and networks; empty allows all.

    Raises:
        NotAllowedHere: it is refused; the reason does not tell what was resolved.

    >>> check_allowed("db1.example", ["10.0.0.5"], ["10.0.0.0/8"])
    >>> check_allowed("db1.example", ["10.0.0.5", "127.0.0.1"], ["10.0.0.0/8"])
    Traceback (most recent call last):
    analyzer.errors.NotAllowedHere: "db1.example" is not among the hosts that targets \
may lie in
    """
    if not allowed or _is_named(host, allowed):
        return
    networks = [network for entry in allowed for network in _network(entry)]
    if not found or not all(
        any(ip_address(item) in network for network in networks) for item in found
    ):
        raise NotAllowedHere(
            f'"{host}" is not among the hosts that targets may lie in',
            hint="An administrator can add it to PGPROOF_ALLOWED_TARGET_HOSTS.",
        )


def pinned(address: Address, allowed: Sequence[str]) -> Address:
    """The address with what its host resolves to now, after the check.

    Who connects to the result does not resolve the name again, so that its owner
    cannot have it answer otherwise the second time (DNS rebinding). A folder, which
    only the owner of the command line can set, is left as it is.

    Args:
        address: where a target lies.
        allowed: as in :func:`check_allowed`; empty leaves the address as it is.

    Raises:
        NotAllowedHere: it is outside of the list.
        Unreachable: its name cannot be resolved.
    """
    if not allowed or address.host.startswith("/"):
        return address
    found = addresses_of(address.host)
    if not found:
        raise Unreachable(
            f'the host "{address.host}" has no address',
            hint="Check its name, and that this machine can resolve it.",
        )
    check_allowed(address.host, found, allowed)
    return replace(address, hostaddr=",".join(found))


def _is_named(host: str, allowed: Sequence[str]) -> bool:
    return any(
        fnmatchcase(host.lower(), entry.lower())
        for entry in allowed
        if not _network(entry)
    )


def _network(entry: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return (ip_network(entry, strict=False),)
    except ValueError:
        return ()
