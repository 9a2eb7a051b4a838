"""Columns that a workload joins to a whole unique key of another table.

``lineitem (l_partkey, l_suppkey)`` joined to the key of ``partsupp`` takes no more
combinations than partsupp has rows, where its values are keys of partsupp. A foreign
key would prove that; without one the join is what speaks for it, and the numbers of
distinct values may speak against it. So this is an assumption, and told as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.index import RelationName
from analyzer.indexing.combinations import drawn
from analyzer.indexing.key_statistics import attribute_values
from analyzer.statements.facts import RelationUse, StatementShape

MAX_MORE_VALUES_RATIO = 1.2
"""More distinct values than the key has are no keys; ANALYZE's numbers of both are
estimates."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class JoinedKey:
    """Columns of a relation that are joined to a whole unique key of another one.

    Attributes:
        relation: that has the columns.
        attributes: in the order of the key.
        referenced: the other relation.
        count: of their combinations at most.
    """

    relation: RelationName
    attributes: tuple[str, ...]
    referenced: RelationName
    count: float


def joined_keys(
    shapes: Iterable[StatementShape], catalog: Catalog
) -> tuple[JoinedKey, ...]:
    """The joined keys of several columns that some statement shows, in order."""
    found = {
        key
        for shape in shapes
        for pair, columns in _joins(shape).items()
        for key in _keys(shape.uses[pair[0]], shape.uses[pair[1]], columns, catalog)
    }
    return tuple(sorted(found))


def bounded_by(catalog: Catalog, keys: Iterable[JoinedKey]) -> Catalog:
    """The catalog with these keys as bounds of combinations.

    See :mod:`analyzer.indexing.combinations` for what else bounds them.
    """
    bounds: dict[RelationName, list[tuple[tuple[str, ...], float]]] = {}
    for key in keys:
        bounds.setdefault(key.relation, []).append((key.attributes, key.count))
    relations = tuple(
        replace(
            relation,
            distinct_combinations=(
                *relation.distinct_combinations,
                *bounds.get(relation.name, ()),
            ),
        )
        for relation in catalog.relations
    )
    return replace(catalog, relations=relations) if bounds else catalog


def _joins(shape: StatementShape) -> dict[tuple[int, int], dict[str, str]]:
    """For two uses the columns of the one by those of the other, both ways."""
    found: dict[tuple[int, int], dict[str, str]] = {}
    for item in shape.predicates:
        other = item.other.use
        if not item.is_join or item.operator != "=" or not item.conjunct:
            continue
        if other is None or item.wrapping is not None:
            continue
        mine, theirs = item.attribute, item.other.attribute
        found.setdefault((item.use, other), {})[theirs] = mine
        found.setdefault((other, item.use), {})[mine] = theirs
    return found


def _keys(
    use: RelationUse, other: RelationUse, columns: Mapping[str, str], catalog: Catalog
) -> Iterator[JoinedKey]:
    relation = catalog.by_name.get(use.relation)
    referenced = catalog.by_name.get(other.relation)
    if relation is None or referenced is None or relation == referenced:
        return
    for key in referenced.unique_keys:
        if len(key) < 2 or not set(key) <= columns.keys():
            continue
        attributes = tuple(columns[name] for name in key)
        if _may_refer(relation, attributes, referenced, key):
            yield JoinedKey(
                relation=relation.name,
                attributes=attributes,
                referenced=referenced.name,
                count=drawn(attributes, referenced.reltuples, relation),
            )


def _may_refer(
    relation: Relation,
    attributes: tuple[str, ...],
    referenced: Relation,
    key: tuple[str, ...],
) -> bool:
    """Whether the columns could hold keys of the other relation, by the statistics."""
    if not 0 < referenced.reltuples < relation.reltuples:
        return False
    if any(set(own) <= set(attributes) for own in relation.unique_keys):
        return False
    for mine, theirs in zip(attributes, key, strict=True):
        here = attribute_values(mine, relation)
        there = attribute_values(theirs, referenced)
        if here is None or there is None or here > MAX_MORE_VALUES_RATIO * there:
            return False
    return len(set(attributes)) == len(attributes)
