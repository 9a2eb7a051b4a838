"""Findings about statements that repeat: N+1, inserts row by row, reads of the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np

from analyzer.domain.execution_columns import KINDS, ExecutionColumns, Longs
from analyzer.domain.log_findings import LogFinding
from analyzer.domain.recommendation import Basis, Evidence, Quantity
from analyzer.domain.row_store import RowStore, Table, in_parts
from analyzer.domain.statement import Fingerprint, StatementKind
from analyzer.domain.workload import StatementRun
from analyzer.statements.traits import StatementTraits, batched_text, traits
from analyzer.workload.cache_simulation import (
    CacheOutcome,
    reads_of,
    repeated,
    simulate,
)
from analyzer.workload.session_rows import BySession
from analyzer.workload.sessions import RunRows, Runs

SOURCE = "log"
MIN_INSERT_RUN = 10
MIN_INSERTS = 100
MIN_REPEATED_CALLS = 100
MIN_HIT_RATIO = 0.5
MIN_SAVED_MS = 100.0
MAX_CACHED = 20
_ENDS = ("statement", "logged_at_us")
_WRITES = (StatementKind.UPDATE, StatementKind.DELETE, StatementKind.INSERT)


def measured(claim: str, value: float, unit: str, source: str = SOURCE) -> Evidence:
    """A number as the log has it."""
    return Evidence(
        claim=claim,
        quantity=Quantity(value=value, unit=unit, basis=Basis.MEASURED, source=source),
    )


@dataclass(frozen=True, slots=True)
class LogFacts:
    """What findings about statements look at.

    Attributes:
        columns: all executions but our own.
        by_session: the same, session by session.
        kinds: of each statement of the columns.
        texts: normalized, by fingerprint.
    """

    columns: ExecutionColumns
    by_session: BySession
    kinds: tuple[StatementKind, ...]
    texts: Mapping[Fingerprint, str]

    def name(self, statement: int) -> Fingerprint:
        """The fingerprint of a statement of the columns."""
        return self.columns.statements.fingerprint[statement]

    def text(self, statement: int) -> str:
        """Its normalized text."""
        return self.texts.get(self.name(statement), "")


def loops(runs: tuple[StatementRun, ...], facts: LogFacts) -> Iterator[LogFinding]:
    """One statement again and again, fed by another: N+1, or row by row writes."""
    kinds = dict(zip(facts.columns.statements.fingerprint, facts.kinds, strict=True))
    for run in runs:
        kind = kinds.get(run.fingerprint, StatementKind.UNPARSED)
        if kind is StatementKind.SELECT:
            yield _loop(run, "n_plus_one", batched_text(facts.texts[run.fingerprint]))
        elif kind in _WRITES and kind is not StatementKind.INSERT:
            yield _loop(run, "row_by_row_writes", "")


def _loop(run: StatementRun, kind: str, query: str) -> LogFinding:
    calls = f"{run.call_count:,}"
    what = f"N+1: {calls} reads" if kind == "n_plus_one" else f"{calls} writes"
    instruction = (
        "Collect the values first, then ask once with an array of all of them, or join "
        "with the statement before (in an ORM: eager loading)."
        if kind == "n_plus_one"
        else "Write all rows with one statement: join with unnest($1, $2) or VALUES."
    )
    return LogFinding(
        kind=kind,
        title=f"{what} in {run.run_count:,} loops of up to "
        f"{run.longest:,}, one row each",
        instruction=instruction,
        evidence=(
            measured("Calls in loops", run.call_count, "calls"),
            measured("Their time", run.total_ms, "ms"),
            measured("Calls in the longest loop", run.longest, "calls"),
            measured("Sessions with such a loop", run.session_count, "sessions"),
            measured(
                "Calls of a loop with values of their own",
                run.distinct_parameter_ratio,
                "ratio",
            ),
        ),
        fingerprint=run.fingerprint,
        parent=run.parent,
        query=query,
        caveats=(
            "The time is the server's; the round trips saved are not in it.",
            "Rows are then read at one moment instead of one after the other.",
        ),
        lost_ms=run.total_ms * (1 - run.run_count / run.call_count),
        facts={
            "runs": run.run_count,
            "calls": run.call_count,
            "total_ms": run.total_ms,
            "longest_run": run.longest,
            "sessions": run.session_count,
            "distinct_parameter_ratio": run.distinct_parameter_ratio,
        },
    )


def unbatched_inserts(found: Runs, facts: LogFacts) -> Iterator[LogFinding]:
    """Single-row inserts in a row, which one statement could have written."""
    for statement, all_of_it in found.by_statement():
        if facts.kinds[statement] is not StatementKind.INSERT:
            continue
        runs = all_of_it.where(all_of_it.call_count >= MIN_INSERT_RUN)
        if int(runs.call_count.sum()) < MIN_INSERTS:
            continue
        if traits(found.statements.query[statement]).is_single_row_insert:
            yield _inserts(facts.name(statement), runs)


def _inserts(name: Fingerprint, runs: RunRows) -> LogFinding:
    calls, longest = int(runs.call_count.sum()), int(runs.call_count.max())
    total_ms = runs.total_ms
    own = int(runs.call_count[~runs.in_transaction].sum())
    return LogFinding(
        kind="unbatched_inserts",
        title=f"{calls:,} rows inserted one by one in {len(runs):,} series",
        instruction="Send many rows at once: INSERT … VALUES with several rows, "
        "INSERT … SELECT FROM unnest($1, $2, …), or COPY.",
        evidence=(
            measured("Single-row inserts in series", calls, "calls"),
            measured("Their time", total_ms, "ms"),
            measured("Longest series", longest, "calls"),
            measured("Committed one by one", own, "calls"),
        ),
        fingerprint=name,
        caveats=(
            "A failing row then fails its whole batch.",
            "The rows written stay as many; what is saved is the work per statement.",
        ),
        lost_ms=total_ms * (1 - len(runs) / calls),
        facts={
            "runs": len(runs),
            "calls": calls,
            "total_ms": total_ms,
            "longest_run": longest,
            "sessions": runs.session_count,
        },
    )


def repeated_reads(facts: LogFacts) -> Iterator[LogFinding]:
    """Reads that a cache would have answered, replayed on the log."""
    columns = facts.columns
    is_read = [kind is StatementKind.SELECT for kind in facts.kinds]
    counts, saved_us = repeated(columns, np.array(is_read, np.bool_))
    saved_us[counts < MIN_REPEATED_CALLS] = 0
    writes = _Writes(facts)
    for statement in np.argsort(-saved_us, kind="stable")[:MAX_CACHED].tolist():
        found = traits(columns.statements.query[statement])
        if saved_us[statement] < MIN_SAVED_MS * 1000 or not found.is_cacheable:
            continue
        reads = reads_of(columns, statement)
        outcomes = simulate(reads, writes.to(found))
        if max(item.hit_ratio for item in outcomes) >= MIN_HIT_RATIO:
            yield _cached(facts.name(statement), int(counts[statement]), outcomes)


class _Writes:
    """When each table was written to."""

    def __init__(self, facts: LogFacts) -> None:
        self._facts = facts
        self._tables: dict[str, list[int]] | None = None
        self._rows: Table = {}

    def to(self, reader: StatementTraits) -> Longs:
        """Ends of logged writes to any table that a statement reads, ascending."""
        if self._tables is None:
            self._tables = self._written()
            columns = self._facts.columns
            rows = {name: getattr(columns, name) for name in _ENDS}
            everything = chain.from_iterable(self._tables.values())
            self._rows = self._of(rows, everything)
        named = (self._tables.get(item.name, ()) for item in reader.relations)
        ends_us: Longs = self._of(self._rows, chain.from_iterable(named))[
            "logged_at_us"
        ]
        return ends_us

    def _of(self, rows: Table, statements: Iterable[int]) -> Table:
        """Those of some executions that are of some statements."""
        is_one = np.zeros(len(self._facts.kinds), np.bool_)
        is_one[[*statements]] = True
        found = RowStore({name: KINDS[name] for name in _ENDS})
        for part in in_parts(rows):
            mask = is_one[part["statement"]]
            found.append({name: values[mask] for name, values in part.items()})
        return found.table()

    def _written(self) -> dict[str, list[int]]:
        tables: dict[str, list[int]] = defaultdict(list)
        for number, kind in enumerate(self._facts.kinds):
            if kind in (StatementKind.SELECT, StatementKind.UNPARSED):
                continue
            found = traits(self._facts.columns.statements.query[number])
            for relation in found.relations:
                tables[relation.name].append(number)
        return tables


def _cached(
    name: Fingerprint, calls: int, outcomes: tuple[CacheOutcome, ...]
) -> LogFinding:
    enough = [item for item in outcomes if item.hit_ratio >= MIN_HIT_RATIO]
    best = enough[0]
    return LogFinding(
        kind="repeated_reads",
        title=f"{best.hit_ratio:.0%} of {calls:,} reads asked again what was read "
        f"within {best.ttl_s} s",
        instruction=f"Keep the answer in the application for {best.ttl_s} s, or ask "
        "once per request and pass it on.",
        evidence=tuple(
            measured(
                f"Hit ratio of a cache with a TTL of {item.ttl_s} s; "
                f"{item.stale_count:,} of {item.hit_count:,} hits after a logged "
                f"write, oldest answer {item.oldest_s:.1f} s",
                item.hit_ratio,
                "ratio",
                "replay of the log",
            )
            for item in outcomes
        ),
        fingerprint=name,
        caveats=(
            "An answer from a cache is as old as the TTL allows; writes that were not "
            "logged are not counted as staleness.",
        ),
        lost_ms=best.saved_ms,
        facts={
            "calls": calls,
            "cache": [
                {
                    "ttl_s": item.ttl_s,
                    "hit_count": item.hit_count,
                    "hit_ratio": item.hit_ratio,
                    "saved_ms": item.saved_ms,
                    "stale_count": item.stale_count,
                    "mean_age_s": item.mean_age_s,
                    "oldest_s": item.oldest_s,
                }
                for item in outcomes
            ],
        },
    )
