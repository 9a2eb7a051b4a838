"""Jobs: the truth about what is to be done; a broker's message only rings a bell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from analyzer.errors import StoreError
from analyzer.postgres.connect import Connection
from analyzer.postgres.pool import as_jsonb, execute, fetch_one, fetch_value
from analyzer.store.database import Store, load
from analyzer.store.secrets import SecretBox

MAX_ATTEMPTS = 3


class ClaimLost(StoreError):
    """Another attempt holds this job now."""

    http_status = 409


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to be written.

    Attributes:
        kind: name of a use case in ``analyzer.pipeline.jobs``.
        payload: JSON arguments; the key ``query`` is erased when the job ends.
        target_id: the target it works on, if any.
        requested_by: name of the user, empty for the schedule.
        exclusive_key: of jobs with the same key only one runs at a time.
    """

    kind: str
    payload: Mapping[str, Any]
    target_id: int | None = None
    requested_by: str = ""
    exclusive_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job; ``attempt`` counts claims and is the fencing token of the claim.

    ``reason`` tells why it failed (or why its last attempt did); ``scan_id`` is its
    result. ``lease_until`` is by the store's clock.
    """

    job_id: int
    kind: str
    payload: Mapping[str, Any]
    target_id: int | None
    target_name: str
    state: JobState
    attempt: int
    worker: str
    progress_stage: str
    progress_ratio: float
    reason: str
    hint: str
    requested_by: str
    enqueued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    lease_until: datetime | None
    scan_id: int | None
    schedule_id: int | None
    slot_at: datetime | None


def sealed(box: SecretBox, query: str) -> dict[str, str]:
    """The payload of a submission: a text that only who has the key can read."""
    return {"query": box.encrypt(query).decode()}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs to list; none means any."""

    state: JobState | None = None
    target_id: int | None = None
    kind: str | None = None
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to work on a job: its id and the attempt that holds it."""

    job_id: int
    attempt: int


_ANY: Mapping[str, Any] = {
    "job_id": None,
    "state": None,
    "target_id": None,
    "kind": None,
    "limit": 1,
    "offset": 0,
}


def scan_key(target_id: int) -> str:
    """The exclusive key of scans: one at a time per target."""
    return f"scan:{target_id}"


def enqueue(store: Store, job: NewJob) -> int:
    """Write a job and return its id."""
    job_id: int = store.value(
        "job_enqueue",
        kind=job.kind,
        payload=as_jsonb(dict(job.payload)),
        target_id=job.target_id,
        exclusive_key=job.exclusive_key,
        requested_by=job.requested_by,
    )
    return job_id


def claim(store: Store, worker: str, lease_s: float) -> Job | None:
    """Take the oldest job that may run now, or none; raises its ``attempt``."""
    with store.connection() as connection:
        execute(connection, load("job_claim_lock"))
        parameters = {"worker": worker, "lease_s": lease_s}
        job_id = fetch_value(connection, load("job_claim"), parameters)
        if job_id is None:
            return None
        row = fetch_one(connection, _Row, load("job_list"), {**_ANY, "job_id": job_id})
    return row.job if row else None


def renew(store: Store, claimed: Claim, lease_s: float) -> bool:
    """Prolong the lease; false where the claim was lost."""
    return _touched(store, "job_renew", claimed, lease_s=lease_s)


def set_progress(store: Store, claimed: Claim, stage: str, done_ratio: float) -> bool:
    """Note how far the work has come, 0 to 1; false where the claim was lost."""
    ratio = min(max(done_ratio, 0.0), 1.0)
    return _touched(store, "job_progress", claimed, stage=stage, ratio=ratio)


def finish(store: Store, claimed: Claim) -> bool:
    """Mark a job done that has no result to store; false where the claim was lost."""
    return _touched(store, "job_finish", claimed)


def finish_within(connection: Connection, claimed: Claim) -> None:
    """Mark a job done in the transaction that writes its result.

    Raises:
        ClaimLost: another attempt holds the job now.
    """
    parameters = {"job_id": claimed.job_id, "attempt": claimed.attempt}
    if execute(connection, load("job_finish"), parameters) != 1:
        raise ClaimLost(
            detail=f"Job {claimed.job_id}, attempt {claimed.attempt}: nothing was"
            " written."
        )


def fail(
    store: Store,
    claimed: Claim,
    reason: str,
    *,
    hint: str = "",
    retry: bool = False,
) -> bool:
    """End an attempt without success; false where the claim was lost.

    Args:
        store: where.
        claimed: the claim of the worker.
        reason: one sentence for the user.
        hint: what the user can do.
        retry: queue it again unless its attempts are used up.
    """
    return _touched(
        store,
        "job_fail",
        claimed,
        reason=reason,
        hint=hint,
        retry=retry,
        max_attempts=MAX_ATTEMPTS,
    )


def cancel(store: Store, job_id: int, reason: str = "") -> bool:
    """Cancel a job that still waits; false where it does not wait.

    Args:
        store: where.
        job_id: which.
        reason: one sentence for the user.
    """
    return store.run("job_cancel", job_id=job_id, reason=reason) == 1


def requeue_expired(store: Store) -> int:
    """Hand out expired leases again, or fail them after the last attempt; a count."""
    return store.run("job_requeue_expired", max_attempts=MAX_ATTEMPTS)


def waiting_count(store: Store) -> int:
    """How many jobs wait."""
    count: int = store.value("job_waiting_count")
    return count


def count_jobs(store: Store) -> dict[JobState, int]:
    """How many jobs are in each state; all states are present."""
    counts = dict.fromkeys(JobState, 0)
    for item in store.all(_Count, "job_count"):
        counts[JobState(item.state)] = item.job_count
    return counts


def list_jobs(store: Store, wanted: JobFilter | None = None) -> tuple[Job, ...]:
    """Jobs, the latest first."""
    chosen = wanted or JobFilter()
    rows = store.all(
        _Row,
        "job_list",
        job_id=None,
        state=chosen.state,
        target_id=chosen.target_id,
        kind=chosen.kind,
        limit=chosen.limit,
        offset=chosen.offset,
    )
    return tuple(row.job for row in rows)


def get_job(store: Store, job_id: int) -> Job | None:
    """One job, or none."""
    row = store.one(_Row, "job_list", **{**_ANY, "job_id": job_id})
    return row.job if row else None


class _Row:
    def __init__(self, *, state: str, **columns: Any) -> None:
        self.job = Job(state=JobState(state), **columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    state: str
    job_count: int


def _touched(store: Store, name: str, claimed: Claim, **parameters: Any) -> bool:
    touched = store.run(
        name, job_id=claimed.job_id, attempt=claimed.attempt, **parameters
    )
    return touched == 1
