"""Moments of a row that follow one another: ordered, shipped, received.

Statistics hold nothing of how two columns of a row depend on each other. But if
``later = earlier + delay`` and the delay does not depend on the moment, then the
smallest value of the later column is the smallest earlier one plus the shortest delay,
and the largest the largest plus the longest. So two columns whose whole ranges lie
close to each other, shifted by delays that are short against them, are taken for
events of one story; delays are spread evenly between the two. It is an assumption,
and is reported as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.verification.table_statistics import ColumnStatistics
from analyzer.verification.value_kinds import Kind, Line, kind_of

MAX_SPREAD = 0.15
"""Longest difference of delays as a share of the range; beyond it none is assumed."""

_MIN_RANGE_DAYS = 30
_US_PER_DAY = 86_400_000_000
_MOMENTS = (Kind.DATE, Kind.TIMESTAMP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """A column that follows another one by so many microseconds.

    ``base`` names a column of the same row, or of the row it refers to by the link of
    that number.
    """

    column: str
    base: str
    link: int | None
    shortest_us: int
    longest_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The range of a column of moments, in microseconds since 2000."""

    low_us: int
    high_us: int


def span(column: ColumnStatistics) -> Span | None:
    """The range of a column, none where it is no moment or not known."""
    kind = kind_of(column.type_name)
    known = (*column.common, *column.bounds)
    if kind not in _MOMENTS or not column.bounds or not known:
        return None
    try:
        numbers = Line(Kind.TIMESTAMP, ()).numbers(known)
    except (ValueError, OverflowError):
        return None
    low, high = int(numbers.min()), int(numbers.max())
    if high - low < _MIN_RANGE_DAYS * _US_PER_DAY:
        return None
    return Span(low_us=low, high_us=high)


def delays(
    columns: Sequence[ColumnStatistics],
    parents: Mapping[int, Sequence[ColumnStatistics]],
) -> tuple[Delay, ...]:
    """For each column that follows another one, the one it follows most closely.

    Args:
        columns: of the table.
        parents: columns of the tables it refers to, by number of the link.

    Returns:
        In an order in which a base of the same row comes before what follows it.
    """
    own = {c.name: found for c in columns if (found := span(c)) is not None}
    bases: list[tuple[str, int | None, Span]] = [
        (name, None, item) for name, item in own.items()
    ]
    for number, theirs in parents.items():
        bases += [
            (c.name, number, found) for c in theirs if (found := span(c)) is not None
        ]
    chosen: dict[str, Delay] = {}
    for name, here in own.items():
        candidates = [
            delay
            for base, number, there in bases
            if (base, number) != (name, None)
            and (delay := _delay(name, here, (base, number), there)) is not None
        ]
        if candidates:
            chosen[name] = min(
                candidates,
                key=lambda d: (d.longest_us - d.shortest_us, d.link is None, d.base),
            )
    return _ordered(chosen)


def _delay(
    name: str, here: Span, base: tuple[str, int | None], there: Span
) -> Delay | None:
    shortest, longest = here.low_us - there.low_us, here.high_us - there.high_us
    whole = min(here.high_us - here.low_us, there.high_us - there.low_us)
    # An event follows its cause; the other order is the other column's.
    if shortest < 0 or longest <= shortest:
        return None
    if longest - shortest > MAX_SPREAD * whole or shortest > MAX_SPREAD * whole:
        return None
    return Delay(
        column=name,
        base=base[0],
        link=base[1],
        shortest_us=shortest,
        longest_us=longest,
    )


def _ordered(chosen: dict[str, Delay]) -> tuple[Delay, ...]:
    done: dict[str, Delay] = {}
    waiting = dict(chosen)
    while waiting:
        ready = [
            name
            for name, delay in waiting.items()
            if delay.link is not None or delay.base not in waiting
        ]
        if not ready:
            # A ring: the first of it stands alone.
            waiting.pop(next(iter(waiting)))
            continue
        for name in ready:
            done[name] = waiting.pop(name)
    return tuple(done.values())
