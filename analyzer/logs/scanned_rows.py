"""Rows of durations from what a scanner wrote of each record.

A scanner (:mod:`analyzer.logs.scan_csv` and its like) goes over the bytes once, as
machine code. What needs a calendar, the parser or a name is done here, once for each
distinct minute, text and process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from analyzer.logs.entry import Origin
from analyzer.logs.scan_words import PARAMETERS_BYTES, ROW, ROW_BYTES
from analyzer.logs.slices import MAX_BYTES, Longs, Slices, grouped, hash_of
from analyzer.logs.text_book import Clean, TextBook
from analyzer.logs.time_columns import MinuteWords, TimeReader
from analyzer.logs.window import DurationRows
from analyzer.native.machine import Machine
from analyzer.native.translate import Kernel

Table = npt.NDArray[Any]
"""Of the type :data:`~analyzer.logs.scan_words.ROW`."""

_BASE = 64
"""Where the data begin; before them are zeros, so nothing is found at place 0."""

_BEHIND = b'"\n'.ljust(64, b"\0")
_BYTES_PER_RECORD = 100
"""A log whose records are shorter than that has no durations to speak of."""

_SPARE_RECORDS = 64


@cache
def _machine(kernels: tuple[Kernel, ...]) -> Machine:
    return Machine(kernels)


class Scanner:
    """A scanner that is ready to run."""

    def __init__(self, kernels: tuple[Kernel, ...]) -> None:
        """Take the kernels; the last is the one that is called."""
        self._machine = _machine(kernels)
        self._name = kernels[-1].__name__

    def scan(self, data: bytes, *more: int) -> Table | None:
        """What the scanner wrote, or none if the data are no whole records.

        Places count from the start of the data.
        """
        size = len(data)
        begin = _BASE + size + len(_BEHIND)
        limit = begin + (size // _BYTES_PER_RECORD + _SPARE_RECORDS) * ROW_BYTES
        memory = self._machine.memory(limit)
        memory[_BASE : _BASE + size] = np.frombuffer(data, np.uint8)
        memory[_BASE + size : begin] = np.frombuffer(_BEHIND, np.uint8)
        count = self._machine.call(self._name, _BASE, _BASE + size, begin, limit, *more)
        if count < 0:
            return None
        written = memory[begin : begin + count * ROW_BYTES]
        return written.copy().view(ROW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What the bytes of a format stand for.

    Attributes:
        times: reads minutes.
        origin: who wrote a line, by its head and the application's name.
        clean: what the bytes of texts stand for.
        book: tells fingerprints.
    """

    times: TimeReader
    origin: Callable[[bytes, bytes], Origin]
    clean: Clean
    book: TextBook


def places(table: Table, name: str) -> Longs:
    """A column of places, counted from the start of the data."""
    found: Longs = table[name].astype(np.int64) - _BASE
    return found


def scanned_rows(data: bytes, table: Table, meaning: Meaning) -> DurationRows:
    """The rows among some records."""
    order = np.flatnonzero(table["is_row"])
    found = table[order]
    words = MinuteWords(*(found[name] for name in ("time_high", "time_low", "zone")))
    minute_us, is_known = meaning.times.moments(words)
    if not is_known.all():
        order, found, minute_us = order[is_known], found[is_known], minute_us[is_known]
    starts, ends = places(found, "text_start"), places(found, "text_end")
    keys = _keys(data, found, starts, ends)
    first, text = grouped(keys)
    slices = Slices(data=data, starts=starts[first], ends=ends[first])
    texts = meaning.book.texts(slices, keys[first], meaning.clean)
    details = _details(data, found)
    first, origin = grouped(found["origin_hash"])
    return DurationRows(
        order=order,
        logged_at_us=minute_us + found["within_us"],
        origin=origin,
        local_transaction_id=found["local_transaction_id"],
        queryid=found["queryid"],
        verb=found["verb"].astype(np.uint8),
        duration_us=found["duration_us"],
        text=text,
        details=details,
        values_hash=_values(found, details, texts.values_hash[text], meaning.clean),
        origins=_origins(data, found[first], meaning),
        texts=texts,
        clean=meaning.clean,
    )


def _keys(data: bytes, found: Table, starts: Longs, ends: Longs) -> Longs:
    keys: Longs = found["text_hash"].copy()
    for at in np.flatnonzero(ends - starts > MAX_BYTES).tolist():
        keys[at] = hash_of(data[starts[at] : ends[at]])
    return keys


def _details(data: bytes, found: Table) -> Slices:
    has = found["detail_start"] >= 0
    starts, ends = places(found, "detail_start"), places(found, "detail_end")
    return Slices(
        data=data, starts=np.where(has, starts, -1), ends=np.where(has, ends, -1)
    )


def _values(found: Table, details: Slices, of_texts: Longs, clean: Clean) -> Longs:
    """Hashes of what was bound, and where nothing was of the constants in the text."""
    has = details.starts >= 0
    values: Longs = np.where(has, found["detail_hash"], of_texts)
    is_odd = has & (found["has_odd_detail"] > 0)
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
