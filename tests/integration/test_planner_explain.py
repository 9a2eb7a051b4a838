"""EXPLAIN of one statement: parameters, versions, transactions, and hostile texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from analyzer.domain.target import Address
from analyzer.errors import (
    AnalyzerError,
    NotAllowedHere,
    PlanningFailed,
    QuerySyntaxError,
    TimedOut,
    UnsafeStatement,
    UnsafeText,
    UserError,
)
from analyzer.planner import parse_process
from analyzer.planner.analyze import analyze
from analyzer.planner.explain import explain
from analyzer.planner.parse_process import parse_apart
from analyzer.postgres import extended, guarded_session
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.guarded_session import Limits
from analyzer.postgres.rolled_back import rolled_back

pytestmark = pytest.mark.integration

SETUP = """
CREATE TABLE item (id int PRIMARY KEY, kind text, at timestamptz, price numeric);
INSERT INTO item SELECT g, CASE WHEN g % 1000 = 0 THEN 'rare' ELSE 'common' END,
    now() - g * interval '1 minute', g FROM generate_series(1, 20000) g;
CREATE INDEX item_kind ON item (kind);
ANALYZE item;
"""


@pytest.fixture(scope="module", params=["18", "15"])
def address(request: pytest.FixtureRequest, superuser: Address) -> Iterator[Address]:
    """A database of the embedded server, and one of an older version."""
    place = superuser
    if request.param == "15":
        place = request.getfixturevalue("hypopg_server")
    with session(place, read_only=False) as admin:
        admin.execute("CREATE DATABASE explaining")
    place = replace(place, database="explaining")
    with session(place, read_only=False) as admin:
        admin.execute(SETUP.encode())
    yield place
    with session(replace(place, database="postgres"), read_only=False) as admin:
        admin.execute("DROP DATABASE explaining WITH (FORCE)")


@pytest.fixture
def connection(address: Address) -> Iterator[Connection]:
    with session(address) as opened:
        yield opened


def test_values_give_a_custom_plan(connection: Connection) -> None:
    query = "SELECT * FROM item WHERE kind = $1"
    rare = explain(connection, query, ("rare",), source="here")
    common = explain(connection, query, ("common",), source="here")
    assert rare.index_names() == {"item_kind"}
    assert common.root.node_type == "Seq Scan"
    assert not rare.generic
    assert rare.source == "here"
    assert rare.root.schema == "public" or rare.root.children[0].schema == "public"


@pytest.mark.parametrize("given", [(), ("rare",)])
def test_too_few_values_give_a_generic_plan(
    connection: Connection, given: tuple[str, ...]
) -> None:
    query = "SELECT * FROM item WHERE kind = $1 AND id < $2"
    plan = explain(connection, query, given, source="x")
    assert plan.generic
    assert "$" in str(plan.raw)
    assert connection.execute(
        "SELECT count(*) FROM pg_prepared_statements"
    ).fetchone() == (0,)


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("SELECT * FROM item WHERE id = ANY($1)", ("{1,2,3}",)),
        ("SELECT * FROM item WHERE id IN ($1 /*, ... */)", ("1",)),
        ("SELECT * FROM item LIMIT $1 OFFSET $2", ("5", "0")),
        ("SELECT * FROM item WHERE at > now() - $1::interval", ("1 day",)),
        ("SELECT * FROM item WHERE at > now() - interval $1", ("1 day",)),
        ("SELECT * FROM item WHERE at > now() - $1 * interval '1 day'", ("3",)),
        ("SELECT * FROM item WHERE at > timestamptz $1", ("2020-01-01",)),
        ("SELECT extract($1 FROM at) FROM item", ("year",)),
        ("SELECT $1, $2 IS NULL, coalesce($3, $4)", ("a", None, "b", "c")),
        ("SELECT * FROM item WHERE ($1 IS NULL OR kind = $1)", (None,)),
        ("SELECT * FROM item WHERE ($1 IS NULL OR id = $1) AND ($2 IS NULL OR at > $2)"
         " AND ($3 IS NULL OR id = ANY($3))", ("1", "2020-01-01", "{1}")),
        ("SELECT * FROM item WHERE price BETWEEN $1 AND $2 AND kind LIKE $3",
         ("1", "2", "c%")),
        ("INSERT INTO item (id, kind) VALUES ($1, $2)", ("1", "x")),
        ("UPDATE item SET kind = $1 WHERE id = $2 RETURNING *", ("x", "3")),
        ("DELETE FROM item WHERE id = $1", ("3",)),
        ("SELECT 'it costs $5', $1::text", ("x",)),
        ("SELECT 1 -- $1", ()),
        ("SELECT * FROM item WHERE id = $1 FOR UPDATE", ("1",)),
        ("SELECT '%s %(x)s', 5 % 3", ()),
    ],
)  # fmt: skip
@pytest.mark.parametrize("known", [True, False])
def test_parameters_of_every_kind(
    connection: Connection, query: str, values: tuple[str | None, ...], known: bool
) -> None:
    plan = explain(connection, query, values if known else (), source="x")
    assert plan.generic == (not known and bool(values))
    assert plan.execution_time_ms is None


@pytest.mark.parametrize(
    ("query", "values", "sqlstate"),
    [
        ("SELECT 1; DROP TABLE item", (), "42601"),
        ("SELECT $1; DROP TABLE item", ("1",), "42601"),
        ("SELECT $1; DROP TABLE item", (), "42601"),
        ("ANALYZE DELETE FROM item", (), "42601"),
        ("(ANALYZE) DELETE FROM item", (), "42601"),
        ("(ANALYZE) DELETE FROM item WHERE id = $1", ("1",), "42601"),
        ("COMMIT", (), "42601"),
        ("VACUUM item", (), "42601"),
        ("SET work_mem = 1", (), "42601"),
        ("", (), "42601"),
        ("SELECT * FROM item WHERE id = $1", ("abc",), "22P02"),
        ("SELECT * FROM nowhere", (), "42P01"),
        ("SELECT nothing FROM item", (), "42703"),
        ("SELECT no_such_function()", (), "42883"),
    ],
)
@pytest.mark.parametrize("within", [False, True], ids=["alone", "in transaction"])
def test_failure_names_the_sqlstate_only(
    connection: Connection,
    query: str,
    values: tuple[str, ...],
    sqlstate: str,
    within: bool,
) -> None:
    if within:
        connection.execute("BEGIN")
    with pytest.raises(PlanningFailed) as caught:
        explain(connection, query, values, source="x")
    assert caught.value.detail == f"SQLSTATE {sqlstate}."
    assert "abc" not in str(caught.value)
    assert connection.execute("SELECT count(*) FROM item").fetchone() == (20_000,)
    if within:
        connection.execute("ROLLBACK")


@pytest.mark.parametrize("text", ["SELECT 1\0; DROP TABLE item", "SELECT '\udcff'"])
def test_text_that_cannot_be_sent(connection: Connection, text: str) -> None:
    with pytest.raises(PlanningFailed):
        explain(connection, text, source="x")
    with pytest.raises(PlanningFailed):
        explain(connection, "SELECT $1::text", (text,), source="x")


def test_transaction_of_the_caller_is_seen_and_kept(address: Address) -> None:
    with session(address, read_only=False, autocommit=False) as connection:
        connection.execute("DROP INDEX item_kind")
        query = "SELECT * FROM item WHERE kind = $1"
        for values in (("rare",), ()):
            assert not explain(connection, query, values, source="x").index_names()
        connection.execute("CREATE TABLE made_here (id int)")
        assert explain(connection, "SELECT * FROM made_here", source="x").total_cost
        connection.execute("INSERT INTO made_here VALUES (1)")
        assert connection.execute("SHOW transaction_read_only").fetchone() == ("off",)
        connection.rollback()
        rare = explain(connection, query, ("rare",), source="x")
        assert rare.index_names() == {"item_kind"}


def test_failed_transaction_is_said_so(connection: Connection) -> None:
    connection.execute("BEGIN")
    with pytest.raises(Exception, match="syntax"):
        connection.execute("nonsense")
    with pytest.raises(PlanningFailed, match="transaction cannot be used"):
        explain(connection, "SELECT 1", source="x")
    connection.execute("ROLLBACK")


def test_scope_is_read_only_and_forgets(address: Address) -> None:
    with session(address, read_only=False) as connection:
        with (
            pytest.raises(Exception, match="read-only"),
            rolled_back(connection, {"work_mem": "1MB"}),
        ):
            extended.run(connection, "DELETE FROM item")
        assert extended.run(connection, "SHOW work_mem") == [("4MB",)]


def test_superuser_runs_as_a_reader(address: Address) -> None:
    plan = analyze(address, "SELECT count(*) FROM item WHERE kind = $1", ("rare",))
    assert plan.root.actual_rows == 1
    assert plan.execution_time_ms is not None


def test_superuser_of_an_old_server_is_refused(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Before PostgreSQL 14 there is no role of readers to become.
    monkeypatch.setattr(guarded_session, "_become_reader", lambda _connection: None)
    with pytest.raises(NotAllowedHere, match="superuser"):
        analyze(address, "SELECT 1")
    assert analyze(address, "SELECT 1", is_clone=True).execution_time_ms is not None


def test_values_of_a_run_must_be_complete(address: Address) -> None:
    with pytest.raises(NotAllowedHere, match="value for each"):
        analyze(address, "SELECT $1::int, $2::int", ("1",))


def test_watchdog_cuts_a_backend_that_does_not_listen(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded_session, "WATCHDOG_GRACE_S", 0.2)
    monkeypatch.setattr(guarded_session, "_cancel", lambda _connection: None)
    with (
        pytest.raises(AnalyzerError),
        session(address) as connection,
        guarded_session.watchdog(connection, 0.1, address, 1 << 40),
    ):
        extended.run(connection, "SELECT pg_sleep(30)")


def test_long_run_is_ended(address: Address) -> None:
    query = (
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r)"
        " SELECT count(*) FROM r"
    )
    with pytest.raises(TimedOut, match=r"limit of 0\.3 s"):
        analyze(address, query, (), Limits(statement_timeout_ms=300))


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("SELECT " + "1+" * 60_000 + "1", UserError),
        ("SELECT 1 " + "UNION ALL SELECT 1 " * 20_000, UserError),
        ("SELECT " + "(" * 3_000 + "1" + ")" * 3_000, None),
        ("SELECT " + "NOT " * 7_000 + "true", UserError),
        ("SELECT 1; SELECT 2", UserError),
        ("SELECT FROM WHERE", QuerySyntaxError),
        ("SELECT 'x\0'", UnsafeText),
        ("SELECT '\udcff'", UnsafeText),
    ],
)
def test_parsing_apart(query: str, kind: type[Exception] | None) -> None:
    if kind is None:
        assert parse_apart(query).kind == "select"
        return
    with pytest.raises(kind):
        parse_apart(query)


@pytest.mark.parametrize(
    "limits",
    [{"TIMEOUT_S": 0.01}, {"MEMORY_LIMIT_BYTES": 1 << 20}, {"MAX_ANSWER_BYTES": 10}],
)
def test_parser_that_fails_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, limits: dict[str, Any]
) -> None:
    for name, value in limits.items():
        monkeypatch.setattr(parse_process, name, value)
    with pytest.raises(UnsafeStatement) as caught:
        parse_apart(f"SELECT '{limits}'".replace("'", '"'))
    assert "parser limits" in str(caught.value.detail)
