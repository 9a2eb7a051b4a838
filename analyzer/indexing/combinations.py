"""How many combinations of values several columns have, from what a catalog tells.

Beside CREATE STATISTICS two things bound them: a foreign key of several columns has no
more combinations than the table it refers to has rows, and an index that exists has no
more than fit into its real size. A bloated index bounds less, never too much.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.index import Index
from analyzer.indexing.key_statistics import attribute_values, hit
from analyzer.indexing.size import BLOCK_BYTES, index_size

_STEPS = 20
_WORTH_RATIO = 0.9


def with_bounds(relation: Relation, catalog: Catalog) -> Relation:
    """The relation with what foreign keys and indexes tell of its combinations."""
    known = (*relation.distinct_combinations, *_of_foreign_keys(relation, catalog))
    relation = replace(relation, distinct_combinations=known)
    return replace(relation, distinct_combinations=(*known, *_of_indexes(relation)))


def _of_foreign_keys(
    relation: Relation, catalog: Catalog
) -> Iterator[tuple[tuple[str, ...], float]]:
    for key in relation.foreign_keys:
        referenced = catalog.find(key.referenced)
        if len(key.attributes) > 1 and referenced and referenced.reltuples > 0:
            yield key.attributes, drawn(key.attributes, referenced.reltuples, relation)


def drawn(attributes: Sequence[str], combinations: float, relation: Relation) -> float:
    """How many combinations a relation has that draws from some.

    Independent columns with few values may have fewer.
    """
    rows = max(relation.reltuples, 1.0)
    found = hit(combinations, rows)
    values = [attribute_values(name, relation) for name in attributes]
    if all(values):
        product = min(math.prod(value for value in values if value), 1e18)
        found = min(found, hit(product, rows))
    return found


def _of_indexes(relation: Relation) -> Iterator[tuple[tuple[str, ...], float]]:
    for index in relation.indexes:
        if _tells(index) and relation.reltuples > 0:
            count = _combinations(index, relation)
            if count < _WORTH_RATIO * relation.reltuples:
                yield index.definition.attributes, count


def _tells(index: Index) -> bool:
    definition = index.definition
    return (
        index.valid
        and definition.method == "btree"
        and len(definition.keys) > 1
        and all(definition.attributes)
        and not (definition.unique or definition.include or definition.predicate)
        and index.size_bytes > BLOCK_BYTES
    )


def _combinations(index: Index, relation: Relation) -> float:
    """The largest number of combinations with which the index is not larger."""
    names = index.definition.attributes
    low, high = 0.0, math.log(relation.reltuples)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        supposed = replace(relation, distinct_combinations=((names, math.exp(middle)),))
        if index_size(index.definition, supposed).size_bytes <= index.size_bytes:
            low = middle
        else:
            high = middle
    return math.exp(high)
