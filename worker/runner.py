"""Takes jobs from the store, runs them, and writes what came out."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog

from analyzer.config import Settings
from analyzer.errors import AnalyzerError, StoreError, TimedOut, Unreachable
from analyzer.pipeline.jobs import JobContext, JobResult, run_job
from analyzer.pipeline.verify_stored import MeasuredRecommendation
from analyzer.store import jobs
from analyzer.store.database import Store
from analyzer.store.jobs import Claim, ClaimLost, Job
from analyzer.store.save import save_scan
from analyzer.store.secrets import SecretBox
from analyzer.store.verifications import save_verification
from worker.lease import Lease, LeaseOptions

log = structlog.get_logger()

RunJob = Callable[[Job, JobContext], JobResult]

_MAY_PASS = (StoreError, Unreachable, TimedOut)
"""Errors that may be gone at the next attempt."""


def end_this_process() -> None:
    """End this process at once; the pool starts another one."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What a worker process works with."""

    store: Store
    settings: Settings
    worker: str
    run: RunJob = run_job
    end_process: Callable[[], None] = end_this_process


def drain(place: Workplace, drain_s: float) -> bool:
    """Run jobs until none can be claimed (false) or the time is over (true).

    Args:
        place: the worker process.
        drain_s: seconds after which no other job is taken.
    """
    ends = time.monotonic() + drain_s
    while time.monotonic() < ends:
        job = jobs.claim(place.store, place.worker, place.settings.lease_s)
        if job is None:
            return False
        perform(place, job)
    return jobs.waiting_count(place.store) > 0


def perform(place: Workplace, job: Job) -> None:
    """Run one claimed job and end it: done with its result, queued again, or failed."""
    claim = Claim(job_id=job.job_id, attempt=job.attempt)
    options = LeaseOptions(
        lease_s=place.settings.lease_s,
        time_limit_s=place.settings.job_time_limit_s,
        end_process=place.end_process,
    )
    say = log.bind(job_id=job.job_id, kind=job.kind, attempt=job.attempt)
    say.info("job_started")
    started = time.monotonic()
    with Lease(place.store, claim, options) as lease:
        try:
            _run_and_store(place, job, lease)
        except ClaimLost:
            say.warning("job_lost")
        except AnalyzerError as error:
            say.warning("job_failed", reason=error.message, detail=error.detail)
            _fail(place, claim, error)
        except Exception:
            say.exception("job_broken")
            _fail(place, claim, None)
        else:
            say.info("job_done", duration_s=round(time.monotonic() - started, 3))


def _run_and_store(place: Workplace, job: Job, lease: Lease) -> None:
    context = JobContext(
        store=place.store,
        box=SecretBox(place.settings.ensure_secret_key()),
        home=place.settings.home,
        progress=lease.progress,
        allowed_target_hosts=place.settings.allowed_target_hosts,
    )
    result = place.run(job, context)
    if result is None or job.target_id is None:
        if not jobs.finish(place.store, lease.claim):
            raise ClaimLost()
        return
    lease.progress("writing", 0.99)
    if isinstance(result, MeasuredRecommendation):
        number, found = result.recommendation_id, result.found
        save_verification(place.store, number, found, job=lease.claim)
        return
    save_scan(place.store, job.target_id, result, job=lease.claim)


def _fail(place: Workplace, claim: Claim, error: AnalyzerError | None) -> None:
    if error is None:
        reason, hint, retry = "pgproof itself failed; its log says where.", "", True
    else:
        reason = " ".join(part for part in (error.message, error.detail) if part)
        hint, retry = error.hint or "", isinstance(error, _MAY_PASS)
    write = partial(jobs.fail, place.store, claim, reason, hint=hint, retry=retry)
    try:
        write()
    except StoreError as gone:
        # The lease runs out, and the job is handed out again.
        log.warning("job_end_not_noted", job_id=claim.job_id, error=gone.message)
