"""pgproof indexes: one set of indexes for a whole workload, within limits."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from analyzer.domain.catalog import Catalog
from analyzer.domain.index import RelationName
from analyzer.domain.index_advice import (
    IndexAdvice,
    Objective,
    SkippedQuery,
)
from analyzer.domain.plan import Plan
from analyzer.domain.ports import Progress
from analyzer.domain.recommendation import Basis
from analyzer.domain.statement import Fingerprint
from analyzer.domain.target import PLAN_ONLY, Address, Permissions
from analyzer.domain.workload import NotSeen
from analyzer.errors import NotAllowedHere, UserError
from analyzer.indexing.joined_keys import bounded_by
from analyzer.indexing.limits import WHOLE_WORKLOAD
from analyzer.indexing.programme import SetLimits
from analyzer.indexing.setting_advice import setting_advice
from analyzer.indexing.workload_choice import ChoiceOptions, WorkloadChoice
from analyzer.pipeline.index_answers import Answers
from analyzer.pipeline.index_drops import index_drops
from analyzer.pipeline.index_workload import (
    NamedWorkload,
    understood,
    with_parameters,
    workload_of_counters,
    workload_of_files,
    workload_of_server,
)
from analyzer.pipeline.time_knowledge import (
    TimeKnowledge,
    run_all,
    time_knowledge,
    why_not_by_time,
)
from analyzer.planner.parallel import ParallelPlanner, build_parallel
from analyzer.planner.parameters import ParameterSource
from analyzer.planner.shadow import ShadowPlanner, cluster_for
from analyzer.planner.snapshot import PlannerSnapshot, load, take_snapshot
from analyzer.postgres.guarded_session import Limits
from analyzer.postgres.view_facts import read_views

DEFAULT_TIME_LIMIT_S = 100.0
RUN_TIMEOUT_MS = 30_000
_MAX_RUN_COST = 1e9
MAX_SHADOWS = 2
"""More plan faster than the search asks, and each takes memory of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexesRequest:
    """What indexes are asked for.

    Attributes:
        address: the watched database; none to work from the snapshot file alone.
        permissions: what its owner allows.
        snapshot_path: a snapshot file to plan from instead of the server.
        workload_path: statements; none for what the server has counted.
        limits: of the set.
        objective: time or cost; none is time if it can be calibrated, else cost.
        time_limit_s: seconds of search after which the best set so far is the answer.
        run: run each SELECT once on the server, guarded, to calibrate times.
    """

    address: Address | None = None
    permissions: Permissions = PLAN_ONLY
    snapshot_path: Path | None = None
    workload_path: Path | None = None
    limits: SetLimits = field(default_factory=SetLimits)
    objective: Objective | None = None
    time_limit_s: float = DEFAULT_TIME_LIMIT_S
    run: bool = False


def advise_indexes(
    request: IndexesRequest, progress: Progress | None = None
) -> IndexAdvice:
    """Choose indexes; the watched server is only read, and run on where allowed.

    Raises:
        UserError: the request lacks something, or there is no workload.
        NotAllowedHere: running statements was asked for and is not allowed.
        AnalyzerError: by the branches of its tree.
    """
    tell = progress or _nobody
    _check(request)
    tell("reading schema and statistics", 0.0)
    snapshot = _snapshot(request)
    named = understood(_workload(request, snapshot), snapshot.catalog)
    bounded = bounded_by(snapshot.catalog, named.joined_keys)
    snapshot = replace(snapshot, catalog=bounded)
    tell("building the shadow", 0.05)
    with (
        cluster_for(snapshot) as cluster,
        build_parallel(cluster, snapshot, _shadow_count()) as planner,
    ):
        advice = advise_with(planner, snapshot, named, request, tell)
    tell("done", 1.0)
    return advice


def advise_with(
    planner: ShadowPlanner | ParallelPlanner,
    snapshot: PlannerSnapshot,
    named: NamedWorkload,
    request: IndexesRequest,
    tell: Progress,
) -> IndexAdvice:
    """Choose indexes with a shadow that is built already.

    Args:
        planner: the shadow.
        snapshot: that it was built from.
        named: the workload.
        request: limits and objective; the server in it is run on, if it says so.
        tell: of progress.

    Raises:
        TargetError: statements cannot be run for want of the server.
    """
    source = ParameterSource(planner.connection, snapshot.catalog)
    job = _Job(
        request=request,
        catalog=snapshot.catalog,
        named=with_parameters(named, source),
        planner=planner,
        views=read_views(planner.connection),
        tell=tell,
    )
    advice = job.run()
    not_seen = (
        *snapshot.not_seen,
        *named.not_seen,
        *planner.not_seen,
        *advice.not_seen,
    )
    return replace(
        advice,
        not_seen=tuple(dict.fromkeys(not_seen)),
        caveats=(*advice.caveats, *planner.caveats),
    )


def _check(request: IndexesRequest) -> None:
    if request.address is None and request.snapshot_path is None:
        raise UserError(
            "there is no database to choose indexes for",
            hint="Give --target NAME or DSN, or --snapshot FILE.",
        )
    if request.run and request.address is None:
        raise UserError(
            "--analyze runs statements, which needs a server", hint="Give --target."
        )
    if request.run and not request.permissions.may_run:
        raise NotAllowedHere(
            "the owner of the target allows no EXPLAIN ANALYZE there",
            hint="Register it with --explain-analyze, or ask without --analyze.",
        )


def _snapshot(request: IndexesRequest) -> PlannerSnapshot:
    if request.snapshot_path is not None:
        return load(request.snapshot_path)
    assert request.address is not None
    return take_snapshot(request.address)


def _workload(request: IndexesRequest, snapshot: PlannerSnapshot) -> NamedWorkload:
    catalog = snapshot.catalog
    if request.workload_path is not None:
        return workload_of_files(request.workload_path, catalog)
    if request.address is None:
        if snapshot.statements is None:
            raise UserError(
                "the snapshot file holds no workload",
                hint="Give the statements by --workload PATH, or take the snapshot "
                "with --workload.",
            )
        return workload_of_counters(snapshot.statements, catalog)
    return workload_of_server(request.address, catalog)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One request with everything it needs at hand."""

    request: IndexesRequest
    catalog: Catalog
    named: NamedWorkload
    planner: ShadowPlanner | ParallelPlanner
    views: Mapping[RelationName, str]
    tell: Progress

    def run(self) -> IndexAdvice:
        """Prepare, learn about time, search, explain."""
        self.tell("planning the statements as they are", 0.1)
        options = ChoiceOptions(
            limits=self.request.limits,
            candidates=WHOLE_WORKLOAD,
            weights=self.named.weights,
            views=self.views,
        )
        choice = WorkloadChoice(
            self.named.workload, self.catalog, self.planner, options
        )
        plans = {p.subject.fingerprint: p.base.sets[0].plan for p in choice.prepared}
        knowledge = self._knowledge(plans)
        objective = self._objective(knowledge)
        if objective is Objective.TIME:
            choice.value_by(knowledge.predicted_ms, self._time_weights(knowledge))
        self.tell("searching", 0.3)
        # Runs on the server have limits of their own, so the clock begins here.
        deadline = time.monotonic() + self.request.time_limit_s
        found, chooser = choice.search(lambda: time.monotonic() >= deadline)
        self.tell("explaining", 0.9)
        answers = Answers(
            choice=choice,
            found=found,
            chooser=chooser,
            named=self.named,
            knowledge=knowledge,
        )
        return self._advice(objective, answers)

    def _objective(self, knowledge: TimeKnowledge) -> Objective:
        measured = knowledge.basis.basis is Basis.MEASURED
        default = Objective.TIME if measured else Objective.COST
        return self.request.objective or default

    def _advice(self, objective: Objective, answers: Answers) -> IndexAdvice:
        choice, found, knowledge = answers.choice, answers.found, answers.knowledge
        queries = answers.queries()
        fixed = self._fixed_ms(knowledge) if objective is Objective.TIME else 0.0
        indexes = answers.indexes()
        return IndexAdvice(
            objective=objective,
            indexes=indexes,
            drops=index_drops(choice, found.chosen, self.planner),
            cost_before=sum(q.weight * q.before for q in queries),
            cost_after=sum(q.weight * q.after for q in queries),
            bound=found.bound + fixed,
            floor=found.floor + fixed,
            time_before_ms=sum(q.weight * q.before_ms for q in queries),
            time_after_ms=sum(q.weight * q.after_ms for q in queries),
            what_if_calls=answers.chooser.table.worths.calls + choice.calls,
            queries=queries,
            skipped=tuple(self._skipped(choice)),
            complete=found.complete,
            planner_source=self.planner.source,
            time_basis=knowledge.basis,
            budget_bytes=self.request.limits.budget_bytes,
            settings=setting_advice(
                knowledge.model,
                [p.base.sets[0].plan for p in choice.prepared],
                is_measured=knowledge.basis.basis is Basis.MEASURED,
            ),
            not_seen=(
                *knowledge.not_seen,
                *self._unplanned(answers.chooser.table.worths.unplanned),
            ),
            caveats=tuple(_caveats(objective, knowledge)),
        )

    def _fixed_ms(self, knowledge: TimeKnowledge) -> float:
        """What the planner's estimates hide from the model stays, whatever the set."""
        return sum(
            weight * knowledge.anchor(name).offset_ms
            for name, weight in self.named.weights.items()
        )

    def _knowledge(self, plans: dict[Fingerprint, Plan]) -> TimeKnowledge:
        measured: dict[Fingerprint, Plan] = {}
        request = self.request
        if not request.run or request.address is None:
            return time_knowledge(self.named, self.catalog, plans, measured)
        measured, not_seen = run_all(
            self.named,
            request.address,
            is_clone=request.permissions.is_clone,
            limits=Limits(
                statement_timeout_ms=RUN_TIMEOUT_MS,
                max_total_cost=_MAX_RUN_COST,
                time_nodes=False,
            ),
            progress=self.tell,
        )
        return time_knowledge(self.named, self.catalog, plans, measured, not_seen)

    def _time_weights(self, knowledge: TimeKnowledge) -> dict[Fingerprint, float]:
        """Calls, times what the model is off for each statement."""
        return {
            name: weight * knowledge.anchor(name).scale
            for name, weight in self.named.weights.items()
        }

    def _unplanned(self, found: Mapping[Fingerprint, str]) -> Iterator[NotSeen]:
        for name, reason in found.items():
            query = self.named.names.get(name, name)
            yield NotSeen(what=f"plans of {query} with some of the indexes", why=reason)

    def _skipped(self, choice: WorkloadChoice) -> Iterator[SkippedQuery]:
        for name, reason in choice.skipped.items():
            yield SkippedQuery(query=self.named.names.get(name, name), reason=reason)


def _caveats(objective: Objective, knowledge: TimeKnowledge) -> Iterator[str]:
    if objective is Objective.COST:
        why = why_not_by_time(knowledge.basis)
        yield f"The set is chosen by planner cost, which is not time: {why}."
    elif knowledge.basis.basis is not Basis.MEASURED:
        yield f"Times are assumed: {knowledge.basis.source}."


def _shadow_count() -> int:
    return min(MAX_SHADOWS, len(os.sched_getaffinity(0)))


def _nobody(stage: str, done_ratio: float) -> None:
    """Progress for nobody."""
