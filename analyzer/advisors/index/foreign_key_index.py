"""Index the referencing side of a foreign key that deletes must check.

Rule: for each row deleted from a table, PostgreSQL looks up every table that
    references it; without an index that begins with the key, it reads it whole.
Evidence: planner cost of the look-up with and without the index, rows of the
    referencing table, rows deleted, execution time of the deletes.
Semantics: results never change. Writes to the referencing table get slower.
Silent when: the referencing table is small, nothing deletes from the referenced one,
    an index begins with the key, or the planner would not use the index.
Source: PostgreSQL manual, "Constraints", foreign keys; ri_triggers.c for the look-up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.advisors.affected import affected
from analyzer.advisors.contract import Advisor, Facts, Need
from analyzer.advisors.index_change import (
    columns,
    create_index,
    create_rollback,
    create_verify,
    creation_caveats,
)
from analyzer.domain.catalog import Catalog, ForeignKey, Relation, RelationKind
from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.domain.ports import WhatIfPlanner
from analyzer.domain.recommendation import (
    Basis,
    Evidence,
    Quantity,
    Recommendation,
)
from analyzer.domain.statement import StatementKind
from analyzer.domain.workload import WorkloadItem
from analyzer.errors import PlanningFailed, UnknownRelation
from analyzer.indexing.limits import CandidateLimits, is_small
from analyzer.indexing.partitioned import with_whole_tables
from analyzer.statements.identifiers import quote_identifier, quote_relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How small is too small, and how much the look-up must gain (ratio of cost)."""

    limits: CandidateLimits = field(default_factory=CandidateLimits)
    min_gain_ratio: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One foreign key without an index, and what deletes pay for it."""

    relation: Relation
    key: ForeignKey
    definition: IndexDefinition
    size_bytes: int
    before: Quantity
    after: Quantity
    deletes: tuple[WorkloadItem, ...]
    deleted_rows: int
    saved_ratio: float


_DEFAULTS = Thresholds()
_ASSUMED_ENTRY_BYTES = 24


def advise(
    facts: Facts, thresholds: Thresholds = _DEFAULTS
) -> Iterator[Recommendation]:
    """An index for each foreign key that deletes look up in vain."""
    if facts.catalog is None:
        return
    for relation in with_whole_tables(facts.catalog).relations:
        if relation.kind not in (RelationKind.TABLE, RelationKind.PARTITIONED):
            continue
        if relation.partition_of or is_small(relation, thresholds.limits):
            continue
        for key in relation.foreign_keys:
            if not _is_searched(relation, key):
                case = _case(relation, key, facts, thresholds)
                if case is not None:
                    yield _recommendation(case, facts.catalog)


def _is_searched(relation: Relation, key: ForeignKey) -> bool:
    """Whether a valid, whole B-tree begins with the key's columns, in any order."""
    wanted = set(key.attributes)
    return any(
        index.valid
        and index.definition.method == "btree"
        and not index.definition.predicate
        and set(index.definition.attributes[: len(wanted)]) == wanted
        for index in relation.indexes
    )


def _case(
    relation: Relation, key: ForeignKey, facts: Facts, thresholds: Thresholds
) -> _Case | None:
    catalog = facts.catalog
    if catalog is None:
        return None
    deletes = _deletes(key, facts, catalog)
    referenced = catalog.by_name.get(key.referenced)
    activity = referenced.activity if referenced else None
    deleted_rows = max(
        activity.n_tup_del if activity else 0,
        sum(item.counters.rows for item in deletes),
    )
    if not deleted_rows and not deletes:
        return None
    definition = IndexDefinition(
        relation=relation.name,
        keys=tuple(IndexKey(attribute=name) for name in key.attributes),
    )
    before, after = _costs(relation, key, definition, facts.what_if)
    if (
        before.value <= 0
        or 1.0 - after.value / before.value < thresholds.min_gain_ratio
    ):
        return None
    return _Case(
        relation=relation,
        key=key,
        definition=definition,
        size_bytes=_size_bytes(definition, relation, facts.what_if),
        before=before,
        after=after,
        deletes=deletes,
        deleted_rows=deleted_rows,
        saved_ratio=_saved_ratio(deletes, before.value - after.value, facts.what_if),
    )


def _deletes(
    key: ForeignKey, facts: Facts, catalog: Catalog
) -> tuple[WorkloadItem, ...]:
    """DELETE statements on the referenced table, the largest share first."""
    found = []
    for item in facts.workload.items:
        names = item.statement.relations
        if item.statement.kind is not StatementKind.DELETE or not names:
            continue
        target = catalog.find(names[0])
        if target is not None and target.name == key.referenced:
            found.append(item)
    return tuple(sorted(found, key=lambda item: -item.exec_time_ratio))


def _lookup(relation: Relation, key: ForeignKey) -> str:
    """What the trigger asks for each deleted row, after ri_triggers.c."""
    tests = " AND ".join(
        f"{quote_identifier(name)} = ${number}"
        for number, name in enumerate(key.attributes, start=1)
    )
    only = "" if relation.kind is RelationKind.PARTITIONED else "ONLY "
    table = f"{only}{quote_relation(relation.name)}"
    return f"SELECT 1 FROM {table} x WHERE {tests} FOR KEY SHARE OF x"


def _costs(
    relation: Relation,
    key: ForeignKey,
    definition: IndexDefinition,
    planner: WhatIfPlanner | None,
) -> tuple[Quantity, Quantity]:
    """What one look-up costs now and with the index."""
    if planner is not None:
        query = _lookup(relation, key)
        try:
            pair = (
                planner.plan(query).total_cost,
                planner.plan_with(query, create=[definition]).total_cost,
            )
        except (PlanningFailed, UnknownRelation):
            pass  # the row counts below still tell
        else:
            return _quantities(pair, "planner cost", planner.source)
    matching = _rows_per_key(relation, key)
    return _quantities(
        (max(relation.reltuples, 0.0), matching),
        "rows read for each deleted row",
        "pg_class and pg_stats",
    )


def _quantities(
    pair: tuple[float, float], unit: str, source: str
) -> tuple[Quantity, Quantity]:
    before, after = (
        Quantity(value=value, unit=unit, basis=Basis.ESTIMATED, source=source)
        for value in pair
    )
    return before, after


def _rows_per_key(relation: Relation, key: ForeignKey) -> float:
    rows = max(relation.reltuples, 0.0)
    distinct = 1.0
    for name in key.attributes:
        attribute = relation.attribute(name)
        known = (attribute.n_distinct if attribute else None) or 1.0
        distinct = max(distinct, known if known > 0 else -known * rows)
    return rows / distinct


def _size_bytes(
    definition: IndexDefinition, relation: Relation, planner: WhatIfPlanner | None
) -> int:
    if planner is not None:
        return planner.index_size_bytes(definition)
    return int(max(relation.reltuples, 0.0)) * _ASSUMED_ENTRY_BYTES


def _saved_ratio(
    deletes: tuple[WorkloadItem, ...], saved_cost: float, planner: WhatIfPlanner | None
) -> float:
    """Share of time saved: look-ups are not in the plan of a DELETE, so add them."""
    if planner is None:
        return 0.0
    total = 0.0
    for item in deletes:
        calls = max(1, item.counters.calls)
        lookups = saved_cost * item.counters.rows / calls
        try:
            own = planner.plan(item.planned_query).total_cost
        except PlanningFailed:
            continue  # its share is not claimed
        total += item.exec_time_ratio * lookups / max(own + lookups, 1.0)
    return total


def _recommendation(case: _Case, catalog: Catalog) -> Recommendation:
    action = create_index(case.definition, case.size_bytes, catalog)
    return Recommendation(
        advisor="foreign_key_index",
        title=(
            f"Add an index on {case.relation.name} {columns(case.definition)}: each "
            f"row deleted from {case.key.referenced} is looked up there "
            f"({case.key.name})"
        ),
        action=action,
        before=case.before,
        after=case.after,
        evidence=tuple(_evidence(case)),
        affects=tuple(affected(item) for item in case.deletes),
        rollback=create_rollback(action, catalog),
        verify=create_verify(action),
        refuted_by=(
            "EXPLAIN (ANALYZE) of a delete, in a transaction rolled back, whose "
            f"time for trigger constraint {case.key.name} does not fall."
        ),
        caveats=(
            "Every write to the table keeps one more index.",
            *creation_caveats(case.definition, catalog),
        ),
        impact_ratio=case.saved_ratio,
    )


def _evidence(case: _Case) -> Iterator[Evidence]:
    def measured(value: float, unit: str, source: str) -> Quantity:
        return Quantity(value=value, unit=unit, basis=Basis.MEASURED, source=source)

    yield Evidence(
        claim=f"rows deleted from {case.key.referenced}",
        quantity=measured(
            float(case.deleted_rows), "rows", "pg_stat_all_tables, pg_stat_statements"
        ),
    )
    if case.deletes:
        yield Evidence(
            claim="execution time of its DELETE statements in the window",
            quantity=measured(
                sum(item.counters.total_exec_time_ms for item in case.deletes),
                "ms",
                "pg_stat_statements and log",
            ),
        )
    yield Evidence(
        claim="rows of the referencing table",
        quantity=Quantity(
            value=case.relation.reltuples,
            unit="rows",
            basis=Basis.ESTIMATED,
            source="pg_class",
        ),
    )
    yield Evidence(
        claim="size of the index",
        quantity=Quantity(
            value=float(case.size_bytes),
            unit="bytes",
            basis=Basis.ESTIMATED,
            source="statistics of the columns",
        ),
    )


ADVISOR = Advisor(
    slug="foreign_key_index", needs=(Need.CATALOG,), doc=__doc__, advise=advise
)
