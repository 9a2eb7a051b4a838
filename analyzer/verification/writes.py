"""What a change costs those who write: runs in transactions that are rolled back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from analyzer.domain.measurement import (
    Effect,
    MeasuredStatement,
    WriteMeasurement,
    WriteSide,
)
from analyzer.domain.workload import NotSeen, ParameterSet
from analyzer.errors import PlanningFailed, TimedOut
from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load
from analyzer.verification.bench import Bench
from analyzer.verification.pairs import AS_WRITTEN
from analyzer.verification.runs import Run, Session, run
from analyzer.verification.verdict import MIN_PAIRS, compare

MAX_PAIRS = 20


@dataclass(slots=True, kw_only=True)
class WriteContest:
    """One writing statement with one set of values, and its runs on both sides."""

    statement: MeasuredStatement
    parameters: ParameterSet | None
    before: list[Run] = field(default_factory=list)
    after: list[Run] = field(default_factory=list)
    updated: dict[bool, tuple[int, int]] = field(default_factory=dict)
    """Rows updated and HOT-updated, by side."""

    @property
    def weight(self) -> float:
        """Calls that this set of values stands for."""
        sets = self.statement.parameter_sets
        return self.statement.weight / max(len(sets), 1)

    def pairs(self) -> list[tuple[float, float]]:
        """Execution times before and after of neighbouring runs, in milliseconds."""
        return [
            (a.execution_ms, b.execution_ms)
            for a, b in zip(self.before, self.after, strict=True)
        ]

    def is_done(self) -> bool:
        """Whether more runs would not change what is said."""
        count = len(self.before)
        if count < MIN_PAIRS:
            return False
        return count >= MAX_PAIRS or compare(self.pairs()).effect is not Effect.UNCLEAR

    def measured(self) -> WriteMeasurement:
        """What the runs came to."""
        found = compare(self.pairs())
        return WriteMeasurement(
            name=self.statement.name,
            fingerprint=self.statement.fingerprint,
            parameters=self.parameters.label if self.parameters else AS_WRITTEN,
            before=self._side(self.before, after=False),
            after=self._side(self.after, after=True),
            time_ratio=found.ratio,
            time_ratio_interval=found.interval,
            effect=found.effect,
            weight=self.weight,
        )

    def _side(self, runs: Sequence[Run], *, after: bool) -> WriteSide:
        updated, hot = self.updated.get(after, (0, 0))
        return WriteSide(
            run_count=len(runs),
            execution_ms=median(item.execution_ms for item in runs),
            touched_blks=int(median(item.touched_blks for item in runs)),
            wal_bytes=int(median(item.wal_bytes for item in runs)),
            rows=int(median(item.rows for item in runs)),
            hot_ratio=hot / updated if updated else None,
        )


def measure_writes(
    bench: Bench,
    session: Session,
    statements: Sequence[MeasuredStatement],
    not_seen: list[NotSeen],
) -> tuple[WriteContest, ...]:
    """Run writing statements in pairs; each run is rolled back.

    Args:
        bench: where; a watched server never gets a writing statement.
        session: of that bench.
        statements: INSERT, UPDATE, DELETE and MERGE on the touched tables.
        not_seen: gets those that failed, with the reason.
    """
    done = []
    for statement in statements:
        sets: Sequence[ParameterSet | None] = statement.parameter_sets or (None,)
        for parameters in sets:
            contest = WriteContest(statement=statement, parameters=parameters)
            try:
                _measure(bench, session, contest)
            except (PlanningFailed, TimedOut) as error:
                not_seen.append(NotSeen(what=statement.name, why=error.message))
                continue
            done.append(contest)
    return tuple(done)


def _measure(bench: Bench, session: Session, contest: WriteContest) -> None:
    for after in (False, True):
        _run(bench, session, contest, after=after)
    contest.updated.clear()
    turn = 0
    while not contest.is_done():
        for after in (False, True) if turn % 2 == 0 else (True, False):
            into = contest.after if after else contest.before
            into.append(_run(bench, session, contest, after=after))
        turn += 1


def _run(bench: Bench, session: Session, contest: WriteContest, *, after: bool) -> Run:
    values = contest.parameters.values if contest.parameters else ()
    with bench.entered(after=after, writes=True):
        earlier = _updated(bench.connection)
        found = run(session, contest.statement.query, values, writes=True)
        updated, hot = _updated(bench.connection)
    if found.timed_out:
        raise TimedOut("the statement ran longer than the limit")
    before = contest.updated.get(after, (0, 0))
    contest.updated[after] = (
        before[0] + max(updated - earlier[0], 0),
        before[1] + max(hot - earlier[1], 0),
    )
    return found


def _updated(connection: Connection) -> tuple[int, int]:
    """Rows updated, and of these the HOT ones, since the session last told of them."""
    if connection.info.transaction_status.name != "INTRANS":
        return 0, 0
    row = connection.execute(load("transaction_updates"), {}).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)
