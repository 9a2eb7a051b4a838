"""Values that some function is likely to take for one, and those beside them.

Each type has the steps in which values of it are commonly made coarser: digits that a
float cannot hold, microseconds, case and blanks, the texts of documents that are equal.
Which of them a query's own expressions do confuse is found out by trying
(:mod:`analyzer.verification.contrasts`).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from itertools import chain, zip_longest
from zoneinfo import ZoneInfo

from analyzer.verification.moment_values import read_moment, written_moment, zone_named
from analyzer.verification.number_texts import decimal_of
from analyzer.verification.value_candidates import INTEGERS, SAME_AS

_GENERIC: dict[str, tuple[str, ...]] = {
    "smallint": ("9", "10", "99", "100", "-2", "7", "14"),
    "integer": ("9", "10", "99", "100", "-2", "7", "14", "16777216", "16777217"),
    "bigint": (
        *("9", "10", "99", "100", "-2", "1000", "16777216", "16777217"),
        *("9007199254740992", "9007199254740993", "9007199254740994"),
        *("9223372036854775806", "9223372036854775807", "4294967296", "4294967297"),
    ),
    "numeric": (
        *("9", "10", "100", "1.0", "1.00", "1.4", "1.5", "1.6", "2.5", "-0.4"),
        *("1.00000000000000001", "1.00000000000000002", "16777217", "16777216"),
        *("9007199254740993", "9007199254740992", "0.1", "0.10000000000000000001"),
        *("1e-30", "12345678901234567890.5", "12345678901234567890.6", "NaN"),
    ),
    "double precision": (
        *("9", "10", "0.1", "0.10000000149011612", "1.0000000000000002", "-0"),
        *("1.4", "1.5", "2.5", "1e300", "1e-300", "Infinity", "-Infinity", "NaN"),
        *("16777217", "16777216", "9007199254740992", "1.00000001", "0.30000000000004"),
    ),
    "real": ("9", "10", "0.1", "0.10000001", "1.4", "1.5", "-0", "NaN", "Infinity"),
    "text": (
        *("9", "10", "1", "01", "1.0", "a ", " a", "A", "b", "a\t", "a-", "-a", "é"),
        *(
            "\t",
            "\n",
            " \t",
            "a\nb",
            "e",
            "É",
            "aa",
            "ab",
            "ba",
            "aaa",
            "",
            " ",
            "_",
            "%",
            "\\",
            "a,b",
            "a.b",
        ),
    ),
    "date": (
        *("2023-01-01", "2023-01-02", "2024-01-01", "2024-12-30", "2024-12-31"),
        *("2021-01-03", "2024-02-29", "2024-03-01", "2025-02-28", "2024-03-31"),
        *("2024-04-30", "2023-04-30", "infinity", "9999-12-31"),
    ),
    "interval": (
        *("1 day", "24:00:00", "30 days", "1 mon", "31 days", "1 mon 1 day"),
        *("1 year", "12 mons", "360 days", "365 days", "365 days 06:00:00", "00:59:59"),
        *("00:00:00.4", "00:00:00.6", "-1 days +24:00:00", "1 day -24:00:00", "0"),
        *("1 year -360 days", "1 year -363 days", "1 mon -30 days"),
    ),
    "time": (
        *("10:00:00", "10:00:00.4", "10:00:00.6", "10:00:01", "10:01:00", "22:00:00"),
    ),
    "json": (
        *("1", "1.0", '"1"', "10", "9", "null", "true", '"a"', "[1]", "[1.0]", "{}"),
        *("[]", '{"a": 1}', '{"a": 1.0}', '{"a": "1"}', '{"b": 1}', '{"a": null}'),
        *('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', '{"aa": 1, "b": 1}', "[1, 2]"),
        *("[2, 1]", '["a"]', '{"b": null}'),
    ),
    "inet": (
        *("10.0.0.1", "10.0.0.1/8", "10.0.0.2/8", "9.0.0.1", "10.0.0.0/8", "10.0.0.10"),
        *("10.0.0.2", "::1", "::1/64"),
    ),
    "bytea": (r"\x61", r"\x6100", r"\x41", r"\x"),
}
_ARRAYS = (
    *("{}", "{NULL}", "{%s}", "{%s,%s}", "{%s,NULL}", "{%s,%s,%s}", "{{%s,%s}}"),
    *("[0:1]={%s,%s}", "[2:3]={%s,%s}"),
)
_SCALES = (2, 5, 9, 17, 25)
_STEPS = (
    *(timedelta(microseconds=n) for n in (1, 1_000, 400_000, 499_999, 600_000)),
    *(timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)),
    *(timedelta(days=n) for n in (1, 7, 31, 365, 366)),
    *(-timedelta(microseconds=1), -timedelta(days=1)),
)
_MAX_STEPPED = 6
_MAX_LENGTH = 300
_MAX_SCALE = 20
_YEAR = 2024


def twins(
    base_type: str,
    values: Sequence[str],
    numbers: Iterable[str],
    strings: Iterable[str],
) -> tuple[str, ...]:
    """Values of a type, the nearest of each kind of step to each given one first.

    Some are no values of the type; the server takes them out.

    Args:
        base_type: as PostgreSQL names it, without length or scale.
        values: of the column, most important first.
        numbers: constants of the queries: lengths, scales, divisors.
        strings: constants of the queries: zones, separators.

    >>> twins("numeric", ["5"], [], [])[:3]
    ('5', '5.01', '5.0')
    """
    name = SAME_AS.get(base_type, base_type)
    stepped = [_beside(name, value) for value in values[:_MAX_STEPPED]]
    turns = [t for t in chain.from_iterable(zip_longest(*stepped)) if t is not None]
    found = [*turns, *_generic(name)]
    if name == "bytea":
        texts = _of_lengths(numbers)
        found += [rf"\x{text.encode().hex()}" for text in texts]
    elif name == "text":
        found += _of_lengths(numbers)
        found += [text for sign in strings for text in _around(sign)]
    elif name.startswith(("timestamp", "date")):
        found += _of_zones(strings)
    elif name in INTEGERS or name in ("numeric", "double precision"):
        known = list(numbers)
        found += [*_multiples(known), *_halves(known)]
    return tuple(dict.fromkeys(found))


def half_way(one: str, other: str) -> tuple[str, ...]:
    """The number or moment between two, and those next to the second one.

    >>> half_way("2024-01-01 00:00:00", "2024-01-01 01:00:00")[0]
    '2024-01-01 00:30:00'
    """
    numbers = decimal_of(one), decimal_of(other)
    if numbers[0] is not None and numbers[1] is not None:
        middle = (numbers[0] + numbers[1]) / 2
        return (f"{middle:f}", f"{numbers[1] + 1:f}", f"{numbers[1] - 1:f}")
    moments = read_moment(one), read_moment(other)
    if moments[0] is None or moments[1] is None:
        return ()
    first, last = (moment.replace(tzinfo=None) for moment in moments if moment)
    near = [first + (last - first) / 2]
    with suppress(OverflowError):
        near += [last + timedelta(microseconds=step) for step in (1, -1)]
    return tuple(map(written_moment, near))


def twin_arrays(elements: Sequence[str]) -> tuple[str, ...]:
    """Arrays with the same elements: in other orders, doubled, with other bounds.

    >>> twin_arrays(["1", "2"])[2:5]
    ('{1}', '{2}', '{1,2}')
    """
    found: dict[str, None] = {}
    for form in _ARRAYS:
        for start in range(min(2, len(elements))):
            turned = [*elements[start:], *elements[:start]]
            wanted = form.count("%s")
            found[form % tuple((turned * 3)[:wanted])] = None
    return tuple(found)


def _generic(name: str) -> tuple[str, ...]:
    if name.startswith("timestamp"):
        return tuple(f"{day}{time}" for day in _GENERIC["date"] for time in _TIMES)
    return _GENERIC.get("time" if name.startswith("time") else name, ())


_TIMES = ("", " 00:00:00.4", " 23:59:59.6")


def _beside(name: str, value: str) -> Iterator[str]:
    yield value
    if name in INTEGERS or name == "numeric":
        yield from _beside_number(value, is_whole=name in INTEGERS)
    elif name in ("real", "double precision"):
        yield from _beside_float(value)
    elif name == "text":
        yield from (value + " ", value.swapcase(), value + "x", " " + value)
        yield from (value + "A", value[:-1], value.title(), value + "a", value * 2)
    elif name.startswith(("timestamp", "date")):
        yield from _beside_moment(value)


def _beside_number(value: str, *, is_whole: bool) -> Iterator[str]:
    number = decimal_of(value)
    if number is None:
        return
    if is_whole:
        for step in (1, 2, -1, 10, 16, 100):
            yield f"{number + step:f}"
        yield f"{-number:f}"
        return
    with localcontext() as context:
        context.prec = 60
        for scale in _SCALES:
            yield f"{number + Decimal(1).scaleb(-scale):f}"
            if scale == _SCALES[0]:
                yield f"{number:f}.0" if "." not in value else f"{number:f}0"
        yield f"{-number:f}"
        yield f"{number + 1:f}"


def _beside_float(value: str) -> Iterator[str]:
    try:
        number = float(value)
    except ValueError:
        return
    yield repr(math.nextafter(number, math.inf))
    if math.isfinite(number) and abs(number) < 1e30:
        # The float8 that a float4 of the value is, as it is widened.
        yield repr(struct.unpack("f", struct.pack("f", number))[0])
        yield from (repr(number + 1e-10), repr(-number), repr(number + 0.25))


def _beside_moment(value: str) -> Iterator[str]:
    moment = read_moment(value)
    if moment is None:
        return
    moment = moment.replace(tzinfo=None)
    for step in _STEPS:
        try:
            yield written_moment(moment + step)
        except OverflowError:
            continue


def _of_lengths(numbers: Iterable[str]) -> Iterator[str]:
    """Texts that are alike up to a length that a query names, and differ behind it."""
    for text in numbers:
        if not text.isdecimal() or not 0 < int(text) <= _MAX_LENGTH:
            continue
        start = "a" * int(text)
        yield from (start, start + "a", start + "b", start + " ", start[:-1] + "b")


def _around(sign: str) -> Iterator[str]:
    """Pieces that are one text when a separator is put between them."""
    if 0 < len(sign) <= 3:
        yield from (f"a{sign}b", f"a{sign}", f"{sign}b", "a", "b", f"b{sign}c", "c")


def _of_zones(strings: Iterable[str]) -> Iterator[str]:
    """Moments around the hours that a zone's clocks go through twice, or skip."""
    for zone in filter(None, map(zone_named, strings)):
        for change in _changes(zone):
            for minutes in (-90, -60, -30, 0, 30, 60, 90):
                yield written_moment(change + timedelta(minutes=minutes))


def _changes(zone: ZoneInfo) -> Iterator[datetime]:
    """The moments of a year, in UTC, at which a zone's offset changes."""
    start = datetime(_YEAR, 1, 1, tzinfo=UTC)
    for day in range(366):
        before = start + timedelta(days=day)
        if not _differs(zone, before, before + timedelta(days=1)):
            continue
        for hour in range(24):
            at = before + timedelta(hours=hour)
            if _differs(zone, at, at + timedelta(hours=1)):
                yield (at + timedelta(hours=1)).replace(tzinfo=None)


def _differs(zone: ZoneInfo, one: datetime, other: datetime) -> bool:
    return one.astimezone(zone).utcoffset() != other.astimezone(zone).utcoffset()


def _halves(numbers: Iterable[str]) -> Iterator[str]:
    """Numbers that rounding to as many digits as a query names moves, up or down."""
    for text in numbers:
        if text.isdecimal() and int(text) <= _MAX_SCALE:
            half = Decimal(5).scaleb(-int(text) - 1)
            yield from (f"{n:f}" for n in (half, -half, 1 + half, 2 - half / 5))


def _multiples(numbers: Iterable[str]) -> Iterator[str]:
    """Numbers that a divisor which a query names leaves the same rest of."""
    for text in numbers:
        if text.isdecimal() and int(text) > 1:
            yield from (
                str(int(text) * n + rest) for n in (1, 2, -1) for rest in (0, 1)
            )
