"""Each major version before 18, with one of every kind of object it has.

Answers are compared with what the server itself says: its plans in four forms, its
costs, and one log in all the forms it writes.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from analyzer.domain.plan import Plan
from analyzer.domain.target import Address
from analyzer.planner.snapshot import take_snapshot
from analyzer.plans.read_any import read_any_plan
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.settings import PLANNER_SETTINGS, off_before
from analyzer.report import logs_as_json
from analyzer.sources.log_files import LogOptions, read_log_files
from analyzer.workload.log_summary import log_report
from tests.support.cli import run_cli
from tests.support.older_servers import OLDER, older_server

pytestmark = pytest.mark.integration

EVERY_OBJECT = Path(__file__).parent.parent / "support" / "every_object.sql"
SINCE = re.compile(r"-- since (\d+)")
ORDERS = '"Sales dept"."Order"'
QUERIES = (
    "SELECT * FROM customer WHERE tenant = 3 ORDER BY created DESC LIMIT 5",
    "SELECT city, count(*) FROM customer GROUP BY city HAVING count(*) > 3",
    "SELECT * FROM customer WHERE tags @> ARRAY['t7'] AND profile @> '{\"plan\": 2}'",
    "SELECT * FROM customer WHERE created < '2026-02-02' OR code = '00007'",
    f"SELECT o.id FROM {ORDERS} o LEFT JOIN item i ON i.order_id = o.id"
    " AND i.at = o.at WHERE o.at = '2026-05-05' AND i.line IS NULL",
    "SELECT rank() OVER (PARTITION BY tenant ORDER BY price) FROM customer",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5)"
    " SELECT * FROM r",
    "SELECT * FROM vehicle WHERE weight > 60 ORDER BY id",
    "SELECT * FROM booking WHERE nights && int4range(5, 9) AND room = 3",
    "SELECT * FROM booking ORDER BY place <-> point '(3,4)' LIMIT 3",
    "SELECT 1 UNION SELECT 2 EXCEPT SELECT 3",
    "SELECT * FROM customer c WHERE EXISTS (SELECT 1 FROM "
    f"{ORDERS} o WHERE o.customer_id = c.id AND total > 900)",
    "SELECT x.n, y.n FROM generate_series(1, 3) AS x(n), LATERAL (SELECT x.n * 2 AS n)"
    " y, (VALUES (1), (2)) AS v(a)",
    "SELECT tenant, mood, count(*) FROM customer"
    " GROUP BY GROUPING SETS ((tenant), (mood), ())",
    "SELECT * FROM customer WHERE ctid = '(1,1)'",
    "SELECT o.id, (SELECT count(*) FROM item i WHERE i.order_id = o.id)"
    ' FROM "Sales dept".order_1 o WHERE o.id < 50',
    "SELECT tenant, created, id FROM customer ORDER BY tenant, created DESC, id"
    " LIMIT 30",
    "SELECT count(DISTINCT price) FILTER (WHERE tenant > 3) FROM customer",
    "SELECT * FROM by_city WHERE total > 5",
)
CHANGE = "UPDATE item SET amount = 1 WHERE order_id = 7"
LOGGING = {
    "shared_preload_libraries": "pg_stat_statements,auto_explain",
    "logging_collector": "on",
    "log_filename": "server.log",
    "log_rotation_age": "0",
    "lc_messages": "C",
}
LOGGED = {
    "log_min_duration_statement": "0",
    "log_temp_files": "0",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_nested_statements": "on",
    "work_mem": "64kB",
}


@dataclass(frozen=True)
class Older:
    """A server with a database full of objects, and its snapshot in a file."""

    major: int
    address: Address
    log: Path
    snapshot: Path

    @property
    def reader(self) -> Address:
        return replace(self.address, user="reader")


@pytest.fixture(scope="module", params=OLDER)
def older(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Older]:
    major: int = request.param
    forms = "stderr,csvlog" + (",jsonlog" if major >= 15 else "")
    query_id = " %Q" if major >= 14 else ""
    settings = {
        **LOGGING,
        "log_destination": forms,
        "log_line_prefix": f"%m [%p] %c %l %e %v %x{query_id} %r %q%u@%d/%a ",
    }
    with older_server(major, settings) as server:
        with session(server, read_only=False) as connection:
            connection.execute("CREATE DATABASE every")
            data = connection.execute("SHOW data_directory").fetchone()
        address = replace(server, database="every")
        with session(address, read_only=False, statement_timeout_ms=60_000) as made:
            for statement in statements_for(major):
                made.execute(statement.encode())
            made.execute("CREATE EXTENSION pg_stat_statements")
            made.execute("VACUUM ANALYZE")
        path = tmp_path_factory.mktemp(f"older-{major}") / "every.snapshot"
        taken = run_cli("snapshot", dsn(address), "-o", str(path))
        assert taken.exit_code == 0, taken.err
        log = Path(data[0] if data else "") / "log"
        yield Older(major=major, address=address, log=log, snapshot=path)


def statements_for(major: int) -> list[str]:
    """The statements of the file that a version accepts."""
    since, lines = 0, []
    for line in EVERY_OBJECT.read_text().splitlines():
        found = SINCE.fullmatch(line)
        if line.startswith("--"):
            since = int(found[1]) if found else 0
        elif since <= major:
            lines.append(line)
    return [part for part in "\n".join(lines).split(";\n") if part.strip(" ;\n")]


def dsn(address: Address) -> str:
    return (
        f"postgresql://{address.user}@{address.host}:{address.port}/{address.database}"
    )


def explained(connection: Connection, query: str, options: str, form: str) -> Plan:
    text = f"EXPLAIN ({options}, FORMAT {form}) {query}"
    with connection.transaction(force_rollback=True):
        rows = connection.execute(text.encode()).fetchall()
    lines = [r[0] if isinstance(r[0], str) else json.dumps(r[0]) for r in rows]
    return read_any_plan("\n".join(lines), source="test")


def shape(plan: Plan) -> list[tuple[Any, ...]]:
    names = ("CTE Name", "Command", "Strategy")
    return [
        (
            *(n.node_type, n.relation, n.index_name, n.join_type, n.alias, n.filter),
            *(n.index_cond, n.startup_cost, n.total_cost, n.plan_rows, n.actual_rows),
            *(n.details.get(name) for name in names),
        )
        for n in plan.root.walk()
    ]


def test_plans_of_all_forms_are_one_plan(older: Older) -> None:
    with session(older.address, read_only=False, autocommit=False) as connection:
        for query in (*QUERIES, CHANGE):
            for options in ("VERBOSE", "ANALYZE, BUFFERS, TIMING OFF", "COSTS OFF"):
                # What is rolled back leaves entries that the next run counts.
                if query == CHANGE and options.startswith("ANALYZE"):
                    continue
                shapes = {
                    form: shape(explained(connection, query, options, form))
                    for form in ("JSON", "TEXT", "YAML", "XML")
                }
                for form, found in shapes.items():
                    assert found == shapes["JSON"], (form, options, query)


def test_switches_are_those_that_the_server_lacks(older: Older) -> None:
    with session(older.address) as connection:
        rows = connection.execute("SELECT name FROM pg_settings").fetchall()
        version_num = connection.info.server_version
    missing = {name for name in PLANNER_SETTINGS if (name,) not in rows}
    # Without a foreign table nothing is appended asynchronously, and before 15 the
    # factor was what its default is now.
    ineffective = {"enable_async_append", "recursive_worktable_factor"}
    assert set(off_before(version_num)) == missing - ineffective


def test_a_plan_from_the_snapshot(older: Older) -> None:
    answer = run_cli(
        *("explain", "--snapshot", str(older.snapshot), "--format", "json", "-q"),
        *("-c", "SELECT * FROM item WHERE product = 7"),
        *("--index", "CREATE INDEX ON item (product)"),
    )
    assert answer.exit_code == 0, answer.err
    found = json.loads(answer.out)
    assert found["cost_after"] < found["cost_before"] / 5
    with session(older.address) as connection:
        query = "SELECT * FROM item WHERE product = 7"
        real = explained(connection, query, "COSTS", "JSON").total_cost
    assert found["cost_before"] == pytest.approx(real, rel=0.001)


def test_a_reader_is_told_the_grant_of_this_version(older: Older) -> None:
    hints = [item.hint for item in take_snapshot(older.reader).not_seen]
    grants = {
        13: ["GRANT SELECT ON pg_catalog.pg_statistic TO the role."],
        17: [],
    }
    newer = ["GRANT pg_read_all_data TO the role."]
    assert hints == grants.get(older.major, newer)


def test_a_reader_runs_a_select(older: Older) -> None:
    answer = run_cli(
        *("explain", "-t", dsn(older.reader), "--analyze", "-q"),
        *("-c", "SELECT * FROM item WHERE product = 7"),
    )
    assert answer.exit_code == 0, answer.err
    assert "execution time" in answer.out
    assert f"planned by target, PostgreSQL {older.major}" in answer.out


@pytest.mark.parametrize("role", ["superuser", "reader"])
def test_scan_and_doctor(older: Older, role: str) -> None:
    address = older.reader if role == "reader" else older.address
    for command in (["scan", "-q", "--fail-on", "never"], ["doctor"]):
        answer = run_cli(*command, dsn(address))
        assert answer.exit_code == 0, answer.err
        assert f"{older.major}." in answer.out


def test_the_log_tells_the_same_in_all_forms(older: Older, tmp_path: Path) -> None:
    with session(older.address, read_only=False) as connection:
        for name, value in LOGGED.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        for query in QUERIES:
            connection.execute(query.encode())
        connection.execute("SELECT %s::text IS NULL, %s::int", (None, 5), prepare=True)
        connection.execute("SET auto_explain.log_format = 'json'")
        connection.execute(QUERIES[4].encode())
        connection.execute("SELECT 'the ' || 'end'")
    files = written(older, tmp_path)
    reports = {}
    for name, path in files.items():
        contents = read_log_files([path], LogOptions())
        assert contents.coverage[0].not_understood_count == 0, (name, contents.coverage)
        report = logs_as_json.log_report(log_report(contents))
        report.pop("files")
        reports[name] = report
    assert len(reports["server.log"]["statements"]) > 15
    for name, report in reports.items():
        assert report == reports["server.log"], name


def written(older: Older, folder: Path) -> dict[str, Path]:
    """Copies of the files, once the collector has written the last line to each."""
    deadline = time.monotonic() + 20
    paths = sorted(older.log.glob("server.*"))
    assert len(paths) == (3 if older.major >= 15 else 2)
    while time.monotonic() < deadline:
        if all("'the ' || 'end'" in path.read_text() for path in paths):
            break
        time.sleep(0.2)
    time.sleep(0.3)
    return {p.name: Path(shutil.copy(p, folder / p.name)) for p in paths}
