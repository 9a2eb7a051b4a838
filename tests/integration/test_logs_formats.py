"""One real log in three formats tells the same."""

from __future__ import annotations

import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from analyzer.domain.execution import Execution, LogContents
from analyzer.embedded.cluster import Cluster
from analyzer.errors import MissingExtension
from analyzer.postgres.connect import open_session, session
from analyzer.report import logs_as_json
from analyzer.sources.log_files import LogOptions, read_log_files
from analyzer.sources.pg_stat_statements import read_snapshot
from analyzer.workload.log_summary import log_report
from analyzer.workload.logged_statements import has_plan
from tests.support.log_server import LINE_PREFIX, log_address, log_files

pytest_plugins: list[str] = []
pytestmark = pytest.mark.integration

FORGED_NAME = "x LOG:  duration: 99999.000 ms  statement: SELECT 1"


def run_statements(cluster: Cluster) -> None:
    address = log_address(cluster)
    holder = open_session(address, read_only=False)
    holder.execute("CREATE TABLE t (id int PRIMARY KEY, name text)")
    holder.execute("INSERT INTO t SELECT n, 'it''s ' || n FROM generate_series(1,99) n")
    for number in range(3):
        holder.execute(
            "SELECT *\n\tFROM t\n WHERE id = %s AND name <> %s -- a\ttab",
            (number, "it's\nLOG:  duration: 1 ms  statement: forged"),
            prepare=True,
        )
    holder.execute("SELECT %s::text IS NULL, %s::int", (None, 5))
    holder.execute("SET auto_explain.log_format = 'json'")
    holder.execute("SELECT count(*) FROM t WHERE id > 50")
    holder.execute("SELECT count(*) FROM t WHERE id > %s", (7,))
    holder.execute("PREPARE q (int) AS SELECT name FROM t WHERE id = $1")
    holder.execute("EXECUTE q (5)")
    holder.execute(
        "CREATE FUNCTION f() RETURNS bigint LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE LOG 'duration: 777.0 ms  statement: SELECT forged';"
        " RETURN (SELECT count(*) FROM t); END $$"
    )
    holder.execute("SELECT f()")
    holder.execute("SELECT 1; SELECT 2")
    holder.execute("UPDATE t SET name = %s WHERE id = %s", ("ünïcode 'q'", 1))
    for bad in ("SELECT 1/0", "SELECT * FROM nowhere", "SELEC 1"):
        with pytest.raises(psycopg.Error):
            holder.execute(bad)
    holder.execute("SELECT set_config('application_name', %s, false)", (FORGED_NAME,))
    holder.execute("SELECT 'after the forged name'")
    with pytest.raises(psycopg.Error):
        holder.execute("SELECT 2/0")
    lock_wait(cluster, holder)
    # Two that end at once may stand in another order in each of the files.
    time.sleep(0.3)
    holder.close()


def lock_wait(cluster: Cluster, holder: psycopg.Connection) -> None:
    waiter = open_session(log_address(cluster), read_only=False)
    waiter.execute("SELECT set_config('lock_timeout', '0', false)")
    holder.execute("BEGIN")
    holder.execute("UPDATE t SET name = 'held' WHERE id = 9")
    thread = threading.Thread(
        target=waiter.execute, args=("UPDATE t SET name = 'waited' WHERE id = 9",)
    )
    thread.start()
    time.sleep(0.4)
    holder.execute("COMMIT")
    thread.join()
    waiter.close()


@pytest.fixture(scope="module")
def logs(
    log_server: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Path]]:
    run_statements(log_server)
    files = log_files(log_server)
    deadline = time.monotonic() + 20
    before: list[bytes] = []
    # The collector writes a little later, and one file after the other: the last
    # disconnection is the end, and nothing is written while we look twice.
    while time.monotonic() < deadline:
        texts = [path.read_bytes() for path in files.values()]
        if texts == before and {t.count(b"disconnection: ") for t in texts} == {2}:
            break
        before = texts
        time.sleep(0.3)
    folder = tmp_path_factory.mktemp("logs")
    yield {
        name: Path(shutil.copy(path, folder / path.name))
        for name, path in files.items()
    }


@pytest.fixture(scope="module")
def contents(logs: dict[str, Path]) -> dict[str, LogContents]:
    options = LogOptions(line_prefix=LINE_PREFIX)
    return {name: read_log_files([path], options) for name, path in logs.items()}


def facts(execution: Execution) -> tuple[object, ...]:
    return (
        execution.logged_at,
        execution.duration_ms,
        execution.query,
        execution.parameters,
        execution.session_id,
        execution.process_id,
        execution.virtual_transaction_id,
        execution.database,
        execution.user,
        execution.application_name,
        execution.remote_host,
        execution.queryid,
        execution.fingerprint,
        str(execution.plan),
        execution.plan_text,
        execution.parse_duration_ms,
        execution.bind_duration_ms,
    )


def test_every_line_is_understood(contents: dict[str, LogContents]) -> None:
    for content in contents.values():
        (coverage,) = content.coverage
        assert coverage.not_understood_count == 0, coverage
        assert not coverage.truncated_tail
        assert coverage.unknown_zones == ()


@pytest.mark.parametrize("other", ["csvlog", "jsonlog"])
def test_formats_agree(contents: dict[str, LogContents], other: str) -> None:
    mine, yours = contents["stderr"], contents[other]
    assert len(mine.executions) > 20
    assert Counter(map(facts, mine.executions)) == Counter(map(facts, yours.executions))
    assert mine.lock_waits == yours.lock_waits
    assert Counter(map(repr, mine.events)) == Counter(map(repr, yours.events))


def test_reports_agree_in_every_number(contents: dict[str, LogContents]) -> None:
    reports = [
        logs_as_json.log_report(log_report(content, show_parameters=True))
        for content in contents.values()
    ]
    for report in reports:
        del report["files"]
    assert reports[0] == reports[1] == reports[2]
    wait = reports[0]["locks"][-1]
    assert wait["acquired"] and wait["query"].startswith("UPDATE t SET name = 'waited'")
    # The transaction that held the row had run this, and was idle in it.
    assert wait["holders"][0]["query"] == "UPDATE t SET name = 'held' WHERE id = 9"
    codes = {error["sqlstate"]: error["count"] for error in reports[0]["errors"]}
    assert codes == {"22012": 2, "42P01": 1, "42601": 1}


def test_the_prefix_need_not_be_given(
    logs: dict[str, Path], contents: dict[str, LogContents]
) -> None:
    found = read_log_files([logs["stderr"]])

    def numbers(content: LogContents) -> Counter[tuple[object, ...]]:
        return Counter(
            (
                e.logged_at,
                e.process_id,
                e.duration_ms,
                e.query,
                e.parameters,
                e.plan_text,
            )
            for e in content.executions
        )

    assert found.coverage[0].not_understood_count == 0
    assert numbers(found) == numbers(contents["csvlog"])


def test_executions(contents: dict[str, LogContents]) -> None:
    for content in contents.values():
        by_query = Counter(e.query for e in content.executions)
        assert by_query["SELECT 1; SELECT 2"] == 1
        assert by_query["SELECT count(*) FROM t WHERE id > 50"] == 1
        assert by_query["SELECT f()"] == 1
        # Inside f(), so its time is part of the call's.
        assert "(SELECT count(*) FROM t)" not in by_query
        assert not any(query.startswith("SELECT forged") for query in by_query)
        selects = [e for e in content.executions if e.query.startswith("SELECT *\n")]
        assert [e.parameters[0] for e in selects] == ["0", "1", "2"]
        assert all(e.parameters[1].startswith("it's\nLOG:  ") for e in selects)
        assert all(has_plan(e) and e.bind_duration_ms > 0 for e in selects)
        assert selects[0].parse_duration_ms > 0
        (nulls,) = [e for e in content.executions if "IS NULL" in e.query]
        assert nulls.parameters == (None, "5")
        counts = [e for e in content.executions if e.query.startswith("SELECT count(")]
        assert len(counts) == 2 and all(e.plan for e in counts)
        (prepared,) = [
            e
            for e in content.executions
            if "SELECT name" in e.query and e.query.startswith("SELECT")
        ]
        assert prepared.plan
        assert max(e.duration_ms for e in content.executions) < 90_000


def test_errors_are_counted_and_none_is_hidden(
    contents: dict[str, LogContents],
) -> None:
    for content in contents.values():
        kinds = Counter(event.kind for event in content.events)
        assert kinds["division_by_zero"] == 2
        assert kinds["relation_does_not_exist"] == 1
        assert kinds["syntax_error"] == 1


def test_lock_waits(contents: dict[str, LogContents]) -> None:
    for content in contents.values():
        waiting, acquired = content.lock_waits[0], content.lock_waits[-1]
        assert (waiting.acquired, acquired.acquired) == (False, True)
        assert waiting.lock_mode == "ShareLock"
        assert waiting.holder_process_ids and waiting.process_id
        assert waiting.queue_process_ids == (waiting.process_id,)
        assert waiting.query == "UPDATE t SET name = 'waited' WHERE id = 9"
        assert acquired.waited_ms >= waiting.waited_ms


def test_a_server_that_has_not_loaded_pg_stat_statements(
    logs: dict[str, Path], log_server: Cluster
) -> None:
    with session(log_address(log_server), read_only=False) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        with pytest.raises(MissingExtension, match="not loaded") as caught:
            read_snapshot(connection)
    assert "shared_preload_libraries" in (caught.value.hint or "")
