"""Executions and messages to a report: exact numbers, nothing attached by guessing."""

from __future__ import annotations

import math
import statistics
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain.execution import Execution, LockWait, LogContents, LogEvent
from analyzer.domain.log_report import LogFilter, LogReport
from analyzer.statements.fingerprint import fingerprint
from analyzer.workload.log_filter import filtered
from analyzer.workload.log_summary import log_report
from analyzer.workload.logged_errors import template
from analyzer.workload.logged_statements import logged_statements, with_parameters

T0 = datetime(2026, 5, 4, 3, 0, 0, tzinfo=UTC)


def at(ms: float) -> datetime:
    return T0 + timedelta(milliseconds=ms)


def ran(
    query: str, ended_ms: float, duration_ms: float = 1.0, **more: object
) -> Execution:
    values: dict[str, object] = {
        "session_id": "s1",
        "process_id": 1,
        "database": "shop",
        "user": "app",
        "application_name": "web",
        "fingerprint": fingerprint(query),
        **more,
    }
    return Execution(
        logged_at=at(ended_ms),
        duration_ms=duration_ms,
        query=query,
        **values,  # type: ignore[arg-type]
    )


def event(message: str, ms: float, kind: str, **more: object) -> LogEvent:
    values: dict[str, object] = {
        "severity": "LOG",
        "sqlstate": "",
        "session_id": "s1",
        "process_id": 1,
        **more,
    }
    return LogEvent(logged_at=at(ms), message=message, kind=kind, **values)  # type: ignore[arg-type]


def temp_file(size: int, ms: float, **more: object) -> LogEvent:
    message = f'temporary file: path "base/pgsql_tmp/pgsql_tmp1.0", size {size}'
    return event(message, ms, "server_temp_file_created", **more)


def waited(
    ms: float, waited_ms: float, *, acquired: bool = False, **more: object
) -> LockWait:
    values: dict[str, object] = {
        "process_id": 2,
        "session_id": "s2",
        "lock_mode": "ShareLock",
        "locked_object": "transaction 7",
        **more,
    }
    return LockWait(
        logged_at=at(ms),
        waited_ms=waited_ms,
        acquired=acquired,
        **values,  # type: ignore[arg-type]
    )


def report(
    *items: Execution | LogEvent | LockWait, show_parameters: bool = False
) -> LogReport:
    contents = LogContents(
        executions=tuple(i for i in items if isinstance(i, Execution)),
        events=tuple(i for i in items if isinstance(i, LogEvent)),
        lock_waits=tuple(i for i in items if isinstance(i, LockWait)),
    )
    return log_report(contents, show_parameters=show_parameters)


@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=300))
def test_numbers_are_those_of_the_definitions(microseconds: list[int]) -> None:
    durations = [value / 1000 for value in microseconds]
    (found,) = logged_statements(
        ran(f"SELECT {n}", n, duration) for n, duration in enumerate(durations)
    )
    ordered = sorted(durations)
    count = len(ordered)
    assert found.latency.sample_count == count
    assert found.latency.total_ms == math.fsum(ordered)
    assert found.min_ms == ordered[0] and found.latency.max_ms == ordered[-1]
    # In whole numbers: the rank is the least r with 100 r >= q n.
    for q, value in ((50, found.latency.p50_ms), (95, found.latency.p95_ms)):
        assert value == ordered[-(-q * count // 100) - 1]
    assert found.latency.p99_ms == ordered[-(-99 * count // 100) - 1]
    assert found.stddev_ms == pytest.approx(statistics.pstdev(ordered), abs=1e-6)
    assert sum(bucket.count for bucket in found.histogram) == count
    assert sum(share.calls for share in found.by_hour.values()) == count
    assert [s.duration_ms for s in found.samples] == ordered[:-4:-1]


def test_shares_by_name_and_hour() -> None:
    (found,) = logged_statements(
        [
            ran("SELECT 1", 0, 2.0, user="a", queryid=5),
            ran("SELECT 2", 0, 3.0, user="b", queryid=-6),
            ran("SELECT 3", 3_600_000, 4.0, user="b", queryid=5),
        ]
    )
    assert {k: (s.calls, s.total_ms) for k, s in found.by["user"].items()} == {
        "a": (1, 2.0),
        "b": (2, 7.0),
    }
    assert [s.calls for s in found.by_hour.values()] == [2, 1]
    assert found.queryids == (-6, 5)
    assert (found.first_seen_at, found.last_seen_at) == (at(0), at(3_600_000))


def test_samples_hide_constants_unless_allowed() -> None:
    query = "SELECT * FROM t WHERE a = 'secret' AND b = $1"
    run = ran(query, 0, parameters=("it's",))
    (hidden,) = report(run).statements
    assert (
        "secret" not in hidden.samples[0].query and "it" not in hidden.samples[0].query
    )
    (shown,) = report(run, show_parameters=True).statements
    assert (
        shown.samples[0].query == "SELECT * FROM t WHERE a = 'secret' AND b = 'it''s'"
    )
    assert "secret" not in shown.query


def test_with_parameters_leaves_strings_and_comments_alone() -> None:
    assert with_parameters("SELECT '$1', $10 -- $1", ("x",)) == "SELECT '$1', $10 -- $1"
    assert with_parameters("SELECT 'open $1", ("x",)) == "SELECT 'open $1"


def test_temp_file_with_a_statement_line_is_its() -> None:
    sort = "SELECT * FROM t ORDER BY a"
    found = report(temp_file(500, 5, query=sort), temp_file(700, 6, query=sort))
    assert (found.temp_files.count, found.temp_files.bytes) == (2, 1200)
    assert found.temp_files.max_bytes == 700
    assert found.temp_files.unattached_count == 0
    assert found.temp_files_by_statement[fingerprint(sort)].bytes == 1200


def test_temp_file_without_one_is_of_what_its_process_was_running() -> None:
    found = report(
        ran("SELECT a", 10, 8),
        ran("SELECT b, c", 20, 5),
        temp_file(1, 15),
        # Between two statements, and in a process that logged nothing.
        temp_file(2, 12),
        temp_file(4, 15, session_id="s9"),
        temp_file(8, 25),
    )
    by_query = {s.query: s.attached.temp_files.bytes for s in found.statements}
    assert by_query == {"SELECT a": 0, "SELECT b, c": 1}
    assert found.temp_files.unattached_count == 3
    assert found.temp_files.bytes == 15


def test_temp_file_of_an_execute_belongs_to_what_was_prepared() -> None:
    prepared = "SELECT name FROM t WHERE id = $1"
    found = report(ran(prepared, 10, 8), temp_file(3, 5, query="EXECUTE q (5)"))
    (statement,) = found.statements
    assert statement.attached.temp_files.count == 1


def test_errors_are_grouped_and_belong_to_their_statement_line() -> None:
    bad = "INSERT INTO t VALUES (1)"
    failing = [
        event(
            f'invalid input syntax for type integer: "{n}x"',
            n,
            "invalid_input_syntax",
            severity="ERROR",
            sqlstate="22P02",
            query=bad if n else "",
        )
        for n in range(3)
    ]
    found = report(ran(bad, 50), *failing)
    (group,) = found.errors
    assert (group.count, group.sqlstate, group.unattached_count) == (3, "22P02", 1)
    assert group.message == 'invalid input syntax for type integer: "?"'
    assert group.by_statement == {fingerprint(bad): 2}
    assert found.statements[0].attached.error_count == 2
    assert found.statements[0].attached.canceled_count == 0


def test_cancelled_statements_are_counted_apart_too() -> None:
    slow = "SELECT pg_sleep(9)"
    message = "canceling statement due to statement timeout"
    found = report(
        ran(slow, 0),
        event(message, 9, "statement_canceled_timeout", severity="ERROR", query=slow),
    )
    attached = found.statements[0].attached
    assert (attached.error_count, attached.canceled_count) == (1, 1)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("value 17 is out of range", "value ? is out of range"),
        ("bad 'a''b' and \"c\"", "bad '?' and \"?\""),
        ('cut off in "sec', "cut off in ?"),
        ("first\nsecond", "first"),
        ("relation t1 and $2", "relation t1 and $2"),
        ("date 2026-05-04 12:30:00 is bad", "date ? ? is bad"),
    ],
)
def test_templates_hold_no_values(message: str, expected: str) -> None:
    assert template(message) == expected


def test_messages_of_one_wait_are_one_wait() -> None:
    update = "UPDATE t SET a = 1"
    found = report(
        ran("UPDATE t SET a = 2", 5, 1, session_id="s8", process_id=8),
        waited(100, 50, holder_process_ids=(8,), query=update),
        waited(150, 100, holder_process_ids=(8, 9)),
        waited(400, 350, acquired=True),
        waited(900, 50, holder_process_ids=(8,)),
    )
    first, second = found.locks
    assert (first.started_at, first.waited_ms, first.acquired) == (at(50), 350, True)
    assert [h.process_id for h in first.holders] == [8, 9]
    holder = first.holders[0]
    assert (holder.query, holder.was_running) == ("UPDATE t SET a = $1", False)
    assert first.holders[1].query == ""
    assert first.fingerprint == fingerprint(update)
    assert (second.waited_ms, second.acquired, second.fingerprint) == (50, False, None)
    assert found.events == {
        "lock_waiting": 3,
        "lock_acquired": 1,
        "statement_duration": 1,
    }


def test_a_wait_that_timed_out_and_the_next_are_two() -> None:
    found = report(waited(100, 50), waited(1000, 50), waited(1100, 150, acquired=True))
    assert [(w.waited_ms, w.acquired) for w in found.locks] == [
        (50, False),
        (150, True),
    ]


def test_a_holder_that_is_still_running() -> None:
    found = report(
        ran("DELETE FROM t", 500, 450, session_id="s8", process_id=8),
        waited(100, 50, holder_process_ids=(8,)),
    )
    (holder,) = found.locks[0].holders
    assert (holder.query, holder.was_running) == ("DELETE FROM t", True)


def test_a_process_number_that_was_used_again_tells_nothing() -> None:
    found = report(
        ran("DELETE FROM t", 10, 1, session_id="s8", process_id=8),
        event("disconnection: …", 20, "connection_disconnected", process_id=8),
        waited(100, 50, holder_process_ids=(8,)),
    )
    (holder,) = found.locks[0].holders
    assert (holder.process_id, holder.query) == (8, "")


def test_deadlock_with_both_statements() -> None:
    detail = (
        "Process 11 waits for ShareLock on transaction 5; blocked by process 12.\n"
        "Process 12 waits for ExclusiveLock on tuple (0,1) of relation 3 of database 1;"
        " blocked by process 11.\n"
        "Process 11: UPDATE t SET a = 1\n  WHERE id = 2\n"
        "Process 12: UPDATE t SET a = 3"
    )
    found = report(
        event(
            "deadlock detected",
            1,
            "lock_deadlock_detected",
            severity="ERROR",
            detail=detail,
            process_id=12,
        )
    )
    (deadlock,) = found.deadlocks
    assert deadlock.canceled_process_id == 12
    first, second = deadlock.members
    assert (first.process_id, first.blocked_by_process_id) == (11, 12)
    assert first.query == "UPDATE t SET a = $1\n  WHERE id = $2"
    assert second.locked_object == "tuple (0,1) of relation 3 of database 1"
    assert second.query == "UPDATE t SET a = $1"


def test_plans_are_events_and_never_executions() -> None:
    found = report(
        ran("SELECT 1", 1, plan_text="Result"), ran("SELECT 1", 2, plan={"a": 1})
    )
    assert found.execution_count == 2
    assert found.events == {"statement_duration": 2, "statement_auto_explain": 2}
    assert found.statements[0].plan_count == 2


def test_what_pgproof_runs_is_no_finding() -> None:
    runs = [ran("SELECT id FROM orders WHERE day = 5", 0)]
    runs += [
        ran(
            f"SELECT * FROM items WHERE order_id = {n}",
            2 + n,
            0.5,
            virtual_transaction_id="3/7",
        )
        for n in range(9)
    ]
    assert [run.call_count for run in report(*runs).runs] == [9]
    own = [
        ran(f"SELECT * FROM items WHERE order_id = {n}", 2 + n, 0.5,
            virtual_transaction_id="3/7", application_name="pgproof")
        for n in range(9)
    ]  # fmt: skip
    assert report(*own).runs == ()


def test_filter_keeps_the_start_and_leaves_out_the_end() -> None:
    contents = LogContents(
        executions=(ran("SELECT 1", 0), ran("SELECT 2", 10), ran("SELECT 3", 20)),
        events=(event("checkpoint starting: time", 10, "checkpoint_starting"),),
        lock_waits=(waited(10, 5), waited(20, 5)),
    )
    kept = filtered(contents, LogFilter(since=at(10), until=at(20)))
    assert [e.query for e in kept.executions] == ["SELECT 2"]
    assert len(kept.events) == len(kept.lock_waits) == 1
    by_name = filtered(
        contents, LogFilter(database="shop", user="app", application="web")
    )
    assert len(by_name.executions) == 3 and not by_name.events
    assert not filtered(contents, LogFilter(application="other")).executions


def test_nothing_at_all() -> None:
    found = report()
    assert (found.execution_count, found.total_ms, found.first_seen_at) == (0, 0, None)
    assert found.statements == found.locks == found.errors == found.runs == ()
