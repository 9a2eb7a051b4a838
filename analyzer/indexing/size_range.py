"""Between which sizes an index may lie, where columns may depend on one another.

PostgreSQL keeps equal keys of a B-tree as one (see :mod:`analyzer.indexing.size`), so
its size follows from how many combinations of values there are. Where nothing tells,
they are counted as if the columns were independent: that is the large end, and what is
held against a budget. The small end is that the column with the most values decides
all the others. CREATE STATISTICS (ndistinct) tells which it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from analyzer.domain.catalog import Relation
from analyzer.domain.index import IndexDefinition
from analyzer.indexing.joined_keys import JoinedKey
from analyzer.indexing.key_statistics import attribute_values, combination_count
from analyzer.indexing.size import index_size

MIN_RANGE_RATIO = 1.1
"""Ends that are closer together are one size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRange:
    """The least and the most bytes that an index may take, and what they hang on.

    ``attributes`` may depend on one another. ``assumed`` is the joined key that the
    expected size stands on; none where it is the large end.
    """

    least_bytes: int
    most_bytes: int
    attributes: tuple[str, ...]
    assumed: JoinedKey | None = None


def size_range(
    definition: IndexDefinition,
    relation: Relation,
    expected_bytes: int,
    joined: Iterable[JoinedKey] = (),
) -> SizeRange | None:
    """The range of sizes of an index; none where its size is known well enough.

    Args:
        definition: the index.
        relation: its table, with what bounds its combinations.
        expected_bytes: what it is expected to take.
        joined: which of the bounds are assumed because of the workload's joins.
    """
    names = definition.attributes
    joined = [key for key in joined if key.relation == definition.relation]
    relation = _without(relation, joined)
    if len(names) < 2 or not all(names) or relation.reltuples <= 0:
        return None
    if any(set(combination) == set(names) for combination in _known(relation)):
        return None
    whole = replace(definition, predicate="")
    most = index_size(whole, relation).size_bytes
    held = _values(names, relation)
    least = index_size(whole, _supposed(relation, names, held)).size_bytes
    assumed = next((k for k in joined if set(k.attributes) <= set(names)), None)
    expected = most
    if assumed is not None:
        supposed = _supposed(relation, assumed.attributes, assumed.count)
        expected = index_size(whole, supposed).size_bytes
    if most < MIN_RANGE_RATIO * least:
        return None
    # Of a partial index the ends are taken to lie as those of the whole one.
    scale = expected_bytes / expected
    return SizeRange(
        least_bytes=round(min(least * scale, expected_bytes)),
        most_bytes=round(max(most * scale, expected_bytes)),
        attributes=names,
        assumed=assumed if expected < most else None,
    )


def _known(relation: Relation) -> Iterable[tuple[str, ...]]:
    return (names for names, _ in relation.distinct_combinations)


def _without(relation: Relation, joined: Iterable[JoinedKey]) -> Relation:
    assumed = {(key.attributes, key.count) for key in joined}
    known = (one for one in relation.distinct_combinations if one not in assumed)
    return replace(relation, distinct_combinations=tuple(known))


def _values(names: Iterable[str], relation: Relation) -> float:
    """The fewest combinations there can be: the values of the richest column or set."""
    wanted = set(names)
    single = [attribute_values(name, relation) or 1.0 for name in wanted]
    several = [
        combination_count(count, relation)
        for known, count in relation.distinct_combinations
        if set(known) <= wanted
    ]
    return max(*single, *several, 1.0)


def _supposed(relation: Relation, names: Iterable[str], count: float) -> Relation:
    known = (*relation.distinct_combinations, (tuple(names), count))
    return replace(relation, distinct_combinations=known)
