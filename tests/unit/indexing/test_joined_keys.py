"""What joins to a whole key of another table let assume, and when they do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analyzer.domain.catalog import Attribute, Catalog, Relation, RelationKind
from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.indexing.joined_keys import JoinedKey, bounded_by, joined_keys
from analyzer.indexing.size import index_size
from analyzer.indexing.size_range import size_range
from analyzer.statements.shape import shape

OFFER = RelationName("public", "offer")
SALE = RelationName("public", "sale")


def relation(name: RelationName, rows: float, **values: float) -> Relation:
    return Relation(
        name=name,
        kind=RelationKind.TABLE,
        reltuples=rows,
        relpages=int(rows / 50),
        size_bytes=int(rows / 50) * 8192,
        attributes=tuple(
            Attribute(
                name=column,
                number=number,
                type_name="integer",
                n_distinct=count,
                null_frac=0.0,
            )
            for number, (column, count) in enumerate(values.items(), start=1)
        ),
    )


OFFERED = replace(
    relation(OFFER, 80_000, part=20_000, supplier=1_000, price=9_000),
    unique_keys=(("part", "supplier"),),
)
SOLD = relation(SALE, 600_000, part=20_000, supplier=1_000, day=2_500)
JOIN = "SELECT * FROM sale s, offer o WHERE s.part = o.part AND o.supplier = s.supplier"
BOTH = IndexDefinition(
    relation=SALE, keys=(IndexKey(attribute="supplier"), IndexKey(attribute="part"))
)


def catalog(sold: Relation = SOLD, offered: Relation = OFFERED) -> Catalog:
    return Catalog(
        server_id="s",
        server_version_num=180_000,
        database="d",
        read_at=datetime(2026, 1, 1, tzinfo=UTC),
        relations=(sold, offered),
    )


def found(text: str, known: Catalog) -> tuple[JoinedKey, ...]:
    return joined_keys([shape(text, known)], known)


def test_columns_joined_to_a_whole_key_have_no_more_combinations_than_it() -> None:
    known = catalog()
    (key,) = found(JOIN, known)
    assert key.relation == SALE
    assert key.attributes == ("part", "supplier")
    assert key.referenced == OFFER
    assert 0.99 * 80_000 < key.count <= 80_000
    bounded = bounded_by(known, [key]).by_name[SALE]
    # 600,000 rows draw from 20 million pairs without it, from 80,000 with it.
    alone = index_size(BOTH, SOLD).size_bytes
    assert index_size(BOTH, bounded).size_bytes < 0.6 * alone


def test_a_correlated_subquery_joins_too() -> None:
    text = (
        "SELECT * FROM offer o WHERE price > (SELECT sum(day) FROM sale s"
        " WHERE s.part = o.part AND s.supplier = o.supplier)"
    )
    assert [key.relation for key in found(text, catalog())] == [SALE]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM sale s, offer o WHERE s.part = o.part",
        "SELECT * FROM sale s, offer o"
        " WHERE s.part = o.part AND s.supplier > o.supplier",
        "SELECT * FROM sale s, offer o WHERE s.part = o.part AND s.supplier = o.price",
        "SELECT * FROM sale s, offer o"
        " WHERE s.part = o.part AND (s.supplier = o.supplier OR s.day = 3)",
        "SELECT * FROM offer a, offer o"
        " WHERE a.part = o.part AND a.supplier = o.supplier",
    ],
)
def test_less_than_equality_with_the_whole_key_of_another_table_tells_nothing(
    text: str,
) -> None:
    assert found(text, catalog()) == ()


@pytest.mark.parametrize(
    "sold",
    [
        relation(SALE, 600_000, part=45_000, supplier=1_000),
        relation(SALE, 60_000, part=20_000, supplier=1_000),
        replace(SOLD, unique_keys=(("part", "supplier"),)),
        replace(SOLD, attributes=()),
    ],
    ids=["more values than the key has", "fewer rows", "a key itself", "unknown"],
)
def test_statistics_that_speak_against_it(sold: Relation) -> None:
    assert found(JOIN, catalog(sold)) == ()


def test_an_assumed_size_lies_between_its_ends() -> None:
    known = catalog()
    keys = found(JOIN, known)
    bounded = bounded_by(known, keys).by_name[SALE]
    expected = index_size(BOTH, bounded).size_bytes
    ends = size_range(BOTH, bounded, expected, keys)
    assert ends is not None
    assert ends.assumed == keys[0]
    assert ends.least_bytes < expected < ends.most_bytes
    assert ends.most_bytes == index_size(BOTH, SOLD).size_bytes
