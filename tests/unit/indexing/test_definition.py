from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.errors import UserError
from analyzer.indexing.definition import (
    covers,
    ddl,
    index_name,
    is_prefix_of,
)

TABLE = RelationName("public", "orders")


def index(*names: str, **changes: object) -> IndexDefinition:
    keys = tuple(IndexKey(attribute=name) for name in names)
    return replace(IndexDefinition(relation=TABLE, keys=keys), **changes)  # type: ignore[arg-type]


def keyed(*keys: IndexKey) -> IndexDefinition:
    return replace(index("x"), keys=keys)


@pytest.mark.parametrize(
    ("definition", "text"),
    [
        (index("a"), "CREATE INDEX ON public.orders (a)"),
        (index("A b", unique=True), 'CREATE UNIQUE INDEX ON public.orders ("A b")'),
        (
            index("a", include=("b", "User")),
            'CREATE INDEX ON public.orders (a) INCLUDE (b, "User")',
        ),
        (
            index("a", predicate="(status = 'new')"),
            "CREATE INDEX ON public.orders (a) WHERE status = 'new'",
        ),
        (
            index("a", method="gin", predicate="(a) OR (b)"),
            "CREATE INDEX ON public.orders USING gin (a) WHERE (a) OR (b)",
        ),
        (
            index("a", unique=True, nulls_not_distinct=True),
            "CREATE UNIQUE INDEX ON public.orders (a) NULLS NOT DISTINCT",
        ),
        (
            keyed(
                IndexKey(attribute="a", descending=True, nulls_first=False),
                IndexKey(attribute="b", nulls_first=True),
                IndexKey(attribute="c", descending=True, nulls_first=True),
            ),
            "CREATE INDEX ON public.orders (a DESC NULLS LAST, b NULLS FIRST, c DESC)",
        ),
        (
            keyed(
                IndexKey(expression="lower(a)", opclass="text_pattern_ops"),
                IndexKey(expression="((a || ')'))"),
                IndexKey(expression="CASE WHEN a THEN 1 END"),
                IndexKey(expression="f(a) + f(b)"),
            ),
            "CREATE INDEX ON public.orders (lower(a) text_pattern_ops, (a || ')'),"
            " (CASE WHEN a THEN 1 END), (f(a) + f(b)))",
        ),
        (
            keyed(IndexKey(attribute="a", collation='"C"', opclass='ext."My ops"')),
            'CREATE INDEX ON public.orders (a COLLATE "C" ext."My ops")',
        ),
    ],
)
def test_ddl(definition: IndexDefinition, text: str) -> None:
    assert ddl(definition) == text


def test_ddl_with_name_and_concurrently() -> None:
    expected = 'CREATE INDEX CONCURRENTLY "select" ON public.orders (a)'
    assert ddl(index("a"), name="select", concurrently=True) == expected


@pytest.mark.parametrize(
    "definition",
    [
        index("a", method="btree (a); DROP TABLE t"),
        keyed(IndexKey(attribute="a", opclass="text_ops); DROP TABLE t")),
        keyed(IndexKey(attribute="a", collation='"C" ) --')),
    ],
)
def test_ddl_refuses_what_is_no_identifier(definition: IndexDefinition) -> None:
    with pytest.raises(UserError):
        ddl(definition)


def test_names_are_short_stable_and_of_their_own() -> None:
    assert index_name(index("a", "b")) == "orders_a_b_idx"
    partial = index_name(index("a", predicate="b > 1"))
    assert partial.startswith("orders_a_idx_")
    assert partial == index_name(index("a", predicate="b > 1"))
    assert partial != index_name(index("a", predicate="b > 2"))
    assert index_name(index("a"), taken={"orders_a_idx"}) != "orders_a_idx"
    long = index_name(index("ä" * 60, "b"))
    assert len(long.encode()) <= 63
    assert long != index_name(index("ä" * 60, "c"))


def test_a_prefix_has_the_same_leading_keys() -> None:
    assert is_prefix_of(index("a"), index("a", "b"))
    assert is_prefix_of(index("a"), index("a"))
    assert not is_prefix_of(index("b"), index("a", "b"))
    assert not is_prefix_of(index("a", "b"), index("a"))
    assert not is_prefix_of(index("a", predicate="c"), index("a", "b"))
    assert is_prefix_of(index("a", predicate="(c)"), index("a", "b", predicate="c"))
    assert not is_prefix_of(index("a", method="hash"), index("a", method="hash"))


def test_a_reversed_index_serves_as_well_if_all_of_it_is_reversed() -> None:
    down = keyed(*(IndexKey(attribute=name, descending=True) for name in "ab"))
    assert is_prefix_of(index("a"), down)
    assert is_prefix_of(index("a", "b"), down)
    mixed = keyed(IndexKey(attribute="a"), IndexKey(attribute="b", descending=True))
    assert not is_prefix_of(index("a", "b"), mixed)
    assert not is_prefix_of(
        index("a"), keyed(IndexKey(attribute="a", opclass="text_pattern_ops"))
    )


def test_covering() -> None:
    assert covers(index("a", "b"), index("a"))
    assert covers(index("a", include=("b", "c")), index("a", include=("b",)))
    assert covers(index("a", "b"), index("a", include=("b",)))
    assert not covers(index("a", "b"), index("a", include=("c",)))
    assert not covers(index("a", "b", unique=True), index("a", unique=True))
    assert covers(index("a", unique=True), index("a"))
    assert not covers(index("a"), index("a", unique=True))
