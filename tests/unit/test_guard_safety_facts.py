"""What the walk over a submitted statement finds, wherever it hides."""

from __future__ import annotations

import pytest

from analyzer.errors import QuerySyntaxError, UserError
from analyzer.planner.parse_child import answer
from analyzer.statements.parse import parse_one
from analyzer.statements.safety import from_json, safety_facts, to_json
from analyzer.statements.server_text import server_text

HIDING_PLACES = [
    "SELECT {}",
    "SELECT 1 FROM t WHERE {} > 0",
    "SELECT * FROM {} AS f",
    "SELECT * FROM ROWS FROM ({}, generate_series(1, 2)) AS r",
    "SELECT * FROM t, LATERAL (SELECT {}) l",
    "VALUES (1), ({})",
    "SELECT count(*) FILTER (WHERE {} > 0) FROM t",
    "SELECT sum(1) OVER (PARTITION BY {}) FROM t",
    "SELECT sum(1) OVER w FROM t WINDOW w AS (ORDER BY {})",
    "SELECT 1 FROM t GROUP BY {}",
    "SELECT 1 FROM t GROUP BY ROLLUP ({})",
    "SELECT 1 FROM t HAVING {} > 1",
    "SELECT 1 FROM t ORDER BY {}",
    "SELECT 1 FROM t LIMIT {}",
    "SELECT 1 FROM t OFFSET {}",
    "SELECT DISTINCT ON ({}) 1 FROM t",
    "SELECT CASE WHEN {} > 1 THEN 1 END",
    "SELECT CASE {} WHEN 1 THEN 1 END",
    "SELECT CASE WHEN true THEN 1 ELSE {} END",
    "SELECT ARRAY[1, {}]",
    "SELECT ROW(1, {})",
    "SELECT ({})::int",
    "SELECT (t.a)[{}] FROM t",
    "SELECT coalesce(1, {}), greatest(1, 2)",
    "SELECT 1 IN (1, {})",
    "SELECT 1 = ANY (SELECT {})",
    "SELECT (1, {}) = (SELECT 1, 2)",
    "SELECT a BETWEEN 1 AND {} FROM t",
    "WITH x AS (SELECT {}) SELECT * FROM x",
    "WITH RECURSIVE x AS (SELECT 1 UNION ALL SELECT {} FROM x) SELECT * FROM x",
    "SELECT 1 UNION SELECT 2 EXCEPT SELECT {}",
    "SELECT 1 FROM a JOIN b ON a.x = {}",
    "SELECT * FROM t TABLESAMPLE bernoulli ({})",
    "SELECT * FROM t TABLESAMPLE bernoulli (1) REPEATABLE ({})",
    "SELECT json_object('a': {}), json_array({})",
    "SELECT json_arrayagg(x ORDER BY {}) FROM t",
    "SELECT * FROM json_table({}, '$' COLUMNS (a int PATH '$')) j",
    "SELECT json_value('{{}}', '$' PASSING {} AS p)",
    "SELECT xmlelement(name a, {})",
    "SELECT xmlserialize(content {} AS text)",
    "SELECT {} IS NULL, {} IS TRUE, NOT ({} > 1)",
    "SELECT lower(upper({}))",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY {}) FROM t",
    "SELECT string_agg(a, ',' ORDER BY {}) FROM t",
    'SELECT {} COLLATE "C"',
    "SELECT grouping({}) FROM t GROUP BY 1",
    "SELECT now() AT TIME ZONE {}",
    "SELECT extract(year FROM {})",
    "SELECT -{} + 1",
    "INSERT INTO t VALUES ({})",
    "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = {}",
    "INSERT INTO t VALUES (1) RETURNING {}",
    "UPDATE t SET a = {} WHERE b = 1",
    "UPDATE t SET (a, b) = (SELECT 1, {})",
    "DELETE FROM t WHERE a = {}",
    "MERGE INTO t USING u ON t.a = {} WHEN MATCHED THEN DELETE",
    "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED AND {} > 1 THEN DO NOTHING",
    "MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED THEN INSERT VALUES ({})",
]


@pytest.mark.parametrize("place", HIDING_PLACES)
def test_call_is_found_wherever_it_hides(place: str) -> None:
    call = "pg_catalog.nextval('s')"
    query = place.replace("{{}}", "OBJECT").replace("{}", call).replace("OBJECT", "{}")
    facts = safety_facts(query)
    assert ("pg_catalog", "nextval") in facts.functions
    assert facts.violations == ()
    assert from_json(to_json(facts)) == facts


@pytest.mark.parametrize("place", HIDING_PLACES)
def test_printed_text_has_the_same_facts(place: str) -> None:
    query = (
        place.replace("{{}}", "OBJECT").replace("{}", "f(1)").replace("OBJECT", "{}")
    )
    facts = safety_facts(query)
    again = safety_facts(facts.text)
    assert (again.functions, again.relations, again.operators) == (
        facts.functions,
        facts.relations,
        facts.operators,
    )


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("SELECT 1 INTO x", "creates relation"),
        ("CREATE TABLE x AS SELECT 1", "node"),
        ("EXPLAIN ANALYZE DELETE FROM t", "node"),
        ("PREPARE p AS SELECT 1", "node"),
        ("EXECUTE p", "node"),
        ("DO $$BEGIN END$$", "node"),
        ("CALL p()", "node"),
        ("SELECT * FROM XMLTABLE('//a' PASSING ('<a/>'::xml) COLUMNS x text)", "node"),
        ("SET ROLE postgres", "node"),
        ("COPY t TO PROGRAM 'x'", "node"),
        ("LOCK TABLE t", "node"),
        ("COMMIT", "node"),
        ("DECLARE c CURSOR FOR SELECT 1", "node"),
        ("REFRESH MATERIALIZED VIEW v", "node"),
        ("TRUNCATE t", "node"),
        ("SELECT * FROM t TABLESAMPLE evil (1)", "sampling method"),
        ("SELECT a.b.c.d()", "name"),
        ("SELECT * FROM other.public.t", "relation"),
        ("SELECT repeat('x', 100000000)", "memory"),
        ("SELECT lpad('x', $1)", "memory"),
        ("SELECT format('%900000000s', 'x')", "memory"),
        ("SELECT format('%2$-99999s', 'x', 'y')", "memory"),
        ("SELECT format('%*s', 900000000, 'x')", "memory"),
        ("SELECT format(name, 'x') FROM t", "memory"),
        ("SELECT pg_catalog.rpad('x', 5 * 1000000)", "memory"),
    ],
)
def test_violation(query: str, rule: str) -> None:
    assert rule in {found for found, _what in safety_facts(query).violations}


def test_names_of_every_kind() -> None:
    facts = safety_facts(
        "SELECT t.field, (x).part, a::s.kind, b OPERATOR(s.+) c, d = ANY (SELECT 1)"
        " FROM s.t JOIN u USING (id) WHERE e BETWEEN 1 AND $7"
        " ORDER BY f USING OPERATOR(s.<)"
    )
    assert "field" in facts.fields
    assert "part" in facts.parts
    assert ("s", "kind") in facts.types
    assert {("s", "+"), ("s", "<"), ("", "="), ("", ">=")} <= set(facts.operators)
    assert facts.relations == (("", "u", 1), ("s", "t", 1))
    assert facts.parameter_count == 7


def test_inlined_ctes_multiply() -> None:
    doubled = ", ".join(
        f"c{n} AS NOT MATERIALIZED (SELECT 1 FROM c{n - 1} a, c{n - 1} b)"
        for n in range(1, 13)
    )
    text = f"WITH c0 AS NOT MATERIALIZED (SELECT 1 FROM t), {doubled} SELECT 1 FROM c12"
    assert safety_facts(text).expanded_count == 4096
    assert safety_facts(text.replace("NOT ", "")).expanded_count < 40


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("select now() - interval $1 -- x", "SELECT now() - $1::interval"),
        ("select date $1", "SELECT $1::date"),
        (
            "select extract($1 from x), 'extract($1 from y)'",
            "SELECT pg_catalog.date_part ($1 , x), 'extract($1 from y)'",
        ),
        ("select /* a; b */ 1;", "SELECT 1"),
        ("select 'it''s', E'\\'', $$;$$", "SELECT 'it''s', '''', ';'"),
    ],
)
def test_text_for_a_server(query: str, text: str) -> None:
    assert server_text(parse_one(query)) == text


@pytest.mark.parametrize(
    "query",
    ["SELECT " + "NOT " * 3000 + "true", "SELECT 1; SELECT 2", "", "SELECT FROM"],
)
def test_child_answers_with_a_complaint(query: str) -> None:
    complaint = answer(query)
    assert complaint["message"]
    with pytest.raises((UserError, QuerySyntaxError)):
        safety_facts(query)
