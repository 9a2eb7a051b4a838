"""Between which sizes an index lies, and where nothing is open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.domain.catalog import Attribute, Relation, RelationKind
from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.indexing.size import index_size
from analyzer.indexing.size_range import size_range

NAME = RelationName("public", "t")


def attribute(name: str, n_distinct: float) -> Attribute:
    return Attribute(
        name=name, number=1, type_name="integer", n_distinct=n_distinct, null_frac=0.0
    )


TABLE = Relation(
    name=NAME,
    kind=RelationKind.TABLE,
    reltuples=1_000_000,
    relpages=10_000,
    size_bytes=10_000 * 8192,
    attributes=(
        attribute("id", -1),
        attribute("day", 2_000),
        attribute("buyer", 50_000),
        attribute("kind", 3),
    ),
    unique_keys=(("id",),),
)


def index(*names: str, **changes: object) -> IndexDefinition:
    keys = tuple(IndexKey(attribute=name) for name in names)
    return replace(IndexDefinition(relation=NAME, keys=keys), **changes)  # type: ignore[arg-type]


def test_the_ends_are_dependent_and_independent_columns() -> None:
    definition = index("day", "buyer")
    expected = index_size(definition, TABLE).size_bytes
    ends = size_range(definition, TABLE, expected)
    assert ends is not None
    assert ends.assumed is None
    assert ends.most_bytes == expected
    # With one day for each buyer there are as many keys as buyers, 20 rows to each.
    alone = index_size(index("buyer"), TABLE).size_bytes
    assert ends.least_bytes == pytest.approx(alone, rel=0.1)


def test_a_partial_index_has_ends_of_its_own_scale() -> None:
    definition = index("day", "buyer", predicate="kind = 1")
    ends = size_range(definition, TABLE, 3_000_000)
    assert ends is not None
    assert ends.most_bytes == 3_000_000
    assert 800_000 < ends.least_bytes < 1_500_000


@pytest.mark.parametrize(
    "definition",
    [
        index("buyer"),
        index("day", "buyer", include=("kind",)),
        index("day", "id"),
        index("day", "buyer", unique=True),
        index("buyer", "kind", predicate="kind = 1"),
    ],
    ids=["one column", "INCLUDE", "a key in it", "unique", "told by statistics"],
)
def test_where_the_size_is_known_there_is_no_range(definition: IndexDefinition) -> None:
    expected = index_size(definition, TABLE).size_bytes
    table = TABLE
    if definition.predicate:
        known = ((("buyer", "kind"), 60_000.0),)
        table = replace(TABLE, distinct_combinations=known)
    assert size_range(definition, table, expected) is None


def test_known_combinations_of_some_columns_raise_the_small_end() -> None:
    definition = index("day", "buyer", "kind")
    expected = index_size(definition, TABLE).size_bytes
    known = replace(TABLE, distinct_combinations=((("day", "buyer"), 600_000.0),))
    wide, narrow = (size_range(definition, t, expected) for t in (TABLE, known))
    assert wide is not None
    assert narrow is None or narrow.least_bytes > wide.least_bytes
