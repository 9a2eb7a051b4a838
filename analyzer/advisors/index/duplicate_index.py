"""Drop indexes that are the same as another one.

Rule: two valid indexes with the same method, keys, operator classes, collations,
    INCLUDE columns and predicate hold the same entries; every write pays for both.
Evidence: both definitions and their sizes.
Semantics: results never change. The one that stays serves every query alike.
Silent when: they differ in any part, the needless one backs a constraint, is the
    replica identity or belongs to a partitioned index, or it alone is unique.
Source: PostgreSQL manual, "pg_index"; the wiki's "Index Maintenance".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzer.advisors.contract import Advisor, Facts, Need
from analyzer.advisors.droppable import advised_tables, is_referenced
from analyzer.advisors.index_change import (
    DROP_CAVEATS,
    columns,
    drop_index,
    restore_statement,
)
from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.index import Index, IndexDefinition
from analyzer.domain.recommendation import Basis, Evidence, Quantity, Recommendation


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The smallest needless index worth a word; any duplicate costs writers."""

    min_size_bytes: int = 0


_DEFAULTS = Thresholds()


def advise(
    facts: Facts, thresholds: Thresholds = _DEFAULTS
) -> Iterator[Recommendation]:
    """For each group of equal indexes, all but the one to keep."""
    if facts.catalog is None:
        return
    for relation in advised_tables(facts.catalog):
        for group in _groups(relation):
            keeper = min(group, key=_keep_first)
            for index in group:
                if (
                    index is not keeper
                    and index.size_bytes >= thresholds.min_size_bytes
                    and _is_needless(index, keeper, relation, facts.catalog)
                ):
                    yield _recommendation(index, keeper)


def _groups(relation: Relation) -> list[list[Index]]:
    """Valid indexes of equal make, uniqueness aside."""
    found: dict[IndexDefinition, list[Index]] = defaultdict(list)
    for index in relation.indexes:
        if index.valid and index.attached_to is None:
            make = replace(index.definition, unique=False, nulls_not_distinct=False)
            found[make].append(index)
    return [group for group in found.values() if len(group) > 1]


def _keep_first(index: Index) -> tuple[bool, bool, bool, int, str]:
    """What enforces a rule stays; among equals the one that is scanned more."""
    return (
        not index.constraint_kind,
        not index.is_replica_identity,
        not index.definition.unique,
        -(index.idx_scan or 0),
        str(index.name),
    )


def _is_needless(
    index: Index, keeper: Index, relation: Relation, catalog: Catalog
) -> bool:
    if index.constraint_kind or index.is_replica_identity:
        return False
    if not index.definition.unique:
        return True
    same_rule = (
        keeper.definition.unique
        and index.definition.nulls_not_distinct == keeper.definition.nulls_not_distinct
    )
    return same_rule and not is_referenced(index, relation, catalog)


def _recommendation(index: Index, keeper: Index) -> Recommendation:
    source = "pg_index and pg_relation_size"
    kept = keeper.constraint_kind or (
        "unique index" if keeper.definition.unique else ""
    )
    return Recommendation(
        advisor="duplicate_index",
        title=(
            f"Drop {index.name}: {keeper.name} is the same index on "
            f"{index.definition.relation} {columns(index.definition)}"
        ),
        action=drop_index(index),
        before=Quantity(
            value=float(index.size_bytes + keeper.size_bytes),
            unit="bytes",
            basis=Basis.MEASURED,
            source=source,
        ),
        after=Quantity(
            value=float(keeper.size_bytes),
            unit="bytes",
            basis=Basis.ESTIMATED,
            source="sizes as read, after DROP INDEX",
        ),
        evidence=(
            Evidence(
                claim=f"{keeper.name} stays and has the same definition"
                + (f"; it is the {kept}" if kept else ""),
                quantity=Quantity(
                    value=float(keeper.size_bytes),
                    unit="bytes",
                    basis=Basis.MEASURED,
                    source=source,
                ),
            ),
        ),
        rollback=restore_statement(index),
        verify="EXPLAIN of the queries on the table must show the index that stays.",
        refuted_by="A difference between the two definitions in pg_get_indexdef().",
        caveats=(
            "A query or an extension that names the index (pg_hint_plan, CLUSTER, "
            "ON CONFLICT ON CONSTRAINT) must be changed first.",
            *DROP_CAVEATS,
        ),
    )


ADVISOR = Advisor(
    slug="duplicate_index", needs=(Need.CATALOG,), doc=__doc__, advise=advise
)
