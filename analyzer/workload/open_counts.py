"""How many transactions of a log were open at once."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from analyzer.domain.execution_columns import Longs, as_datetime
from analyzer.domain.log_activity import Transactions
from analyzer.domain.pages import release
from analyzer.domain.row_store import Table, in_parts, sorted_values
from analyzer.workload.sums import SumsByKey

_MINUTE_US = 60_000_000


class _Span(NamedTuple):
    first_us: int
    last_us: int


def with_open_counts(found: Transactions, opened: Table) -> Transactions:
    """With how many were open at once.

    Args:
        found: what is known so far.
        opened: ``started_at_us`` and ``ended_at_us`` of whatever held a connection.
    """
    if not len(opened["started_at_us"]):
        return found
    starts_us = sorted_values(opened["started_at_us"])
    ends_us = sorted_values(opened["ended_at_us"])
    span = _Span(int(starts_us[0]), int(ends_us[-1]))
    counts = _open_counts(starts_us, ends_us)
    rank = -(-99 * len(starts_us) // 100)
    open_us = sum(
        int((part["ended_at_us"] - part["started_at_us"]).sum())
        for part in in_parts(opened)
    )
    minute_us, busiest = _busiest_minute(opened, span)
    return replace(
        found,
        busy_peak_count=len(counts) - 1,
        busy_p99_count=int(np.searchsorted(np.cumsum(counts), rank)),
        busy_mean_count=open_us / max(span.last_us - span.first_us, 1),
        busiest_minute_mean_count=busiest,
        busiest_minute=as_datetime(minute_us),
    )


def _open_counts(starts_us: Longs, ends_us: Longs) -> Longs:
    """How often so many were open when another began, itself among them."""
    counts: Longs = np.zeros(1, np.int64)
    begun = 0
    for part in in_parts({"at": starts_us}):
        # Open when each begins: those begun before it less those ended by then.
        is_open = np.arange(begun + 1, begun + len(part["at"]) + 1)
        is_open -= np.searchsorted(ends_us, part["at"], side="right")
        more = np.bincount(np.maximum(is_open, 1), minlength=len(counts))
        more[: len(counts)] += counts
        counts = more
        begun += len(part["at"])
        release(ends_us)
    return counts


def _busiest_minute(opened: Table, span: _Span) -> tuple[int, float]:
    """Start of the minute with the most open time, and the mean number open in it.

    Looked at are minutes in which something begins or ends, and those behind them:
    from there on nothing changes until the next.
    """
    # Of each minute the time that is open in it but does not fill it, how many more
    # than before fill it, and how many begin or end in it.
    sums = SumsByKey(3)
    for part in in_parts(opened):
        start, end = part["started_at_us"], part["ended_at_us"]
        first, last = start // _MINUTE_US, end // _MINUTE_US
        none, one = np.zeros(len(start), np.int64), np.ones(len(start), np.int64)
        sums.add(first, np.minimum(end, (first + 1) * _MINUTE_US) - start, none, one)
        more = np.flatnonzero(last > first)
        none, one, last = none[more], one[more], last[more]
        sums.add(first[more] + 1, none, one, none)
        sums.add(last, end[more] - last * _MINUTE_US, -one, one)
    minutes, (_, _, edges) = sums.found()
    behind = minutes[edges > 0] + 1
    sums.add(behind, *np.zeros((3, len(behind)), np.int64))
    minutes, (part_us, change, _) = sums.found()
    open_us = part_us + np.cumsum(change) * _MINUTE_US
    # The log may begin or end within a minute.
    seen = np.clip(np.array([minutes, minutes + 1]) * _MINUTE_US, *span)
    means = open_us / np.maximum(seen[1] - seen[0], 1_000_000)
    at = int(np.argmax(means))
    return int(minutes[at]) * _MINUTE_US, float(means[at])
