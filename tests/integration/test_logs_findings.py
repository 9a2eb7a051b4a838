"""A real server is treated badly, and its log tells all of it, in each format."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from jsonschema import Draft202012Validator

from analyzer.embedded.cluster import Cluster
from analyzer.report import logs_as_html, logs_as_json, logs_as_text
from analyzer.sources.log_files import LogOptions, read_log_files
from analyzer.workload.log_summary import log_report
from tests.support.log_server import (
    LINE_PREFIX,
    log_address,
    log_files,
    logging_spec,
)
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.integration
SCHEMA = json.loads(
    (Path(__file__).parents[2] / "analyzer/report/schema/logs.schema.json").read_text()
)


def connect(cluster: Cluster) -> psycopg.Connection[Any]:
    address = log_address(cluster)
    return psycopg.connect(
        host=address.host,
        port=address.port,
        dbname=address.database,
        user=address.user,
        password=PASSWORD,
        autocommit=True,
    )


def loop(cluster: Cluster) -> None:
    """N+1 in transactions, inserts one by one, the same read, pages by OFFSET."""
    with connect(cluster) as shop:
        shop.execute("CREATE TABLE users (id int PRIMARY KEY, name text)")
        shop.execute("CREATE TABLE items (id int PRIMARY KEY, user_id int)")
        for number in range(150):
            shop.execute("INSERT INTO users VALUES (%s, 'x')", (number,), prepare=True)
        shop.execute("INSERT INTO items SELECT n, n % 150 FROM generate_series(1, 9) n")
        for start in range(3):
            shop.execute("BEGIN")
            shop.execute("SELECT id, user_id FROM items LIMIT %s", (12,))
            for number in range(12):
                shop.execute("SELECT name FROM users WHERE id = %s", (number + start,))
            shop.execute("COMMIT")
        for _ in range(300):
            shop.execute("SELECT count(*), pg_sleep(0) FROM users WHERE id < 7")
            shop.execute("SELECT count(*) FROM users u, users v WHERE u.id > 7")
        for page in range(0, 12):
            shop.execute(
                "SELECT u.id, v.id FROM users u, users v, users w LIMIT 1 OFFSET %s",
                (page * 150_000,),
            )


def wait_until_blocked(cluster: Cluster, count: int) -> None:
    """Until so many statements wait for a lock, and the log says so."""
    with connect(cluster) as observer:
        for _ in range(600):
            row = observer.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted"
            ).fetchone()
            if row and row[0] >= count:
                break
            time.sleep(0.05)
    # deadlock_timeout, after which a wait is logged, has passed as well.
    time.sleep(0.4)


def deadlock(cluster: Cluster) -> None:
    first, second = connect(cluster), connect(cluster)
    for one in (first, second):
        one.execute("BEGIN")
    first.execute("UPDATE users SET name = 'a' WHERE id = 1")
    second.execute("UPDATE items SET user_id = 2 WHERE id = 1")

    def other() -> None:
        second.execute("UPDATE users SET name = 'a' WHERE id = 1")

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(other)
        wait_until_blocked(cluster, 1)
        try:
            first.execute("UPDATE items SET user_id = 2 WHERE id = 1")
        except psycopg.errors.DeadlockDetected:
            first.execute("ROLLBACK")
        with contextlib.suppress(psycopg.errors.DeadlockDetected):
            waiting.result()
    for one in (first, second):
        one.close()


def chain(cluster: Cluster) -> None:
    """An idle transaction holds a row; a second waits for it and blocks a third."""
    holder = connect(cluster)
    holder.execute("BEGIN")
    holder.execute("UPDATE users SET name = 'held' WHERE id = 5")

    def second() -> None:
        with connect(cluster) as one:
            one.execute("BEGIN")
            one.execute("UPDATE items SET user_id = 9 WHERE id = 3")
            one.execute("UPDATE users SET name = 'second' WHERE id = 5")
            one.execute("COMMIT")

    def third() -> None:
        with connect(cluster) as one:
            one.execute("UPDATE items SET user_id = 8 WHERE id = 3")

    threads = [threading.Thread(target=second), threading.Thread(target=third)]
    for number, thread in enumerate(threads):
        thread.start()
        wait_until_blocked(cluster, number + 1)
    time.sleep(0.8)
    holder.execute("SELECT 'still here'")
    holder.execute("COMMIT")
    for thread in threads:
        thread.join()
    holder.close()


def churn(cluster: Cluster) -> None:
    for _ in range(120):
        with connect(cluster) as one:
            one.execute("SELECT 1")
    with connect(cluster) as one:
        one.execute("SET work_mem = '64kB'")
        for _ in range(12):
            one.execute("SELECT n FROM generate_series(1, 90000) n ORDER BY n DESC")
        one.execute("CHECKPOINT")
    with connect(cluster) as one:
        one.execute("SET statement_timeout = '100ms'")
        for _ in range(3):
            with pytest.raises(psycopg.errors.QueryCanceled):
                one.execute("SELECT pg_sleep(5)")


@pytest.fixture(scope="module")
def paths(server_dir: Path) -> dict[str, Path]:
    with Cluster(logging_spec(server_dir / "badly_treated")) as cluster:
        for fault in (loop, deadlock, chain, churn):
            fault(cluster)
        return log_files(cluster)


@pytest.fixture(scope="module")
def documents(paths: dict[str, Path]) -> dict[str, dict[str, Any]]:
    found = {}
    for name, path in paths.items():
        contents = read_log_files([path], LogOptions(line_prefix=LINE_PREFIX))
        report = log_report(contents)
        found[name] = logs_as_json.log_report(report)
        assert "Findings" in logs_as_text.log_report(report, 20, 120)
        page = logs_as_html.log_report(report)
        assert "<script" not in page and "'held'" not in page
    return found


def findings(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [item for item in document["findings"] if item["kind"] == kind]


def test_the_three_formats_say_the_same(documents: dict[str, dict[str, Any]]) -> None:
    keys = ("findings", "lock_trees", "connections", "transactions", "checkpoints")
    for key in (*keys, "deadlocks", "events", "severities"):
        texts = {json.dumps(document[key]) for document in documents.values()}
        assert len(texts) == 1, key


def test_the_schema_holds(documents: dict[str, dict[str, Any]]) -> None:
    for document in documents.values():
        Draft202012Validator(SCHEMA).validate(document)


def test_loops(documents: dict[str, dict[str, Any]]) -> None:
    document = documents["jsonlog"]
    (run,) = findings(document, "n_plus_one")
    assert (run["runs"], run["calls"], run["longest_run"]) == (3, 36, 12)
    assert run["suggestion"] == "SELECT name FROM users WHERE id = ANY($1)"
    assert "FROM items" in run["parent"]["query"]
    (inserts,) = findings(document, "unbatched_inserts")
    assert inserts["calls"] == 150


def test_a_cache_is_replayed(documents: dict[str, dict[str, Any]]) -> None:
    (cached,) = findings(documents["jsonlog"], "repeated_reads")
    assert "u.id" in cached["query"]
    outcome = cached["cache"][-1]
    # Logged times are cut to milliseconds, so the second read may seem to start before
    # the first one ended.
    assert outcome["ttl_s"] == 600
    assert outcome["hit_count"] in (298, 299)
    assert outcome["stale_count"] == 0


def test_pages_by_offset(documents: dict[str, dict[str, Any]]) -> None:
    (walk,) = findings(documents["jsonlog"], "offset_walk")
    assert walk["walks"] == 1 and walk["calls"] >= 10


def test_deadlock_with_both_orders(documents: dict[str, dict[str, Any]]) -> None:
    document = documents["jsonlog"]
    (deadlocked,) = document["deadlocks"]
    for member in deadlocked["members"]:
        assert len(member["statements_before"]) == 1
    (finding,) = findings(document, "deadlock_order")
    assert finding["opposite_order"] is True
    first, second = finding["orders"]
    assert first == list(reversed(second))


def test_a_chain_is_a_tree(documents: dict[str, dict[str, Any]]) -> None:
    trees = documents["jsonlog"]["lock_trees"]
    (tree,) = [item for item in trees if item["depth"] == 2]
    assert "UPDATE users" in tree["holder"]["query"]
    assert not tree["holder"]["was_running"]
    (wait,) = tree["waits"]
    assert "UPDATE users" in wait["query"]
    (below,) = wait["below"]
    assert "UPDATE items" in below["query"] and below["waited_ms"] > 300


def test_idle_in_transaction(documents: dict[str, dict[str, Any]]) -> None:
    pauses = documents["jsonlog"]["transactions"]["idle_in_transaction"]
    longest = pauses[0]
    assert longest["idle_ms"] > 1_000 and longest["has_written"]
    assert longest["blocked"] == 1 and longest["blocked_ms"] > 500


def test_the_server(documents: dict[str, dict[str, Any]]) -> None:
    document = documents["jsonlog"]
    (short,) = findings(document, "connection_churn")
    assert short["sessions"] >= 120
    # As many at once as the machine lets wait: far from one a session.
    assert 1 <= short["pool_size"] <= 40
    (spilled,) = findings(document, "temp_files")
    assert spilled["count"] >= 12
    (canceled,) = findings(document, "canceled_statements")
    assert canceled["canceled"] == 3
    assert document["checkpoints"]["completed"]
    assert not findings(document, "forced_checkpoints")
