from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.domain.catalog import Catalog, RelationKind
from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.indexing.candidates import candidates
from analyzer.indexing.existing import is_served
from analyzer.statements.shape import shape
from tests.support.catalogs import catalog, definition, index, table
from tests.support.recorded_planner import keys_of

COLUMNS = ("id", "a", "b", "c", "d", "email", "name")
TYPES = {"email": "text", "name": "character varying(40)", "d": "boolean"}


def shop(**options: object) -> Catalog:
    first = table("t", COLUMNS, types=TYPES, **options)  # type: ignore[arg-type]
    return catalog(first, table("u", ("id", "t_id", "x")))


def found(query: str, known: Catalog | None = None) -> dict[IndexDefinition, int]:
    known = known or shop()
    return {c.definition: c.rule for c in candidates(shape(query, known), known)}


def plain(query: str, known: Catalog | None = None) -> set[tuple[str, ...]]:
    return {
        keys_of(item)
        for item in found(query, known)
        if not item.include and not item.predicate
    }


@pytest.mark.parametrize(
    ("rule", "query", "keys"),
    [
        (1, "SELECT * FROM t WHERE a = $1", ("a",)),
        (1, "SELECT * FROM t WHERE a = $1 AND b = $2", ("a", "b")),
        (1, "SELECT * FROM t WHERE b IN ($1, $2)", ("b",)),
        (2, "SELECT * FROM t WHERE a = $1 AND b > $2", ("a", "b")),
        (2, "SELECT * FROM t WHERE b BETWEEN $1 AND $2", ("b",)),
        (3, "SELECT * FROM t JOIN u ON u.t_id = t.id WHERE t.a = $1", ("t_id",)),
        (3, "SELECT * FROM u JOIN t ON t.a = u.x WHERE t.b = $1", ("b", "a")),
        (4, "SELECT * FROM t WHERE a = $1 ORDER BY b LIMIT 5", ("a", "b")),
        (4, "SELECT * FROM t ORDER BY b, c LIMIT 5", ("b", "c")),
        (5, "SELECT a, count(*) FROM t GROUP BY a", ("a",)),
        (8, "SELECT * FROM t WHERE lower(email) = $1", ("lower(email)",)),
        (9, "SELECT * FROM t WHERE email LIKE $1", ("email",)),
        (10, "SELECT * FROM t WHERE a = $1 OR b = $2", ("b",)),
    ],
)
def test_each_rule_suggests_its_index(
    rule: int, query: str, keys: tuple[str, ...]
) -> None:
    rules = {keys_of(d): r for d, r in found(query).items() if not d.include}
    assert rules.get(keys) == rule


def test_covering_holds_what_is_read_and_nothing_else() -> None:
    wide = [d for d in found("SELECT b, c FROM t WHERE a = $1") if d.include]
    assert definition("t", "a", include=("b", "c")) in wide
    assert not [d for d in found("SELECT * FROM t WHERE a = $1") if d.include]


def test_partial_by_a_condition_without_parameters() -> None:
    known = shop(null_frac={"b": 0.9})
    # b is NULL in 90% of the rows: an index on those rows alone saves little.
    assert not [
        d
        for d in found("SELECT * FROM t WHERE a = $1 AND b IS NULL", known)
        if d.predicate
    ]
    partial = found("SELECT * FROM t WHERE a = $1 AND b IS NOT NULL", known)
    assert definition("t", "a", predicate="b IS NOT NULL") in partial


def test_partial_leaves_out_the_nulls_of_a_sparse_column() -> None:
    known = shop(null_frac={"a": 0.8})
    assert definition("t", "a", predicate="a IS NOT NULL") in found(
        "SELECT * FROM t WHERE a = $1", known
    )


def test_partial_quotes_constants_of_a_hostile_query() -> None:
    known = shop(n_distinct={"email": 20})
    query = "SELECT * FROM t WHERE email = 'x'') OR true --' AND a = 1"
    predicates = {d.predicate for d in found(query, known)}
    assert "email = 'x'') OR true --'" in predicates


def test_pattern_has_the_operator_class_of_the_type() -> None:
    classes = {
        d.keys[0].opclass
        for d in found("SELECT * FROM t WHERE name LIKE $1")
        if keys_of(d) == ("name",)
    }
    assert classes == {"varchar_pattern_ops"}


def test_order_keeps_mixed_directions_and_drops_uniform_ones() -> None:
    mixed = found("SELECT * FROM t ORDER BY b, c DESC LIMIT 5")
    assert any([key.descending for key in d.keys] == [False, True] for d in mixed)
    uniform = found("SELECT * FROM t ORDER BY b DESC, c DESC LIMIT 5")
    assert all(not key.descending for d in uniform for key in d.keys)


@pytest.mark.parametrize(
    ("why", "known"),
    [
        ("few pages", shop(pages=10)),
        ("few rows", shop(rows=500, pages=100)),
        ("never analyzed", shop(rows=-1, analyzed=False, pages=1000)),
        ("statistics not visible", shop(analyzed=False)),
    ],
)
def test_silent_on_tables_not_worth_an_index(why: str, known: Catalog) -> None:
    assert not found("SELECT * FROM t WHERE a = $1", known), why


def test_silent_on_what_can_have_no_index() -> None:
    for kind in (RelationKind.VIEW, RelationKind.FOREIGN):
        changed = replace(table("t", COLUMNS), kind=kind)
        assert not found("SELECT * FROM t WHERE a = $1", catalog(changed))
    parts = replace(table("t", COLUMNS), kind=RelationKind.PARTITIONED)
    assert found("SELECT * FROM t WHERE a = $1", catalog(parts))


def test_silent_where_an_index_leads_with_the_keys() -> None:
    wide = index("t_a_b", definition("t", "a", "b"))
    known = shop(indexes=[wide])
    assert ("a",) not in plain("SELECT * FROM t WHERE a = $1", known)
    assert ("b",) in plain("SELECT * FROM t WHERE b = $1", known)
    assert ("b", "a") in plain("SELECT * FROM t WHERE a = $1 AND b = $2", known)


def test_silent_after_a_whole_unique_key() -> None:
    known = shop(unique=[("id",)])
    query = "SELECT * FROM t WHERE id = $1 AND a = $2"
    assert plain(query, known) == {("a",), ("a", "id")}


def test_invalid_and_partial_indexes_serve_nothing() -> None:
    broken = index("t_a", definition("t", "a"), valid=False)
    partial = index("t_a_some", definition("t", "a", predicate="(b > 5)"))
    for existing in (broken, partial):
        known = shop(indexes=[existing])
        assert ("a",) in plain("SELECT * FROM t WHERE a = $1", known)


def test_a_printed_expression_is_the_same_index() -> None:
    printed = IndexDefinition(
        relation=RelationName("public", "t"),
        keys=(IndexKey(expression="lower((name)::text)"),),
    )
    known = shop(indexes=[index("t_lower", printed)])
    wanted = replace(printed, keys=(IndexKey(expression="lower(name)"),))
    assert is_served(wanted, known.relations[0])


def test_wide_columns_are_no_keys() -> None:
    relation = table("t", ("id", "a"))
    wide = replace(relation.attributes[1], avg_width_bytes=4000)
    changed = replace(relation, attributes=(relation.attributes[0], wide))
    assert not found("SELECT * FROM t WHERE a = $1", catalog(changed))
