"""A scan tells what its log shows of its own database and window only."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from analyzer.domain.execution import Execution, LogContents, LogEvent
from analyzer.domain.log_findings import LOCK_HOT_SPOT, LogFinding
from analyzer.domain.recommendation import NoAdvice
from analyzer.domain.workload import Window
from analyzer.pipeline.scan_log import (
    log_findings,
    of_other_databases,
    waiting_for_locks,
)
from tests.support.catalogs import catalog
from tests.support.workloads import run, workload

START = datetime(2026, 3, 1, tzinfo=UTC)


def canceled(database: str, minute: float) -> LogEvent:
    return LogEvent(
        logged_at=START + timedelta(minutes=minute),
        severity="ERROR",
        sqlstate="57014",
        message="canceling statement due to statement timeout",
        kind="statement_canceled_timeout",
        query="SELECT * FROM slow",
        database=database,
    )


def test_findings_of_the_window_and_the_database() -> None:
    window = Window(started_at=START, ended_at=START + timedelta(hours=1))
    whole = replace(workload(run("SELECT 1")), window=window, database="shop")

    def kinds(database: str, minute: float) -> set[str]:
        events = tuple(canceled(database, minute + n / 100) for n in range(60))
        found = log_findings(LogContents(events=events), whole)
        return {item.kind for item in found}

    assert kinds("shop", 5) == {"canceled_statements"}
    assert kinds("", 5) == {"canceled_statements"}
    assert kinds("other", 5) == set()
    assert kinds("shop", 61) == set()


def test_a_log_of_another_database_is_told() -> None:
    executions = tuple(
        Execution(logged_at=START, duration_ms=1.0, query="SELECT 1", database=name)
        for name in ("shop/web", "shop/cron")
    )
    own = replace(catalog(), database="shop")
    (found,) = of_other_databases(LogContents(executions=executions), own)
    assert found.why == (
        "none of 2 is of the database shop; they are of shop/cron, shop/web"
    )
    told = replace(executions[0], database="shop")
    assert not of_other_databases(LogContents(executions=(*executions, told)), own)
    assert not of_other_databases(LogContents(), own)


def test_a_statement_that_mostly_waits_is_told_so() -> None:
    item = run("UPDATE t SET a = 1 WHERE id = $1")
    name = item.statement.fingerprint
    total_ms = item.counters.total_exec_time_ms
    answer = NoAdvice(fingerprint=name, reason="Its tables are small.")

    def told(*waited_ms: float) -> str:
        spots = [
            LogFinding(
                kind=LOCK_HOT_SPOT,
                title="waits",
                instruction="",
                evidence=(),
                waited_ms={name: ms},
            )
            for ms in waited_ms
        ]
        (found,) = waiting_for_locks([answer], spots, workload(item))
        return found.reason

    assert "waiting for locks" in told(total_ms * 0.3, total_ms * 0.3)
    assert told(total_ms * 0.3) == answer.reason
    assert told() == answer.reason
