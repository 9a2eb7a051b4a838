"""Values that lie as far apart as a query says, to the microsecond and to the digit.

``b - a > '30 minutes'`` and ``b - a >= '30 minutes'`` differ only on two moments that
are half an hour apart, which values near constants hardly ever are: no moment is a
constant here. Such pairs come as contrasts, like those that expressions confuse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain, islice, permutations

from analyzer.statements.data_hints import DataHints
from analyzer.verification.moment_values import length_named, read_moment
from analyzer.verification.number_texts import decimal_of
from analyzer.verification.schema_facts import Column, Table
from analyzer.verification.trial_needs import Contrast
from analyzer.verification.value_candidates import INTEGERS
from analyzer.verification.value_pools import PoolKey

_BASES = ("2024-01-31 10:00", "2024-02-28 23:30")
_MAX_LENGTHS = 3
_MAX_DISTANCES = 3
_MAX_COLUMNS = 6
_MAX_PER_GROUP = 60
_NO_TIME = timedelta()
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_LONGEST = Decimal(1_000_000)


def spaced_contrasts(
    tables: Sequence[Table], hints: Sequence[DataHints]
) -> tuple[tuple[Contrast, ...], ...]:
    """Groups of rows whose moments or numbers are as far apart as a constant says.

    Args:
        tables: that rows are made for.
        hints: of the queries: their intervals, numbers and columns.
    """
    named = _named(tables, hints)
    strings = dict.fromkeys(text for hint in hints for text in hint.strings)
    lengths = [found for text in strings if (found := length_named(text))]
    moments = [(key, column) for key, column in named if _is_moment(column)]
    known = [moment for text in strings if (moment := read_moment(text))]
    bases = [moment.replace(tzinfo=None) for moment in known[:1]]
    bases += map(datetime.fromisoformat, _BASES)
    groups = [
        _apart(moments, bases, length)
        for length in dict.fromkeys(lengths[:_MAX_LENGTHS])
    ]
    if any(hint.computes for hint in hints):
        texts = dict.fromkeys(text for hint in hints for text in hint.numbers)
        numbers = [n for n in map(decimal_of, texts) if n and abs(n) <= _LONGEST]
        for distance in numbers[:_MAX_DISTANCES]:
            groups.append(_numbers_apart(named, distance))
            if distance == distance.to_integral_value():
                days = timedelta(days=int(distance))
                dates = [item for item in moments if item[1].base_type == "date"]
                groups.append(_apart(dates, bases[:2], days))
    found_groups = (tuple(islice(group, _MAX_PER_GROUP)) for group in groups)
    return tuple(group for group in found_groups if group)


def _named(
    tables: Sequence[Table], hints: Sequence[DataHints]
) -> list[tuple[PoolKey, Column]]:
    names = set(chain.from_iterable(hint.columns for hint in hints))
    takes_all = any(hint.has_star for hint in hints)
    found = [
        ((table.oid, column.name), column)
        for table in tables
        for column in table.stored
        if takes_all or column.name in names
    ]
    return [item for item in found if _is_moment(item[1]) or item[1].category == "N"]


def _is_moment(column: Column) -> bool:
    return column.base_type.startswith(("timestamp", "date", "time"))


def _apart(
    columns: Sequence[tuple[PoolKey, Column]],
    bases: Sequence[datetime],
    length: timedelta,
) -> Iterator[Contrast]:
    """Moments of one column, and of two columns, that are a length apart."""
    for base in bases:
        for step in (_NO_TIME, _MICROSECOND, -_MICROSECOND, _DAY, -_DAY):
            with suppress(OverflowError):
                moments = (base, base + length + step)
                yield from _of_columns(columns, moments)
                if not step:
                    longer = (*moments, base + 2 * length)
                    yield from (_contrast([item], [longer]) for item in columns)


def _of_columns(
    columns: Sequence[tuple[PoolKey, Column]], moments: Sequence[datetime]
) -> Iterator[Contrast]:
    yield from (_contrast([item], [moments]) for item in columns[:_MAX_COLUMNS])
    for pair in permutations(columns[:_MAX_COLUMNS], 2):
        yield _contrast(pair, [moments[:1], moments[1:]])


def _contrast(
    columns: Sequence[tuple[PoolKey, Column]], rows: Sequence[Sequence[datetime]]
) -> Contrast:
    return {
        key: tuple(_written(column, moment) for moment in moments)
        for (key, column), moments in zip(columns, rows, strict=True)
    }


def _written(column: Column, moment: datetime) -> str:
    if column.base_type == "date":
        return moment.date().isoformat()
    if column.base_type.startswith("timestamp"):
        return moment.isoformat(sep=" ")
    zone = "+00" if column.base_type == "time with time zone" else ""
    return f"{moment.time().isoformat()}{zone}"


def _numbers_apart(
    columns: Sequence[tuple[PoolKey, Column]], distance: Decimal
) -> Iterator[Contrast]:
    numbers = [item for item in columns if item[1].category == "N"][:_MAX_COLUMNS]
    for base in (Decimal(1), Decimal(10)):
        for step in (Decimal(0), Decimal(1), Decimal(-1), Decimal("0.01")):
            values = (base, base + distance + step)
            fitting = [n for n in numbers if _fits(n[1], values)]
            texts = tuple(f"{value:f}" for value in values)
            yield from ({key: texts} for key, _column in fitting)
            for (one, _), (other, _) in permutations(fitting, 2):
                yield {one: texts[:1], other: texts[1:]}


def _fits(column: Column, values: Sequence[Decimal]) -> bool:
    if column.base_type not in INTEGERS:
        return True
    return all(v == v.to_integral_value() and abs(v) < 2**15 for v in values)
