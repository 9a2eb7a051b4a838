"""Rows of columns that may be more than memory holds: kept, parted and sorted.

A table here is a mapping of names to arrays of one length. Long ones lie in files
(:mod:`analyzer.domain.pages`), and what works on them looks at a part of the rows at a
time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from analyzer.domain.pages import Column, is_long, part_rows, release
from analyzer.domain.sorting import stable_order

Array = npt.NDArray[Any]
Table = Mapping[str, Array]

_SAMPLES = 1 << 16
"""Rows looked at to divide a long table into parts of about the same length."""


class RowStore:
    """A table that grows."""

    def __init__(self, kinds: Mapping[str, npt.DTypeLike]) -> None:
        """Start without rows, with columns of these types."""
        self._columns = {name: Column(kind) for name, kind in kinds.items()}

    def __len__(self) -> int:
        """Number of rows."""
        return len(next(iter(self._columns.values())))

    def append(self, rows: Table) -> None:
        """Add rows."""
        for name, column in self._columns.items():
            column.append(rows[name])

    def table(self) -> dict[str, Array]:
        """All rows; writing to them changes the store."""
        return {name: column.array() for name, column in self._columns.items()}

    def sort(self, key: Callable[[Table], Array]) -> None:
        """Put the rows into the order of a key, equal ones as they are.

        What was handed out before stays as it is.

        Args:
            key: a number (a complex one: its parts) for each row of some rows.
        """
        if is_long(len(self)):
            self._columns = _sorted_parts(self.table(), key)
            return
        order = _order(key(self.table()))
        if order is not None:
            for name, column in self._columns.items():
                # One by one: all of them twice would be twice the memory.
                self._columns[name] = column.taken(order)


def _order(keys: Array) -> Array | None:
    """How to sort, or none if nothing is to be done."""
    if not bool((keys[1:] < keys[:-1]).any()):
        return None
    return stable_order(keys)


def sorted_table(table: Table, key: Callable[[Table], Array]) -> dict[str, Array]:
    """The rows in the order of a key, as :meth:`RowStore.sort` has it."""
    if is_long(_length(table)):
        columns = _sorted_parts(table, key)
        return {name: column.array() for name, column in columns.items()}
    order = _order(key(table))
    if order is None:
        return {**table}
    return {name: array[order] for name, array in table.items()}


def sorted_values(values: Array) -> Array:
    """The numbers of one column, ascending; takes a tenth of the time of rows."""
    if not is_long(len(values)):
        return np.sort(values)
    found = Column(values.dtype)
    for part in parts_by({"value": values}, itemgetter("value")):
        found.append(np.sort(part["value"]))
    return found.array()


def _sorted_parts(table: Table, key: Callable[[Table], Array]) -> dict[str, Column]:
    columns = {name: Column(array.dtype) for name, array in table.items()}
    for part in parts_by(table, key):
        order = _order(key(part))
        for name, column in columns.items():
            column.append(part[name] if order is None else part[name][order])
    return columns


def parts_by(table: Table, key: Callable[[Table], Array]) -> Iterator[dict[str, Array]]:
    """All rows, in parts of which no key is greater than one of the next part."""
    bounds = _bounds(table, key) if is_long(_length(table)) else ()
    if not len(bounds):
        return in_parts(table)

    def place(rows: Table) -> Array:
        return np.searchsorted(bounds, key(rows), "right")

    return parted(table, place, len(bounds) + 1)


def _bounds(table: Table, key: Callable[[Table], Array]) -> Array:
    count = _length(table)
    step = max(count // _SAMPLES, 1)
    # Copies: a view would keep the keys of all rows.
    some = [key(part)[::step].copy() for part in in_parts(table)]
    samples = np.sort(np.concatenate(some))
    # Half as many as may be looked at: samples are not the whole.
    part_count = 2 * count // part_rows()
    return np.unique(samples[:: max(len(samples) // part_count, 1)][1:])


def _length(table: Table) -> int:
    return len(next(iter(table.values())))


def in_parts(table: Table) -> Iterator[dict[str, Array]]:
    """All rows, some at a time, without copying them."""
    size = part_rows() if is_long(_length(table)) else max(_length(table), 1)
    for begin in range(0, _length(table), size):
        part = {name: array[begin : begin + size] for name, array in table.items()}
        yield part
        release(*part.values())


def parted(
    table: Table, place: Callable[[Table], Array], part_count: int
) -> Iterator[dict[str, Array]]:
    """The rows of each part that is not empty, in the order they have.

    Args:
        table: any rows.
        place: the part, from 0 on, that each of some rows belongs to.
        part_count: number of parts.
    """
    sizes = np.zeros(part_count, np.int64)
    for rows in in_parts(table):
        sizes += np.bincount(place(rows), minlength=part_count)
    begins = np.cumsum(sizes) - sizes
    columns = {name: Column(array.dtype) for name, array in table.items()}
    ends = begins.copy()
    for rows in in_parts(table):
        of = place(rows)
        order = stable_order(of)
        counts = np.bincount(of, minlength=part_count)
        for name, column in columns.items():
            _scatter(column, rows[name][order], ends, counts)
        ends += counts
    whole = {name: column.array() for name, column in columns.items()}
    for begin, size in zip(begins.tolist(), sizes.tolist(), strict=True):
        if size:
            part = {name: array[begin : begin + size] for name, array in whole.items()}
            yield part
            release(*part.values())


def _scatter(column: Column, values: Array, places: Array, counts: Array) -> None:
    at = 0
    for part in np.flatnonzero(counts).tolist():
        size = int(counts[part])
        column.put(int(places[part]), values[at : at + size])
        at += size
