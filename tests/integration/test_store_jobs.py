from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from analyzer.config import Settings
from analyzer.domain.target import Address
from analyzer.errors import Unreachable, UserError
from analyzer.pipeline.jobs import JobContext
from analyzer.store import jobs
from analyzer.store.database import Store
from analyzer.store.jobs import Claim, ClaimLost, Job, JobFilter, JobState, NewJob
from analyzer.store.schedules import (
    enqueue_due,
    list_schedules,
    set_schedule,
)
from worker.runner import Workplace, drain, perform

pytestmark = pytest.mark.integration


def _claim(store: Store) -> Claim:
    job = jobs.claim(store, "test", 30)
    assert job is not None
    return Claim(job_id=job.job_id, attempt=job.attempt)


def _job(store: Store, job_id: int) -> Job:
    job = jobs.get_job(store, job_id)
    assert job is not None
    return job


def _expire(store: Store) -> None:
    with store.connection() as connection:
        connection.execute(
            "UPDATE job SET lease_until = now() - interval '1 s' WHERE state='running'"
        )


def _hurry(store: Store) -> None:
    with store.connection() as connection:
        connection.execute("UPDATE job SET run_after = now()")


def test_jobs_are_claimed_in_order_and_once(store: Store) -> None:
    first, second = (
        jobs.enqueue(store, NewJob(kind="noop", payload={"n": n})) for n in (1, 2)
    )
    assert jobs.waiting_count(store) == 2
    assert _claim(store).job_id == first
    assert _claim(store).job_id == second
    assert jobs.claim(store, "test", 30) is None
    assert [job.job_id for job in jobs.list_jobs(store)] == [second, first]
    assert jobs.list_jobs(store, JobFilter(state=JobState.DONE)) == ()


def test_many_claim_at_the_same_time(store_address: Address, store: Store) -> None:
    wanted = {jobs.enqueue(store, NewJob(kind="noop", payload={})) for _ in range(40)}

    def claim_all(_number: int) -> list[int]:
        with Store.open(store_address, max_connections=1) as own:
            found = iter(lambda: jobs.claim(own, "test", 30), None)
            return [job.job_id for job in found]

    with ThreadPoolExecutor(4) as pool:
        claimed = [job_id for ids in pool.map(claim_all, range(4)) for job_id in ids]
    assert sorted(claimed) == sorted(wanted)


def test_one_scan_at_a_time_per_target(store: Store, target_id: int) -> None:
    key = jobs.scan_key(target_id)
    new = NewJob(kind="scan", payload={}, target_id=target_id, exclusive_key=key)
    first, second = (jobs.enqueue(store, new) for _ in range(2))
    other = jobs.enqueue(store, NewJob(kind="noop", payload={}))
    claimed = _claim(store)
    assert claimed.job_id == first
    assert _claim(store).job_id == other
    assert jobs.claim(store, "test", 30) is None
    assert jobs.waiting_count(store) == 0
    assert jobs.finish(store, claimed)
    assert _claim(store).job_id == second


def test_a_late_worker_cannot_end_a_job(store: Store) -> None:
    job_id = jobs.enqueue(store, NewJob(kind="noop", payload={}))
    old = _claim(store)
    assert jobs.renew(store, old, 30)
    assert jobs.requeue_expired(store) == 0
    _expire(store)
    assert jobs.requeue_expired(store) == 1
    assert not jobs.renew(store, old, 30)
    new = _claim(store)
    assert new == Claim(job_id=job_id, attempt=2)
    assert not jobs.finish(store, old)
    assert not jobs.fail(store, old, "late")
    assert not jobs.set_progress(store, old, "late", 1.0)
    assert jobs.set_progress(store, new, "reading", 2.0)
    job = _job(store, job_id)
    assert (job.progress_stage, job.progress_ratio) == ("reading", 1.0)
    assert jobs.finish(store, new)
    assert _job(store, job_id).state is JobState.DONE


def test_attempts_are_used_up(store: Store) -> None:
    job_id = jobs.enqueue(store, NewJob(kind="noop", payload={"query": "SELECT 1"}))
    for attempt in (1, 2, 3):
        claimed = _claim(store)
        assert claimed.attempt == attempt
        jobs.set_progress(store, claimed, "planning", 0.5)
        _expire(store)
        assert jobs.requeue_expired(store) == 1
    job = _job(store, job_id)
    assert job.state is JobState.FAILED
    assert job.reason.endswith("(planning).") and "query" not in job.payload
    assert jobs.claim(store, "test", 30) is None


def test_a_failure_is_tried_again_later_if_asked(store: Store) -> None:
    job_id = jobs.enqueue(store, NewJob(kind="noop", payload={}))
    assert jobs.fail(store, _claim(store), "no answer", retry=True)
    assert _job(store, job_id).state is JobState.QUEUED
    assert jobs.claim(store, "test", 30) is None, "there is a pause"
    _hurry(store)
    assert jobs.fail(store, _claim(store), "wrong", hint="Do it right.")
    job = _job(store, job_id)
    assert (job.state, job.reason, job.hint) == (
        JobState.FAILED,
        "wrong",
        "Do it right.",
    )


def test_only_a_waiting_job_can_be_cancelled(store: Store) -> None:
    job_id = jobs.enqueue(store, NewJob(kind="noop", payload={}))
    assert jobs.cancel(store, job_id)
    assert not jobs.cancel(store, job_id)
    jobs.enqueue(store, NewJob(kind="noop", payload={}))
    assert not jobs.cancel(store, _claim(store).job_id)
    assert jobs.count_jobs(store)[JobState.CANCELLED] == 1


def _at(store: Store, moment: datetime) -> None:
    with store.connection() as connection:
        connection.execute("UPDATE schedule SET changed_at = %s", (moment,))


def test_a_missed_schedule_is_made_up_for_once(store: Store, target_id: int) -> None:
    schedule_id = set_schedule(store, target_id)
    assert enqueue_due(store) == ()
    _at(store, store.now() - timedelta(days=3))
    (job_id,) = enqueue_due(store)
    assert enqueue_due(store) == ()
    job = _job(store, job_id)
    assert (job.kind, job.target_id, job.schedule_id) == (
        "scan",
        target_id,
        schedule_id,
    )
    assert job.slot_at is not None and job.slot_at.hour == 2
    (schedule,) = list_schedules(store)
    assert schedule.last_slot_at == job.slot_at
    assert schedule.next_at == job.slot_at + timedelta(days=1)


def test_schedules_can_be_changed_disabled_and_removed(
    store: Store, target_id: int
) -> None:
    schedule_id = set_schedule(store, target_id)
    assert set_schedule(store, target_id, "*/5 * * * *", enabled=False) == schedule_id
    (schedule,) = list_schedules(store, target_id)
    assert (schedule.cron, schedule.next_at) == ("*/5 * * * *", None)
    _at(store, store.now() - timedelta(days=3))
    assert enqueue_due(store) == ()
    with pytest.raises(UserError, match="not a cron expression"):
        set_schedule(store, target_id, "every night")
    with pytest.raises(UserError, match="no target"):
        set_schedule(store, target_id + 1)


def _place(store: Store, home: Path, run: object, **settings: float) -> Workplace:
    return Workplace(
        store=store,
        settings=Settings(home=home, **settings),  # type: ignore[arg-type]
        worker="test",
        run=run,  # type: ignore[arg-type]
        end_process=Event().set,
    )


def test_errors_end_a_job_by_their_kind(store: Store, tmp_path: Path) -> None:
    errors = [Unreachable("away"), UserError("wrong"), ZeroDivisionError("bug")]
    for _ in errors:
        jobs.enqueue(store, NewJob(kind="noop", payload={}))
    left = iter(errors)

    def run(job: Job, context: JobContext) -> None:
        raise next(left)

    assert drain(_place(store, tmp_path, run), 10) is False
    states = [job.state for job in reversed(jobs.list_jobs(store))]
    assert states == [JobState.QUEUED, JobState.FAILED, JobState.QUEUED]


def test_progress_stops_a_job_whose_claim_was_lost(
    store: Store, tmp_path: Path
) -> None:
    job_id = jobs.enqueue(store, NewJob(kind="noop", payload={}))
    seen: list[str] = []

    def run(job: Job, context: JobContext) -> None:
        context.progress("one", 0.1)
        _expire(store)
        jobs.requeue_expired(store)
        try:
            context.progress("two", 0.2)
        except ClaimLost:
            seen.append("lost")
            raise
        seen.append("not reached")

    job = jobs.claim(store, "test", 30)
    assert job is not None
    perform(_place(store, tmp_path, run), job)
    assert seen == ["lost"]
    assert _job(store, job_id).state is JobState.QUEUED


def test_a_job_over_its_time_is_failed_and_its_process_ended(
    store: Store, tmp_path: Path
) -> None:
    job_id = jobs.enqueue(store, NewJob(kind="noop", payload={}))
    ended = Event()

    def run(job: Job, context: JobContext) -> None:
        assert ended.wait(30)

    place = Workplace(
        store=store,
        settings=Settings(home=tmp_path, job_time_limit_s=1),
        worker="test",
        run=run,
        end_process=ended.set,
    )
    drain(place, 10)
    job = _job(store, job_id)
    assert job.state is JobState.FAILED
    assert job.reason == "The job ran for longer than 1 s."
