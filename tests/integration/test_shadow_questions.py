"""Hypothetical indexes made and asked in bulk: the same answers as one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import pytest

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.target import Address
from analyzer.domain.what_if import PlanCost, WhatIfQuestion
from analyzer.errors import AnalyzerError, PlanningFailed, UnknownRelation
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, build
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.connect import session

pytestmark = pytest.mark.integration

SCHEMA = """
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, status text,
    total numeric(10, 2), created_at timestamptz NOT NULL);
CREATE INDEX orders_created ON orders (created_at);
CREATE TABLE event (at timestamptz NOT NULL, kind int) PARTITION BY RANGE (at);
CREATE TABLE event_1 PARTITION OF event
    FOR VALUES FROM ('2026-01-01') TO ('2026-04-01');
CREATE TABLE event_2 PARTITION OF event DEFAULT;
INSERT INTO orders SELECT g, (g * 79) % 8000, (ARRAY['new', 'paid', 'done'])[1 + g % 3],
    (g * 17) % 50000 / 100.0, '2026-01-01'::timestamptz + g * interval '7 minutes'
    FROM generate_series(1, 40000) AS g;
INSERT INTO event SELECT '2026-01-01'::timestamptz + g * interval '7 minutes', g % 50
    FROM generate_series(1, 40000) AS g;
VACUUM ANALYZE
"""
BY_CUSTOMER = "SELECT * FROM orders WHERE customer_id = $1"
QUERIES = (
    (BY_CUSTOMER, ("7",)),
    (BY_CUSTOMER, ()),
    ("SELECT * FROM orders WHERE lower(status) = 'x'", ()),
    ("SELECT total FROM orders WHERE status = 'paid' ORDER BY total DESC LIMIT 3", ()),
    ("SELECT * FROM event WHERE kind = $1 AND at < '2026-02-01'", ("3",)),
    ("SELECT * FROM orders WHERE created_at > $1", ("2026-06-01",)),
    # As pg_stat_statements writes them, which no server reads back.
    (
        "SELECT * FROM orders WHERE created_at > timestamptz $1 - interval $2",
        ("2026-06-01", "1 day"),
    ),
    ("SELECT * FROM orders WHERE created_at > timestamptz $1 - interval $2", ()),
    ("SELECT id FROM orders WHERE extract($1 FROM created_at) = $2", ("day", "3")),
    ("UPDATE orders SET status = 'x' WHERE customer_id = 5", ()),
)


def index(table: str, *names: str, **options: object) -> IndexDefinition:
    keys = tuple(IndexKey(attribute=name) for name in names)
    definition = IndexDefinition(relation=RelationName("public", table), keys=keys)
    return replace(definition, **options)  # type: ignore[arg-type]


EXPRESSION = replace(index("orders", "x"), keys=(IndexKey(expression="lower(status)"),))
DEFINITIONS = (
    index("orders", "customer_id"),
    index("orders", "total", predicate="status = 'paid'"),
    index("orders", "customer_id", include=("total", "status")),
    index("event", "kind"),
    EXPRESSION,
    index("orders", "status", method="gin"),
    index("orders", "no_such_column"),
    index("no_such_table", "a"),
)


@pytest.fixture(scope="module")
def shadow(superuser: Address) -> Iterator[ShadowPlanner]:
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE asked")
    address = replace(superuser, database="asked")
    with session(address, read_only=False) as connection:
        for statement in SCHEMA.split(";\n"):
            connection.execute(statement)
    snapshot = take_snapshot(address)
    with ShadowCluster() as cluster, build(cluster, snapshot) as planner:
        yield planner
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE asked WITH (FORCE)")


def cost(answer: PlanCost | AnalyzerError) -> PlanCost:
    assert isinstance(answer, PlanCost), answer
    return answer


def test_what_cannot_be_made_is_told_and_the_rest_is_made(
    shadow: ShadowPlanner,
) -> None:
    failed = shadow.make_indexes(DEFINITIONS)
    assert {type(failed[item]) for item in DEFINITIONS[5:7]} == {PlanningFailed}
    assert isinstance(failed[DEFINITIONS[7]], UnknownRelation)
    assert len(failed) == 3
    again = shadow.make_indexes([*DEFINITIONS, index("orders", "total", "id")])
    assert set(again) == set(failed)


def test_costs_are_those_of_the_whole_plans(shadow: ShadowPlanner) -> None:
    good = DEFINITIONS[:5]
    sets = [(), *((item,) for item in good), good]
    questions = [
        WhatIfQuestion(query=query, parameters=values, create=create)
        for query, values in QUERIES
        for create in sets
    ]
    answers = shadow.costs_with(questions)
    for question, answer in zip(questions, answers, strict=True):
        plan = shadow.plan_with(
            question.query, question.parameters, create=question.create
        )
        used = {plan.hypothetical_indexes.get(name) for name in plan.index_names()}
        assert cost(answer).total_cost == plan.total_cost
        assert cost(answer).created == used - {None}
        assert cost(answer).index_names == plan.index_names()
    assert {len(cost(answer).created) for answer in answers} >= {0, 1}


def test_hidden_indexes_and_settings(shadow: ShadowPlanner) -> None:
    query, values = QUERIES[5]
    hide = (RelationName("public", "orders_created"),)
    plain, hidden, other = shadow.costs_with(
        [
            WhatIfQuestion(query=query, parameters=values),
            WhatIfQuestion(query=query, parameters=values, hide=hide),
            WhatIfQuestion(
                query=query, parameters=values, settings={"cpu_tuple_cost": "1"}
            ),
        ]
    )
    assert cost(plain).index_names == {"orders_created"}
    assert cost(hidden).index_names == frozenset()
    assert cost(other).total_cost > cost(plain).total_cost


def test_an_error_stands_alone_and_leaves_nothing_on(shadow: ShadowPlanner) -> None:
    created = (DEFINITIONS[0],)
    good = WhatIfQuestion(query=BY_CUSTOMER, parameters=("7",), create=created)
    bad = [
        WhatIfQuestion(query="SELECT * FROM nowhere", create=created),
        WhatIfQuestion(query=BY_CUSTOMER, parameters=("no number",), create=created),
        WhatIfQuestion(query="SELECT 1; DROP TABLE orders"),
        WhatIfQuestion(query="SELECT 1 / 0", create=created),
        WhatIfQuestion(query="SELECT 1", settings={"work_mem": "much"}),
        WhatIfQuestion(query="SELECT '\0'"),
        WhatIfQuestion(query="SELECT 1", create=(DEFINITIONS[6],)),
        WhatIfQuestion(query="SELECT 1", hide=(RelationName("", "none"),)),
    ]
    mixed = [item for one in bad for item in (one, good)]
    answers = shadow.costs_with(mixed)
    assert all(isinstance(answer, AnalyzerError) for answer in answers[::2])
    assert {cost(answer).created for answer in answers[1::2]} == {frozenset(created)}
    assert not shadow.plan(BY_CUSTOMER, ("7",)).index_names()
    assert shadow.connection.execute("SELECT count(*) FROM orders").fetchone() == (0,)


def test_more_statements_than_are_kept_prepared(shadow: ShadowPlanner) -> None:
    queries = [f"SELECT * FROM orders WHERE id = {n}" for n in range(600)]
    questions = [WhatIfQuestion(query=query) for query in queries]
    answers = shadow.costs_with([*questions, *questions])
    assert {cost(answer).index_names for answer in answers} == {
        frozenset({"orders_pkey"})
    }
    count = shadow.connection.execute(
        "SELECT count(*) FROM pg_prepared_statements"
    ).fetchone()
    assert count is not None
    assert count[0] < 300


def test_hundreds_of_indexes_on_one_table(shadow: ShadowPlanner) -> None:
    names = ("customer_id", "status", "total", "created_at", "id")
    wanted = [
        index("orders", *keys) for n in (2, 3, 4) for keys in permutations(names, n)
    ]
    assert shadow.make_indexes(wanted) == {}
    answer = shadow.costs_with(
        [
            WhatIfQuestion(
                query="SELECT total FROM orders WHERE status = 'new' AND total > 499",
                create=tuple(wanted),
            )
        ]
    )[0]
    (used,) = cost(answer).created
    assert used.attributes[:2] == ("status", "total")
