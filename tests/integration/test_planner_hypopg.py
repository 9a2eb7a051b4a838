"""What-if planning by hypopg on a real PostgreSQL 15."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.plan import Plan
from analyzer.domain.target import Address
from analyzer.errors import MissingExtension, NotAllowedHere, PlanningFailed
from analyzer.planner import hypopg
from analyzer.planner.explain import explain
from analyzer.planner.hypopg import HypopgPlanner
from analyzer.postgres.connect import Connection, on_database, session
from analyzer.postgres.errors_map import planning
from analyzer.postgres.guarded_session import Limits

pytestmark = pytest.mark.integration

ORDER = RelationName("public", "order")


def index_on(*names: str) -> IndexDefinition:
    keys = tuple(IndexKey(attribute=name) for name in names)
    return IndexDefinition(relation=ORDER, keys=keys)


@pytest.fixture(scope="module")
def connection(hypopg_server: Address) -> Iterator[Connection]:
    with session(hypopg_server, read_only=False) as admin:
        admin.execute("CREATE DATABASE bare")
        admin.execute("CREATE EXTENSION hypopg")
        admin.execute('CREATE TABLE "order" (id int PRIMARY KEY, a int, b int)')
        admin.execute(
            'INSERT INTO "order" SELECT g, g % 1000, g FROM generate_series(1, 50000) g'
        )
        admin.execute("CREATE FUNCTION liar() RETURNS int LANGUAGE plpgsql IMMUTABLE"
                      " AS 'BEGIN RAISE ''evaluated''; END'")  # fmt: skip
        admin.execute("ANALYZE")
    with session(hypopg_server) as reader:
        yield reader


QUERY = 'SELECT * FROM "order" WHERE a = $1'


def test_hypothetical_index_is_used_and_forgotten(
    connection: Connection, hypopg_server: Address
) -> None:
    planner = HypopgPlanner(connection, hypopg_server)
    before = planner.plan(QUERY, ("5",))
    after = planner.plan_with(QUERY, ("5",), create=[index_on("a"), index_on("b")])
    assert after.total_cost < before.total_cost / 5
    used = [after.hypothetical_indexes[name] for name in after.index_names()]
    assert used == [index_on("a")]
    assert planner.plan(QUERY, ("5",)).total_cost == before.total_cost
    assert planner.source == f"hypopg {planner._indexes.version} on target 15.20" or (
        planner.source.startswith("hypopg ")
    )


def test_generic_plan_sees_hypothetical_index(
    connection: Connection, hypopg_server: Address
) -> None:
    planner = HypopgPlanner(connection, hypopg_server)
    plan = planner.plan_with(QUERY, create=[index_on("a")])
    assert plan.generic
    assert plan.index_names() == frozenset(plan.hypothetical_indexes)


def test_size_is_plausible(connection: Connection, hypopg_server: Address) -> None:
    size_bytes = HypopgPlanner(connection, hypopg_server).index_size_bytes(
        index_on("b")
    )
    assert 500_000 < size_bytes < 3_000_000


def test_index_that_cannot_exist_fails_and_leaves_nothing(
    connection: Connection, hypopg_server: Address
) -> None:
    planner = HypopgPlanner(connection, hypopg_server)
    cost = planner.plan(QUERY, ("5",)).total_cost
    with pytest.raises(PlanningFailed):
        planner.plan_with(QUERY, ("5",), create=[index_on("a"), index_on("nope")])
    assert planner.plan(QUERY, ("5",)).total_cost == cost


def test_hiding_an_index(connection: Connection, hypopg_server: Address) -> None:
    planner = HypopgPlanner(connection, hypopg_server)
    query, hide = (
        'SELECT * FROM "order" WHERE id = 5',
        [RelationName("public", "order_pkey")],
    )
    if planner.can_hide:
        assert not planner.plan_with(query, hide=hide).index_names()
        assert planner.plan(query).index_names() == {"order_pkey"}
    else:
        with pytest.raises(NotAllowedHere, match="cannot hide"):
            planner.plan_with(query, hide=hide)


def test_guard_stands_before_planning(
    connection: Connection, hypopg_server: Address
) -> None:
    planner = HypopgPlanner(connection, hypopg_server)
    with pytest.raises(PlanningFailed, match="not planned") as caught:
        planner.plan('SELECT * FROM "order" WHERE a = liar()')
    assert "user function" in str(caught.value.detail)


def test_database_without_the_extension(
    connection: Connection, hypopg_server: Address
) -> None:
    with (
        session(on_database(hypopg_server, "bare")) as other,
        pytest.raises(MissingExtension),
    ):
        HypopgPlanner(other, hypopg_server)


def test_reading_is_planned_as_a_role_that_only_reads(
    connection: Connection, hypopg_server: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    roles: list[object] = []

    def planned(session: Connection, *arguments: object, **options: object) -> Plan:
        roles.append(session.execute("SELECT current_user").fetchone())
        return explain(session, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(hypopg, "explain", planned)
    planner = HypopgPlanner(connection, hypopg_server)
    planner.plan(QUERY, ("5",))
    planner.plan('UPDATE "order" SET b = 1 WHERE a = 5')
    assert roles == [("pg_read_all_data",), ("postgres",)]


def test_planning_that_takes_too_much_memory_is_stopped(
    connection: Connection, hypopg_server: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    def greedy(session: Connection, *_: object, **__: object) -> None:
        with planning():
            session.execute("SELECT pg_sleep(60)")

    planner = HypopgPlanner(connection, hypopg_server)
    planner.plan(QUERY, ("5",))
    with monkeypatch.context() as patched:
        patched.setattr(hypopg, "explain", greedy)
        patched.setattr(hypopg, "Limits", lambda: Limits(memory_bytes=1))
        with pytest.raises(PlanningFailed, match="too much memory"):
            planner.plan(QUERY, ("5",))
    assert planner.plan(QUERY, ("5",)).total_cost > 0
