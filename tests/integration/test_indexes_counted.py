"""pgproof indexes for what pg_stat_statements has counted."""

from __future__ import annotations

import json

import pytest

from analyzer.domain.target import Address
from analyzer.postgres.connect import session
from tests.support.cli import run_cli

pytestmark = pytest.mark.integration

CATALOGS = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' ORDER BY 1",
    "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid",
    "SELECT * FROM pg_settings",
    "SELECT proname, prosrc FROM pg_proc WHERE prosrc LIKE '%a%' ORDER BY 2",
    "SELECT * FROM pg_stat_user_tables",
    "SELECT typname FROM pg_type ORDER BY typlen, typname",
)


def count(database: Address, *queries: str) -> str:
    """Run statements that pg_stat_statements counts; the DSN of their database."""
    with session(database, read_only=False) as connection:
        connection.execute(
            "CREATE TABLE orders AS SELECT i AS id, i % 1000 AS customer,"
            " repeat('x', 50) AS note FROM generate_series(1, 100000) i"
        )
        connection.execute("VACUUM ANALYZE orders")
        connection.execute("SELECT pg_stat_statements_reset()")
        for query in queries:
            for _ in range(3):
                connection.execute(query.encode())
    return (
        f"postgresql://{database.user}:{database.password}@{database.host}:"
        f"{database.port}/{database.database}"
    )


def test_catalogs_alone_are_no_workload(database: Address) -> None:
    outcome = run_cli("indexes", "-t", count(database, *CATALOGS))
    assert outcome.exit_code == 2, outcome.out
    assert "no statement in pg_stat_statements reads a table" in outcome.err
    assert "--workload" in outcome.err


def test_catalogs_beside_tables_tell_nothing_of_the_machine(database: Address) -> None:
    dsn = count(database, "SELECT count(*) FROM orders WHERE customer = 7", *CATALOGS)
    outcome = run_cli("indexes", "-t", dsn, "--format", "json")
    assert outcome.exit_code == 0, outcome.err
    found = json.loads(outcome.out)
    assert [item["ddl"] for item in found["indexes"]] == [
        "CREATE INDEX CONCURRENTLY orders_customer_idx ON public.orders (customer)"
    ]
    (query,) = (q["name"] for q in found["queries"])
    assert "FROM orders" in query
    assert any("system's catalogs" in item["what"] for item in found["not_seen"])
    # Six statements were slow enough, but one of them alone is of known tables.
    assert found["time_basis"]["basis"] == "assumed"
    assert found["objective"] == "cost"
    (caveat,) = (text for text in found["caveats"] if "not time" in text)
    assert "takes 5 statements" in caveat
    assert caveat.endswith("of these there is one.")
