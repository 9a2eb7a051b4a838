"""Sequences of statements within a session: one fingerprint again and again (N+1).

A run is at least ``MIN_RUN`` consecutive executions of one statement with different
parameters and short gaps, after another statement that may have fed it. Inside a known
transaction (the same virtual transaction id, or between a logged BEGIN and COMMIT) that
is the proof. Outside, executions of different requests may follow one another on a
pooled connection, so there a run also needs its parent: the same statement must come
just before most of the runs, and most of its executions must be followed by one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from analyzer.domain.execution import Execution
from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import StatementRun
from analyzer.statements.fingerprint import fingerprint

MIN_RUN = 5
MIN_DISTINCT_RATIO = 0.8
MAX_GAP_MS = 250.0
MAX_GAP_OUTSIDE_MS = 25.0
MIN_RUNS_OUTSIDE = 3
MIN_PARENT_RATIO = 0.8

_TRANSACTION = re.compile(
    r"\s*(?:(?P<begin>BEGIN|START\s+TRANSACTION)|(?P<end>COMMIT|END|ROLLBACK|ABORT))\b"
    r"(?!\s+(?:TO|PREPARED))",
    re.IGNORECASE,
)
_LITERAL = re.compile(r"'(?:[^']|'')*'|\b\d[\w.]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """An execution with what joins it to its neighbours."""

    execution: Execution
    fingerprint: Fingerprint
    transaction: str

    @property
    def started_at(self) -> datetime:
        return self.execution.logged_at - timedelta(
            milliseconds=self.execution.duration_ms
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Consecutive steps of one fingerprint, and the step just before."""

    parent: _Step | None
    steps: tuple[_Step, ...]
    distinct_ratio: float

    @property
    def in_transaction(self) -> bool:
        return bool(self.steps[0].transaction)


def statement_runs(executions: Sequence[Execution]) -> tuple[StatementRun, ...]:
    """The runs found in a log, summed by statement and parent, longest time first.

    Args:
        executions: of one or several sessions, in any order; those that do not say
            their session are left out.
    """
    known: dict[str, Fingerprint] = {}
    runs: list[_Run] = []
    followers: Counter[Fingerprint] = Counter()
    for steps in _sessions(executions, known):
        runs += _runs(steps)
        followers.update(step.fingerprint for step in steps)
    by_statement: dict[Fingerprint, list[_Run]] = defaultdict(list)
    for run in runs:
        by_statement[run.steps[0].fingerprint].append(run)
    found = [
        _summary(name, kept)
        for name, group in by_statement.items()
        if (kept := [*_proven(group), *_believable(group, followers)])
    ]
    return tuple(sorted(found, key=lambda run: (-run.total_ms, run.fingerprint)))


def _sessions(
    executions: Iterable[Execution], known: dict[str, Fingerprint]
) -> Iterator[list[_Step]]:
    by_session: dict[str, list[Execution]] = defaultdict(list)
    for execution in executions:
        if execution.session_id:
            by_session[execution.session_id].append(execution)
    for group in by_session.values():
        group.sort(key=lambda item: item.logged_at)
        yield _without_single_statements(list(_steps(group, known)))


def _steps(
    group: Sequence[Execution], known: dict[str, Fingerprint]
) -> Iterator[_Step]:
    number = 0
    inside = ""
    for execution in group:
        found = _TRANSACTION.match(execution.query)
        if found is not None:
            number += 1
            inside = f"transaction {number}" if found["begin"] else ""
            # The statement itself is no neighbour of what it encloses.
            continue
        name = execution.fingerprint or _fingerprint(execution.query, known)
        yield _Step(
            execution=execution,
            fingerprint=name,
            transaction=inside or _virtual_transaction(execution),
        )


def _without_single_statements(steps: list[_Step]) -> list[_Step]:
    """Forget transactions of one statement: autocommit is like no transaction."""
    sizes = Counter(step.transaction for step in steps)
    return [
        replace(step, transaction="") if sizes[step.transaction] == 1 else step
        for step in steps
    ]


def _fingerprint(query: str, known: dict[str, Fingerprint]) -> Fingerprint:
    if query not in known:
        known[query] = fingerprint(query)
    return known[query]


def _virtual_transaction(execution: Execution) -> str:
    # Local id 0 is printed once the transaction has ended: it was a single statement.
    local = execution.virtual_transaction_id.partition("/")[2]
    return execution.virtual_transaction_id if local not in ("", "0") else ""


def _runs(steps: Sequence[_Step]) -> Iterator[_Run]:
    at = 0
    while at < len(steps):
        end = at + 1
        while end < len(steps) and _continues(steps[end - 1], steps[end]):
            end += 1
        if end - at >= MIN_RUN:
            distinct = _distinct_ratio(steps[at:end])
            if distinct >= MIN_DISTINCT_RATIO:
                parent = (
                    steps[at - 1] if at and _close(steps[at - 1], steps[at]) else None
                )
                yield _Run(
                    parent=parent,
                    steps=tuple(steps[at:end]),
                    distinct_ratio=distinct,
                )
        at = end


def _continues(before: _Step, after: _Step) -> bool:
    return (
        before.fingerprint == after.fingerprint
        and before.transaction == after.transaction
        and _close(before, after)
    )


def _close(before: _Step, after: _Step) -> bool:
    together = before.transaction and before.transaction == after.transaction
    limit = MAX_GAP_MS if together else MAX_GAP_OUTSIDE_MS
    gap = after.started_at - before.execution.logged_at
    return gap <= timedelta(milliseconds=limit)


def _distinct_ratio(steps: Sequence[_Step]) -> float:
    values = {_values(step.execution) for step in steps}
    return len(values) / len(steps)


def _values(execution: Execution) -> tuple[object, ...]:
    if execution.values_hash:
        return (execution.values_hash,)
    if execution.parameters:
        return execution.parameters
    return tuple(_LITERAL.findall(execution.query))


def _proven(runs: Sequence[_Run]) -> list[_Run]:
    return [run for run in runs if run.in_transaction]


def _believable(runs: Sequence[_Run], executions: Counter[Fingerprint]) -> list[_Run]:
    outside = [run for run in runs if not run.in_transaction and run.parent]
    parents = Counter(run.parent.fingerprint for run in outside if run.parent)
    if not parents:
        return []
    parent, count = parents.most_common(1)[0]
    total = sum(not run.in_transaction for run in runs)
    if (
        count < MIN_RUNS_OUTSIDE
        or count < MIN_PARENT_RATIO * total
        or count < MIN_PARENT_RATIO * executions[parent]
    ):
        return []
    return [run for run in outside if run.parent and run.parent.fingerprint == parent]


def _summary(name: Fingerprint, runs: Sequence[_Run]) -> StatementRun:
    parents = Counter(run.parent.fingerprint for run in runs if run.parent)
    calls = sum(len(run.steps) for run in runs)
    return StatementRun(
        fingerprint=name,
        parent=parents.most_common(1)[0][0] if parents else None,
        run_count=len(runs),
        call_count=calls,
        total_ms=sum(s.execution.duration_ms for run in runs for s in run.steps),
        longest=max(len(run.steps) for run in runs),
        distinct_parameter_ratio=sum(
            run.distinct_ratio * len(run.steps) for run in runs
        )
        / calls,
        session_count=len({run.steps[0].execution.session_id for run in runs}),
    )
