"""The checklist says in words what is fine and what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from analyzer.store.jobs import Job, JobState
from analyzer.store.scans import ScanRow
from analyzer.store.targets import TargetRecord
from analyzer.store.workers import Worker
from web.checklist import Check, Situation, checklist

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TARGET = TargetRecord(
    target_id=1,
    name="shop",
    host="db",
    port=5432,
    database="shop",
    user="watcher",
    sslmode="prefer",
    has_password=True,
    explain_analyze=False,
    hypopg=False,
    is_clone=False,
    created_at=NOW,
    log_paths=(),
)
SCAN = ScanRow(
    scan_id=1,
    target_id=1,
    target_name="shop",
    job_id=None,
    kind="scan",
    database="shop",
    server_id="7",
    started_at=NOW - timedelta(hours=7, minutes=1),
    finished_at=NOW - timedelta(hours=7),
    window_started_at=NOW - timedelta(hours=31),
    window_ended_at=NOW - timedelta(hours=7),
    planner_source="shadow 18.6",
    statement_count=1234,
    recommendation_count=3,
    not_seen_count=0,
    did_not_run_count=0,
    covered_time_ratio=1.0,
    own_exec_time_ratio=0.002,
)
JOB = Job(
    job_id=9,
    kind="scan",
    payload={},
    target_id=1,
    target_name="shop",
    state=JobState.QUEUED,
    attempt=0,
    worker="",
    progress_stage="",
    progress_ratio=0.0,
    reason="",
    hint="",
    requested_by="",
    enqueued_at=NOW - timedelta(minutes=10),
    started_at=None,
    finished_at=None,
    lease_until=None,
    scan_id=None,
    schedule_id=None,
    slot_at=None,
)


WORKER = Worker(
    name="host:71",
    started_at=NOW - timedelta(hours=50),
    seen_at=NOW - timedelta(seconds=4),
    silent_for=timedelta(seconds=4),
    job_ids=(),
)


def lines(scan: ScanRow | None, *jobs: Job, open_count: int = 0) -> tuple[Check, ...]:
    return checklist(
        Situation(
            now=NOW,
            targets=(TARGET,),
            latest={1: scan} if scan else {},
            jobs=jobs,
            open_count=open_count,
            workers=(WORKER,),
        )
    )


def test_all_is_fine() -> None:
    found = lines(SCAN)
    assert {line.level for line in found} == {"good"}
    assert any("1,234 statements" in line.text for line in found)
    assert any("0.2%" in line.text for line in found)


def test_a_target_without_scan_wants_one() -> None:
    assert lines(None)[0].text == "shop was never scanned."
    assert lines(None)[0].level == "warn"


def test_an_overdue_scan() -> None:
    late = replace(SCAN, finished_at=NOW - timedelta(hours=40))
    assert any("overdue" in line.hint for line in lines(late))


def test_what_was_not_seen_is_counted() -> None:
    hidden = replace(SCAN, not_seen_count=2, did_not_run_count=1)
    texts = [line.text for line in lines(hidden)]
    assert "shop: 2 things could not be seen, 1 advisor could not run." in texts


def test_low_coverage_and_high_load_are_told() -> None:
    bad = replace(SCAN, covered_time_ratio=0.4, own_exec_time_ratio=0.3)
    warned = [line.text for line in lines(bad) if line.level == "warn"]
    assert any("40.0%" in text for text in warned)
    assert any("30.0%" in text for text in warned)


def test_a_failed_job_comes_first_with_its_reason() -> None:
    failed = replace(
        JOB,
        state=JobState.FAILED,
        reason="the server cannot be reached",
        hint="Check host and port.",
        finished_at=NOW - timedelta(hours=1),
    )
    first = lines(SCAN, failed, open_count=3)[0]
    assert first.level == "bad"
    assert "the server cannot be reached" in first.text
    assert first.hint == "Check host and port."
    old = replace(failed, finished_at=NOW - timedelta(hours=30))
    assert lines(SCAN, old)[0].level == "good"


def test_a_job_that_waits_while_none_runs() -> None:
    running = replace(JOB, state=JobState.RUNNING, job_id=8)
    assert "has waited for 10 min" in lines(SCAN, JOB)[0].text
    assert lines(SCAN, JOB, running)[0].level == "good"


def worker_line(*workers: Worker) -> Check:
    situation = Situation(
        now=NOW, targets=(), latest={}, jobs=(), open_count=0, workers=workers
    )
    return next(line for line in checklist(situation) if "worker" in line.text)


def test_a_worker_that_is_silent_or_was_never_there() -> None:
    silent = replace(WORKER, silent_for=timedelta(seconds=45))
    told = worker_line(silent)
    assert told.level == "bad" and "for 45 s" in told.text
    assert "pgproof up" in told.hint
    assert worker_line().level == "bad" and "yet" in worker_line().text
    assert worker_line(WORKER, silent).text == "The worker is up."
    assert worker_line(WORKER, WORKER).text == "2 workers are up."
