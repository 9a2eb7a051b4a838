"""Findings about pages fetched by OFFSET: the further one walks, the slower."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analyzer.domain.execution_columns import KINDS, Floats
from analyzer.domain.log_findings import LogFinding
from analyzer.domain.row_store import RowStore, Table, in_parts
from analyzer.domain.statement import Fingerprint, StatementKind
from analyzer.statements.traits import traits
from analyzer.workload.distinct import first_of_each
from analyzer.workload.findings_runs import LogFacts, measured
from analyzer.workload.session_rows import (
    BySession,
    segments,
    together,
)

MIN_PAGES = 5
MIN_GROWTH = 2.0
MIN_RANK_CORRELATION = 0.8
MIN_PAGES_IN_ALL = 10
_MAX_GAP_US = 60_000_000
_DROP_RATIO = 0.5
_COLUMNS = ("session", "logged_at_us", "duration_ms", "values_hash")


def offset_walks(facts: LogFacts) -> Iterator[LogFinding]:
    """Sessions that walk page by page, each page slower than the one before.

    A walk is a series of at least ``MIN_PAGES`` executions of one session, whose values
    differ and whose durations grow with their order.
    """
    queries = facts.columns.statements.query
    walks = {
        number: _Walks()
        for number, kind in enumerate(facts.kinds)
        if kind is StatementKind.SELECT
        and "offset" in queries[number].lower()
        and traits(queries[number]).has_offset
    }
    for number, found in walks.items():
        for part in _series(_rows(facts.by_session, number)):
            found.add(part)
    for number, found in walks.items():
        if found.page_count >= MIN_PAGES_IN_ALL:
            yield _finding(facts.name(number), found)


class _Walks:
    """The walks of one statement."""

    def __init__(self) -> None:
        self.count = self.page_count = 0
        self.first_ms = self.last_ms = 0.0
        self.lost_us = 0

    def add(self, rows: Table) -> None:
        """Count executions, if they are a walk."""
        durations = rows["duration_ms"]
        if not _grows(rows):
            return
        self.count += 1
        self.page_count += len(durations)
        self.first_ms += float(durations[0])
        self.last_ms = max(self.last_ms, float(durations[-1]))
        self.lost_us += int(np.rint((durations - durations[0]) * 1000).sum())


def _rows(found: BySession, statement: int) -> Table:
    """The executions of a statement whose session is known, by session and time."""
    store = RowStore({name: KINDS[name] for name in _COLUMNS})
    for part in found.columns.windows():
        rows = np.flatnonzero((part.statement == statement) & (part.session >= 0))
        store.append({name: getattr(part, name)[rows] for name in _COLUMNS})
    return store.table()


def _series(table: Table) -> Iterator[Table]:
    """Executions that may be one walk: a sudden fast page begins the next."""
    open_one: Table = {name: values[:0] for name, values in table.items()}
    for part in in_parts(table):
        # The last series of a part may go on in the next.
        rows = {name: np.append(open_one[name], part[name]) for name in part}
        durations = rows["duration_ms"]
        same = together(rows["session"])
        same[1:] &= np.diff(rows["logged_at_us"]) <= _MAX_GAP_US
        same[1:] &= durations[1:] >= _DROP_RATIO * durations[:-1]
        starts, ends = segments(same)
        for start, end in zip(starts[:-1].tolist(), ends[:-1].tolist(), strict=True):
            if end - start >= MIN_PAGES:
                yield {name: values[start:end] for name, values in rows.items()}
        open_one = {name: values[starts[-1] :] for name, values in rows.items()}
    if len(open_one["session"]) >= MIN_PAGES:
        yield open_one


def _grows(rows: Table) -> bool:
    durations, values = rows["duration_ms"], rows["values_hash"]
    if len(first_of_each(values)) < len(values):
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


def _finding(name: Fingerprint, found: _Walks) -> LogFinding:
    count, pages, last = found.count, found.page_count, found.last_ms
    first = found.first_ms / count
    return LogFinding(
        kind="offset_walk",
        title=f"{count:,} walks through {pages:,} pages by OFFSET: from "
        f"{first:,.1f} ms for the first to {last:,.1f} ms for the last",
        instruction="Remember the last row of a page and ask for what comes after it "
        "(keyset pagination): WHERE (sort keys) > (last values) ORDER BY sort keys "
        "LIMIT n.",
        evidence=(
            measured("Walks in which pages get slower", count, "walks"),
            measured("Pages in them", pages, "calls"),
            measured("First page, on average", first, "ms"),
            measured("Slowest last page", last, "ms"),
        ),
        fingerprint=name,
        caveats=("A page then cannot be jumped to by its number.",),
        lost_ms=found.lost_us / 1000,
        facts={
            "walks": count,
            "calls": pages,
            "first_page_ms": first,
            "last_page_ms": last,
        },
    )
