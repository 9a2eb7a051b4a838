"""Indexes that nobody but queries needs: no constraint, no foreign key, no identity."""

from __future__ import annotations

from analyzer.domain.catalog import Catalog, Relation, RelationKind
from analyzer.domain.index import Index


def is_droppable(index: Index) -> bool:
    """Whether the index enforces nothing and belongs to nothing.

    Not droppable are indexes of constraints, unique ones (they enforce a rule even
    without a constraint), the replica identity, parts of a partitioned index, which go
    only with the whole, and invalid ones, which another advice is about.
    """
    return (
        index.valid
        and not index.constraint_kind
        and not index.definition.unique
        and not index.is_replica_identity
        and index.attached_to is None
    )


def advised_tables(catalog: Catalog) -> tuple[Relation, ...]:
    """Tables whose indexes can be dropped one by one, unlike those of a root."""
    kinds = (RelationKind.TABLE, RelationKind.MATERIALIZED_VIEW)
    return tuple(r for r in catalog.relations if r.kind in kinds)


def supports_foreign_key(index: Index, relation: Relation) -> bool:
    """Whether it alone lets the referencing side of a foreign key be searched."""
    for key in relation.foreign_keys:
        wanted = set(key.attributes)
        if not _searches(index, wanted):
            continue
        others = (item for item in relation.indexes if item is not index)
        if not any(item.valid and _searches(item, wanted) for item in others):
            return True
    return False


def _searches(index: Index, attributes: set[str]) -> bool:
    definition = index.definition
    return (
        not definition.predicate
        and set(definition.attributes[: len(attributes)]) == attributes
    )


def is_referenced(index: Index, relation: Relation, catalog: Catalog) -> bool:
    """Whether a foreign key of some table may rest on this unique index."""
    attributes = set(index.definition.attributes)
    return any(
        key.referenced == relation.name and set(key.referenced_attributes) == attributes
        for other in catalog.relations
        for key in other.foreign_keys
    )
