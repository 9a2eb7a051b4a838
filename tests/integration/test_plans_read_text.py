"""Text plans and JSON plans of the same statement are the same plan."""

from __future__ import annotations

import pytest

from analyzer.domain.target import Address
from analyzer.errors import SourceError
from analyzer.plans.read_json import read_plan
from analyzer.plans.read_text import read_text_plan
from analyzer.postgres.connect import session

QUERIES = [
    "SELECT * FROM a WHERE id < 5",
    'SELECT * FROM a JOIN "B c" x ON x.a_id = a.id WHERE x.v = 7',
    'SELECT v, count(*) FROM "B c" GROUP BY v ORDER BY 2 DESC LIMIT 3',
    'SELECT * FROM a LEFT JOIN "B c" x ON x.a_id = a.id AND x.v > 90',
    'SELECT * FROM a WHERE EXISTS (SELECT 1 FROM "B c" x WHERE x.a_id = a.id)',
    'SELECT (SELECT max(v) FROM "B c" x WHERE x.a_id = a.id) FROM a LIMIT 2',
    "WITH c AS MATERIALIZED (SELECT * FROM a) SELECT * FROM c, c d WHERE c.id = d.id",
    "SELECT * FROM a ORDER BY id DESC LIMIT 1",
    'SELECT * FROM "B c" WHERE v IN (1, 2) AND a_id = 5',
    "SELECT * FROM generate_series(1, 3) g UNION ALL SELECT id FROM a",
    "SELECT * FROM a WHERE false AND id > (SELECT 1)",
]


@pytest.mark.integration
@pytest.mark.parametrize("run", [False, True], ids=["planned", "run"])
def test_text_and_json_agree(database: Address, run: bool) -> None:
    options = "ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF" if run else "VERBOSE"
    with session(database, read_only=False) as connection:
        connection.execute("CREATE TABLE a (id int PRIMARY KEY, t text)")
        connection.execute('CREATE TABLE "B c" (a_id int, v int)')
        connection.execute("INSERT INTO a SELECT g, g FROM generate_series(1, 1000) g")
        connection.execute(
            'INSERT INTO "B c" SELECT g % 1000, g % 100 FROM generate_series(1, 5000) g'
        )
        connection.execute('CREATE INDEX "the v" ON "B c" (v)')
        connection.execute("ANALYZE")
        for query in QUERIES:
            document = connection.execute(
                f"EXPLAIN ({options}, FORMAT JSON) {query}".encode()
            ).fetchall()
            rows = connection.execute(
                f"EXPLAIN ({options}) {query}".encode()
            ).fetchall()
            expected = read_plan(document[0][0], source="x")
            text = "\n".join(row[0] for row in rows)
            found = read_text_plan(f"Query Text: SELECT\n{text}", source="x")
            assert [facts(n) for n in found.root.walk()] == [
                facts(n) for n in expected.root.walk()
            ], text


def facts(node: object) -> tuple[object, ...]:
    names = ("node_type", "total_cost", "plan_rows", "plan_width_bytes", "relation",
             "schema", "index_name", "index_cond", "filter", "join_type", "loops",
             "rows_removed_by_filter", "alias")  # fmt: skip
    values = [getattr(node, name) or None for name in names]
    return (*values, round(node.actual_rows or 0))


@pytest.mark.parametrize("text", ["", "no plan", "Seq Scan", "Filter: (a = 1)"])
def test_no_plan(text: str) -> None:
    with pytest.raises(SourceError):
        read_text_plan(text, source="x")


def test_two_plans() -> None:
    node = "Seq Scan on t  (cost=0.00..9.50 rows=3 width=4)\n"
    with pytest.raises(SourceError, match="not a plan"):
        read_text_plan(node * 2, source="x")


def test_time_and_planning() -> None:
    text = (
        "\tSort  (cost=1.00..2.00 rows=3 width=4)"
        " (actual time=0.100..0.250 rows=3.50 loops=2)\n"
        "\t  Sort Key: a\n"
        "\t  ->  Result  (cost=0.00..1.00 rows=3 width=4) (never executed)\n"
        "Planning Time: 0.100 ms\nExecution Time: 1.500 ms"
    )
    plan = read_text_plan(text, source="auto_explain")
    assert plan.root.actual_total_time_ms == 0.25
    assert plan.root.details == {"Sort Key": "a"}
    assert plan.root.children[0].loops == 0
    assert (plan.planning_time_ms, plan.execution_time_ms) == (0.1, 1.5)
