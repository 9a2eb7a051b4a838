"""The named conditions that rewrites stand on, and what does not prove them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.index import RelationName
from analyzer.rewriting.block import Block, Source, Use
from analyzer.rewriting.literals import kind_of
from analyzer.rewriting.proofs import (
    foreign_key,
    key_of,
    not_null,
    not_volatile,
    one_row,
    rejects_null,
    unique,
)
from analyzer.rewriting.protocol import Setting, Subject, subject
from analyzer.rewriting.selects import conditions, equality, equated
from analyzer.rewriting.trees import expression
from analyzer.rewriting.uniqueness import is_unique
from analyzer.rewriting.wrapped import core_block
from analyzer.statements.ddl import catalog_from_ddl

DDL = """
CREATE TABLE p (id int PRIMARY KEY, code text UNIQUE, a int NOT NULL, b int NOT NULL,
    c int, UNIQUE (a, b), UNIQUE (a, c));
CREATE TABLE q (id int PRIMARY KEY, p_id int NOT NULL REFERENCES p, other int
    REFERENCES p, code text, wide bigint);
CREATE TABLE plain (x int, y int);
"""
CATALOG = catalog_from_ddl(DDL)


def changed(name: str, **values: object) -> Catalog:
    """The catalog with one relation changed."""
    relations = (
        replace(one, **values) if one.name.name == name else one  # type: ignore[arg-type]
        for one in CATALOG.relations
    )
    return replace(CATALOG, relations=tuple(relations))


def read(query: str, catalog: Catalog = CATALOG) -> tuple[Subject, Block]:
    given = subject(query, Setting(catalog=catalog))
    assert given.blocks.top is not None
    return given, given.blocks.top


def sources(query: str, catalog: Catalog = CATALOG) -> list[Source]:
    return read(query, catalog)[1].sources


@pytest.mark.parametrize(
    ("query", "column", "holds"),
    [
        ("SELECT 1 FROM p", "a", True),
        ("SELECT 1 FROM p", "c", False),
        ("SELECT 1 FROM q LEFT JOIN p ON p.id = q.p_id", "a", False),
        ("SELECT 1 FROM p WHERE c > 3", "c", True),
        ("SELECT 1 FROM p WHERE 3 < c", "c", True),
        ("SELECT 1 FROM p WHERE a > 3", "c", False),
        ("SELECT 1 FROM p WHERE c IS NOT NULL", "c", True),
        ("SELECT 1 FROM p WHERE c IS NULL", "c", False),
        ("SELECT 1 FROM p WHERE a IS NOT NULL", "c", False),
        ("SELECT 1 FROM p WHERE c IN (1, 2)", "c", True),
        ("SELECT 1 FROM p WHERE a IN (c, 2)", "c", False),
        ("SELECT 1 FROM p WHERE c BETWEEN 1 AND 2", "c", True),
        ("SELECT 1 FROM p WHERE a BETWEEN c AND 2", "c", False),
        ("SELECT 1 FROM p WHERE c IS DISTINCT FROM 3", "c", False),
        ("SELECT 1 FROM p WHERE c IS NOT DISTINCT FROM 3", "c", False),
        ("SELECT 1 FROM p WHERE c || 'x' = 'y'", "c", False),
        ("SELECT 1 FROM p WHERE c ||| 3", "c", False),
        ("SELECT 1 FROM p WHERE c OPERATOR(own.=) 3", "c", False),
        ("SELECT 1 FROM p WHERE c > 3 OR a > 3", "c", False),
        ("SELECT 1 FROM p WHERE NOT c > 3", "c", False),
        ("SELECT 1 FROM p WHERE c = ANY ('{1}')", "c", True),
        ("SELECT 1 FROM p WHERE code LIKE 'x%'", "code", True),
    ],
)
def test_a_column_is_never_null(query: str, column: str, holds: bool) -> None:
    given, top = read(query)
    (source,) = (one for one in top.sources if one.alias == "p")
    found = not_null(top, given.blocks, source, column)
    assert (found.holds, found.columns) == (holds, (column,))
    assert bool(found.ddl) == (not holds and not source.nullable)
    if not source.nullable and column == "c":
        assert rejects_null(top, given.blocks, source, column) == holds


def test_what_leaves_where_proves_nothing() -> None:
    given, top = read("SELECT 1 FROM p WHERE c > 3 AND c < 9")
    items = conditions(top)
    (source,) = top.sources
    assert not_null(top, given.blocks, source, "c", items[:1]).holds
    assert not not_null(top, given.blocks, source, "c", items).holds


@pytest.mark.parametrize(
    ("columns", "holds", "at_most_one"),
    [
        (("id",), True, True),
        (("id", "c"), True, True),
        (("a", "b"), True, True),
        (("a",), False, False),
        (("code",), False, True),
        (("a", "c"), False, True),
        (("c",), False, False),
        ((), False, False),
    ],
)
def test_a_key(columns: tuple[str, ...], holds: bool, at_most_one: bool) -> None:
    (source,) = sources("SELECT 1 FROM p")
    found, row = unique(source, columns), one_row(source, columns)
    assert (found.holds, row.holds) == (holds, at_most_one)
    assert bool(found.ddl) == (bool(columns) and not holds)
    assert bool(row.ddl) == (bool(columns) and not at_most_one)


def test_a_key_of_a_table_with_heirs_is_none_and_cannot_be_made() -> None:
    catalog = changed("p", has_children=True, unique_keys=())
    (source,) = sources("SELECT 1 FROM p", catalog)
    for found in (unique(source, ("id",)), one_row(source, ("id",))):
        assert not found.holds
        assert not found.ddl


def test_a_key_without_columns_settles_nothing() -> None:
    (source,) = sources("SELECT 1 FROM plain", changed("plain", unique_keys=((),)))
    assert not unique(source, ("x",)).holds
    assert not one_row(source, ("x",)).holds
    assert key_of(source) == ()


def test_the_shortest_key_of_a_source() -> None:
    (source,) = sources("SELECT 1 FROM p")
    assert key_of(source) == ("id",)
    _, joined = sources("SELECT 1 FROM q LEFT JOIN p ON p.id = q.p_id")
    assert key_of(joined) == ()
    (subquery,) = sources("SELECT 1 FROM (SELECT id FROM p) AS s")
    assert key_of(subquery) == ()
    (bare,) = sources("SELECT 1 FROM plain")
    assert key_of(bare) == ()


def relation(catalog: Catalog, name: str) -> Relation:
    return catalog.by_name[RelationName("public", name)]


@pytest.mark.parametrize(
    ("column", "parent", "holds"),
    [("p_id", "p", True), ("other", "p", True), ("id", "p", False)],
)
def test_a_foreign_key(column: str, parent: str, holds: bool) -> None:
    one, two = sources(f"SELECT 1 FROM q, {parent}")
    found = foreign_key(one, (column,), two, ("id",))
    assert found.holds == holds
    assert bool(found.ddl) == (not holds)
    assert not foreign_key(one, (column,), two, ("a",)).holds


def test_a_foreign_key_to_another_table_proves_nothing() -> None:
    one, two = sources("SELECT 1 FROM q, q AS r")
    assert not foreign_key(one, ("p_id",), two, ("id",)).holds


def test_a_foreign_key_that_is_not_to_be_relied_on() -> None:
    keys = tuple(
        replace(key, is_dependable=False) for key in relation(CATALOG, "q").foreign_keys
    )
    one, two = sources("SELECT 1 FROM q, p", changed("q", foreign_keys=keys))
    found = foreign_key(one, ("p_id",), two, ("id",))
    assert not found.holds
    assert not found.ddl


def test_no_foreign_key_is_asked_of_a_table_with_heirs() -> None:
    catalog = changed("q", foreign_keys=(), has_children=True)
    one, two = sources("SELECT 1 FROM q, p", catalog)
    assert not foreign_key(one, ("p_id",), two, ("id",)).ddl


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("lower('x')", True),
        ("now()", True),
        ("random()", False),
        ("own.f(1)", False),
        ("g(1)", True),
        ("nextval('s')", False),
    ],
)
def test_nothing_is_volatile(text: str, holds: bool) -> None:
    setting = Setting(catalog=CATALOG, functions={"g": "s"})
    assert not_volatile(setting, expression(text)).holds == holds


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("p.id = q.p_id", True),
        ("p.id < q.p_id", False),
        ("p.id = 3", False),
        ("p.id = p.a", False),
        ("p.id IS NOT DISTINCT FROM q.p_id", False),
        ("p.id IN (q.p_id)", False),
        ("p.id + 1 = q.p_id", False),
        ("- p.id", False),
    ],
)
def test_two_columns_are_equated(text: str, is_one: bool) -> None:
    given, top = read("SELECT 1 FROM p, q")
    found = equated(expression(text), top, given.blocks)
    assert (found is not None) == is_one


def test_only_an_equality_has_two_sides() -> None:
    assert equality(expression("a = b")) is not None
    for text in ("a <> b", "a IN (b)", "- a", "a = ANY (b)", "NOT a"):
        assert equality(expression(text)) is None


@pytest.mark.parametrize(
    ("query", "columns", "holds"),
    [
        ("SELECT 1 FROM p", ["p.id"], True),
        ("SELECT 1 FROM p", ["p.a"], False),
        ("SELECT 1 FROM p WHERE a = 3", ["p.b"], True),
        ("SELECT 1 FROM p WHERE a = c", ["p.b"], False),
        ("SELECT 1 FROM p WHERE a > 3", ["p.b"], False),
        ("SELECT 1 FROM q JOIN p ON p.id = q.p_id", ["q.id"], True),
        ("SELECT 1 FROM q JOIN p ON p.id = q.p_id", ["p.id"], False),
        ("SELECT 1 FROM q LEFT JOIN p ON p.id = q.p_id", ["q.id"], True),
        ("SELECT 1 FROM p LEFT JOIN q ON p.id = q.p_id", ["q.id"], False),
        ("SELECT 1 FROM p RIGHT JOIN q ON p.id = q.p_id", ["q.id"], False),
        ("SELECT 1 FROM q FULL JOIN p ON p.id = q.p_id", ["q.id"], False),
        ("SELECT 1 FROM q JOIN p ON p.id = q.wide", ["q.id"], True),
        ("SELECT 1 FROM q JOIN p ON p.code = q.code", ["q.id"], False),
        ("SELECT 1 FROM q, p", ["q.id"], False),
        ("SELECT 1 FROM p WHERE a = 3::float8", ["p.b"], False),
        ("SELECT 1 FROM p WHERE a = 3::int", ["p.b"], True),
        ("SELECT 1 FROM p WHERE a = random()", ["p.b"], False),
    ],
)
def test_no_two_rows_agree(query: str, columns: list[str], holds: bool) -> None:
    given, top = read(query)
    uses: list[Use] = []
    for name in columns:
        alias, _, column = name.partition(".")
        uses += [(one, column) for one in top.sources if one.alias == alias]
    assert bool(is_unique(top, given.blocks, uses)) == holds


def test_texts_that_may_be_equal_have_no_type_to_go_by() -> None:
    attributes = tuple(
        replace(item, has_fuzzy_equality=True) if item.name == "code" else item
        for item in relation(CATALOG, "p").attributes
    )
    (source,) = sources("SELECT 1 FROM p", changed("p", attributes=attributes))
    assert (kind_of((source, "code")), kind_of((source, "a"))) == ("", "integer")


@pytest.mark.parametrize(
    ("query", "is_known"),
    [
        ("SELECT p.a FROM p", True),
        ("SELECT count(*) FROM p", True),
        ("SELECT a AS b, count(*) FROM p GROUP BY 1", True),
        ("SELECT c AS a FROM p ORDER BY a", False),
        ("SELECT a AS a FROM p ORDER BY a", True),
        ("SELECT a + 1 AS total FROM p ORDER BY total", False),
        ("SELECT a + 1 AS total FROM p ORDER BY p.a", True),
        ("SELECT * FROM p", False),
        ("SELECT p.* FROM p", False),
        ("SELECT p FROM p", False),
        ("SELECT a FROM p, generate_series(1, 2) AS g", False),
        ("SELECT a FROM p FOR UPDATE", False),
        ("SELECT a FROM p ORDER BY a FETCH FIRST 1 ROW WITH TIES", False),
        ("SELECT a FROM p GROUP BY ROLLUP (a)", False),
        ("SELECT x.a_b, x_a.b FROM p AS x (a_b), p AS x_a", False),
        ("SELECT 1", False),
        ("SELECT (SELECT max(q.id) FROM q WHERE q.p_id = p.id) FROM p", True),
    ],
)
def test_rows_joined_as_a_subquery(query: str, is_known: bool) -> None:
    assert (core_block(*read(query)) is not None) == is_known


def test_two_columns_would_get_one_name() -> None:
    ddl = "CREATE TABLE x (a_b int); CREATE TABLE x_a (b int);"
    query = "SELECT x.a_b, x_a.b FROM x, x_a"
    assert core_block(*read(query, catalog_from_ddl(ddl))) is None


def test_a_subquery_keeps_the_names_that_were_shown() -> None:
    given, top = read("SELECT a, b AS other, count(*), c + 1 FROM p GROUP BY 1, 2, 4")
    found = core_block(given, top)
    assert found is not None
    core, finish = found
    names = [item["ResTarget"].get("name") for item in finish(core)["targetList"]]
    assert names == ["a", "other", "count", None]
