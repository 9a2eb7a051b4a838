"""pgproof indexes as a user runs it: one answer in every form, and clear errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from analyzer.domain.target import Address
from analyzer.postgres.connect import parse_dsn, session
from tests.support.cli import run_cli

pytestmark = pytest.mark.integration

FORM = Path(__file__).parents[2] / "analyzer/report/schema/indexes.schema.json"
SCHEMA = """
CREATE TABLE parent (id int PRIMARY KEY, code text);
CREATE TABLE child (id int PRIMARY KEY, parent_id int NOT NULL REFERENCES parent,
  kind int, amount int, "<script>" text);
CREATE INDEX child_parent ON child (parent_id);
CREATE INDEX child_kind ON child (kind);
CREATE INDEX child_kind_amount ON child (kind, amount);
CREATE VIEW amounts AS SELECT parent_id, amount, sum(kind) AS kinds FROM child
  GROUP BY parent_id, amount;
CREATE TABLE offer (part int, seller int, price int, PRIMARY KEY (part, seller));
CREATE TABLE sale (id int PRIMARY KEY, part int NOT NULL, seller int NOT NULL,
  buyer int NOT NULL, day int NOT NULL);
INSERT INTO offer SELECT i % 1000, i % 1000 % 50 * 4 + i / 1000, i
  FROM generate_series(0, 3999) i;
INSERT INTO sale SELECT i, part, seller, i * 7919 % 5000, i * 7919 % 5000 % 700
  FROM generate_series(1, 100000) i JOIN offer ON price = i * 7907 % 4000;
INSERT INTO parent SELECT i, 'c' || i FROM generate_series(1, 20000) i;
INSERT INTO child SELECT i, 1 + i % 20000, i % 700, i % 1000, md5(i::text)
  FROM generate_series(1, 60000) i;
"""
WORKLOAD = """
-- name: by code
-- weight: 10
SELECT * FROM parent WHERE code = 'c77';
-- name: of a kind
SELECT sum(amount) FROM child WHERE kind = 7;
SELECT * FROM nowhere;
-- name: as the session likes it
SELECT id FROM child WHERE to_char(amount, 'L999') = '$ 7';
-- name: hostile
SELECT * FROM child WHERE "<script>" = '</pre><script>x</script>';
"""


@pytest.fixture(scope="module")
def dsn(superuser: Address) -> Iterator[str]:
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE advised")
    address = replace(superuser, database="advised")
    with session(address, read_only=False) as connection:
        for statement in SCHEMA.split(";"):
            if statement.strip():
                connection.execute(statement)
        connection.execute("VACUUM ANALYZE")
    yield (
        f"postgresql://{address.user}:{address.password}@{address.host}:"
        f"{address.port}/advised"
    )
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE advised WITH (FORCE)")


@pytest.fixture
def workload(tmp_path: Path) -> str:
    path = tmp_path / "queries.sql"
    path.write_text(WORKLOAD)
    return str(path)


def test_one_set_for_the_workload_as_json(
    dsn: str, workload: str, capfd: pytest.CaptureFixture[str]
) -> None:
    outcome = run_cli(
        "indexes", "-t", dsn, "-w", workload, "--budget", "5MB", "--format", "json"
    )
    assert outcome.exit_code == 0, outcome.err
    assert capfd.readouterr().out == "", "a library printed to standard output"
    found = json.loads(outcome.out)
    jsonschema.validate(found, json.loads(FORM.read_text()))
    assert any("public.parent (code" in item["ddl"] for item in found["indexes"]), found
    assert found["cost_after"] < found["cost_before"]
    assert found["size_bytes"] <= 5_000_000
    names = [item["name"] for item in found["queries"]]
    assert {"by code", "of a kind", "hostile", "as the session likes it"} == set(names)
    # It is not immutable: the shadow refuses it, and the other candidates stand.
    assert not any("to_char" in item["ddl"] for item in found["indexes"]), found
    assert [item["query"] for item in found["skipped"]] == ["queries#3"]
    ratios = [item["after"] / item["before"] for item in found["queries"]]
    assert ratios == sorted(ratios, reverse=True)


def test_drops_what_another_index_does_and_nothing_a_key_needs(
    dsn: str, workload: str
) -> None:
    outcome = run_cli("indexes", "-t", dsn, "-w", workload, "--format", "json")
    drops = [item["index"] for item in json.loads(outcome.out)["drops"]]
    assert drops == ["public.child_kind"]


def sized(dsn: str, tmp_path: Path, text: str) -> tuple[dict[str, Any], int]:
    """The only index proposed for a statement, and what it really takes."""
    path = tmp_path / "one.sql"
    path.write_text(text)
    outcome = run_cli("indexes", "-t", dsn, "-w", str(path), "--format", "json")
    (item,) = json.loads(outcome.out)["indexes"]
    with (
        session(parse_dsn(dsn), read_only=False) as connection,
        connection.transaction(force_rollback=True),
    ):
        ddl = item["ddl"].replace(" CONCURRENTLY", "")
        connection.execute(ddl.encode())
        row = connection.execute(
            "SELECT pg_relation_size(max(indexrelid)) FROM pg_index"
        ).fetchone()
    assert row is not None
    return item, row[0]


def test_columns_joined_to_a_key_are_sized_as_its_values(
    dsn: str, tmp_path: Path
) -> None:
    item, built_bytes = sized(
        dsn,
        tmp_path,
        "SELECT price, count(*) FROM offer o JOIN sale s USING (part, seller)"
        " WHERE o.price BETWEEN 70 AND 90 GROUP BY price",
    )
    assert "public.sale (" in item["ddl"]
    assert item["size_bytes"] == pytest.approx(built_bytes, rel=0.1)
    doubt = item["size_doubt"]
    assert doubt["least_bytes"] <= item["size_bytes"] < doubt["most_bytes"]
    assert "public.offer" in doubt["why"]


def test_what_nothing_bounds_is_told_with_its_range(dsn: str, tmp_path: Path) -> None:
    item, built_bytes = sized(
        dsn, tmp_path, "SELECT count(*) FROM sale WHERE buyer = 77 AND day < 300"
    )
    doubt = item["size_doubt"]
    assert 0.9 * doubt["least_bytes"] < built_bytes < item["size_bytes"]
    assert item["size_bytes"] == doubt["most_bytes"], "the budget holds this"
    with session(parse_dsn(dsn), read_only=False) as connection:
        for statement in doubt["settled_by"].split(";")[:2]:
            connection.execute(statement.encode())
    item, built_bytes = sized(
        dsn, tmp_path, "SELECT count(*) FROM sale WHERE buyer = 77 AND day < 300"
    )
    assert item["size_doubt"] is None
    assert item["size_bytes"] == pytest.approx(built_bytes, rel=0.1)


def test_the_table_below_a_view_gets_the_index(dsn: str, tmp_path: Path) -> None:
    path = tmp_path / "view.sql"
    path.write_text("SELECT kinds FROM amounts WHERE amount = 7;")
    outcome = run_cli("indexes", "-t", dsn, "-w", str(path), "--format", "json")
    assert outcome.exit_code == 0, outcome.err
    (index,) = json.loads(outcome.out)["indexes"]
    assert " ON public.child (amount" in index["ddl"]


def test_no_index_is_asked_for(dsn: str, workload: str) -> None:
    outcome = run_cli(
        "indexes", "-t", dsn, "-w", workload, "--max-indexes", "0", "--format", "json"
    )
    found = json.loads(outcome.out)
    assert found["indexes"] == []
    assert found["cost_after"] == found["cost_before"]


def test_a_lookup_by_a_key_is_left_as_it_is(dsn: str, tmp_path: Path) -> None:
    path = tmp_path / "one.sql"
    path.write_text("SELECT code FROM parent WHERE id = 77")
    outcome = run_cli("indexes", "-t", dsn, "-w", str(path), "--format", "json")
    found = json.loads(outcome.out)
    assert found["indexes"] == []
    assert "reading a few pages" in found["queries"][0]["why_no_gain"]


@pytest.mark.parametrize("fmt", ["table", "markdown", "html"])
def test_every_form_names_each_query_and_obeys_none(
    dsn: str, workload: str, fmt: str
) -> None:
    outcome = run_cli("indexes", "-t", dsn, "-w", workload, "--format", fmt)
    assert outcome.exit_code == 0, outcome.err
    for name in ("by code", "of a kind", "hostile", "queries"):
        assert name in outcome.out
    if fmt == "html":
        assert "<script>" not in outcome.out


def test_runs_calibrate_times(dsn: str, workload: str, tmp_path: Path) -> None:
    path = tmp_path / "more.sql"
    path.write_text(
        ";\n".join(f"SELECT sum(amount) FROM child WHERE id > {n}" for n in range(6))
    )
    outcome = run_cli(
        "indexes", "-t", dsn, "-w", str(path), "--analyze", "--format", "json"
    )
    found = json.loads(outcome.out)
    assert found["objective"] == "time"
    assert found["time_basis"]["basis"] == "measured"
    assert found["time_basis"]["plan_count"] == 6
    assert found["time_before_ms"] > 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "no database"),
        (("--snapshot", "missing.snapshot", "-w", "x.sql"), 5, "missing.snapshot"),
        (("-t", "DSN", "-w", "/nowhere"), 5, "/nowhere"),
        (("-t", "DSN", "--budget", "much"), 2, "not a size"),
    ],
)
def test_bad_input_gets_a_clear_error(
    dsn: str,
    arguments: tuple[str, ...],
    code: int,
    message: str,
) -> None:
    given = [dsn if item == "DSN" else item for item in arguments]
    outcome = run_cli("indexes", *given)
    assert outcome.exit_code == code, outcome.err
    assert message in outcome.err
    assert outcome.out == ""
