"""Rows of durations from what a scanner wrote of each record.

A scanner (:mod:`analyzer.logs.scan_csv` and its like) goes over the bytes once, as
machine code. What needs a calendar, the parser or a name is done here, once for each
distinct minute, text and process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analyzer.logs.entry import Origin
from analyzer.logs.scan_texts import TEXT_KERNELS
from analyzer.logs.scan_words import PARAMETERS_BYTES, ROW, ROW_BYTES
from analyzer.logs.slices import (
    MAX_BYTES,
    Bools,
    Bytes,
    Longs,
    Slices,
    count_of,
    hash_of,
)
from analyzer.logs.text_book import Clean, TextBook
from analyzer.logs.text_shapes import FactsOf, TextFacts, facts_in
from analyzer.logs.time_columns import MinuteWords, TimeReader
from analyzer.logs.window import DurationRows
from analyzer.native.groups import grouped
from analyzer.native.machine import machine_of
from analyzer.native.translate import Kernel

Table = npt.NDArray[Any]
"""Of the type :data:`~analyzer.logs.scan_words.ROW`.

Rows are picked by ``take``: an index in brackets takes twenty times as long.
"""

_BASE = 64
"""Where the data begin; before them are zeros, so nothing is found at place 0."""

_BEHIND = b'"\n'.ljust(64, b"\0")
_BYTES_PER_RECORD = 100
"""A log whose records are shorter than that has no durations to speak of."""

_BYTES_PER_LINE = 60
"""As a rule; a time, a severity and a word are more."""

_SPARE_RECORDS = 64


class Scanner:
    """A scanner that is ready to run."""

    def __init__(self, kernels: tuple[Kernel, ...]) -> None:
        """Take the kernels; the last is the one that is called."""
        own = [kernel for kernel in TEXT_KERNELS if kernel not in kernels]
        self._machine = machine_of((*own, *kernels))
        self._name = kernels[-1].__name__

    def scan(self, data: bytes, *more: int) -> Table | None:
        """What the scanner wrote, or none if the data are no whole records.

        Until the scanner is used again, for the facts of texts as well.

        Args:
            data: ends in a line end.
            more: what the kernel is given beside the places.
        """
        records = len(data) // _BYTES_PER_RECORD + _SPARE_RECORDS
        found = self._called(data, records, *more)
        return None if found is None else found[0]

    def scan_lines(self, data: bytes, settings: bytes) -> tuple[Table, Longs]:
        """The same of a plain log, and where its lines end.

        Args:
            data: ends in a line end.
            settings: bytes whose place the kernel is given.
        """
        records = len(data) // _BYTES_PER_LINE + _SPARE_RECORDS
        found = self._called(data, records, settings=settings)
        if found is None:
            # There is no more than one for each line.
            records = count_of(data, b"\n")
            found = self._called(data, records, settings=settings)
        if found is None:
            raise ValueError("there are more records than lines")
        table, behind = found
        count, *_ = behind[:4].view(np.int32).tolist()
        ends = behind[4 : 4 + 4 * count].view(np.int32)
        return table, np.subtract(ends, _BASE, dtype=np.int64)

    def _called(
        self, data: bytes, records: int, *more: int, settings: bytes = b""
    ) -> tuple[Table, Bytes] | None:
        """What was written of records, and the memory behind the place for them.

        There a plain log's lines have room, were it nothing but line ends.
        """
        size = len(data)
        behind = _BEHIND + settings
        begin = (_BASE + size + len(behind) + 7) & ~7
        limit = begin + records * ROW_BYTES
        memory = self._machine.memory(limit + 4 * (size + 1) if settings else limit)
        end = _BASE + size
        memory[_BASE:end] = np.frombuffer(data, np.uint8)
        memory[end : end + len(behind)] = np.frombuffer(behind, np.uint8)
        if settings:
            more = (*more, end + len(_BEHIND))
        count = self._machine.call(self._name, _BASE, end, begin, limit, *more)
        if count < 0:
            return None
        return memory[begin : begin + count * ROW_BYTES].view(ROW), memory[limit:]

    def facts(self, texts: Slices) -> TextFacts:
        """The facts of texts of the data that were scanned last."""
        return facts_in(self._machine, _BASE, texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What the bytes of a format stand for.

    Attributes:
        times: reads minutes.
        origin: who wrote a line, by its head and the application's name.
        clean: what the bytes of texts stand for.
        book: tells fingerprints.
        facts: tells those of texts of the window that is read.
    """

    times: TimeReader
    origin: Callable[[bytes, bytes], Origin]
    clean: Clean
    book: TextBook
    facts: FactsOf


def places(table: Table, name: str) -> Longs:
    """A column of places, counted from the start of the data."""
    found: Longs = np.subtract(table[name], _BASE, dtype=np.int64)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Durations among the records of a window; see :class:`DurationRows`.

    Attributes:
        table: what the scanner wrote of each.
        detail_hash: of what was bound.
        has_odd_detail: where that may stand for other bytes.
    """

    order: Longs
    table: Table
    logged_at_us: Longs
    origin: Longs
    local_transaction_id: Longs
    queryid: Longs
    details: Slices
    detail_hash: Longs
    has_odd_detail: Bools
    origins: Sequence[Origin]


def scanned_rows(data: bytes, table: Table, meaning: Meaning) -> DurationRows:
    """The rows among some records, each of which tells all about itself."""
    order = np.flatnonzero(table["is_row"])
    found = table.take(order)
    minute_us, is_known = meaning.times.moments(minutes_of(found))
    if not is_known.all():
        kept = np.flatnonzero(is_known)
        order, found, minute_us = order[kept], found.take(kept), minute_us[kept]
    first, origin = grouped(found["origin_hash"])
    has = found["detail_start"] >= 0
    return duration_rows(
        Found(
            order=order,
            table=found,
            logged_at_us=minute_us + found["within_us"],
            origin=origin,
            local_transaction_id=found["local_transaction_id"],
            queryid=found["queryid"],
            details=Slices(
                data=data,
                starts=np.where(has, places(found, "detail_start"), -1),
                ends=np.where(has, places(found, "detail_end"), -1),
            ),
            detail_hash=found["detail_hash"],
            has_odd_detail=found["has_odd_detail"] > 0,
            origins=_origins(data, found.take(first), meaning),
        ),
        meaning.clean,
        meaning.book,
        meaning.facts,
    )


def minutes_of(table: Table) -> MinuteWords:
    """The minutes and zones of some records."""
    return MinuteWords(table["time_high"], table["time_low"], table["zone"])


def duration_rows(
    found: Found, clean: Clean, book: TextBook, facts: FactsOf
) -> DurationRows:
    """Rows with their texts.

    Args:
        found: the durations.
        clean: what the bytes of texts stand for.
        book: tells fingerprints.
        facts: tells those of texts.
    """
    data, table = found.details.data, found.table
    starts, ends = places(table, "text_start"), places(table, "text_end")
    keys = _keys(data, table, starts, ends)
    first, text = grouped(keys)
    slices = Slices(data=data, starts=starts[first], ends=ends[first])
    texts = book.texts(slices, keys[first], clean, facts(slices))
    return DurationRows(
        order=found.order,
        logged_at_us=found.logged_at_us,
        origin=found.origin,
        local_transaction_id=found.local_transaction_id,
        queryid=found.queryid,
        verb=table["verb"].astype(np.uint8),
        duration_us=table["duration_us"],
        text=text,
        details=found.details,
        values_hash=_values(found, texts.values_hash[text], clean),
        origins=found.origins,
        texts=texts,
        clean=clean,
    )


def _keys(data: bytes, found: Table, starts: Longs, ends: Longs) -> Longs:
    keys: Longs = found["text_hash"].copy()
    for at in np.flatnonzero(ends - starts > MAX_BYTES).tolist():
        keys[at] = hash_of(data[starts[at] : ends[at]])
    return keys


def _values(found: Found, of_texts: Longs, clean: Clean) -> Longs:
    """Hashes of what was bound, and where nothing was of the constants in the text."""
    details = found.details
    has = details.starts >= 0
    values: Longs = np.where(has, found.detail_hash, of_texts)
    is_odd = has & found.has_odd_detail
    is_odd |= details.ends - details.starts > MAX_BYTES + PARAMETERS_BYTES
    for at in np.flatnonzero(is_odd).tolist():
        values[at] = hash_of(clean(details.raw(at))[PARAMETERS_BYTES:])
    return values


def _origins(data: bytes, firsts: Table, meaning: Meaning) -> Sequence[Origin]:
    names = ("head_start", "head_end", "name_start", "name_end")
    columns = (places(firsts, name).tolist() for name in names)
    return [
        meaning.origin(data[start:end], data[from_:to])
        for start, end, from_, to in zip(*columns, strict=True)
    ]
