"""Plans of one statement as the watched server would make them, and what-if ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

from analyzer.domain.catalog import Catalog
from analyzer.domain.explanation import ExplainedCase, Explanation
from analyzer.domain.index import Index, IndexDefinition, RelationName
from analyzer.domain.plan import Plan
from analyzer.domain.ports import Progress
from analyzer.domain.target import PLAN_ONLY, Address, Permissions
from analyzer.domain.what_if import WhatIfQuestion
from analyzer.domain.workload import NotSeen, ParameterSet
from analyzer.errors import NotAllowedHere, PlanningFailed, UnknownRelation, UserError
from analyzer.indexing.definition import index_name
from analyzer.pipeline.check_query import check_query
from analyzer.pipeline.explain_asked import asked_indexes
from analyzer.pipeline.explain_generic import generic_findings
from analyzer.pipeline.explain_scaled import scale_factors, scaled_tables
from analyzer.pipeline.explain_statistics import TriedStatement, with_tried_statistics
from analyzer.pipeline.explain_unused import unused_indexes, why_not_used
from analyzer.planner.analyze import analyze
from analyzer.planner.parameters import ParameterSource
from analyzer.planner.scaled import scaled
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, build, cluster_for
from analyzer.planner.snapshot import PlannerSnapshot, load, take_snapshot
from analyzer.plans.compare import compare
from analyzer.plans.findings import findings
from analyzer.plans.rename import with_index_names
from analyzer.postgres.settings import PLANNER_SETTINGS
from analyzer.statements.ddl import index_from_ddl
from analyzer.statements.identifiers import is_named

GIVEN = "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainRequest:
    """One statement, where to plan it, and what to suppose.

    Attributes:
        query: one statement, with ``$n`` allowed.
        address: the watched database; none to plan from the snapshot file alone.
        permissions: what its owner allows.
        snapshot_path: a snapshot file to plan from instead of the server.
        parameters: values of ``$1`` …; empty to draw them from the statistics.
        indexes: CREATE INDEX statements to suppose done.
        hide: names of existing indexes to suppose absent.
        settings: planner settings to suppose.
        scale: tables to suppose larger or smaller, as ``orders=10``.
        run: whether to run the statement on the server, guarded.
    """

    query: str
    address: Address | None = None
    permissions: Permissions = PLAN_ONLY
    snapshot_path: Path | None = None
    parameters: tuple[str | None, ...] = ()
    indexes: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    scale: tuple[str, ...] = ()
    run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _WhatIf:
    """What is supposed; ``names`` are those the planner shows, with ours."""

    create: tuple[IndexDefinition, ...]
    names: Mapping[IndexDefinition, str]
    hide: tuple[RelationName, ...]
    settings: Mapping[str, str]
    factors: Mapping[RelationName, float]

    @property
    def is_empty(self) -> bool:
        return not (self.create or self.hide or self.settings or self.factors)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planners:
    """Of the database as it is, and as it is supposed to be; often the same one."""

    before: ShadowPlanner
    after: ShadowPlanner
    catalog_after: Catalog


def explain_statement(
    request: ExplainRequest, progress: Progress | None = None
) -> Explanation:
    """Plan a statement in a shadow, before and after the what-if, and say why.

    Raises:
        UserError: the text, an index, a setting or a value cannot be understood.
        Refusal: the statement may not be planned, or not be run there.
        TargetError: the server could not answer.
        SourceError: the snapshot file cannot be read.
    """
    tell = progress or _nobody
    facts = check_query(request.query)
    _check_parameters(request.parameters, facts.parameter_count)
    _check_settings(request.settings)
    _check_run(request)
    asked = [index_from_ddl(text) for text in request.indexes]
    measured = None
    if request.run and facts.parameter_count == len(request.parameters):
        # What the guard refuses is refused before anything else is done.
        tell("running the statement, guarded", 0.05)
        measured = _measure(request, request.parameters)
    tell("reading schema and statistics", 0.1)
    snapshot = _snapshot(request)
    what_if = _what_if(request, asked, snapshot.catalog)
    with ExitStack() as stack:
        tell("building the shadow", 0.4)
        cluster = stack.enter_context(cluster_for(snapshot))
        planners = _planners(stack, cluster, snapshot, what_if)
        tell("planning", 0.8)
        explanation = _explain(request, planners, snapshot, what_if)
    if request.run and measured is None:
        tell("running the statement, guarded", 0.9)
        drawn = explanation.cases[0].parameters
        measured = _measure(request, drawn.values if drawn else ())
    tell("done", 1.0)
    if measured is None:
        return explanation
    first = explanation.cases[0].parameters
    tried = TriedStatement(
        query=request.query, values=first.values if first else (), snapshot=snapshot
    )
    found = with_tried_statistics(findings(measured), measured, tried)
    return replace(
        explanation, measured=measured, findings=(*found, *explanation.findings)
    )


def _planners(
    stack: ExitStack,
    cluster: ShadowCluster,
    snapshot: PlannerSnapshot,
    what_if: _WhatIf,
) -> _Planners:
    # Lengths of files are not rolled back: other sizes need a database of their own.
    other = scaled(snapshot, what_if.factors) if what_if.factors else snapshot
    before = stack.enter_context(build(cluster, snapshot))
    after = stack.enter_context(build(cluster, other)) if what_if.factors else before
    return _Planners(before=before, after=after, catalog_after=other.catalog)


def _snapshot(request: ExplainRequest) -> PlannerSnapshot:
    if request.snapshot_path is not None:
        return load(request.snapshot_path)
    if request.address is None:
        raise UserError(
            "a statement needs a place to be planned",
            hint="Give --target DSN|NAME or --snapshot FILE.",
        )
    return take_snapshot(request.address)


def _check_parameters(values: Sequence[str | None], count: int) -> None:
    if values and len(values) != count:
        raise UserError(
            "the values given do not fit the statement",
            detail=f"It has {count} parameters, and {len(values)} values are given.",
            hint="Give a value for each $n, in order, or none at all.",
        )


def _check_settings(settings: Mapping[str, str]) -> None:
    unknown = sorted(set(settings) - PLANNER_SETTINGS)
    if unknown:
        raise UserError(
            f'"{unknown[0]}" is not a setting that can be supposed',
            hint=f"These can: {', '.join(sorted(PLANNER_SETTINGS))}.",
        )


def _check_run(request: ExplainRequest) -> None:
    if not request.run:
        return
    if request.address is None:
        raise UserError(
            "a statement is run on a server",
            hint="Give --target DSN|NAME with --analyze.",
        )
    if not request.permissions.may_run:
        raise NotAllowedHere(
            "the owner of this target does not allow statements to be run",
            detail="rule permission: it is registered for plans only.",
            hint="Register it with --explain-analyze or --clone, or give its DSN.",
        )


def _what_if(
    request: ExplainRequest,
    asked: Sequence[tuple[IndexDefinition, str]],
    catalog: Catalog,
) -> _WhatIf:
    names: dict[IndexDefinition, str] = {}
    taken = {index.name.name for item in catalog.relations for index in item.indexes}
    for definition, name in asked:
        found = _known_columns(definition, catalog)
        names[found] = name or index_name(found, (*taken, *names.values()))
    return _WhatIf(
        create=tuple(names),
        names=names,
        hide=tuple(_existing(name, catalog) for name in request.hide),
        settings=request.settings,
        factors=scale_factors(request.scale, catalog),
    )


def _known_columns(definition: IndexDefinition, catalog: Catalog) -> IndexDefinition:
    """The definition with the schema its relation is found in."""
    relation = catalog.find(definition.relation)
    if relation is None:
        raise UnknownRelation(f'relation "{definition.relation}" does not exist')
    for name in (*filter(None, definition.attributes), *definition.include):
        if relation.attributes and relation.attribute(name) is None:
            raise UserError(f'column "{name}" of {relation.name} does not exist')
    return replace(definition, relation=relation.name)


def _existing(name: str, catalog: Catalog) -> RelationName:
    found = [index.name for index in _indexes(catalog) if is_named(name, index.name)]
    if not found:
        known = [str(index.name) for index in _indexes(catalog)]
        near = get_close_matches(name.replace('"', ""), known, n=3, cutoff=0.5)
        raise UnknownRelation(
            f"there is no index {name}",
            hint=f"Did you mean {' or '.join(near)}?" if near else None,
        )
    if len(found) > 1:
        raise UserError(
            f'several indexes are named "{name}"',
            hint=f"Give one of: {', '.join(map(str, found))}.",
        )
    return found[0]


def _indexes(catalog: Catalog) -> Iterator[Index]:
    for relation in catalog.relations:
        yield from relation.indexes


def _explain(
    request: ExplainRequest,
    planners: _Planners,
    snapshot: PlannerSnapshot,
    what_if: _WhatIf,
) -> Explanation:
    planner = planners.before
    sizes = _sizes(planners.after, what_if)
    _try_settings(planner, what_if)
    cases = tuple(_cases(request, planners, snapshot.catalog, what_if))
    first = cases[0]
    values = first.parameters.values if first.parameters else ()
    unused = unused_indexes(
        request.query, values, first.before, planner, snapshot.catalog
    )
    question = WhatIfQuestion(
        query=request.query,
        parameters=values,
        create=what_if.create,
        hide=what_if.hide,
        settings=what_if.settings,
    )

    def why(definition: IndexDefinition, plan: Plan) -> str:
        place = planners.after, planners.catalog_after
        return why_not_used(question, definition, plan, *place)

    caveats = (
        NotSeen(what="statistics of a hypothetical index", why=caveat)
        for caveat in planners.after.caveats
    )
    scaled_ones = scaled_tables(
        what_if.factors, snapshot.catalog, planners.catalog_after
    )
    return Explanation(
        query=request.query,
        planner_source=planner.source,
        cases=cases,
        indexes=asked_indexes(what_if.names, sizes, cases, why),
        hidden=what_if.hide,
        settings=what_if.settings,
        scaled=tuple(scaled_ones),
        unused=unused,
        findings=generic_findings(request.query, cases, planner, snapshot.catalog),
        not_seen=tuple(
            dict.fromkeys((*snapshot.not_seen, *planners.after.not_seen, *caveats))
        ),
    )


def _sizes(planner: ShadowPlanner, what_if: _WhatIf) -> dict[IndexDefinition, int]:
    """Sizes of the indexes asked for, in bytes.

    Raises:
        UserError: PostgreSQL does not accept one of them.
    """
    sizes = {}
    for definition in what_if.create:
        try:
            planner.plan_with("SELECT", create=[definition])
            sizes[definition] = planner.index_size_bytes(definition)
        except PlanningFailed as error:
            raise UserError(error.message, detail=error.detail) from None
    return sizes


def _try_settings(planner: ShadowPlanner, what_if: _WhatIf) -> None:
    for name, value in what_if.settings.items():
        try:
            planner.plan_with("SELECT", settings={name: value})
        except PlanningFailed as error:
            raise UserError(
                f'PostgreSQL does not accept "{value}" as {name}', detail=error.detail
            ) from None


def _cases(
    request: ExplainRequest,
    planners: _Planners,
    catalog: Catalog,
    what_if: _WhatIf,
) -> Iterator[ExplainedCase]:
    """A case for each set of values, and the generic plan of a text with ``$n``."""
    failed: PlanningFailed | None = None
    for parameters in _parameter_sets(request, planners.before, catalog):
        try:
            yield _case(request.query, parameters, planners, what_if)
        except PlanningFailed as error:
            if request.parameters:
                raise UserError(error.message, detail=error.detail) from None
            failed = error
    if not request.parameters:
        try:
            yield _case(request.query, None, planners, what_if)
        except PlanningFailed as error:
            raise failed or error from None


def _parameter_sets(
    request: ExplainRequest, planner: ShadowPlanner, catalog: Catalog
) -> tuple[ParameterSet, ...]:
    if request.parameters:
        given = ParameterSet(
            values=request.parameters, label=GIVEN, source="given with the statement"
        )
        return (given,)
    return ParameterSource(planner.connection, catalog).draw(request.query)


def _case(
    query: str,
    parameters: ParameterSet | None,
    planners: _Planners,
    what_if: _WhatIf,
) -> ExplainedCase:
    values = parameters.values if parameters else ()
    before = planners.before.plan(query, values)
    if what_if.is_empty:
        return ExplainedCase(before=before, parameters=parameters)
    plan = planners.after.plan_with(
        query,
        values,
        create=what_if.create,
        hide=what_if.hide,
        settings=what_if.settings,
    )
    after = with_index_names(plan, what_if.names)
    return ExplainedCase(
        before=before, parameters=parameters, after=after, diff=compare(before, after)
    )


def _measure(request: ExplainRequest, values: Sequence[str | None]) -> Plan | None:
    if request.address is None:
        return None
    is_clone = request.permissions.is_clone
    return analyze(request.address, request.query, values, is_clone=is_clone)


def _nobody(stage: str, done_ratio: float) -> None:
    """Progress for nobody."""
