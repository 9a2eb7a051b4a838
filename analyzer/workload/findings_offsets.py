"""Findings about pages fetched by OFFSET: the further one walks, the slower."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analyzer.domain.execution_columns import ExecutionColumns, Floats, Longs
from analyzer.domain.log_findings import LogFinding
from analyzer.domain.statement import StatementKind
from analyzer.statements.traits import traits
from analyzer.workload.distinct import first_of_each
from analyzer.workload.findings_runs import LogFacts, measured
from analyzer.workload.percentiles import total_ms
from analyzer.workload.session_rows import segments, together

MIN_PAGES = 5
MIN_GROWTH = 2.0
MIN_RANK_CORRELATION = 0.8
MIN_PAGES_IN_ALL = 10
_MAX_GAP_US = 60_000_000
_DROP_RATIO = 0.5


def offset_walks(facts: LogFacts) -> Iterator[LogFinding]:
    """Sessions that walk page by page, each page slower than the one before.

    A walk is a series of at least ``MIN_PAGES`` executions of one session, whose values
    differ and whose durations grow with their order.
    """
    columns = facts.columns
    for number, kind in enumerate(facts.kinds):
        query = columns.statements.query[number]
        if kind is not StatementKind.SELECT or "offset" not in query.lower():
            continue
        if not traits(query).has_offset:
            continue
        rows = np.flatnonzero((columns.statement == number) & (columns.session >= 0))
        rows = rows[np.lexsort((columns.logged_at_us[rows], columns.session[rows]))]
        walks = [part for part in _series(columns, rows) if _grows(columns, part)]
        pages = sum(len(part) for part in walks)
        if pages >= MIN_PAGES_IN_ALL:
            yield _finding(facts, number, walks, pages)


def _series(columns: ExecutionColumns, rows: Longs) -> Iterator[Longs]:
    """Executions that may be one walk: a sudden fast page begins the next."""
    times, durations = columns.logged_at_us[rows], columns.duration_ms[rows]
    same = together(columns.session[rows])
    same[1:] &= np.diff(times) <= _MAX_GAP_US
    same[1:] &= durations[1:] >= _DROP_RATIO * durations[:-1]
    for start, end in zip(*segments(same), strict=True):
        if end - start >= MIN_PAGES:
            yield rows[start:end]


def _grows(columns: ExecutionColumns, rows: Longs) -> bool:
    durations = columns.duration_ms[rows]
    if len(first_of_each(columns.values_hash[rows])) < len(rows):
        return False
    if durations[-1] < MIN_GROWTH * max(float(durations[0]), 0.001):
        return False
    return _rank_correlation(durations) >= MIN_RANK_CORRELATION


def _rank_correlation(values: Floats) -> float:
    """Of values and their order (Spearman), without ties.

    >>> _rank_correlation(np.array([1.0, 2.0, 3.0]))
    1.0
    """
    count = len(values)
    ranks = np.argsort(np.argsort(values, kind="stable"))
    gaps = ((ranks - np.arange(count)) ** 2).sum()
    return float(1 - 6 * gaps / (count * (count**2 - 1)))


def _finding(
    facts: LogFacts, number: int, walks: list[Longs], pages: int
) -> LogFinding:
    durations = [facts.columns.duration_ms[part] for part in walks]
    first = float(np.mean([part[0] for part in durations]))
    last = max(float(part[-1]) for part in durations)
    lost = total_ms(np.concatenate([part - part[0] for part in durations]))
    return LogFinding(
        kind="offset_walk",
        title=f"{len(walks):,} walks through {pages:,} pages by OFFSET: from "
        f"{first:,.1f} ms for the first to {last:,.1f} ms for the last",
        instruction="Remember the last row of a page and ask for what comes after it "
        "(keyset pagination): WHERE (sort keys) > (last values) ORDER BY sort keys "
        "LIMIT n.",
        evidence=(
            measured("Walks in which pages get slower", len(walks), "walks"),
            measured("Pages in them", pages, "calls"),
            measured("First page, on average", first, "ms"),
            measured("Slowest last page", last, "ms"),
        ),
        fingerprint=facts.name(number),
        caveats=("A page then cannot be jumped to by its number.",),
        lost_ms=lost,
        facts={
            "walks": len(walks),
            "calls": pages,
            "first_page_ms": first,
            "last_page_ms": last,
        },
    )
