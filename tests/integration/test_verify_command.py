"""pgproof verify: on a clone, on generated data, in rolled-back transactions."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from analyzer.domain.target import Address
from analyzer.postgres.connect import session
from tests.support.cli import INTERRUPTIBLE, run_cli
from tests.support.workers import ROOT, wait_until

pytestmark = pytest.mark.integration

SCHEMA = files("analyzer.report") / "schema" / "measurement.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
SETUP = """
CREATE ROLE shop_owner LOGIN PASSWORD 'owner-only';
CREATE SCHEMA shop AUTHORIZATION shop_owner;
SET ROLE shop_owner;
SET search_path = shop, public;
CREATE TABLE customer (id int PRIMARY KEY, email text NOT NULL, kind text);
CREATE TABLE purchase (
    id int PRIMARY KEY, customer_id int REFERENCES customer, placed date, note text,
    total numeric(10,2) CHECK (total >= 0));
INSERT INTO customer SELECT g, 'user' || g || '@example.com',
    CASE WHEN g % 50 = 0 THEN 'gold' ELSE 'plain' END
    FROM generate_series(1, 3000) g;
INSERT INTO purchase SELECT g, 1 + g * 7919 % 3000, date '2023-01-01' + g * 31 % 700,
    'note of ' || g, g % 1000
    FROM generate_series(1, 60000) g;
CREATE INDEX purchase_placed ON purchase (placed);
ANALYZE;
"""
STATE = """
SELECT (SELECT array_agg(indexdef ORDER BY indexdef) FROM pg_indexes
        WHERE schemaname = 'shop'),
       (SELECT count(*) FROM shop.purchase), (SELECT sum(total) FROM shop.purchase),
       (SELECT array_agg(row(attname, n_distinct, correlation)::text ORDER BY attname)
        FROM pg_stats WHERE schemaname = 'shop')
"""
WORKLOAD = """
-- name: of customer
-- calls: 100
SELECT * FROM shop.purchase WHERE customer_id = $1;
-- name: by key
SELECT * FROM shop.purchase WHERE id = $1;
-- name: raise
-- calls: 5
UPDATE shop.purchase SET total = total + 1 WHERE id = $1;
-- name: move
UPDATE shop.purchase SET customer_id = customer_id % 3000 + 1 WHERE id = $1;
-- name: elsewhere
UPDATE shop.customer SET kind = 'gold' WHERE id = $1;
"""
RUNNING = """
SELECT 1 FROM pg_stat_activity
WHERE datname = current_database() AND state = 'active'
  AND query LIKE '%ANALYZE, BUFFERS%'
  AND pid <> pg_backend_pid()
"""
USEFUL = "CREATE INDEX CONCURRENTLY useful ON shop.purchase (customer_id)"
USELESS = "CREATE INDEX ON shop.purchase (note)"


@pytest.fixture(scope="module")
def place(superuser: Address) -> Iterator[Address]:
    with session(superuser, read_only=False) as admin:
        admin.execute("CREATE DATABASE verify_command")
    address = replace(superuser, database="verify_command")
    with session(address, read_only=False) as admin:
        admin.execute(SETUP.encode())
    yield replace(address, user="shop_owner", password="owner-only")
    with session(superuser, read_only=False) as admin:
        admin.execute("DROP DATABASE verify_command WITH (FORCE)")
        admin.execute("DROP ROLE shop_owner")


def dsn(address: Address) -> str:
    return (
        f"postgresql://{address.user}:{address.password}@{address.host}:"
        f"{address.port}/{address.database}"
    )


@pytest.fixture(scope="module")
def workload(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("verify") / "shop.sql"
    path.write_text(WORKLOAD)
    return str(path)


def proof(*arguments: str, code: int) -> dict[str, Any]:
    outcome = run_cli("verify", *arguments, "--format", "json", "-q")
    assert outcome.exit_code == code, outcome.err + outcome.out
    found: dict[str, Any] = json.loads(outcome.out)
    VALIDATOR.validate(found)
    return found


def state(address: Address) -> Any:
    with session(address) as connection:
        return connection.execute(STATE).fetchone()


def test_a_clone_confirms_what_pays_and_is_left_as_it_was(
    place: Address, workload: str
) -> None:
    before = state(place)
    found = proof("--index", USEFUL, "-w", workload, "--clone", dsn(place), code=0)
    assert found["verdict"] == "confirmed"
    assert {item["name"] for item in found["statements"]} == {"of customer"}
    assert {item["parameters"] for item in found["statements"]} >= {"typical", "absent"}
    assert all(item["effect"] == "faster" for item in found["statements"])
    for item in found["statements"]:
        assert item["after"]["touched_blks"] * 5 < item["before"]["touched_blks"]
    assert found["unchanged"] == ["by key"]
    assert found["environment"]["ground"] == "a clone"
    assert state(place) == before


def test_writes_are_measured_with_their_hot_share(
    place: Address, workload: str
) -> None:
    found = proof("--index", USEFUL, "-w", workload, "--clone", dsn(place), code=0)
    writes = {
        item["name"]: item
        for item in found["writes"]
        if item["parameters"] == "typical"
    }
    # A statement that writes another table is none of this index's business.
    assert set(writes) == {"raise", "move"}
    # An update that assigns the indexed column is never HOT once the index is there.
    assert writes["move"]["after"]["hot_ratio"] == 0
    assert writes["move"]["after"]["wal_bytes"] > writes["move"]["before"]["wal_bytes"]
    assert (
        writes["raise"]["after"]["hot_ratio"] == writes["raise"]["before"]["hot_ratio"]
    )


def test_an_index_that_no_plan_uses_is_refuted(place: Address, workload: str) -> None:
    found = proof("--index", USELESS, "-w", workload, "--clone", dsn(place), code=1)
    assert found["verdict"] == "refuted"
    assert found["statements"] == []
    assert "same plans" in found["reason"]


def test_a_dropped_index_is_measured_by_what_it_was_good_for(
    place: Address, tmp_path: Path
) -> None:
    path = tmp_path / "day.sql"
    path.write_text("SELECT count(*) FROM shop.purchase WHERE placed = '2023-05-05'")
    before = state(place)
    found = proof(
        *("--drop", "shop.purchase_placed", "-w", str(path)),
        *("--clone", dsn(place)),
        code=1,
    )
    assert found["verdict"] == "refuted"
    assert [item["effect"] for item in found["statements"]] == ["slower"]
    assert state(place) == before


def test_a_rewrite_is_measured(place: Address, tmp_path: Path) -> None:
    slow, fast = tmp_path / "slow.sql", tmp_path / "fast.sql"
    slow.write_text("SELECT * FROM shop.purchase WHERE placed + 0 = '2023-05-05'")
    fast.write_text("SELECT * FROM shop.purchase WHERE placed = '2023-05-05'")
    found = proof("--rewrite", str(slow), str(fast), "--clone", dsn(place), code=0)
    assert found["verdict"] == "confirmed"
    assert [item["name"] for item in found["statements"]] == ["slow"]


def test_generated_data_needs_no_row_of_the_real_one(
    place: Address, workload: str, tmp_path: Path
) -> None:
    snapshot = tmp_path / "shop.snapshot"
    assert run_cli("snapshot", dsn(place), "-o", str(snapshot)).exit_code == 0
    found = proof(
        *("--index", USEFUL, "-w", workload, "--generated"),
        *("--snapshot", str(snapshot)),
        code=0,
    )
    assert found["verdict"] == "confirmed"
    rows = found["environment"]["row_counts"]
    assert rows == {"shop.customer": 3000, "shop.purchase": 60000}
    like = found["environment"]["likeness"]
    assert like["same_plan_count"] == like["statement_count"] >= 4
    assert like["like_column_count"] == like["column_count"], like["differing"]
    assert {item["temperature"] for item in found["statements"]} == {"warm", "cold"}
    cold = [item for item in found["statements"] if item["temperature"] == "cold"]
    assert all(item["before"]["read_blks"] > 0 for item in cold)
    again = proof(
        *("--index", USELESS, "-w", workload, "--generated", "--rows", "9000"),
        *("--snapshot", str(snapshot), "--no-cold"),
        code=1,
    )
    assert again["verdict"] == "refuted"
    assert sum(again["environment"]["row_counts"].values()) <= 9_100


def test_a_watched_server_keeps_nothing(place: Address, workload: str) -> None:
    before = state(place)
    found = proof(
        *("--index", USEFUL, "-w", workload, "--rolled-back"),
        *("--target", dsn(place)),
        code=0,
    )
    assert found["environment"]["ground"] == "a rolled-back transaction"
    assert found["writes"] == []
    assert {n["what"] for n in found["not_seen"]} >= {"raise", "move"}
    assert state(place) == before


def test_what_a_killed_run_left_behind_is_dropped(
    place: Address, workload: str
) -> None:
    before = state(place)
    with session(place, read_only=False) as connection:
        connection.execute(
            "CREATE INDEX pgproof_proof_0123456789ab ON shop.purchase (total)"
        )
        connection.execute(
            "CREATE INDEX pgproof_proof_of_mine ON shop.purchase (total)"
        )
    proof("--index", USELESS, "-w", workload, "--clone", dsn(place), code=1)
    with session(place, read_only=False) as connection:
        # A name that only looks like ours is somebody's.
        connection.execute("DROP INDEX shop.pgproof_proof_of_mine")
    assert state(place) == before


def test_only_one_measures_at_a_time(place: Address, workload: str) -> None:
    with session(place) as other:
        other.execute("SELECT pg_advisory_lock(x'70677076'::int)")
        outcome = run_cli(
            "verify", "--index", USELESS, "-w", workload, "--clone", dsn(place)
        )
    assert outcome.exit_code == 3
    assert "one at a time" in outcome.err


def test_hostile_statements_are_refused_and_told(
    place: Address, tmp_path: Path
) -> None:
    path = tmp_path / "w.sql"
    path.write_text(
        "SELECT * FROM shop.purchase WHERE customer_id = 7;"
        "SELECT pg_read_file('/etc/passwd');"
        "COPY shop.purchase TO PROGRAM 'true';"
        "SELECT nope FROM shop.purchase;"
    )
    found = proof("--index", USEFUL, "-w", str(path), "--clone", dsn(place), code=0)
    assert {item["name"] for item in found["statements"]} == {"w#1"}
    assert {item["what"] for item in found["not_seen"]} >= {"w#2", "w#3", "w#4"}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 2, "nothing to verify"),
        (("--index", USEFUL), 2, "needs statements"),
        (("--index", USEFUL, "-w", "{w}"), 2, "exactly one place"),
        (("--index", USEFUL, "-w", "{w}", "--generated"), 2, "needs statistics"),
        (("--index", "DROP TABLE t", "-w", "{w}", "--clone", "{d}"), 2, ""),
        (
            ("--index", "CREATE INDEX ON nowhere (a)", "-w", "{w}", "--clone", "{d}"),
            2,
            "",
        ),
        (
            (
                "--index",
                "CREATE INDEX ON shop.purchase (nope)",
                "-w",
                "{w}",
                "--clone",
                "{d}",
            ),
            2,
            "column",
        ),
        (("--drop", "nowhere", "-w", "{w}", "--clone", "{d}"), 2, "does not exist"),
        (
            ("--drop", "shop.purchase_pkey", "-w", "{w}", "--rolled-back", "-t", "{d}"),
            3,
            "lock",
        ),
        (("--index", USEFUL, "-w", "{w}", "--rolled-back", "-t", "shop"), 3, "own DSN"),
        (("--index", USEFUL, "-w", "/nowhere.sql", "--clone", "{d}"), 5, "cannot read"),
        (("7x",), 2, "number of a recommendation"),
    ],
)
def test_bad_requests(
    place: Address, workload: str, arguments: tuple[str, ...], code: int, says: str
) -> None:
    filled = [a.format(w=workload, d=dsn(place)) for a in arguments]
    before = state(place)
    outcome = run_cli("verify", *filled, "-q")
    assert outcome.exit_code == code, outcome.err
    assert says in outcome.err
    assert place.password not in outcome.err
    assert state(place) == before


def test_an_unknown_table_is_told_before_rows_are_made(
    place: Address, workload: str
) -> None:
    index = "CREATE INDEX ON nowhere (a)"
    outcome = run_cli(
        *("verify", "--index", index, "-w", workload, "--generated", "-t", dsn(place))
    )
    assert outcome.exit_code == 2
    assert 'relation "nowhere" does not exist' in outcome.err
    assert "reading schema" in outcome.err and "making" not in outcome.err


def test_reports_for_people(place: Address, workload: str, tmp_path: Path) -> None:
    path = tmp_path / "proof.md"
    outcome = run_cli(
        *("verify", "--index", USEFUL, "-w", workload, "--clone", dsn(place), "-q"),
        *("--format", "markdown", "-o", str(path)),
    )
    assert outcome.exit_code == 0, outcome.err
    text = path.read_text()
    assert text.startswith("## CONFIRMED")
    assert "| of customer | " in text and "HOT before" in text
    shown = run_cli(
        "verify", "--index", USELESS, "-w", workload, "--clone", dsn(place), "-q"
    )
    assert shown.out.startswith("REFUTED: the planner makes the same plans")


def test_what_no_rollback_undoes_is_not_run_on_a_clone(
    place: Address, tmp_path: Path
) -> None:
    with session(place, read_only=False) as owner:
        owner.execute("CREATE TABLE shop.noted (id serial PRIMARY KEY, a int)")
        owner.execute("INSERT INTO shop.noted (a) SELECT generate_series(1, 9000)")
        owner.execute("ANALYZE shop.noted")
    path = tmp_path / "w.sql"
    path.write_text(
        "SELECT * FROM shop.noted WHERE a = $1;"
        "INSERT INTO shop.noted (a) VALUES ($1);"
        "UPDATE shop.noted SET a = 1 WHERE id = $1;"
    )
    index = "CREATE INDEX ON shop.noted (a)"
    found = proof("--index", index, "-w", str(path), "--clone", dsn(place), code=0)
    assert {item["name"] for item in found["writes"]} == {"w#3"}
    (refused,) = [n for n in found["not_seen"] if n["what"] == "w#2"]
    assert "sequence" in refused["why"]
    with session(place, read_only=False) as owner:
        row = owner.execute("SELECT last_value FROM shop.noted_id_seq").fetchone()
        assert row == (9000,)
        owner.execute("DROP TABLE shop.noted")


def test_an_interrupted_run_leaves_nothing_behind(
    place: Address, tmp_path: Path
) -> None:
    before = state(place)
    path = tmp_path / "long.sql"
    path.write_text(
        "SELECT count(*) FROM shop.purchase a, shop.purchase b"
        " WHERE a.customer_id < 7 AND b.total + a.total <> 3"
    )
    command = [
        *(sys.executable, "-m", "analyzer", "verify", "--index", USEFUL),
        *("-w", str(path), "--clone", dsn(place), "-q"),
    ]
    process = subprocess.Popen(
        [*INTERRUPTIBLE, *command], cwd=ROOT, stderr=subprocess.PIPE
    )
    try:
        with session(place) as watcher:
            wait_until(
                lambda: bool(watcher.execute(RUNNING).fetchone()), "a run has begun"
            )
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    finally:
        process.kill()
        process.communicate()
    assert state(place) == before


def test_an_older_server_as_clone(server15: Address, tmp_path: Path) -> None:
    with session(server15, read_only=False) as admin:
        admin.execute(
            "CREATE TABLE verified AS SELECT g AS id, g % 900 AS kind"
            " FROM generate_series(1, 40000) g"
        )
        admin.execute("ANALYZE verified")
    path = tmp_path / "w.sql"
    path.write_text(
        "SELECT * FROM verified WHERE id = $1;"
        "UPDATE verified SET kind = 0 WHERE id = $1"
    )
    index = "CREATE INDEX ON verified (id)"
    found = proof("--index", index, "-w", str(path), "--clone", dsn(server15), code=0)
    assert found["verdict"] == "confirmed"
    # A superuser reads as pg_read_all_data there, and writes nothing.
    assert found["writes"] == []
    assert "w#2" in {item["what"] for item in found["not_seen"]}
    with session(server15, read_only=False) as admin:
        assert not admin.execute(
            "SELECT 1 FROM pg_indexes WHERE tablename = 'verified'"
        ).fetchone()
        admin.execute("DROP TABLE verified")
