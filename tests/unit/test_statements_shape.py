"""Which attribute of which relation a query tests, joins, sorts and reads."""

from __future__ import annotations

import pytest

from analyzer.domain.catalog import RelationKind
from analyzer.domain.index import RelationName
from analyzer.statements.ddl import catalog_from_ddl
from analyzer.statements.facts import Predicate, PredicateKind, SideKind, StatementShape
from analyzer.statements.shape import shape

CATALOG = catalog_from_ddl(
    """
    CREATE TABLE a (id bigint PRIMARY KEY, x int, y int, ts timestamp, email text);
    CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint, w int, ok boolean);
    CREATE TABLE s.c (id bigint, b_id bigint, "é" text);
    """
)


def of(query: str) -> StatementShape:
    return shape(query, CATALOG)


def told(query: str) -> list[tuple[str, str, str]]:
    """Attribute, kind and other side of each predicate."""
    form = of(query)
    return [
        (f"{form.uses[p.use].alias}.{p.attribute}", str(p.kind), str(p.other.kind))
        for p in form.predicates
    ]


def only(query: str) -> Predicate:
    (found,) = of(query).predicates
    return found


@pytest.mark.parametrize(
    ("condition", "kind", "operator"),
    [
        ("x = 1", PredicateKind.EQUALITY, "="),
        ("1 = x", PredicateKind.EQUALITY, "="),
        ("5 > x", PredicateKind.RANGE, "<"),
        ("x BETWEEN 1 AND 2", PredicateKind.RANGE, "between"),
        ("x IN (1, 2)", PredicateKind.IN_LIST, "= any"),
        ("x = ANY($1)", PredicateKind.IN_LIST, "= any"),
        ("x <> 1", PredicateKind.NOT_EQUAL, "<>"),
        ("x NOT IN (1, 2)", PredicateKind.OTHER, "<> in"),
        ("x NOT BETWEEN 1 AND 2", PredicateKind.OTHER, "not between"),
        ("x IS NULL", PredicateKind.IS_NULL, "is null"),
        ("x IS NOT NULL", PredicateKind.IS_NOT_NULL, "is not null"),
        ("email LIKE 'ab%'", PredicateKind.PREFIX, "~~"),
        ("email LIKE '%ab'", PredicateKind.PATTERN, "~~"),
        ("email LIKE $1", PredicateKind.PATTERN, "~~"),
        ("email ILIKE 'ab%'", PredicateKind.PATTERN, "~~*"),
        ("email NOT LIKE 'ab%'", PredicateKind.OTHER, "!~~"),
        ("email @> $1", PredicateKind.CONTAINMENT, "@>"),
        ("(a.x) = ((1))", PredicateKind.EQUALITY, "="),
    ],
)
def test_kinds_of_conditions(
    condition: str, kind: PredicateKind, operator: str
) -> None:
    found = only(f"SELECT 1 FROM a WHERE {condition}")
    assert (found.kind, found.operator) == (kind, operator)
    assert found.wrapping is None


@pytest.mark.parametrize(
    ("condition", "function", "expression", "attribute"),
    [
        ("lower(a.email) = 'x'", "lower", "lower(email)", "email"),
        ("ts::date = $1", "cast", "(ts::date)", "ts"),
        ("$1 = CAST(a.ts AS date)", "cast", "(CAST(ts AS date))", "ts"),
        ("date_trunc($2, ts) >= $1", "date_trunc", "", "ts"),
        ("(x + 1) * 2 < 5", "*", "((x + 1) * 2)", "x"),
        ("coalesce(x, 0) = 5", "coalesce", "(coalesce(x, 0))", "x"),
        ("extract(year FROM ts) = 1", "extract", "extract(year FROM ts)", "ts"),
    ],
)
def test_wrapped_attributes(
    condition: str, function: str, expression: str, attribute: str
) -> None:
    found = only(f"SELECT 1 FROM a WHERE {condition}")
    assert found.attribute == attribute
    assert found.wrapping is not None
    assert found.wrapping.function == function
    assert found.wrapping.index_expression == expression
    assert not found.is_sargable


@pytest.mark.parametrize(
    "condition",
    [
        "a.x = a.y",
        "x + y = 3",
        "nosuch = 3",
        "nosuch.x = 3",
        "random() < 0.5",
        "x = 1 IS TRUE",
        "NOT (x = 1)",
    ],
)
def test_what_is_not_one_condition_on_one_attribute_is_left_out(condition: str) -> None:
    found = of(f"SELECT 1 FROM a WHERE {condition}").predicates
    assert [
        p for p in found if p.is_sargable and p.other.kind is not SideKind.MIXED
    ] == []


def test_positions_are_exact_with_comments_and_other_alphabets() -> None:
    query = "SELECT 'é' FROM s.c WHERE /* ü */ (\"é\" = 'ß') AND b_id IN (1, 2) -- ö"
    form = of(query)
    assert [query[p.start : p.end] for p in form.predicates] == [
        "\"é\" = 'ß'",
        "b_id IN (1, 2)",
    ]


def test_join_conditions_are_told_of_both_sides() -> None:
    assert told("SELECT 1 FROM a JOIN b ON b.a_id = a.id AND b.w > 3") == [
        ("a.id", "equality", "attribute"),
        ("b.a_id", "equality", "attribute"),
        ("b.w", "range", "constant"),
    ]


def test_using_and_natural_joins() -> None:
    assert told("SELECT 1 FROM a JOIN b USING (id)") == [
        ("a.id", "equality", "attribute"),
        ("b.id", "equality", "attribute"),
    ]
    assert told("SELECT 1 FROM a NATURAL JOIN b") == []


def test_an_outer_join_does_not_restrict_its_preserved_side() -> None:
    form = of("SELECT 1 FROM a LEFT JOIN b ON b.a_id = a.id AND a.x = 1 AND b.w = 2")
    known = {(p.use, p.attribute): p.conjunct for p in form.predicates}
    assert known == {
        (0, "id"): False,
        (0, "x"): False,
        (1, "a_id"): True,
        (1, "w"): True,
    }
    assert [use.nullable for use in form.uses] == [False, True]


UNION = "(SELECT id AS k, x FROM a UNION ALL SELECT a_id, w FROM b) AS q"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            f"SELECT 1 FROM {UNION} WHERE q.k = 7",
            [("a.id", "equality", "constant"), ("b.a_id", "equality", "constant")],
        ),
        (
            f"SELECT 1 FROM {UNION} JOIN s.c ON c.b_id = q.k WHERE x > 3",
            [
                ("a.id", "equality", "attribute"),
                ("a.x", "range", "constant"),
                ("b.a_id", "equality", "attribute"),
                ("b.w", "range", "constant"),
            ],
        ),
        (
            "WITH q (k) AS (SELECT id FROM a UNION ALL SELECT a_id FROM b"
            " UNION ALL SELECT x + 1 AS y FROM a) SELECT 1 FROM q WHERE k IN (1, 2)",
            [("a.id", "in list", "expression"), ("b.a_id", "in list", "expression")],
        ),
        ("SELECT 1 FROM (SELECT id FROM a UNION SELECT w FROM b) q WHERE id = 1", []),
        (
            "SELECT 1 FROM (SELECT id FROM a UNION ALL SELECT w FROM b LIMIT 3) q"
            " WHERE id = 1",
            [],
        ),
        (
            "SELECT 1 FROM (SELECT id FROM a UNION ALL SELECT max(w) FROM b) q"
            " WHERE id = 1",
            [("a.id", "equality", "constant")],
        ),
        (f"SELECT 1 FROM s.c LEFT JOIN {UNION} ON true WHERE q.k = 7", []),
    ],
)
def test_a_condition_on_a_union_all_is_one_on_each_arm(
    query: str, expected: list[tuple[str, str, str]]
) -> None:
    uses = {"a", "b"}
    assert [one for one in told(query) if one[0].split(".")[0] in uses] == expected


def test_arms_of_an_or_are_told_apart() -> None:
    form = of("SELECT 1 FROM a WHERE (x = 1 OR (y = 2 AND id = 3)) AND email = 'e'")
    assert [
        (p.attribute, p.conjunct, p.disjunction, p.arm) for p in form.predicates
    ] == [
        ("x", False, 0, 0),
        ("y", False, 0, 1),
        ("id", False, 0, 1),
        ("email", True, None, 0),
    ]


def test_conditions_on_a_plain_subquery_reach_the_relation() -> None:
    assert told("SELECT 1 FROM (SELECT x AS k FROM a) AS q WHERE q.k = 1") == [
        ("a.x", "equality", "constant")
    ]
    once = "WITH q AS (SELECT x AS k FROM a) SELECT 1 FROM q WHERE k = 1"
    assert told(once) == [("a.x", "equality", "constant")]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 FROM (SELECT x FROM a LIMIT 5) AS q WHERE q.x = 1",
        "SELECT 1 FROM (SELECT x, count(*) FROM a GROUP BY x) AS q WHERE q.x = 1",
        "SELECT 1 FROM (SELECT x FROM a UNION SELECT w FROM b) AS q WHERE q.x = 1",
        "SELECT 1 FROM (SELECT x + 1 AS x FROM a) AS q WHERE q.x = 1",
        "WITH q AS MATERIALIZED (SELECT x FROM a) SELECT 1 FROM q WHERE x = 1",
        "WITH q AS (SELECT x FROM a) SELECT 1 FROM q, q AS r WHERE q.x = 1",
        "SELECT 1 FROM b LEFT JOIN (SELECT x, id FROM a) q ON true WHERE q.x = 1",
        "SELECT 1 FROM unknown_table, a WHERE nosuch = 1",
        "SELECT 1 FROM a, b WHERE id = 1",
    ],
)
def test_conditions_that_cannot_be_traced_are_left_out(query: str) -> None:
    assert told(query) == []


def test_correlated_and_semi_join_subqueries() -> None:
    exists = (
        "SELECT 1 FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.a_id = a.id AND w = 1)"
    )
    assert told(exists) == [
        ("a.id", "equality", "attribute"),
        ("b.a_id", "equality", "attribute"),
        ("b.w", "equality", "constant"),
    ]
    scalar = of("SELECT (SELECT count(*) FROM b WHERE b.a_id = a.id) FROM a")
    assert [(p.attribute, p.conjunct) for p in scalar.predicates] == [
        ("id", False),
        ("a_id", True),
    ]
    listed = told("SELECT 1 FROM a WHERE id IN (SELECT a_id FROM b)")
    assert ("b.a_id", "equality", "attribute") in listed


def test_order_group_limit_and_attributes() -> None:
    form = of(
        "SELECT email AS e, count(*) FROM a WHERE x = 1 GROUP BY 1 "
        "ORDER BY e DESC NULLS LAST LIMIT 10 OFFSET $1"
    )
    (level,), (use,) = form.levels, form.uses
    assert use.group_by == ("email",)
    assert [(k.attribute, k.descending, k.nulls_first) for k in use.order_by] == [
        ("email", True, False)
    ]
    assert level.limit.value == "10"
    assert level.offset.parameter == 1
    assert level.is_aggregated
    assert use.attributes == {"email", "x"}
    assert not use.reads_whole_row


def test_group_by_means_the_input_and_order_by_the_output() -> None:
    use = of("SELECT x AS y FROM a GROUP BY y ORDER BY y").uses[0]
    assert use.group_by == ("y",)
    assert [key.attribute for key in use.order_by] == ["x"]


def test_stars_and_whole_rows() -> None:
    assert of("SELECT a.* FROM a, b").uses[0].reads_whole_row
    assert not of("SELECT a.* FROM a, b").uses[1].reads_whole_row
    assert of("SELECT row_to_json(q) FROM a AS q").uses[0].reads_whole_row


def test_statements_that_write() -> None:
    update = of("UPDATE a SET x = b.w, y = 2 FROM b WHERE b.a_id = a.id RETURNING a.ts")
    assert update.uses[0].is_target
    assert update.uses[0].written == ("x", "y")
    assert update.uses[0].attributes == {"id", "ts"}
    delete = of("DELETE FROM a USING b WHERE b.a_id = a.id AND b.w::text = '5'")
    assert len(delete.predicates) == 3
    insert = of("INSERT INTO a SELECT id, w FROM b WHERE w = 1")
    assert [use.is_target for use in insert.uses] == [True, False]
    assert insert.uses[1].predicates[0].attribute == "w"
    cte = of("WITH d AS (DELETE FROM a WHERE x = 1 RETURNING *) SELECT * FROM d")
    assert cte.uses[0].is_target
    assert cte.predicates[0].attribute == "x"


def test_utility_statements_have_no_uses() -> None:
    assert of("VACUUM a").uses == ()


def test_names_are_found_in_their_schema() -> None:
    form = of("SELECT 1 FROM s.c WHERE s.c.id = 1")
    assert form.uses[0].relation == RelationName("s", "c")
    assert form.predicates[0].attribute == "id"
    assert of("SELECT 1 FROM c WHERE id = 1").uses == ()


def test_a_catalog_from_ddl() -> None:
    catalog = catalog_from_ddl(
        """
        -- a comment; with a semicolon
        CREATE TABLE p (id serial PRIMARY KEY, at timestamptz(3) NOT NULL)
            PARTITION BY RANGE (at);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        CREATE TABLE t (id int, p_id int REFERENCES p ON DELETE CASCADE,
            name varchar(20), tags text[], UNIQUE (id, p_id));
        ALTER TABLE t ALTER COLUMN name SET NOT NULL;
        CREATE INDEX by_name ON t (lower(name) text_pattern_ops, id DESC) WHERE id > 5;
        CREATE UNIQUE INDEX ON t USING btree (name) INCLUDE (id);
        INSERT INTO t VALUES (1);
        """,
        {"t": 1000},
    )
    p, p1, t = catalog.relations
    assert p.kind is RelationKind.PARTITIONED
    assert [a.type_name for a in p1.attributes] == [
        "integer",
        "timestamp(3) with time zone",
    ]
    assert p1.partition_of == p.name
    assert [(a.type_name, a.not_null) for a in t.attributes] == [
        ("integer", False),
        ("integer", False),
        ("character varying(20)", True),
        ("text[]", False),
    ]
    assert t.foreign_keys[0].referenced == p.name
    assert t.foreign_keys[0].on_delete == "cascade"
    assert t.unique_keys == (("id", "p_id"), ("name",))
    assert t.reltuples == 1000
    partial = next(i for i in t.indexes if i.name.name == "by_name").definition
    assert partial.keys[0].expression == "lower(name)"
    assert partial.keys[0].opclass == "text_pattern_ops"
    assert partial.keys[1].descending
    assert partial.predicate == "id > 5"
