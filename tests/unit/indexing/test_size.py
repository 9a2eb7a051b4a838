from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.domain.catalog import Attribute, Relation, RelationKind
from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.indexing.size import btree_height, index_size

ROWS = 1_000_000
NAME = RelationName("public", "t")
TABLE = Relation(
    name=NAME,
    kind=RelationKind.TABLE,
    reltuples=ROWS,
    relpages=10_000,
    size_bytes=10_000 * 8192,
    attributes=(
        Attribute(name="id", number=1, type_name="bigint", n_distinct=-1),
        Attribute(name="few", number=2, type_name="integer", n_distinct=10),
        Attribute(
            name="price", number=3, type_name="numeric", n_distinct=10,
            avg_width_bytes=5,
        ),
        Attribute(name="unknown", number=4, type_name="text"),
        Attribute(name="empty", number=5, type_name="integer", null_frac=1.0),
    ),
    unique_keys=(("id",),),
)  # fmt: skip


def index(*names: str, **changes: object) -> IndexDefinition:
    keys = tuple(IndexKey(attribute=name) for name in names)
    return replace(IndexDefinition(relation=NAME, keys=keys), **changes)  # type: ignore[arg-type]


def test_a_unique_bigint_has_366_entries_on_a_leaf() -> None:
    # 1,000,000 / 366 leaves, 285 children of an inner page: 2,733 + 10 + 1 + meta.
    size = index_size(index("id", unique=True), TABLE)
    assert size.blks == 2_745
    assert size.height == 2


def test_few_values_are_deduplicated_to_six_bytes_a_row() -> None:
    size = index_size(index("few"), TABLE)
    assert size.size_bytes == pytest.approx(ROWS * 7, rel=0.05)


@pytest.mark.parametrize(
    "definition",
    [index("price"), index("few", include=("id",)), index("few", unique=True)],
)
def test_what_is_not_deduplicated(definition: IndexDefinition) -> None:
    size = index_size(definition, TABLE)
    assert size.size_bytes > ROWS * 20


def test_more_columns_are_never_smaller() -> None:
    sizes = [
        index_size(index(*names), TABLE).blks
        for names in (("few",), ("few", "unknown"), ("few", "unknown", "id"))
    ]
    assert sizes == sorted(sizes)


def test_a_partial_index_has_its_rows_only() -> None:
    whole = index_size(index("id"), TABLE)
    part = index_size(index("id", predicate="few = 1"), TABLE, rows=ROWS / 10)
    assert part.blks == pytest.approx(whole.blks / 10, rel=0.01)
    assert part.rows == ROWS / 10


def test_an_empty_index_is_a_metapage() -> None:
    assert index_size(index("id"), replace(TABLE, reltuples=0)).blks == 1
    assert index_size(index("id"), replace(TABLE, reltuples=-1)).blks == 1
    assert index_size(index("id"), TABLE, rows=5).blks == 2
    assert index_size(index("id"), TABLE, rows=5).height == 0


def test_nothing_but_nulls() -> None:
    assert index_size(index("empty"), TABLE).size_bytes < ROWS * 8


def test_height_of_an_existing_tree() -> None:
    assert btree_height(index("id"), TABLE, 1) == 0
    assert btree_height(index("id"), TABLE, 2) == 0
    assert btree_height(index("id"), TABLE, 3) == 1
    assert btree_height(index("id"), TABLE, 2_745) == 2


@pytest.mark.parametrize("method", ["gin", "gist", "brin", "hash", "spgist"])
def test_other_methods_have_a_size(method: str) -> None:
    size = index_size(index("unknown", method=method), TABLE)
    assert 2 <= size.blks < 20_000
    assert size.height == 0


def test_known_lengths_of_values_make_sizes_exact() -> None:
    # TPC-H's supplier (s_nationkey, s_name) INCLUDE (s_suppkey) at scale 1: 63 blocks,
    # below the length from which a parallel scan is thought of; by the mean it has 65.
    name = Attribute(name="name", number=6, type_name="text", avg_width_bytes=19)
    wanted = index("few", "name", include=("id",))

    def blks(*lengths: tuple[int, float]) -> int:
        known = replace(name, value_lengths=lengths)
        table = replace(TABLE, attributes=(*TABLE.attributes, known))
        return index_size(wanted, table, rows=10_000).blks

    assert blks() == 65
    assert blks((18, 1.0)) == 63
    assert blks((300, 1.0)) == 65  # compressed values tell nothing
    assert blks((17, 0.5), (20, 0.5)) > 63


@pytest.mark.parametrize(("n_distinct", "height"), [(-1.0, 2), (-0.25, 3)])
def test_separators_have_the_keys_that_tell_neighbours_apart(
    n_distinct: float, height: int
) -> None:
    # 49,181 leaves. Where each order has four lines, three of four leaves end within
    # one, and their separators have the line too: 219 children, not 285, of which two
    # levels do not do.
    names = ("number", "line", "a", "b", "c", "d")
    table = replace(
        TABLE,
        reltuples=6_000_000,
        attributes=tuple(
            Attribute(
                name=name,
                number=number,
                type_name="bigint",
                n_distinct=n_distinct if name == "number" else -1.0,
            )
            for number, name in enumerate(names, start=1)
        ),
        unique_keys=(("line",),),
    )
    definition = index("number", "line", include=("a", "b", "c", "d"))
    assert index_size(definition, table).height == height
