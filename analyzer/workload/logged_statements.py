"""Executions of a log to one summary for each statement, exact in every number."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np

from analyzer.domain.execution import Execution
from analyzer.domain.execution_columns import (
    ExecutionColumns,
    Floats,
    as_datetime,
    columns_of,
)
from analyzer.domain.log_report import (
    HistogramBucket,
    LoggedStatement,
    SlowSample,
)
from analyzer.domain.pages import release
from analyzer.domain.row_store import in_parts
from analyzer.errors import AnalyzerError
from analyzer.statements.describe import text_and_kind
from analyzer.statements.lexer import tokens
from analyzer.statements.normalize import normalize
from analyzer.statements.tags import tags
from analyzer.workload.percentiles import exact_sum, latency_of_sorted
from analyzer.workload.statement_numbers import NumbersOfOne, StatementNumbers

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
    numbers = StatementNumbers(columns)
    samples = _kept_rows(columns)
    found = [
        _statement(
            columns, numbers.of(number), samples.get(number, ()), show=show_parameters
        )
        for number in np.flatnonzero(numbers.counts).tolist()
    ]
    release(*columns.table().values())
    return tuple(sorted(found, key=lambda s: (-s.latency.total_ms, s.fingerprint)))


def _statement(
    columns: ExecutionColumns, of: NumbersOfOne, kept: Sequence[int], *, show: bool
) -> LoggedStatement:
    query, kind = text_and_kind(columns.statements.query[of.statement])
    durations = of.durations_ms
    numbers = latency_of_sorted(durations, "exact")
    mean = numbers.total_ms / len(durations)
    parts = in_parts({"ms": durations})
    variance = exact_sum((p["ms"] - mean) ** 2 for p in parts) / len(durations)
    release(durations)
    return LoggedStatement(
        fingerprint=columns.statements.fingerprint[of.statement],
        query=query,
        kind=kind,
        queryids=columns.statements.queryids[of.statement],
        latency=numbers,
        mean_ms=mean,
        stddev_ms=math.sqrt(variance),
        min_ms=float(durations[0]),
        parse_total_ms=of.parse_us / 1000,
        bind_total_ms=of.bind_us / 1000,
        plan_count=of.plan_count,
        histogram=histogram(durations),
        by=of.by,
        by_hour=of.by_hour,
        first_seen_at=as_datetime(of.first_us),
        last_seen_at=as_datetime(of.last_us),
        samples=_samples(columns, kept, show_parameters=show),
    )


def _kept_rows(columns: ExecutionColumns) -> dict[int, list[int]]:
    """Rows whose texts were kept, by statement."""
    kept = np.sort(np.fromiter(columns.kept, np.int64, len(columns.kept)))
    found: dict[int, list[int]] = defaultdict(list)
    first_row = 0
    for part in columns.windows() if len(kept) else ():
        place = np.minimum(np.searchsorted(kept, part.position), len(kept) - 1)
        for row in np.flatnonzero(kept[place] == part.position).tolist():
            found[int(part.statement[row])].append(first_row + row)
        first_row += len(part)
    return found


def _samples(
    columns: ExecutionColumns, kept: Sequence[int], *, show_parameters: bool
) -> tuple[SlowSample, ...]:
    slowest = sorted(
        kept, key=lambda row: (-columns.duration_ms[row], columns.position[row])
    )[:SAMPLE_COUNT]
    return tuple(
        sample_of(columns[row], show_parameters=show_parameters) for row in slowest
    )


def has_plan(execution: Execution) -> bool:
    """Whether auto_explain logged a plan of it."""
    return execution.plan is not None or bool(execution.plan_text)


def histogram(durations_ms: Floats) -> tuple[HistogramBucket, ...]:
    """The buckets that are not empty, the shortest first.

    Args:
        durations_ms: ascending.

    >>> [(b.le_ms, b.count) for b in histogram(np.array([0.1, 0.15, 0.2, 3e6]))]
    [(0.1, 1), (0.2, 2), (None, 1)]
    """
    ends = np.append(
        np.searchsorted(durations_ms, BOUNDS_MS, "right"), len(durations_ms)
    )
    counts = np.diff(ends, prepend=0).tolist()
    return tuple(
        HistogramBucket(le_ms=le_ms, count=count)
        for le_ms, count in zip((*BOUNDS_MS, None), counts, strict=True)
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
