"""Executions of a log to one summary for each statement, exact in every number."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from heapq import nlargest
from typing import TypeVar

from analyzer.domain.execution import Execution
from analyzer.domain.log_report import (
    HistogramBucket,
    LoggedStatement,
    Share,
    SlowSample,
)
from analyzer.domain.statement import Fingerprint
from analyzer.errors import AnalyzerError
from analyzer.statements.describe import describe
from analyzer.statements.lexer import tokens
from analyzer.statements.normalize import normalize
from analyzer.statements.tags import tags
from analyzer.workload.percentiles import latency

K = TypeVar("K", bound=Hashable)

SAMPLE_COUNT = 3
BOUNDS_MS = tuple(
    float(f"{digit}e{power}") for power in range(-2, 6) for digit in (1, 2, 5)
)
"""Bounds of the histogram: the same for all statements, so that they can be added."""

_DIMENSIONS: Mapping[str, Callable[[Execution], str]] = {
    "database": lambda item: item.database,
    "user": lambda item: item.user,
    "application": lambda item: item.application_name,
    "host": lambda item: item.remote_host,
}


def logged_statements(
    executions: Iterable[Execution], *, show_parameters: bool = False
) -> tuple[LoggedStatement, ...]:
    """One summary for each fingerprint, the most time first.

    Percentiles are the ⌈q·n⌉-th smallest durations; totals are summed without
    rounding errors.

    Args:
        executions: with fingerprints, in any order.
        show_parameters: whether samples may hold constants and bound values.
    """
    groups: dict[Fingerprint, list[Execution]] = defaultdict(list)
    for execution in executions:
        groups[execution.fingerprint].append(execution)
    found = [_statement(group, show_parameters) for group in groups.values()]
    return tuple(sorted(found, key=lambda s: (-s.latency.total_ms, s.fingerprint)))


def _statement(group: Sequence[Execution], show_parameters: bool) -> LoggedStatement:
    durations = [item.duration_ms for item in group]
    # The same text whatever the order of lines with equal times.
    first = min(group, key=lambda item: (item.logged_at, item.query))
    described = describe(first.query)
    numbers = latency(durations, "exact")
    mean = numbers.total_ms / len(group)
    variance = math.fsum((value - mean) ** 2 for value in durations) / len(group)
    slowest = nlargest(SAMPLE_COUNT, group, key=lambda e: (e.duration_ms, e.query))
    return LoggedStatement(
        fingerprint=first.fingerprint,
        query=described.normalized_query,
        kind=described.kind,
        queryids=tuple(sorted({item.queryid for item in group if item.queryid})),
        latency=numbers,
        mean_ms=mean,
        stddev_ms=math.sqrt(variance),
        min_ms=min(durations),
        parse_total_ms=math.fsum(item.parse_duration_ms for item in group),
        bind_total_ms=math.fsum(item.bind_duration_ms for item in group),
        plan_count=sum(has_plan(item) for item in group),
        histogram=histogram(durations),
        by={name: _shares(group, key) for name, key in _DIMENSIONS.items()},
        by_hour=_shares(group, _hour),
        first_seen_at=first.logged_at,
        last_seen_at=max(item.logged_at for item in group),
        samples=tuple(_sample(item, show_parameters) for item in slowest),
    )


def has_plan(execution: Execution) -> bool:
    """Whether auto_explain logged a plan of it."""
    return execution.plan is not None or bool(execution.plan_text)


def histogram(durations_ms: Iterable[float]) -> tuple[HistogramBucket, ...]:
    """The buckets that are not empty, the shortest first.

    >>> [(b.le_ms, b.count) for b in histogram([0.1, 0.15, 0.2, 3e6])]
    [(0.1, 1), (0.2, 2), (None, 1)]
    """
    counts = Counter(bisect_left(BOUNDS_MS, value) for value in durations_ms)
    return tuple(
        HistogramBucket(
            le_ms=BOUNDS_MS[at] if at < len(BOUNDS_MS) else None, count=counts[at]
        )
        for at in sorted(counts)
    )


def _shares(
    group: Iterable[Execution], key: Callable[[Execution], K]
) -> dict[K, Share]:
    parts: dict[K, list[float]] = defaultdict(list)
    for item in group:
        parts[key(item)].append(item.duration_ms)
    return {
        name: Share(calls=len(parts[name]), total_ms=math.fsum(parts[name]))
        for name in sorted(parts)  # type: ignore[type-var]
    }


def _hour(execution: Execution) -> datetime:
    return execution.logged_at.replace(minute=0, second=0, microsecond=0)


def _sample(execution: Execution, show_parameters: bool) -> SlowSample:
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
