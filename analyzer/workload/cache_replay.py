"""Caches replayed read by read: a kernel goes over the reads once for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analyzer.domain.execution_columns import Longs
from analyzer.domain.row_store import Table
from analyzer.native.groups import grouped
from analyzer.native.language import Int, Long, put64, u32, u64
from analyzer.native.machine import machine_of

_BASE = 64
_NEVER = 1 << 62
READ_BYTES = 24
TTL, WRITTEN, HITS, STALE, SAVED, AGES, OLDEST = range(0, 56, 8)
SUMS_BYTES = 56


def add_to(sums: Int, more: Long) -> None:
    """Add to one of the sums."""
    put64(sums, u64(sums) + more)


def replay(at: Int, end: Int, ready: Int, writes: Int, sums: Int) -> None:
    """Go over reads in the order they started.

    Args:
        at: the first read: when it starts, when it ends, the number of its values.
        end: behind the last.
        ready: when the entry for each of the values was filled.
        writes: ends of writes; a moment that never comes stands behind the last.
        sums: the time to live and the last write before these; then what is added to.
    """
    ttl: Long = u64(sums + TTL)
    written: Long = u64(sums + WRITTEN)
    while at < end:
        start: Long = u64(at)
        while u64(writes) <= start:
            written = u64(writes)
            writes += 8
        entry = ready + 8 * u32(at + 16)
        age: Long = start - u64(entry)
        if age >= ttl:
            put64(entry, u64(at + 8))
        elif age >= 0:
            # Reads that start before the entry is there go to the server as well.
            add_to(sums + HITS, 1)
            add_to(sums + SAVED, u64(at + 8) - start)
            add_to(sums + AGES, age)
            if age > u64(sums + OLDEST):
                put64(sums + OLDEST, age)
            if written > u64(entry):
                add_to(sums + STALE, 1)
        at += READ_BYTES


_KERNELS = (add_to, replay)


class CacheReplays:
    """Replays for some times to live, over one part of the reads after another.

    Attributes:
        sums: what came out of each, by the places that the kernel writes it to.
    """

    def __init__(self, ttls_us: Sequence[int]) -> None:
        """Start with nothing cached."""
        count = len(ttls_us)
        self.sums: Longs = np.zeros((count, SUMS_BYTES // 8), np.int64)
        self.sums[:, TTL // 8] = ttls_us
        self._values: Longs = np.zeros(0, np.int64)
        self._ready_us: Longs = np.zeros((count, 0), np.int64)

    def add(self, part: Table, writes_us: Longs) -> None:
        """Go on.

        Args:
            part: the next reads, in the order they started.
            writes_us: ends of all writes, ascending.
        """
        starts_us, ends_us = part["starts_us"], part["ends_us"]
        known = len(self._values)
        # What is cached comes first, each of its values once.
        values = np.append(self._values, part["values_hash"])
        first, group = grouped(values)
        ready_us = np.full((len(self.sums), len(first)), -_NEVER)
        ready_us[:, :known] = self._ready_us
        begin, end = np.searchsorted(writes_us, starts_us[[0, -1]], "right").tolist()
        self.sums[:, WRITTEN // 8] = writes_us[begin - 1] if begin else -_NEVER
        reads = np.column_stack((starts_us, ends_us, group[known:]))
        self._run(reads, ready_us, np.append(writes_us[begin:end], _NEVER))
        # What no read finds any more is as good as nothing.
        is_used = ready_us + self.sums[:, TTL // 8, None] > starts_us[-1]
        kept = is_used.any(axis=0)
        self._values, self._ready_us = values[first[kept]], ready_us[:, kept]

    def _run(self, reads: Longs, ready_us: Longs, writes_us: Longs) -> None:
        """Call the kernel for each time to live."""
        tables = (self.sums, ready_us, writes_us, reads)
        places = np.cumsum([_BASE, *(table.nbytes for table in tables)]).tolist()
        machine = machine_of(_KERNELS)
        memory = machine.memory(places[-1])
        views = [
            memory[place : place + table.nbytes].view(np.int64).reshape(table.shape)
            for place, table in zip(places, tables, strict=False)
        ]
        for view, table in zip(views, tables, strict=True):
            view[:] = table
        sums, ready, writes, at, end = places
        for number in range(len(self.sums)):
            own = (ready + number * ready_us[0].nbytes, writes)
            machine.call("replay", at, end, *own, sums + number * SUMS_BYTES)
        self.sums[:], ready_us[:] = views[0], views[1]
