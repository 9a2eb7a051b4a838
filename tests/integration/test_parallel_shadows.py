"""Several shadows that share questions: the answers of one, in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.plan import Plan
from analyzer.domain.target import Address
from analyzer.domain.what_if import PlanCost, WhatIfQuestion
from analyzer.errors import PlanningFailed, TargetError
from analyzer.planner.parallel import ParallelPlanner, build_parallel
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, build
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.connect import session

pytestmark = pytest.mark.integration

SCHEMA = """
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, status text);
CREATE TABLE customer (id bigint PRIMARY KEY, name text, city int);
INSERT INTO orders SELECT g, (g * 79) % 8000, (ARRAY['new', 'paid', 'done'])[1 + g % 3]
    FROM generate_series(1, 40000) AS g;
INSERT INTO customer SELECT g, 'name ' || g, g % 90 FROM generate_series(1, 8000) AS g;
VACUUM ANALYZE
"""
QUERIES = (
    "SELECT * FROM orders WHERE customer_id = 7",
    "SELECT status FROM orders WHERE customer_id < 9 ORDER BY status",
    "SELECT * FROM customer WHERE name = 'name 8'",
    "SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer_id WHERE city = 3",
    "SELECT count(*) FROM orders WHERE status = 'paid'",
)


def index(table: str, *names: str) -> IndexDefinition:
    keys = tuple(IndexKey(attribute=name) for name in names)
    return IndexDefinition(relation=RelationName("public", table), keys=keys)


SETS = (
    (),
    (index("orders", "customer_id"),),
    (index("orders", "customer_id", "status"), index("customer", "city")),
    (index("orders", "status"), index("customer", "name"), index("customer", "city")),
)
QUESTIONS = [WhatIfQuestion(query=q, create=s) for s in SETS for q in QUERIES]


@pytest.fixture(scope="module")
def shadows(superuser: Address) -> Iterator[tuple[ShadowPlanner, ParallelPlanner]]:
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE shared_out")
    address = replace(superuser, database="shared_out")
    with session(address, read_only=False) as connection:
        for statement in SCHEMA.split(";\n"):
            connection.execute(statement)
    snapshot = take_snapshot(address)
    with (
        ShadowCluster() as cluster,
        build(cluster, snapshot) as one,
        build_parallel(cluster, snapshot, 3) as three,
    ):
        yield one, three
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE shared_out WITH (FORCE)")


def test_questions_get_the_answers_of_one_shadow_in_order(
    shadows: tuple[ShadowPlanner, ParallelPlanner],
) -> None:
    one, three = shadows
    expected = one.costs_with(QUESTIONS)
    assert len({answer.total_cost for answer in expected}) > len(QUERIES)  # type: ignore[union-attr]
    for _ in range(3):
        assert three.costs_with(QUESTIONS) == expected


def test_whole_plans_are_those_of_one_shadow_in_order(
    shadows: tuple[ShadowPlanner, ParallelPlanner],
) -> None:
    one, three = shadows
    found = three.plans_with(QUESTIONS)
    for plan, known in zip(found, one.costs_with(QUESTIONS), strict=True):
        assert isinstance(plan, Plan) and isinstance(known, PlanCost)
        assert plan.total_cost == known.total_cost
        used = plan.index_names() & set(plan.hypothetical_indexes)
        assert {plan.hypothetical_indexes[n] for n in used} == known.created
    (failed,) = three.plans_with([WhatIfQuestion(query="SELECT nothing FROM orders")])
    assert isinstance(failed, PlanningFailed)


def test_all_shadows_answer(shadows: tuple[ShadowPlanner, ParallelPlanner]) -> None:
    _, three = shadows
    # Each statement is expected to take long, so no shadow takes two at once.
    questions = [WhatIfQuestion(query=f"{QUERIES[0]} AND id <> {n}") for n in range(60)]
    before = [_prepared(planner) for planner in three._planners]
    three.costs_with(questions)
    after = [_prepared(planner) for planner in three._planners]
    assert all(then > now for now, then in zip(before, after, strict=True))


def _prepared(planner: ShadowPlanner) -> int:
    row = planner.connection.execute(
        "SELECT count(*) FROM pg_prepared_statements"
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_single_plan_is_that_of_one_shadow(
    shadows: tuple[ShadowPlanner, ParallelPlanner],
) -> None:
    one, three = shadows
    created = (index("customer", "city", "name"),)
    assert (
        three.plan_with(QUERIES[3], create=created).total_cost
        == one.plan_with(QUERIES[3], create=created).total_cost
    )
    assert three.plan(QUERIES[0]).total_cost == one.plan(QUERIES[0]).total_cost
    assert three.index_size_bytes(created[0]) == one.index_size_bytes(created[0])


def test_what_cannot_be_planned_has_an_error_in_its_place(
    shadows: tuple[ShadowPlanner, ParallelPlanner],
) -> None:
    _, three = shadows
    unknown = index("orders", "no_such_column")
    assert unknown in three.make_indexes([unknown])
    asked = [
        WhatIfQuestion(query=QUERIES[0]),
        WhatIfQuestion(query="SELECT no_such_column FROM orders"),
        WhatIfQuestion(query=QUERIES[1], create=(unknown,)),
        WhatIfQuestion(query=QUERIES[2]),
    ]
    first, second, third, fourth = three.costs_with(asked)
    assert isinstance(first, PlanCost)
    assert isinstance(second, PlanningFailed)
    assert isinstance(third, PlanningFailed)
    assert isinstance(fourth, PlanCost)


def test_a_lost_shadow_is_told(superuser: Address) -> None:
    snapshot = take_snapshot(superuser)
    questions = [WhatIfQuestion(query=f"SELECT {n}") for n in range(60)]
    with (
        pytest.raises(TargetError),  # closing the lost session is refused too
        ShadowCluster() as cluster,
        build_parallel(cluster, snapshot, 2) as two,
    ):
        with session(cluster.server.address(), read_only=False) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(%s)",
                [two._planners[1].connection.info.backend_pid],
            )
        with pytest.raises(TargetError):
            two.costs_with(questions)
        two.connection.execute("SELECT 1")
