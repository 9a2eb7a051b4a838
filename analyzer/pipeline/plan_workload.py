"""A workload with values for its parameters, its plans, and runs where allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from analyzer.domain.plan import Plan
from analyzer.domain.ports import Planner
from analyzer.domain.statement import Fingerprint, StatementKind
from analyzer.domain.target import Address, Permissions
from analyzer.domain.workload import NotSeen, Workload, WorkloadItem
from analyzer.errors import AnalyzerError, PlanningFailed, Unreachable, UnsafeStatement
from analyzer.pipeline.nested_statements import plannable
from analyzer.planner.analyze import analyze
from analyzer.planner.parameters import ParameterSource
from analyzer.report.plain import counted
from analyzer.statements.describe import parameter_count
from analyzer.workload.samples import with_constants_of

_SELECT = StatementKind.SELECT
_CHANGES = UnsafeStatement(
    "only SELECT statements are run", detail="rule changes data: their plans are shown."
)
MAX_STATEMENTS_PLANNED = 500
MAX_STATEMENTS_RUN = 20
PLANNED_KINDS = frozenset(
    {
        StatementKind.SELECT,
        StatementKind.INSERT,
        StatementKind.UPDATE,
        StatementKind.DELETE,
        StatementKind.MERGE,
    }
)

MAX_TEXT_SHOWN = 100
"""Characters of the statement that stands for all with the same reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWorkload:
    """A workload whose items carry parameter sets, with their plans.

    ``plans`` are estimates; ``measured`` come from EXPLAIN ANALYZE.
    """

    workload: Workload
    plans: Mapping[Fingerprint, Plan] = field(default_factory=dict)
    measured: Mapping[Fingerprint, Plan] = field(default_factory=dict)
    not_seen: tuple[NotSeen, ...] = ()


@dataclass(slots=True)
class _Failures:
    """Statements that could not be planned or run, by reason, the heaviest first."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    of_no_table: int = 0

    def add_plan(self, error: AnalyzerError, item: WorkloadItem) -> None:
        """A statement without a plan; one on no table of the database is no loss."""
        if all(name.is_system for name in item.statement.relations):
            self.of_no_table += 1
        else:
            self.add(error, item)

    def add(self, error: AnalyzerError, *items: WorkloadItem) -> None:
        detail = (error.detail or "").rstrip(".")
        why = f"{error.message} ({detail})" if detail else error.message
        if items:
            known = self.texts.setdefault(why, [])
            self.hints[why] = error.hint or ""
            known += [item.statement.normalized_query for item in items]

    def not_seen(self, what: str) -> Iterator[NotSeen]:
        for why, texts in self.texts.items():
            first = " ".join(texts[0].split())
            if len(first) > MAX_TEXT_SHOWN:
                first = f"{first[:MAX_TEXT_SHOWN]}…"
            named = counted(len(texts), "statement")
            sign = ", the first of them" if len(texts) > 1 else ":"
            named = f"{what} of {named}{sign} {first}"
            yield NotSeen(what=named, why=why, hint=self.hints[why])
        if self.of_no_table:
            yield NotSeen(
                what=f"{what} of {counted(self.of_no_table, 'statement')} on system "
                "catalogs or on no table",
                why="there is nothing to advise on them",
            )


def plan_workload(
    workload: Workload, planner: Planner, parameters: ParameterSource
) -> PlannedWorkload:
    """Give each statement its parameter sets and ask for its plan.

    Real values from a log come first; where there are none, values are drawn from
    the statistics. Statements beyond the first ``MAX_STATEMENTS_PLANNED`` by time
    are left as they are, which is reported.
    """
    failures = _Failures()
    plans: dict[Fingerprint, Plan] = {}
    items: list[WorkloadItem] = []
    for number, item in enumerate(workload.items):
        if number >= MAX_STATEMENTS_PLANNED or item.statement.kind not in PLANNED_KINDS:
            items.append(item)
            continue
        known = plannable(item, parameters)
        try:
            filled, plan = _planned(known, planner, parameters)
            plans[item.statement.fingerprint] = plan
        except PlanningFailed as error:
            failures.add_plan(error, item)
            filled = item
        items.append(filled)
    not_seen = list(failures.not_seen("plans"))
    if len(workload.items) > MAX_STATEMENTS_PLANNED:
        not_seen.append(
            NotSeen(
                what=f"plans of {len(workload.items) - MAX_STATEMENTS_PLANNED} "
                "statements with the least time",
                why=f"only the first {MAX_STATEMENTS_PLANNED} are planned",
            )
        )
    return PlannedWorkload(
        workload=replace(workload, items=tuple(items)),
        plans=plans,
        not_seen=tuple(not_seen),
    )


def _planned(
    item: WorkloadItem, planner: Planner, parameters: ParameterSource
) -> tuple[WorkloadItem, Plan]:
    """The item with parameter sets, and its plan; else as the log has its text.

    A parameter has not always the type of the constant in whose place it stands:
    ``power(random(), $1)`` and ``generate_series($1, $2)`` cannot be planned.
    """
    try:
        filled = _with_parameters(item, parameters)
        return filled, _first_plan(filled, planner)
    except PlanningFailed:
        if item.submitted or not item.logged:
            raise
    filled = _with_parameters(replace(item, submitted=item.logged), parameters)
    return filled, _first_plan(filled, planner)


def _with_parameters(item: WorkloadItem, source: ParameterSource) -> WorkloadItem:
    text, count = item.submitted, item.statement.parameter_count
    if item.parameter_sets or (parameter_count(text) if text else count) == 0:
        return item
    drawn = source.draw(item.planned_query)
    if text:
        drawn = with_constants_of(text, item.statement, drawn)
    return replace(item, parameter_sets=drawn)


def _first_plan(item: WorkloadItem, planner: Planner) -> Plan:
    query = item.planned_query
    for parameters in item.parameter_sets:
        try:
            return planner.plan(query, parameters.values)
        except PlanningFailed:
            continue  # an odd value; another set, or the generic plan, may do
    return planner.plan(query)


def run_statements(
    planned: PlannedWorkload, address: Address, permissions: Permissions
) -> PlannedWorkload:
    """Run EXPLAIN ANALYZE of the heaviest SELECTs, guarded, where it is allowed.

    A refused statement is counted with its reason; nothing else is lost by it.
    """
    if not permissions.may_run:
        return planned
    failures = _Failures()
    measured: dict[Fingerprint, Plan] = {}
    changes = PLANNED_KINDS - {_SELECT}
    failures.add(
        _CHANGES, *(i for i in planned.workload.items if i.statement.kind in changes)
    )
    # Also those that could not be planned: the guard says best why they are not run.
    candidates = [
        item for item in planned.workload.items if item.statement.kind is _SELECT
    ]
    for item in candidates[:MAX_STATEMENTS_RUN]:
        values = item.parameter_sets[0].values if item.parameter_sets else ()
        try:
            measured[item.statement.fingerprint] = analyze(
                address,
                item.planned_query,
                values,
                is_clone=permissions.is_clone,
            )
        except Unreachable:
            raise  # the server went away: the other statements would fail as well
        except AnalyzerError as error:
            failures.add(error, item)
    return replace(
        planned,
        measured=measured,
        not_seen=(*planned.not_seen, *failures.not_seen("EXPLAIN ANALYZE")),
    )
