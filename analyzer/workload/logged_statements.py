"""Executions of a log to one summary for each statement, exact in every number."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from analyzer.domain.execution import Execution
from analyzer.domain.execution_columns import (
    WINDOW_ROWS,
    ExecutionColumns,
    Floats,
    Ints,
    Longs,
    as_datetime,
    columns_of,
)
from analyzer.domain.log_report import (
    HistogramBucket,
    LoggedStatement,
    Share,
    SlowSample,
)
from analyzer.errors import AnalyzerError
from analyzer.statements.describe import text_and_kind
from analyzer.statements.lexer import tokens
from analyzer.statements.normalize import normalize
from analyzer.statements.tags import tags
from analyzer.workload.percentiles import latency_of_sorted

K = TypeVar("K", bound=Hashable)

SAMPLE_COUNT = 3
_HOUR_US = 3_600_000_000
BOUNDS_MS = tuple(
    float(f"{digit}e{power}") for power in range(-2, 6) for digit in (1, 2, 5)
)
"""Bounds of the histogram: the same for all statements, so that they can be added."""

_MAX_DENSE = 4_000_000
"""Sums by pairs are an array of all pairs up to here, else one of those that occur."""


def logged_statements(
    executions: Sequence[Execution], *, show_parameters: bool = False
) -> tuple[LoggedStatement, ...]:
    """One summary for each fingerprint, the most time first.

    Percentiles are the ⌈q·n⌉-th smallest durations; totals are summed without
    rounding errors.

    Args:
        executions: with fingerprints, in any order.
        show_parameters: whether samples may hold constants and bound values.
    """
    columns = columns_of(executions)
    if not len(columns):
        return ()
    shares = _Shares(columns)
    samples = _kept_rows(columns)
    order = np.argsort(columns.statement, kind="stable")
    ranked = columns.statement[order]
    starts = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1])).tolist()
    found = []
    for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
        rows = order[start:end]
        number = int(ranked[start])
        group = _Group(columns, rows, samples.get(number, ()))
        found.append(_statement(group, shares, show_parameters=show_parameters))
    return tuple(sorted(found, key=lambda s: (-s.latency.total_ms, s.fingerprint)))


class _Group(NamedTuple):
    """The rows of one statement in time order, and those whose texts were kept."""

    columns: ExecutionColumns
    rows: Longs
    samples: Sequence[int]


def _statement(
    group: _Group, shares: _Shares, *, show_parameters: bool
) -> LoggedStatement:
    columns, rows, _ = group
    number = int(columns.statement[rows[0]])
    query, kind = text_and_kind(columns.statements.query[number])
    durations = np.sort(columns.duration_ms[rows])
    numbers = latency_of_sorted(durations, "exact")
    mean = numbers.total_ms / len(rows)
    variance = math.fsum(((durations - mean) ** 2).tolist()) / len(rows)
    parse_us, bind_us = columns.parse_us[rows], columns.bind_us[rows]
    return LoggedStatement(
        fingerprint=columns.statements.fingerprint[number],
        query=query,
        kind=kind,
        queryids=columns.statements.queryids[number],
        latency=numbers,
        mean_ms=mean,
        stddev_ms=math.sqrt(variance),
        min_ms=float(durations[0]),
        parse_total_ms=int(parse_us.sum(dtype=np.int64)) / 1000,
        bind_total_ms=int(bind_us.sum(dtype=np.int64)) / 1000,
        plan_count=int(columns.has_plan[rows].sum()),
        histogram=histogram(durations),
        by=shares.by_name(number),
        by_hour=shares.by_hour(number),
        first_seen_at=as_datetime(columns.logged_at_us[rows[0]]),
        last_seen_at=as_datetime(columns.logged_at_us[rows[-1]]),
        samples=_samples(group, show_parameters=show_parameters),
    )


def _kept_rows(columns: ExecutionColumns) -> dict[int, list[int]]:
    """Rows whose texts were kept, by statement."""
    kept = np.sort(np.fromiter(columns.kept, np.int64, len(columns.kept)))
    found: dict[int, list[int]] = defaultdict(list)
    # Some rows at a time: the arrays in between are as large as the columns.
    for begin in range(0, len(columns) if len(kept) else 0, WINDOW_ROWS):
        position = columns.position[begin : begin + WINDOW_ROWS]
        place = np.minimum(np.searchsorted(kept, position), len(kept) - 1)
        for row in (np.flatnonzero(kept[place] == position) + begin).tolist():
            found[int(columns.statement[row])].append(row)
    return found


def _samples(group: _Group, *, show_parameters: bool) -> tuple[SlowSample, ...]:
    columns = group.columns
    slowest = sorted(
        group.samples,
        key=lambda row: (-columns.duration_ms[row], columns.position[row]),
    )[:SAMPLE_COUNT]
    return tuple(
        sample_of(columns[row], show_parameters=show_parameters) for row in slowest
    )


class _Shares:
    """Calls and time of each statement by where and when they came from."""

    def __init__(self, columns: ExecutionColumns) -> None:
        origins = columns.origins
        # In place: here most memory is taken, of millions of executions.
        duration_us = columns.duration_ms * 1000.0
        np.rint(duration_us, out=duration_us)
        # Sessions are many, and the names they share few.
        named = [
            *zip(
                *(origins.database, origins.user),
                *(origins.application_name, origins.remote_host),
                strict=True,
            )
        ]
        distinct = {names: at for at, names in enumerate(dict.fromkeys(named))}
        number = np.array([distinct[names] for names in named], np.int32)
        sums = _sums(columns.statement, number[columns.origin], None, duration_us)
        kinds = zip(
            ("database", "user", "application", "host"),
            zip(*distinct, strict=True),
            strict=True,
        )
        self._by_name = {kind: _by_name(names, sums) for kind, names in kinds}
        hours = columns.logged_at_us // _HOUR_US
        first = int(hours.min())
        hours -= first
        since_first = hours.astype(np.int32)
        del hours
        by_hour = _sums(columns.statement, since_first, None, duration_us)
        moments = {
            hour: as_datetime((first + hour) * _HOUR_US)
            for hour in {*by_hour.other.tolist()}
        }
        self._by_hour = _listed(moments, by_hour)

    def by_name(self, statement: int) -> dict[str, dict[str, Share]]:
        """For each kind of name the share of each."""
        return {kind: found[statement] for kind, found in self._by_name.items()}

    def by_hour(self, statement: int) -> dict[datetime, Share]:
        """The share of each hour, UTC."""
        return self._by_hour[statement]


class _Sums(NamedTuple):
    """Calls and microseconds of each pair that occurs, ascending."""

    statement: Longs
    other: Longs
    calls: Floats
    time_us: Floats


def _sums(
    statement: Ints | Longs,
    other: Longs | Ints,
    calls: Floats | None,
    time_us: Floats,
) -> _Sums:
    """Sums by statement and another number; whole ones below 2**53 have no error.

    Without ``calls`` each row is one.
    """
    width = int(other.max()) + 1
    size = (int(statement.max()) + 1) * width
    if size > _MAX_DENSE:
        keys = statement.astype(np.int64) * width + other
        pairs, index = np.unique(keys, return_inverse=True)
        count, us = (_sum(index, values) for values in (calls, time_us))
        return _Sums(pairs // width, pairs % width, count, us)
    counts, sums_us = np.zeros(size), np.zeros(size)
    # Some rows at a time: the arrays in between are as large as the columns.
    for begin in range(0, len(statement), WINDOW_ROWS):
        part = slice(begin, begin + WINDOW_ROWS)
        keys = statement[part].astype(np.int64) * width + other[part]
        end = int(keys.max()) + 1
        # Not by `_sum`, which copies: these may be as large as all the rest.
        counts[:end] += np.bincount(keys, None if calls is None else calls[part])
        sums_us[:end] += np.bincount(keys, time_us[part])
    found: Longs = np.flatnonzero(counts)
    return _Sums(found // width, found % width, counts[found], sums_us[found])


def _sum(groups: Longs, values: Floats | None) -> Floats:
    found: Floats = np.bincount(groups, values).astype(np.float64)
    return found


def _by_name(names: Sequence[str], sums: _Sums) -> dict[int, dict[str, Share]]:
    """The shares of each statement by the names of the others."""
    distinct = sorted({*names})
    numbers = {name: number for number, name in enumerate(distinct)}
    number = np.array([numbers[name] for name in names], np.int64)
    found = _sums(sums.statement, number[sums.other], sums.calls, sums.time_us)
    return _listed(dict(enumerate(distinct)), found)


def _listed(others: Mapping[int, K], sums: _Sums) -> dict[int, dict[K, Share]]:
    found: dict[int, dict[K, Share]] = defaultdict(dict)
    for statement, other, calls, time_us in zip(
        *(values.tolist() for values in sums), strict=True
    ):
        found[statement][others[other]] = Share(
            calls=int(calls), total_ms=int(time_us) / 1000
        )
    return found


def has_plan(execution: Execution) -> bool:
    """Whether auto_explain logged a plan of it."""
    return execution.plan is not None or bool(execution.plan_text)


def histogram(durations_ms: npt.ArrayLike) -> tuple[HistogramBucket, ...]:
    """The buckets that are not empty, the shortest first.

    >>> [(b.le_ms, b.count) for b in histogram([0.1, 0.15, 0.2, 3e6])]
    [(0.1, 1), (0.2, 2), (None, 1)]
    """
    places = np.searchsorted(BOUNDS_MS, np.asarray(durations_ms, np.float64), "left")
    counts = np.bincount(places).tolist()
    return tuple(
        HistogramBucket(
            le_ms=BOUNDS_MS[at] if at < len(BOUNDS_MS) else None, count=count
        )
        for at, count in enumerate(counts)
        if count
    )


def sample_of(execution: Execution, *, show_parameters: bool) -> SlowSample:
    """One execution as it is shown; without permission its text has no constants."""
    query = execution.query
    return SlowSample(
        logged_at=execution.logged_at,
        duration_ms=execution.duration_ms,
        query=with_parameters(query, execution.parameters)
        if show_parameters
        else normalize(query),
        process_id=execution.process_id,
        database=execution.database,
        user=execution.user,
        application_name=execution.application_name,
        remote_host=execution.remote_host,
        parse_ms=execution.parse_duration_ms,
        bind_ms=execution.bind_duration_ms,
        has_plan=has_plan(execution),
        tags=tags(query),
    )


def with_parameters(query: str, values: Sequence[str | None]) -> str:
    """The query with literals for ``$n``; one without a known value stays.

    For people to read: the types of the values are unknown, so each is a string.

    >>> with_parameters("SELECT '$1', $1, $2, $3", ("it's", None))
    "SELECT '$1', 'it''s', NULL, $3"
    """
    if not values:
        return query
    try:
        found = [token for token in tokens(query) if token.kind == "PARAM"]
    except AnalyzerError:
        return query
    pieces: list[str] = []
    position = 0
    for token in found:
        number = int(query[token.start + 1 : token.end])
        if 1 <= number <= len(values):
            pieces += (query[position : token.start], _literal(values[number - 1]))
            position = token.end
    return "".join((*pieces, query[position:]))


def _literal(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"
