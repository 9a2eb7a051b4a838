"""Calls and time of each statement of a log by where and when they came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

import numpy as np

from analyzer.domain.execution_columns import (
    ExecutionColumns,
    Ints,
    Longs,
    as_datetime,
)
from analyzer.domain.log_report import Share
from analyzer.workload.sums import SumsByKey

K = TypeVar("K", bound=Hashable)

_HOUR_US = 3_600_000_000
_MAX_DENSE = 1_000_000
"""Sums by pairs are an array of all pairs up to here, else one of those that occur."""


class Shares:
    """Shares of the executions of a log, which are added some at a time."""

    def __init__(self, columns: ExecutionColumns) -> None:
        """Start without executions.

        Args:
            columns: all that will be added, at least one.
        """
        origins = columns.origins
        named = [
            *zip(
                *(origins.database, origins.user),
                *(origins.application_name, origins.remote_host),
                strict=True,
            )
        ]
        # Sessions are many, and the names they share few.
        distinct = {names: at for at, names in enumerate(dict.fromkeys(named))}
        self._names = [*distinct]
        self._number = np.array([distinct[names] for names in named], np.int32)
        times_us = columns.logged_at_us
        self._first_hour, last = (int(times_us[at]) // _HOUR_US for at in (0, -1))
        count = len(columns.statements.fingerprint)
        self._by_origin = _PairSums(count, len(distinct))
        self._by_hour = _PairSums(count, last - self._first_hour + 1)

    def add(self, part: ExecutionColumns) -> None:
        """Add executions."""
        duration_us = np.rint(part.duration_ms * 1000.0).astype(np.int64)
        hours = part.logged_at_us // _HOUR_US - self._first_hour
        self._by_origin.add(part.statement, self._number[part.origin], duration_us)
        self._by_hour.add(part.statement, hours, duration_us)

    def by_name(self) -> dict[str, dict[int, dict[str, Share]]]:
        """For each kind of name the shares of each statement."""
        sums = self._by_origin.found()
        kinds = ("database", "user", "application", "host")
        return {
            kind: _by_name(names, sums)
            for kind, names in zip(kinds, zip(*self._names, strict=True), strict=True)
        }

    def by_hour(self) -> dict[int, dict[datetime, Share]]:
        """For each statement the share of each hour, UTC."""
        sums = self._by_hour.found()
        moments = {
            hour: as_datetime((self._first_hour + hour) * _HOUR_US)
            for hour in {*sums.other.tolist()}
        }
        return _listed(moments, sums)


class _Sums(NamedTuple):
    """Calls and microseconds of each pair that occurs, ascending."""

    statement: Longs
    other: Longs
    calls: Longs
    time_us: Longs


class _PairSums:
    def __init__(self, statement_count: int, width: int) -> None:
        self._width = width
        size = statement_count * width
        self._is_dense = size <= _MAX_DENSE
        self._dense: Longs = np.zeros((2, size if self._is_dense else 0), np.int64)
        self._sparse = SumsByKey(2)

    def add(self, statement: Ints, other: Longs | Ints, time_us: Longs) -> None:
        keys = statement.astype(np.int64) * self._width + other
        if not self._is_dense:
            self._sparse.add(keys, np.ones(len(keys), np.int64), time_us)
            return
        calls = np.bincount(keys)
        self._dense[0, : len(calls)] += calls
        # Of whole numbers below 2**53 a sum of floats has no error.
        sums_us = np.bincount(keys, time_us).astype(np.int64)
        self._dense[1, : len(calls)] += sums_us

    def found(self) -> _Sums:
        if self._is_dense:
            keys: Longs = np.flatnonzero(self._dense[0])
            sums = self._dense[:, keys]
        else:
            keys, sums = self._sparse.found()
        return _Sums(keys // self._width, keys % self._width, sums[0], sums[1])


def _by_name(names: Sequence[str], sums: _Sums) -> dict[int, dict[str, Share]]:
    """The shares of each statement by the names of the others."""
    distinct = sorted({*names})
    numbers = {name: number for number, name in enumerate(distinct)}
    number = np.array([numbers[name] for name in names], np.int64)
    width = len(distinct)
    again = SumsByKey(2)
    again.add(sums.statement * width + number[sums.other], sums.calls, sums.time_us)
    keys, (calls, time_us) = again.found()
    found = _Sums(keys // width, keys % width, calls, time_us)
    return _listed(dict(enumerate(distinct)), found)


def _listed(others: Mapping[int, K], sums: _Sums) -> dict[int, dict[K, Share]]:
    found: dict[int, dict[K, Share]] = defaultdict(dict)
    for statement, other, calls, time_us in zip(
        *(values.tolist() for values in sums), strict=True
    ):
        found[statement][others[other]] = Share(calls=calls, total_ms=time_us / 1000)
    return found
