"""Drop indexes whose keys are the beginning of another index.

Rule: an index on (a) serves no search that a B-tree on (a, b) does not serve too, if
    operator classes, directions and predicate agree; writers pay for both.
Evidence: both definitions, their sizes, planner costs of the workload without it.
Semantics: results never change. Scans of the wider index read somewhat more pages.
Silent when: it is unique, backs a constraint or the replica identity, belongs to a
    partitioned index, is no B-tree, is small, or without it the workload would cost
    2% more, or one statement half as much again; without a planner, when the wider
    index is more than twice as large.
Source: PostgreSQL manual, "Multicolumn Indexes".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.advisors.contract import Advisor, Facts, Need
from analyzer.advisors.droppable import advised_tables, is_droppable
from analyzer.advisors.index_change import (
    DROP_CAVEATS,
    columns,
    drop_index,
    restore_statement,
)
from analyzer.advisors.without_index import WithoutIndex, without_index
from analyzer.domain.catalog import Relation
from analyzer.domain.index import Index
from analyzer.domain.recommendation import Basis, Evidence, Quantity, Recommendation
from analyzer.indexing.existing import leads


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When a needless index is worth a word, and how much wider the other may be."""

    min_size_bytes: int = 64 * 1024
    max_size_factor: float = 2.0
    max_workload_rise_ratio: float = 0.02
    max_statement_rise_ratio: float = 0.5


_DEFAULTS = Thresholds()


def advise(
    facts: Facts, thresholds: Thresholds = _DEFAULTS
) -> Iterator[Recommendation]:
    """Indexes that another one begins with, where the workload does not mind."""
    if facts.catalog is None:
        return
    for relation in advised_tables(facts.catalog):
        for index in relation.indexes:
            if not is_droppable(index) or index.size_bytes < thresholds.min_size_bytes:
                continue
            wider = _wider(index, relation)
            if wider is None:
                continue
            check = without_index(facts, index)
            if _is_harmless(index, wider, check, thresholds):
                yield _recommendation(index, wider, check)


def _wider(index: Index, relation: Relation) -> Index | None:
    """The smallest index that begins with this one."""
    found = [
        other
        for other in relation.indexes
        if other.valid
        and _is_as_alive(other, index)
        and other.definition.method == "btree"
        and len(other.definition.keys) > len(index.definition.keys)
        and leads(other.definition, index.definition)
    ]
    return min(found, key=lambda other: (other.size_bytes, other.name), default=None)


def _is_as_alive(wider: Index, index: Index) -> bool:
    """Not one that nothing scans in place of one that something does."""
    return bool(wider.constraint_kind or wider.idx_scan or not index.idx_scan)


def _is_harmless(
    index: Index, wider: Index, check: WithoutIndex | None, thresholds: Thresholds
) -> bool:
    if check is None:
        return wider.size_bytes <= thresholds.max_size_factor * index.size_bytes
    return (
        check.workload_rise_ratio <= thresholds.max_workload_rise_ratio
        and check.worst_rise_ratio <= thresholds.max_statement_rise_ratio
    )


def _recommendation(
    index: Index, wider: Index, check: WithoutIndex | None
) -> Recommendation:
    def size(value: int, basis: Basis, source: str) -> Quantity:
        return Quantity(value=float(value), unit="bytes", basis=basis, source=source)

    both = size(index.size_bytes + wider.size_bytes, Basis.MEASURED, "pg_relation_size")
    evidence = [
        Evidence(
            claim=f"{wider.name} {columns(wider.definition)} begins with all its keys",
            quantity=size(wider.size_bytes, Basis.MEASURED, "pg_relation_size"),
        )
    ]
    if check is not None:
        evidence.extend(check.evidence())
    return Recommendation(
        advisor="redundant_index",
        title=(
            f"Drop {index.name}: {wider.name} on {index.definition.relation} begins "
            f"with {columns(index.definition)}"
        ),
        action=drop_index(index),
        before=both,
        after=size(
            wider.size_bytes, Basis.ESTIMATED, "sizes as read, after DROP INDEX"
        ),
        evidence=tuple(evidence),
        rollback=restore_statement(index),
        verify=f"EXPLAIN of the queries on the table must show {wider.name}.",
        refuted_by="A query whose planner cost or mean time rises without it.",
        caveats=(
            "The wider index has fewer entries to a page, so range and index-only "
            "scans on the leading columns read more pages.",
            *DROP_CAVEATS,
        ),
    )


ADVISOR = Advisor(
    slug="redundant_index", needs=(Need.CATALOG,), doc=__doc__, advise=advise
)
