"""Measure a change: plans on both sides, pairs of runs, writes, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from analyzer.domain.measurement import (
    Effect,
    MeasuredStatement,
    Measurement,
    MeasuringEnvironment,
    ProofVerdict,
    StatementMeasurement,
)
from analyzer.domain.ports import Progress
from analyzer.domain.workload import NotSeen, ParameterSet
from analyzer.errors import PlanningFailed, TimedOut
from analyzer.plans.signature import Conditions, signature
from analyzer.postgres.connect import Connection
from analyzer.postgres.settings import read_planner_settings, read_settings
from analyzer.verification.backend_clock import BackendClock, backend_clock
from analyzer.verification.bench import Bench
from analyzer.verification.machine import load_average, machine
from analyzer.verification.pairs import Contest, measure_cold, measure_pairs
from analyzer.verification.runs import Session, new_session, plan, planning_cpu_ms
from analyzer.verification.verdict import Weighed, judge
from analyzer.verification.writes import WriteContest, measure_writes

SEED = 20261127
MAX_CONTESTS = 200
MAX_COLD = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureOptions:
    """How to measure.

    Attributes:
        run_limit_ms: longest time a run may take; a longer one counts as this.
        cold: whether to measure with nothing in memory too, where that can be done.
        seed: of the bootstrap.
    """

    run_limit_ms: int = 20_000
    cold: bool = True
    seed: int = SEED


@dataclass(slots=True, kw_only=True)
class _Work:
    """What is to be run, and what is known to be the same."""

    contests: list[Contest] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    not_seen: list[NotSeen] = field(default_factory=list)
    untold_count: int = 0
    """Reading statements of which nothing is known."""


def measure(
    change: str,
    statements: Sequence[MeasuredStatement],
    bench: Bench,
    options: MeasureOptions | None = None,
    progress: Progress | None = None,
) -> Measurement:
    """Measure what a change does to statements.

    A statement whose plan is the same on both sides is not run: it cannot differ but
    by noise. The others run in pairs, before and after in turns, until the interval of
    the median ratio is clear or the time for them is over. Writing statements run in
    transactions that are rolled back.

    Args:
        change: what is changed, for the report.
        statements: already let pass by the guard for this place.
        bench: where to measure; open, with the change built.
        options: how.
        progress: told how far it is.

    Raises:
        TargetError: the server went away.
    """
    chosen = options or MeasureOptions()
    tell = progress or _nobody
    started_at, load_before = datetime.now(UTC), load_average()
    clock = backend_clock(bench.connection)
    session = new_session(bench.connection, clock, chosen.run_limit_ms)
    tell("comparing plans", 0.0)
    work = _plan_all(bench, session, [s for s in statements if not s.writes])
    for done in measure_pairs(bench, session, work.contests):
        tell("measuring in pairs", 0.05 + 0.75 * done)
    _set_aside(work, chosen)
    work.untold_count = len(work.not_seen)
    if chosen.cold and work.contests:
        tell("measuring cold", 0.85)
        _cold(bench, session, work)
    tell("measuring writes", 0.9)
    writing = measure_writes(
        bench, session, [s for s in statements if s.writes], work.not_seen
    )
    environment = _environment(bench, clock, started_at, load_before)
    return _result(change, bench, work, writing, (environment, chosen.seed))


def _plan_all(
    bench: Bench, session: Session, statements: Sequence[MeasuredStatement]
) -> _Work:
    work = _Work()
    for statement in statements:
        sets: Sequence[ParameterSet | None] = statement.parameter_sets or (None,)
        found = [
            contest
            for parameters in sets
            if (contest := _contest(bench, session, statement, parameters, work))
        ]
        work.contests += found
        if not found and not any(n.what == statement.name for n in work.not_seen):
            work.unchanged.append(statement.name)
    if len(work.contests) > MAX_CONTESTS:
        left_out = len(work.contests) - MAX_CONTESTS
        work.contests.sort(key=lambda item: -item.weight)
        del work.contests[MAX_CONTESTS:]
        work.not_seen.append(
            NotSeen(
                what=f"{left_out} statements with changed plans and the least weight",
                why=f"at most {MAX_CONTESTS} are measured",
            )
        )
    return work


def _contest(
    bench: Bench,
    session: Session,
    statement: MeasuredStatement,
    parameters: ParameterSet | None,
    work: _Work,
) -> Contest | None:
    contest = Contest(statement=statement, parameters=parameters)
    try:
        plans, planning = [], []
        for after in (False, True):
            text = contest.text(after=after)
            with bench.entered(after=after):
                found = plan(session, text, contest.values)
                # The shape alone is not enough: a rewritten condition may search an
                # index that was read as a whole before.
                plans.append(signature(found, Conditions.WHOLE))
                planning.append(planning_cpu_ms(session, text, contest.values))
    except (PlanningFailed, TimedOut) as error:
        why = f"{error.message} ({contest.label})"
        work.not_seen.append(NotSeen(what=statement.name, why=why))
        return None
    if plans[0] == plans[1]:
        return None
    contest.planning_cpu_ms = planning[0], planning[1]
    return contest


def _set_aside(work: _Work, options: MeasureOptions) -> None:
    """Statements that did not end on either side count for nothing."""
    for contest in [item for item in work.contests if item.is_untold]:
        work.contests.remove(contest)
        work.not_seen.append(
            NotSeen(
                what=f"{contest.statement.name} ({contest.label})",
                why=f"it takes longer than {options.run_limit_ms / 1000:g} s before"
                " and after",
                hint="Give a longer --run-limit, or fewer rows.",
            )
        )


def _cold(bench: Bench, session: Session, work: _Work) -> None:
    heaviest = sorted(
        work.contests, key=lambda item: -item.weight * item.before[0].execution_ms
    )
    if not measure_cold(bench, session, heaviest[:MAX_COLD]):
        work.not_seen.append(
            NotSeen(
                what="runs with nothing in memory",
                why="pages cannot be taken out of this server's memory",
                hint="Measure on generated data, or restart the clone before.",
            )
        )


def _result(
    change: str,
    bench: Bench,
    work: _Work,
    writing: Sequence[WriteContest],
    rest: tuple[MeasuringEnvironment, int],
) -> Measurement:
    environment, seed = rest
    warm = [contest.measured() for contest in work.contests]
    cold = [m for c in work.contests if (m := c.measured_cold()) is not None]
    writes = tuple(item.measured() for item in writing)
    weighed = [
        Weighed(pairs=contest.pairs(), weight=contest.weight)
        for contest in work.contests
    ] + [Weighed(pairs=item.pairs(), weight=item.weight) for item in writing]
    judged = judge(warm, writes, weighed, seed)
    nothing = not warm and (work.untold_count > 0 or not work.unchanged)
    return Measurement(
        change=change,
        verdict=ProofVerdict.INCONCLUSIVE if nothing else judged.verdict,
        reason="no statement could be measured" if nothing else judged.reason,
        environment=environment,
        statements=tuple(sorted([*warm, *cold], key=_regressions_first)),
        writes=writes,
        unchanged=tuple(work.unchanged),
        saved_ratio=judged.saved_ratio,
        saved_ratio_interval=judged.interval,
        index_bytes=dict(bench.facts.index_bytes),
        build_ms=bench.facts.build_ms,
        not_seen=(*work.not_seen, *bench.facts.not_seen),
    )


def _regressions_first(item: StatementMeasurement) -> tuple[bool, float]:
    return item.effect is not Effect.SLOWER, -abs(item.saved_ms * item.weight)


def _environment(
    bench: Bench,
    clock: BackendClock | None,
    started_at: datetime,
    load_before: float | None,
) -> MeasuringEnvironment:
    connection = bench.connection
    facts = bench.facts
    return MeasuringEnvironment(
        ground=bench.ground,
        server_version=connection.info.parameter_status("server_version") or "",
        settings=_settings(connection),
        started_at=started_at,
        finished_at=datetime.now(UTC),
        machine=machine() if clock else None,
        load_before=load_before,
        load_after=load_average(),
        sees_cpu=clock is not None,
        likeness=facts.likeness,
        row_counts=dict(facts.row_counts),
    )


def _settings(connection: Connection) -> dict[str, str]:
    everything = read_settings(connection)
    planner = read_planner_settings(connection)
    return {**planner, "shared_buffers": everything.get("shared_buffers", "")}


def _nobody(stage: str, done_ratio: float) -> None:
    """Progress for nobody."""
