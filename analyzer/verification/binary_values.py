"""Values at and beside constants that are bytes, bits, uuids, addresses or lengths.

What a comparison leaves out lies one step beside its constant: a longer prefix, the
last address of a network, a microsecond more. Texts that are no value of the type are
taken out by the server.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from uuid import UUID

from analyzer.verification.rarer_values import near_hardware, near_shape

_HEX = re.compile(r"\\x((?:[0-9a-fA-F]{2}){0,64})\Z")
_BITS = re.compile(r"b?([01]{1,64})\Z")
_TRAILING_ZEROS = re.compile(r"0+\Z")
_MORE_BYTES = ("00", "ff", "ffff", "ff01", "61")
_DAY = date(2000, 1, 1)
_TIME_STEPS = (
    *(timedelta(microseconds=n) for n in (1, -1)),
    *(timedelta(seconds=n) for n in (1, -1)),
    *(timedelta(minutes=n) for n in (1, -1, 30)),
    *(timedelta(hours=n) for n in (1, -1)),
)
_LENGTH_STEPS = ("1 microsecond", "-1 microsecond", "1 day", "-1 day", "1 hour")
_LENGTH_UNITS = ("seconds", "minutes", "hours", "days", "mons", "years")
_LENGTH_OF_A_MONTH = ("29 days 12:00", "31 days", "28 days", "30 days", "30 days 01:00")


def near_bytes(text: str) -> Iterator[str]:
    r"""Bytes that begin with a constant, end before it, or come next to it.

    >>> list(near_bytes(r"\x01"))[:3]
    ['\\x0100', '\\x01ff', '\\x01ffff']
    """
    found = _HEX.match(text)
    if not found:
        return
    known = bytes.fromhex(found[1])
    yield from (rf"\x{known.hex()}{more}" for more in _MORE_BYTES)
    if not known:
        return
    yield from (rf"\x00{known.hex()}", rf"\x61{known.hex()}61")
    yield rf"\x{known[:-1].hex()}"
    for step in (1, -1):
        yield rf"\x{known[:-1].hex()}{(known[-1] + step) % 256:02x}"
    yield rf"\x{known[::-1].hex()}"


def near_bits(text: str) -> Iterator[str]:
    """Bits with one of a constant's turned, all of them, or one more.

    >>> list(near_bits("b10"))
    ['10', '00', '11', '01', '100', '101', '1']
    """
    found = _BITS.match(text)
    if not found:
        return
    known = found[1]
    yield known
    for place, bit in enumerate(known):
        yield f"{known[:place]}{'10'[int(bit)]}{known[place + 1 :]}"
    yield known.translate(str.maketrans("01", "10"))
    yield from (f"{known}0", f"{known}1", known[:-1])


def near_uuid(text: str) -> Iterator[str]:
    """The uuids before and after a constant, and the last that begins like it."""
    try:
        known = UUID(text)
    except ValueError:
        return
    with suppress(ValueError):
        yield str(UUID(int=known.int + 1))
        yield str(UUID(int=known.int - 1))
    ended = _TRAILING_ZEROS.sub(lambda m: "f" * len(m.group()), known.hex)
    yield str(UUID(ended))


def near_address(text: str) -> Iterator[str]:
    """The first and last address of a network, those beside them, and other masks.

    >>> list(near_address("10.0.0.0/30"))[:4]
    ['10.0.0.0/30', '10.0.0.0', '10.0.0.1', '10.0.0.3']
    """
    try:
        known = ipaddress.ip_interface(text)
    except ValueError:
        return
    network = known.network
    first, last = int(network.network_address), int(network.broadcast_address)
    make: type[ipaddress.IPv4Address | ipaddress.IPv6Address] = type(known.ip)
    yield str(network)
    for number in dict.fromkeys((first, first + 1, last, first - 1, last + 1)):
        with suppress(ValueError):
            yield str(make(number))
    yield str(known.ip)
    length = network.prefixlen
    for bits in (length, length - 1, length + 1, length // 2, 24, 16):
        with suppress(ValueError):
            yield f"{known.ip}/{bits}"
            yield str(ipaddress.ip_network(f"{known.ip}/{bits}", strict=False))


def near_time(text: str) -> Iterator[str]:
    """Times of day around a constant.

    >>> list(near_time("22:00"))[:2]
    ['22:00:00.000001', '21:59:59.999999']
    """
    try:
        known = datetime.combine(_DAY, time.fromisoformat(text.strip()))
    except ValueError:
        return
    zone = known.strftime("%z")
    for step in _TIME_STEPS:
        moment = known.replace(tzinfo=None) + step
        yield f"{moment.time().isoformat()}{zone}"


def near_length(text: str) -> Iterator[str]:
    """Intervals a little longer and shorter than a constant."""
    yield from (f"{text} {step}" for step in _LENGTH_STEPS)
    if "mon" in text:
        yield from _LENGTH_OF_A_MONTH


def lengths_of(number: str) -> Iterator[str]:
    """Intervals of as many of each unit as a number says, and one more or less.

    >>> list(lengths_of("90"))[:3]
    ['90 seconds', '90 minutes', '90 hours']
    """
    if not number.isdecimal() or len(number) > 7:
        return
    for count in (int(number), int(number) + 1, int(number) - 1):
        yield from (f"{count} {unit}" for unit in _LENGTH_UNITS)


NEAR: dict[str, Callable[[str], Iterator[str]]] = {
    "bytea": near_bytes,
    "bit": near_bits,
    "bit varying": near_bits,
    "uuid": near_uuid,
    "inet": near_address,
    "cidr": near_address,
    "time without time zone": near_time,
    "time with time zone": near_time,
    "interval": near_length,
    "macaddr": near_hardware,
    "macaddr8": near_hardware,
    **dict.fromkeys(("box", "circle", "lseg", "path", "polygon"), near_shape),
}
"""By type, what makes the values beside a constant."""
