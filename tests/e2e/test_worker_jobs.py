from __future__ import annotations

from collections import Counter

import pytest

from analyzer.store import jobs
from analyzer.store.jobs import JobState, NewJob
from analyzer.store.scans import list_scans
from analyzer.store.schedules import set_schedule
from tests.support.workers import Service, wait_until
from worker.app import make_app
from worker.bell import ring
from worker.queue import enqueue

pytestmark = [pytest.mark.e2e, pytest.mark.integration]


def _sleep(number: int, seconds: float = 0.05, target_id: int | None = None) -> NewJob:
    payload = {"number": number, "seconds": seconds}
    return NewJob(kind="sleep", payload=payload, target_id=target_id)


def test_every_job_is_done_once_even_if_the_worker_is_killed(
    service: Service, target_id: int
) -> None:
    for number in range(1, 21):
        enqueue(
            service.store, service.settings, _sleep(number, 0.4, target_id=target_id)
        )
    app = make_app(service.settings)
    for _ in range(10):
        assert ring(app)
    worker = service.start()
    service.start("beat")
    wait_until(lambda: len(service.notes()) >= 5, "some jobs are at work")
    service.kill(worker)
    killed = [job for job in service.jobs() if job.state is JobState.RUNNING]
    service.start()
    wait_until(service.all_ended, "all jobs ended")
    assert {job.state for job in service.jobs()} == {JobState.DONE}
    assert killed, "the worker was killed in the middle of a job"
    again = {job.job_id for job in service.jobs() if job.attempt == 2}
    assert again == {job.job_id for job in killed}
    scans = Counter(scan.job_id for scan in list_scans(service.store, limit=100))
    assert scans == {job.job_id: 1 for job in service.jobs()}


def test_a_poison_job_fails_with_its_reason_and_harms_no_other(
    service: Service,
) -> None:
    poison = enqueue(service.store, service.settings, NewJob(kind="die", payload={}))
    good = enqueue(service.store, service.settings, _sleep(1))
    wrong = enqueue(
        service.store,
        service.settings,
        NewJob(kind="refuse", payload={"query": "SELECT 'secret"}),
    )
    unknown = enqueue(service.store, service.settings, NewJob(kind="?", payload={}))
    service.start()
    service.start("beat")
    wait_until(service.all_ended, "all jobs ended")
    found = {job.job_id: job for job in service.jobs()}
    assert service.notes().count("die") == 3
    assert found[poison].state is JobState.FAILED
    assert found[poison].attempt == jobs.MAX_ATTEMPTS
    assert "(dying)" in found[poison].reason
    assert found[good].state is JobState.DONE
    assert found[wrong].state is JobState.FAILED
    assert (found[wrong].reason, found[wrong].hint) == (
        "the query does not parse",
        "Look at position 7.",
    )
    assert found[wrong].attempt == 1 and "query" not in found[wrong].payload
    assert "no kind of job" in found[unknown].reason


@pytest.mark.parametrize("broker_url", ["filesystem://"], indirect=False)
def test_two_beats_make_one_job_of_each_slot(service: Service, target_id: int) -> None:
    schedule_id = set_schedule(service.store, target_id, "* * * * * *", kind="noop")
    service.start("beat")
    service.start("beat")
    service.start()
    wait_until(
        lambda: sum(job.state is JobState.DONE for job in service.jobs()) >= 3,
        "three slots are done",
    )
    slots = [job.slot_at for job in service.jobs()]
    assert len(slots) == len(set(slots))
    assert {job.schedule_id for job in service.jobs()} == {schedule_id}
