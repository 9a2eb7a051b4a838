"""What is known about the time of a workload's statements, and the model from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from analyzer.domain.catalog import Catalog
from analyzer.domain.index_advice import TimeBasis
from analyzer.domain.plan import Plan
from analyzer.domain.ports import Progress
from analyzer.domain.recommendation import Basis
from analyzer.domain.statement import Fingerprint, StatementKind
from analyzer.domain.target import Address
from analyzer.domain.workload import NotSeen, WorkloadItem
from analyzer.errors import AnalyzerError
from analyzer.indexing.calibration import MIN_PLANS, Calibration, TimedPlan, calibrate
from analyzer.indexing.known_rows import NOTHING_KNOWN, KnownRows, known_rows
from analyzer.indexing.surroundings import Surroundings
from analyzer.indexing.time_model import Anchor, TimeModel, anchor
from analyzer.pipeline.index_workload import NamedWorkload
from analyzer.planner.analyze import TimedRun, timed_run
from analyzer.postgres.guarded_session import Limits
from analyzer.report.plain import counted

CLONE_RUNS = 2
MIN_MEAN_MS = 0.5
"""A mean below it is mostly round trip and start of execution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeKnowledge:
    """The model, what ties each statement to its time, and what both rest on.

    ``rows`` are those that statements were seen to have.
    """

    model: TimeModel
    anchors: Mapping[Fingerprint, Anchor] = field(default_factory=dict)
    rows: Mapping[Fingerprint, KnownRows] = field(default_factory=dict)
    basis: TimeBasis
    not_seen: tuple[NotSeen, ...] = ()

    def predicted_ms(self, name: Fingerprint, plan: Plan) -> float:
        """What the model says of a statement's plan, by the rows that are known."""
        return self.model.predicted_ms(plan, self.rows.get(name, NOTHING_KNOWN))

    def anchor(self, name: Fingerprint) -> Anchor:
        """What ties a statement's prediction to its time."""
        return self.anchors.get(name, Anchor())


def time_knowledge(
    named: NamedWorkload,
    catalog: Catalog,
    plans: Mapping[Fingerprint, Plan],
    measured: Mapping[Fingerprint, Plan],
    not_seen: tuple[NotSeen, ...] = (),
) -> TimeKnowledge:
    """Calibrate the model to plans that were run, else to the counted mean times.

    Only statements take part whose work is counted as a whole: a table of the system or
    a write would pass for a slow machine.

    Args:
        named: the workload, with mean times where they are known.
        catalog: of the database.
        plans: of each statement as it is, with the planner's estimates.
        measured: plans of EXPLAIN ANALYZE.
        not_seen: what could not be measured.
    """
    around = Surroundings.of(catalog)
    known_ms = {
        name: plan.execution_time_ms
        for name, plan in measured.items()
        if plan.execution_time_ms
    }
    timed = _timed(known_ms, measured, around)
    source = f"{len(timed)} plans that were run on the server"
    if not timed:
        means = {n: t for n, t in named.mean_ms.items() if t >= MIN_MEAN_MS}
        known_ms = {name: time for name, time in means.items() if name in plans}
        timed = _timed(known_ms, plans, around)
        source = f"mean times of {len(timed)} statements, by pg_stat_statements"
    found = calibrate(timed, around, source=source)
    model = TimeModel(around=around, constants=found.constants)
    rows = _rows(named, measured)
    anchors = {
        name: anchor(
            model,
            plans[name],
            mean_ms=time,
            measured=measured.get(name),
            known=rows.get(name, NOTHING_KNOWN),
        )
        for name, time in known_ms.items()
        if name in plans
    }
    return TimeKnowledge(
        model=model,
        anchors=anchors,
        rows=rows,
        basis=_basis(found),
        not_seen=not_seen,
    )


def _rows(
    named: NamedWorkload, measured: Mapping[Fingerprint, Plan]
) -> dict[Fingerprint, KnownRows]:
    """Of statements that are planned with the values they were run with, and no others.

    Other values have other rows.
    """
    return {
        item.statement.fingerprint: known_rows(measured[item.statement.fingerprint])
        for item in named.workload.items
        if item.statement.fingerprint in measured and len(item.parameter_sets) <= 1
    }


def _timed(
    known_ms: Mapping[Fingerprint, float],
    plans: Mapping[Fingerprint, Plan],
    around: Surroundings,
) -> list[TimedPlan]:
    return [
        TimedPlan(plan=plans[name], time_ms=time)
        for name, time in known_ms.items()
        if around.counts_all(plans[name])
    ]


def _basis(found: Calibration) -> TimeBasis:
    return TimeBasis(
        basis=found.constants.basis,
        source=found.constants.source,
        plan_count=found.plan_count,
        median_error_ratio=found.median_error_ratio,
        total_error_ratio=found.total_error_ratio,
    )


def why_not_by_time(basis: TimeBasis) -> str:
    """What keeps a set from being chosen by calibrated time, for the user."""
    if basis.basis is Basis.MEASURED:
        return "that is what --objective cost asks for"
    if basis.plan_count >= MIN_PLANS:
        return (
            f"the measured times of {basis.plan_count} statements do not fit together"
        )
    wanted = (
        f"calibrated time takes {MIN_PLANS} statements that read known tables and were "
        f"run (--analyze), or that pg_stat_statements counts at {MIN_MEAN_MS:g} ms or "
        "more"
    )
    if not basis.plan_count:
        return f"{wanted}, and there are none"
    return f"{wanted}, and of these there {_are(basis.plan_count)}"


def _are(count: int) -> str:
    return "is one" if count == 1 else f"are {count}"


def run_all(
    named: NamedWorkload,
    address: Address,
    *,
    is_clone: bool,
    limits: Limits,
    progress: Progress,
) -> tuple[dict[Fingerprint, Plan], tuple[NotSeen, ...]]:
    """Run each SELECT of a workload, guarded, and keep its plan.

    Once on a server that others use. On a clone twice, and the faster one counts: the
    first brings pages into the cache, and whatever else the machine does only adds.
    So does waiting for a processor, where that can be seen: it says how busy the
    machine was while it was calibrated, nothing about the statement. What is refused or
    fails is counted by its reason.
    """
    plans: dict[Fingerprint, Plan] = {}
    reasons: dict[str, int] = {}
    items = [i for i in named.workload.items if _is_select(i)]
    for number, item in enumerate(items):
        progress("running statements on the server, guarded", number / len(items))
        values = item.parameter_sets[0].values if item.parameter_sets else ()
        try:
            runs = [
                timed_run(
                    address,
                    item.statement.normalized_query,
                    values,
                    limits,
                    is_clone=is_clone,
                )
                for _ in range(CLONE_RUNS if is_clone else 1)
            ]
            plans[item.statement.fingerprint] = min(
                map(_unhindered, runs), key=_time_ms
            )
        except AnalyzerError as error:
            why = f"{error.message} ({error.detail})" if error.detail else error.message
            reasons[why] = reasons.get(why, 0) + 1
    not_seen = tuple(
        NotSeen(what=f"the measured time of {counted(count, 'statement')}", why=why)
        for why, count in reasons.items()
    )
    return plans, not_seen


def _unhindered(run: TimedRun) -> Plan:
    """The plan with the time it would have taken with a processor of its own."""
    ms = _time_ms(run.plan) * (1.0 - run.waited_ratio)
    return replace(run.plan, execution_time_ms=ms)


def _time_ms(plan: Plan) -> float:
    return plan.execution_time_ms or 0.0


def _is_select(item: WorkloadItem) -> bool:
    return item.statement.kind is StatementKind.SELECT
