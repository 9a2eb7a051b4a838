"""Jobs as pages show them, and the one way the web makes new ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.exceptions import NotFound

from analyzer.store import jobs
from analyzer.store.jobs import Job, JobState, NewJob
from web import auth, current
from worker import queue

SCAN = "scan"
SUBMISSION = "submission"
VERIFICATION = "verification"
ACTIVE = frozenset({JobState.QUEUED, JobState.RUNNING})


def start(kind: str, target_id: int, payload: Mapping[str, Any]) -> int:
    """Write a job of this user and ring the worker's bell; returns the job's id.

    Only one scan per target runs at a time, so its key is exclusive.

    Raises:
        StoreError: the job could not be written.
    """
    job = NewJob(
        kind=kind,
        payload=payload,
        target_id=target_id,
        requested_by=auth.viewer().name,
        exclusive_key=jobs.scan_key(target_id) if kind == SCAN else None,
    )
    return queue.enqueue(current.store(), current.settings(), job)


def job_or_404(job_id: int) -> Job:
    """The job of that id.

    Raises:
        NotFound: there is none.
    """
    job = jobs.get_job(current.store(), job_id)
    if job is None:
        raise NotFound
    return job
