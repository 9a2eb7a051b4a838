"""pgproof rewrite as a user runs it, on a schema alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from analyzer.domain.target import Address
from analyzer.postgres.connect import session
from tests.support.cli import run_cli

FORM = Path(__file__).parents[2] / "analyzer/report/schema/rewrite.schema.json"
DDL = """CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint{}, note text);
CREATE INDEX ON orders (customer_id);"""
QUERY = "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)"
HOSTILE = "SELECT '</pre><script>x</script>' FROM customers WHERE id::text = '5'"

pytestmark = pytest.mark.integration


@pytest.fixture
def schema(tmp_path: Path) -> str:
    path = tmp_path / "schema.sql"
    path.write_text(DDL.format(" NOT NULL"))
    return str(path)


def test_a_rewrite_with_its_proof_as_json(schema: str) -> None:
    outcome = run_cli("rewrite", "-c", QUERY, "--schema", schema, "--format", "json")
    assert outcome.exit_code == 0
    found = json.loads(outcome.out)
    jsonschema.validate(found, json.loads(FORM.read_text()))
    best = found["rewrites"][0]
    assert "NOT EXISTS" in best["query"]
    assert best["cost_after"] < best["cost_before"]
    assert all(item["holds"] and item["proof"] for item in best["conditions"])
    marks = {piece["mark"]: piece["text"] for piece in best["diff"]}
    assert "id NOT IN (SELECT customer_id" in marks["removed"]
    assert "NOT EXISTS (SELECT 1 FROM orders" in marks["added"]


def test_a_missing_constraint_is_named_as_ddl(schema: str) -> None:
    query = (
        "SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id "
        "GROUP BY c.id HAVING count(o.note) = 0"
    )
    outcome = run_cli("rewrite", "-c", query, "--schema", schema, "--format", "json")
    found = json.loads(outcome.out)
    jsonschema.validate(found, json.loads(FORM.read_text()))
    assert not found["rewrites"]
    conditions = [
        c for item in found["missing_constraints"] for c in item["conditions"]
    ]
    ddl = [item["ddl"] for item in conditions if not item["holds"]]
    assert ddl == ["ALTER TABLE public.orders ALTER COLUMN note SET NOT NULL;"]


def test_what_only_an_error_tells_apart_is_conditional(schema: str) -> None:
    query = "SELECT id FROM orders WHERE abs(customer_id) < 5"
    outcome = run_cli("rewrite", "-c", query, "--schema", schema, "--format", "json")
    (found,) = json.loads(outcome.out)["rewrites"]
    assert found["query"].endswith("customer_id > -5 AND customer_id < 5")
    assert found["semantics"] == "unchanged if"
    assert found["verdict"]["level"] == "conditional"
    assert any("overflow" in caveat for caveat in found["caveats"])


@pytest.mark.parametrize("fmt", ["text", "markdown", "html"])
def test_every_format_shows_the_diff_and_obeys_nothing(schema: str, fmt: str) -> None:
    outcome = run_cli("rewrite", "-c", HOSTILE, "--schema", schema, "--format", fmt)
    assert outcome.exit_code == 0
    assert "id = 5" in outcome.out
    assert fmt != "html" or "<script>" not in outcome.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "nothing to rewrite"),
        (("-c", "SELECT 1"), "for one database"),
        (("-c", "SELECT 1; SELECT 2", "--schema", "?"), "exactly one statement"),
        (("-c", "SELEC 1", "--schema", "?"), "syntax"),
        (("-c", "DROP TABLE orders", "--schema", "?"), "can be planned"),
        (("-c", "SELECT * FROM nosuch", "--schema", "?"), "does not exist"),
        (("-c", "SELECT 1", "--schema", "/nosuch"), "cannot read"),
        (("-c", "SELECT 1", "--schema", "?", "--param", "1"), "do not fit"),
    ],
)
def test_a_bad_request_gets_a_clear_error(
    schema: str, arguments: tuple[str, ...], message: str
) -> None:
    given = [schema if item == "?" else item for item in arguments]
    outcome = run_cli("rewrite", *given)
    assert outcome.exit_code in (2, 3, 5)
    assert message in outcome.err and "Traceback" not in outcome.err


@pytest.fixture
def target(superuser: Address) -> Iterator[Address]:
    """A database in which a cast hides a key, with statistics."""
    address = replace(superuser, database="rewrite_measured")
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE rewrite_measured")
    with session(address, read_only=False) as connection:
        connection.execute(DDL.format(" NOT NULL").encode())
        connection.execute(
            "INSERT INTO customers SELECT g, 'c' || g FROM generate_series(1, 40000) g"
        )
        connection.execute("ANALYZE")
    yield address
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE rewrite_measured WITH (FORCE)")


def test_measure_runs_both_texts_on_generated_rows(
    target: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "SELECT name FROM customers WHERE id::text = '777'"
    dsn = f"host={target.host} port={target.port} dbname={target.database}"
    monkeypatch.setenv("PGPASSWORD", target.password)
    outcome = run_cli(
        *("rewrite", "-c", query, "--target", f"{dsn} user={target.user}"),
        *("--measure", "--format", "json"),
    )
    assert outcome.exit_code == 0, outcome.err
    found = json.loads(outcome.out)
    jsonschema.validate(found, json.loads(FORM.read_text()))
    best = found["rewrites"][0]
    assert best["query"].endswith("id = 777")
    measured = best["measurement"]
    assert measured["source"].startswith("generated data")
    assert measured["before_blks"] > 10 * measured["after_blks"]


def test_a_schema_alone_has_no_rows_to_measure_on(schema: str) -> None:
    outcome = run_cli("rewrite", "-c", QUERY, "--schema", schema, "--measure")
    assert outcome.exit_code == 2
    assert "nothing about the data" in outcome.err
