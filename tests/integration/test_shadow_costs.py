"""The shadow's costs against those of the watched server, really changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.target import Address
from analyzer.errors import PlanningFailed, UnknownRelation
from analyzer.indexing.definition import ddl
from analyzer.planner.explain import explain
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, build
from analyzer.planner.snapshot import PlannerSnapshot, load, save, take_snapshot
from analyzer.postgres.connect import Connection, session
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.integration

SCHEMA = """
CREATE EXTENSION pg_trgm;
CREATE EXTENSION pageinspect;
CREATE SCHEMA "we ird";
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE customer (id bigint PRIMARY KEY, email text NOT NULL, "Full Name" text,
    country char(2), mood mood, balance numeric(12, 2));
CREATE TABLE orders (id bigint PRIMARY KEY, dropped int,
    customer_id bigint NOT NULL REFERENCES customer (id), status text NOT NULL,
    total numeric(10, 2), created_at timestamptz NOT NULL, note text);
CREATE TABLE "we ird"."Order Item" (order_id bigint REFERENCES orders (id), line int,
    product int, qty int, price double precision, PRIMARY KEY (order_id, line));
CREATE TABLE event (id bigint, at timestamptz NOT NULL, kind int)
    PARTITION BY RANGE (at);
CREATE TABLE event_1 PARTITION OF event
    FOR VALUES FROM ('2026-01-01') TO ('2026-04-01');
CREATE TABLE event_2 PARTITION OF event
    FOR VALUES FROM ('2026-04-01') TO ('2026-07-01') PARTITION BY RANGE (at);
CREATE TABLE event_2a PARTITION OF event_2
    FOR VALUES FROM ('2026-04-01') TO ('2026-05-01');
CREATE TABLE event_2b PARTITION OF event_2 DEFAULT;
CREATE TABLE event_3 PARTITION OF event DEFAULT;
INSERT INTO customer SELECT g, 'User' || g || '@example.com', md5(g::text),
    (ARRAY['DE', 'FR', 'US', 'GB'])[1 + (g % 97) * (g % 89) % 4],
    (ARRAY['sad', 'ok', 'happy'])[1 + g % 3]::mood, (g * 79) % 100000 / 100.0
    FROM generate_series(1, 8000) AS g;
INSERT INTO orders SELECT g, 0, 1 + (g * 79) % 8000,
    (ARRAY['new', 'paid', 'shipped', 'done', 'done', 'done', 'done'])[1 + (g * 31) % 7],
    (g * 17) % 50000 / 100.0, '2026-01-01'::timestamptz + g * interval '7 minutes',
    CASE WHEN g % 10 > 0 THEN repeat('x', g % 40) END
    FROM generate_series(1, 40000) AS g;
ALTER TABLE orders DROP COLUMN dropped;
INSERT INTO "we ird"."Order Item" SELECT 1 + g / 2, g % 2, (g * 1047) % 5000, 1 + g % 9,
    g / 7.0 FROM generate_series(0, 79999) AS g;
INSERT INTO event SELECT g, '2026-01-01'::timestamptz + g * interval '7 minutes', g % 50
    FROM generate_series(1, 50000) AS g;
CREATE INDEX orders_created ON orders (created_at DESC);
CREATE INDEX orders_new ON orders (customer_id) WHERE status = 'new';
CREATE INDEX customer_lower ON customer (lower(email));
CREATE INDEX item_product ON "we ird"."Order Item" (product) INCLUDE (qty);
CREATE INDEX event_kind ON event (kind);
CREATE INDEX customer_trigrams ON customer USING gin ("Full Name" gin_trgm_ops);
CREATE INDEX event_brin ON event_1 USING brin (at);
CREATE VIEW large AS SELECT * FROM orders WHERE total > 400;
CREATE MATERIALIZED VIEW spent AS
    SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1;
CREATE INDEX spent_total ON spent (total);
CREATE STATISTICS item_groups (ndistinct, dependencies)
    ON order_id, product FROM "we ird"."Order Item";
VACUUM ANALYZE
"""

QUERIES = (
    "SELECT * FROM orders WHERE customer_id = 77",
    "SELECT count(*) FROM orders WHERE status = 'new'",
    "SELECT * FROM orders WHERE customer_id = 5 AND status = 'new'",
    "SELECT * FROM orders WHERE created_at > '2026-06-01'"
    " ORDER BY created_at DESC LIMIT 10",
    "SELECT c.email, sum(o.total) FROM customer c JOIN orders o ON o.customer_id = c.id"
    " WHERE c.country = 'DE' GROUP BY 1 ORDER BY 2 DESC LIMIT 5",
    "SELECT * FROM customer WHERE lower(email) = 'user7@example.com'",
    'SELECT product, sum(qty) FROM "we ird"."Order Item"'
    " WHERE product BETWEEN 10 AND 40 GROUP BY 1",
    'SELECT order_id, product, count(*) FROM "we ird"."Order Item" GROUP BY 1, 2',
    "SELECT * FROM event WHERE kind = 7 AND at >= '2026-05-01'",
    "SELECT count(*) FROM event WHERE kind = 7",
    "SELECT * FROM event WHERE at BETWEEN '2026-02-01' AND '2026-02-02'",
    'SELECT o.id, i.* FROM orders o JOIN "we ird"."Order Item" i ON i.order_id = o.id'
    " WHERE o.total > 490 AND o.status = 'paid'",
    "SELECT * FROM spent WHERE total > 1000",
    "SELECT * FROM customer WHERE \"Full Name\" LIKE '%abc%'",
    "SELECT * FROM large WHERE note IS NULL AND status = 'paid'",
    "UPDATE orders SET status = 'done' WHERE customer_id = 3",
    "DELETE FROM customer WHERE id = 5",
    "SELECT max(created_at) FROM orders",
    "SELECT * FROM customer WHERE email LIKE 'User77%'",
    "SELECT * FROM customer WHERE mood = 'sad' ORDER BY id LIMIT 3",
    "SELECT * FROM orders o WHERE NOT EXISTS (SELECT FROM customer c"
    " WHERE c.id = o.customer_id AND c.mood = 'sad')",
    "SELECT DISTINCT customer_id FROM orders",
    "SELECT * FROM orders WHERE id IN"
    ' (SELECT order_id FROM "we ird"."Order Item" WHERE product = 7)',
)


def relation(name: str, schema: str = "public") -> RelationName:
    return RelationName(schema, name)


def index(table: RelationName, *names: str, **options: object) -> IndexDefinition:
    keys = tuple(IndexKey(attribute=name) for name in names)
    definition = IndexDefinition(relation=table, keys=keys)
    return replace(definition, **options)  # type: ignore[arg-type]


ITEM = relation("Order Item", "we ird")
HYPOTHETICAL = (
    index(relation("orders"), "customer_id"),
    index(relation("orders"), "status", "created_at"),
    index(relation("orders"), "customer_id", include=("total",)),
    replace(
        index(relation("orders"), "x", predicate="status = 'paid'"),
        keys=(IndexKey(attribute="total", descending=True),),
    ),
    index(relation("event"), "at"),
    index(ITEM, "product", "order_id"),
    replace(
        index(relation("customer"), "x"),
        keys=(IndexKey(attribute="email", opclass="text_pattern_ops"),),
    ),
    index(relation("customer"), "country", "mood"),
    index(relation("customer"), "email", unique=True),
)


@dataclass
class Both:
    watched: Connection
    snapshot: PlannerSnapshot
    shadow: ShadowPlanner

    def differences(
        self,
        create: tuple[IndexDefinition, ...] = (),
        hide: tuple[RelationName, ...] = (),
    ) -> dict[str, tuple[float, float]]:
        """Costs that differ by more than 0.1%: watched, shadow."""
        found = {}
        for query in QUERIES:
            real = explain(self.watched, query, source="target").total_cost
            ours = self.shadow.plan_with(query, create=create, hide=hide).total_cost
            if abs(real - ours) > 0.001 * real + 0.01:
                found[query] = (real, ours)
        return found


@pytest.fixture(scope="module")
def both(superuser: Address, server_dir: Path) -> Iterator[Both]:
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE shadowed")
        for setting in (
            "random_page_cost = 1.7",
            "min_parallel_table_scan_size = '256kB'",
            "parallel_setup_cost = 50",
            "work_mem = '1MB'",
        ):
            connection.execute(f"ALTER DATABASE shadowed SET {setting}")
    address = replace(superuser, database="shadowed")
    with session(address, read_only=False) as watched:
        for statement in SCHEMA.split(";\n"):
            watched.execute(statement)
        taken = take_snapshot(address)
        save(taken, server_dir / "snapshot.gz")
        snapshot = load(server_dir / "snapshot.gz")
        assert snapshot == taken
        with ShadowCluster() as cluster, build(cluster, snapshot) as shadow:
            yield Both(watched, snapshot, shadow)
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE shadowed WITH (FORCE)")


def test_the_whole_schema_was_seen(both: Both) -> None:
    assert both.snapshot.not_seen == ()
    assert both.shadow.not_seen == ()
    assert both.shadow.source == "shadow 18.6"


def test_costs_are_those_of_the_watched_server(both: Both) -> None:
    assert both.differences() == {}


def test_parallel_plans_are_among_them(both: Both) -> None:
    plans = [both.shadow.plan(query) for query in QUERIES]
    types = {node.node_type for plan in plans for node in plan.root.walk()}
    assert types >= {"Gather", "Append", "Bitmap Heap Scan", "Index Only Scan"}


@pytest.mark.parametrize("definition", HYPOTHETICAL, ids=ddl)
def test_a_hypothetical_index_costs_what_the_real_one_does(
    both: Both, definition: IndexDefinition
) -> None:
    # The size is an estimate and has a test of its own; here the real one is given, so
    # that every other reason to differ would show.
    watched = both.watched
    watched.execute("BEGIN")
    watched.execute(ddl(definition, name="real_one"))
    both.shadow.index_size_bytes(definition)
    promised = both.differences(create=(definition,))
    watched.execute("ROLLBACK")
    for query, (real, ours) in promised.items():
        # The length of the index is estimated: some pages more or less.
        assert ours == pytest.approx(real, rel=0.03), query
    assert both.differences() == {}


@pytest.mark.parametrize(
    "hidden",
    [
        relation("orders_created"),
        relation("orders_new"),
        relation("customer_lower"),
        relation("event_kind"),
        relation("item_product", "we ird"),
        relation("customer_trigrams"),
    ],
    ids=str,
)
def test_hiding_an_index_costs_what_dropping_it_does(
    both: Both, hidden: RelationName
) -> None:
    both.watched.execute("BEGIN")
    both.watched.execute(f'DROP INDEX "{hidden.schema}"."{hidden.name}"')
    promised = both.differences(hide=(hidden,))
    both.watched.execute("ROLLBACK")
    assert promised == {}
    assert both.differences() == {}


def test_the_plan_names_the_hypothetical_index(both: Both) -> None:
    definition = index(relation("orders"), "customer_id")
    plan = both.shadow.plan_with(QUERIES[0], create=[definition])
    assert plan.index_names() <= set(plan.hypothetical_indexes)
    assert set(plan.hypothetical_indexes.values()) == {definition}
    parts = index(relation("event"), "at")
    plan = both.shadow.plan_with(QUERIES[10], create=[parts])
    assert plan.index_names()
    assert plan.index_names() <= set(plan.hypothetical_indexes)


def test_a_name_without_schema_follows_the_search_path(both: Both) -> None:
    definition = index(RelationName("", "orders"), "customer_id")
    plan = both.shadow.plan_with(QUERIES[0], create=[definition])
    assert [plan.hypothetical_indexes[name] for name in plan.index_names()] == [
        definition
    ]


def test_parameters_and_generic_plans(both: Both) -> None:
    query = "SELECT * FROM orders WHERE customer_id = $1 AND status = $2"
    real = explain(both.watched, query, ("5", "new"), source="target")
    assert both.shadow.plan(query, ("5", "new")).total_cost == real.total_cost
    assert both.shadow.plan(query).generic


def test_what_is_not_there_is_said(both: Both) -> None:
    with pytest.raises(UnknownRelation):
        both.shadow.plan_with("SELECT 1", create=[index(relation("no"), "a")])
    with pytest.raises(PlanningFailed):
        both.shadow.plan_with("SELECT 1", create=[index(relation("orders"), "no")])
    with pytest.raises(UnknownRelation):
        both.shadow.plan_with("SELECT 1", hide=[relation("no_such_index")])
    assert both.differences() == {}


def test_an_expression_like_its_column(both: Both) -> None:
    definition = replace(
        index(relation("customer"), "x"),
        keys=(IndexKey(expression='upper("Full Name")'),),
    )
    query = "SELECT * FROM customer WHERE upper(\"Full Name\") = 'X'"
    plan = both.shadow.plan_with(query, create=[definition])
    assert plan.root.plan_rows == 1
    assert not any("upper" in caveat for caveat in both.shadow.caveats)
    unknown = replace(definition, keys=(IndexKey(expression="balance + 1"),))
    both.shadow.plan_with("SELECT 1", create=[unknown])
    assert any("balance + 1" in caveat for caveat in both.shadow.caveats)


@pytest.mark.parametrize(
    ("expression", "rows"),
    [
        # Seven days, and 40,000 rows; 4 countries, and 8,000 rows.
        ("extract(dow FROM created_at AT TIME ZONE 'UTC')", 40_000 / 7),
        ("country || ''", 8_000 / 4),
    ],
)
def test_an_expression_with_few_values(
    both: Both, expression: str, rows: float
) -> None:
    table = "customer" if "country" in expression else "orders"
    constant = "'DE'" if table == "customer" else "3"
    definition = replace(
        index(relation(table), "x"), keys=(IndexKey(expression=expression),)
    )
    query = f"SELECT * FROM {table} WHERE {expression} = {constant}"
    plan = both.shadow.plan_with(query, create=[definition])
    assert plan.root.plan_rows == pytest.approx(rows, rel=0.05)
    assert not any(expression in caveat for caveat in both.shadow.caveats)


def test_a_password_is_not_in_the_snapshot(both: Both) -> None:
    assert PASSWORD not in repr(both.snapshot) + both.snapshot.schema_sql
