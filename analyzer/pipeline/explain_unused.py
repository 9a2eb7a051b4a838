"""Why an index is not used for a statement, with what forcing it costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.explanation import UnusedIndex
from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.plan import Plan, PlanNode
from analyzer.domain.what_if import WhatIfQuestion
from analyzer.errors import AnalyzerError, PlanningFailed, UnknownRelation
from analyzer.planner.shadow import ShadowPlanner
from analyzer.plans.unused import TableSize, condition_reason, cost_reason
from analyzer.statements.facts import Predicate, StatementShape
from analyzer.statements.shape import shape

MAX_INDEXES_TRIED = 50

_FORCED = {"enable_seqscan": "off", "enable_tidscan": "off"}
_LOOKED_UP = {**_FORCED, "enable_hashjoin": "off", "enable_mergejoin": "off"}
"""Only a nested loop searches once for each row of the other side."""

_BITMAP = {**_FORCED, "enable_indexscan": "off", "enable_indexonlyscan": "off"}
"""A bitmap index scan has the estimate of the search alone, before any filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """A statement, its plan, and who can be asked for others."""

    query: str
    values: Sequence[str | None]
    chosen: Plan
    planner: ShadowPlanner
    catalog: Catalog
    hide: Sequence[RelationName] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """An index to be forced: one that exists, by its name, or a supposed one."""

    definition: IndexDefinition
    name: RelationName | None = None
    valid: bool = True


def why_not_used(
    what_if: WhatIfQuestion,
    definition: IndexDefinition,
    chosen: Plan,
    planner: ShadowPlanner,
    catalog: Catalog,
) -> str:
    """Why a supposed index of a what-if is not used, in sentences.

    Args:
        what_if: what was asked, with everything that is supposed.
        definition: of the index, one of those supposed.
        chosen: the plan that was made.
        planner: a shadow of the database.
        catalog: of that database, of the sizes that are supposed.
    """
    relation = catalog.find(definition.relation)
    if relation is None or relation not in _relations(chosen, catalog):
        return f"The plan does not read {definition.relation}."
    question = _Question(
        query=what_if.query,
        values=what_if.parameters,
        chosen=chosen,
        planner=planner,
        catalog=catalog,
        hide=what_if.hide,
        settings=what_if.settings,
    )
    own = _said_of(what_if.query, catalog).get(relation.name, _Said())
    candidate = _Candidate(definition=definition)
    return _reason(question, relation, candidate, own)[0]


def unused_indexes(
    query: str,
    values: Sequence[str | None],
    chosen: Plan,
    planner: ShadowPlanner,
    catalog: Catalog,
) -> tuple[UnusedIndex, ...]:
    """Each existing index of the statement's tables that its plan does not use.

    Every such index is forced in the shadow: the other indexes of its table are hidden
    and sequential scans are disabled. From PostgreSQL 18 on that changes no cost, so
    what the forced plan costs can be compared.

    Args:
        query: the statement.
        values: of its parameters; fewer than needed for a generic plan.
        chosen: the plan that is made of it.
        planner: a shadow of the database.
        catalog: of that database.
    """
    question = _Question(
        query=query, values=values, chosen=chosen, planner=planner, catalog=catalog
    )
    used = _used(chosen, catalog)
    said = _said_of(query, catalog)
    found: list[UnusedIndex] = []
    for relation in _relations(chosen, catalog):
        for index in relation.indexes:
            if index.name.name in used or len(found) >= MAX_INDEXES_TRIED:
                continue
            own = said.get(relation.name, _Said())
            candidate = _Candidate(
                definition=index.definition, name=index.name, valid=index.valid
            )
            reason, cost_forced = _reason(question, relation, candidate, own)
            found.append(
                UnusedIndex(
                    index=index.name,
                    relation=relation.name,
                    reason=reason,
                    cost_chosen=chosen.total_cost,
                    cost_forced=cost_forced,
                )
            )
    return tuple(found)


def _used(plan: Plan, catalog: Catalog) -> frozenset[str]:
    """Names of the indexes used, and of those that they are parts of."""
    parents = {
        index.name.name: index.attached_to.name
        for relation in catalog.relations
        for index in relation.indexes
        if index.attached_to is not None
    }
    found = set(plan.index_names())
    pending = list(found)
    while pending:
        parent = parents.get(pending.pop())
        if parent is not None and parent not in found:
            found.add(parent)
            pending.append(parent)
    return frozenset(found)


def _relations(plan: Plan, catalog: Catalog) -> Iterator[Relation]:
    """The tables that a plan reads; for partitions the table they are parts of."""
    names: dict[RelationName, None] = {}
    for node in plan.root.walk():
        relation = catalog.find(RelationName(node.schema, node.relation))
        while relation is not None and relation.partition_of is not None:
            relation = catalog.find(relation.partition_of)
        if relation is not None:
            names[relation.name] = None
    for name in names:
        yield catalog.by_name[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a statement says of a relation, in all its uses of it."""

    predicates: tuple[Predicate, ...] = ()
    sorted_by: frozenset[str] = frozenset()


def _said_of(query: str, catalog: Catalog) -> dict[RelationName, _Said]:
    try:
        form = shape(query, catalog)
    except AnalyzerError:
        return {}
    return {
        use.relation: _Said(
            predicates=tuple(
                p for u in form.uses_of(use.relation) for p in u.predicates
            ),
            sorted_by=_sorted_by(form, use.relation),
        )
        for use in form.uses
    }


def _sorted_by(form: StatementShape, relation: RelationName) -> frozenset[str]:
    """Attributes and expressions of a relation that a level sorts or groups by."""
    numbers = {use.number for use in form.uses_of(relation)}
    return frozenset(
        key.attribute or key.expression
        for level in form.levels
        for key in (*level.order_by, *level.group_by)
        if key.use in numbers or key.expression_use in numbers
    )


def _reason(
    question: _Question,
    relation: Relation,
    index: _Candidate,
    said: _Said,
) -> tuple[str, float | None]:
    """The reason, and the cost of the best plan that searches in the index."""
    forced = _forced(question, relation, index, _FORCED)
    searched = forced is not None and bool(_searches(forced, index, question.catalog))
    if not searched and forced is not None and _joins_otherwise(forced):
        forced = _forced(question, relation, index, _LOOKED_UP)
        searched = forced is not None and bool(
            _searches(forced, index, question.catalog)
        )
    if not index.valid:
        reason = "It is not valid: its build has failed, and no plan may use it."
    elif forced is not None and searched:
        reason = _too_costly(question, relation, index, forced)
    else:
        texts = [question.query[item.start : item.end] for item in said.predicates]
        conditions = tuple(zip(said.predicates, texts, strict=True))
        filters = [node.filter for node in question.chosen.root.walk() if node.filter]
        reason = condition_reason(index.definition, conditions, filters, said.sorted_by)
    return reason, forced.total_cost if forced is not None and searched else None


def _joins_otherwise(plan: Plan) -> bool:
    return any(
        node.node_type in ("Hash Join", "Merge Join") for node in plan.root.walk()
    )


def _too_costly(
    question: _Question, relation: Relation, index: _Candidate, forced: Plan
) -> str:
    bitmap = _forced(question, relation, index, _BITMAP)
    nodes = _searches(bitmap, index, question.catalog) if bitmap else ()
    nodes = nodes or _searches(forced, index, question.catalog)
    used = _used(question.chosen, question.catalog)
    own = (*(item.name.name for item in relation.indexes), *_supposed(question.chosen))
    return cost_reason(
        question.chosen,
        forced,
        sum(node.plan_rows for node in nodes),
        _size(relation, question.catalog),
        next((name for name in own if name in used), ""),
    )


def _size(relation: Relation, catalog: Catalog) -> TableSize:
    parts = catalog.partitions.get(relation.name, ())
    if not parts:
        return TableSize(rows=relation.reltuples, pages=relation.relpages)
    sizes = [_size(part, catalog) for part in parts]
    return TableSize(
        rows=sum(max(size.rows, 0.0) for size in sizes),
        pages=sum(size.pages for size in sizes),
    )


def _supposed(plan: Plan) -> tuple[str, ...]:
    return tuple(name for name in plan.hypothetical_indexes if name)


def _forced(
    question: _Question,
    relation: Relation,
    index: _Candidate,
    settings: Mapping[str, str],
) -> Plan | None:
    others = [item.name for item in relation.indexes if item.name != index.name]
    try:
        return question.planner.plan_with(
            question.query,
            question.values,
            create=() if index.name else (index.definition,),
            hide=tuple(dict.fromkeys((*others, *question.hide))),
            settings={**question.settings, **settings},
        )
    except (PlanningFailed, UnknownRelation):
        return None  # an index the shadow could not make; the conditions still tell


def _searches(plan: Plan, index: _Candidate, catalog: Catalog) -> tuple[PlanNode, ...]:
    """The nodes that search in the index or its parts: they have an Index Cond."""
    return tuple(
        node
        for node in plan.root.walk()
        if node.index_name and node.index_cond and _is_of(node, index, plan, catalog)
    )


def _is_of(node: PlanNode, index: _Candidate, plan: Plan, catalog: Catalog) -> bool:
    if index.name is None:
        return plan.hypothetical_indexes.get(node.index_name) == index.definition
    return index.name.name in _used(Plan(root=node, source=""), catalog)
