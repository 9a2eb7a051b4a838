"""Runs a job: the kind names a use case, which gets its target and the payload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from glob import glob
from pathlib import Path
from typing import Any

from analyzer.domain.scan import ScanResult
from analyzer.errors import UserError
from analyzer.pipeline.collect import ScanRequest
from analyzer.pipeline.job_context import JobContext
from analyzer.pipeline.scan import run_scan
from analyzer.store.jobs import Job
from analyzer.store.snapshots import latest_snapshot
from analyzer.store.statements import known_queries

__all__ = ["JobContext", "UseCase", "payload_text", "run_job"]

UseCase = Callable[[Job, JobContext], ScanResult | None]


def noop(job: Job, context: JobContext) -> None:
    """Do nothing; shows that the worker works."""
    context.progress("nothing to do", 1.0)


def scan(job: Job, context: JobContext) -> ScanResult:
    """Scan a target: what ran there since its last scan."""
    target = context.target(job)
    target_id = target.target_id or 0
    request = ScanRequest(
        address=target.address,
        permissions=target.permissions,
        log_paths=tuple(
            Path(name) for pattern in target.log_paths for name in sorted(glob(pattern))
        ),
        earlier=latest_snapshot(context.store, target_id),
        known_texts=known_queries(context.store, target_id),
    )
    return run_scan(request, context.progress)


def submission(job: Job, context: JobContext) -> ScanResult:
    """Plan one submitted query on its target, run it if allowed, and advise."""
    target = context.target(job)
    request = ScanRequest(
        address=target.address,
        permissions=target.permissions,
        queries=(payload_text(job.payload, "query"),),
    )
    return run_scan(request, context.progress)


USE_CASES: Mapping[str, UseCase] = {
    "noop": noop,
    "scan": scan,
    "submission": submission,
}


def run_job(
    job: Job, context: JobContext, use_cases: Mapping[str, UseCase] = USE_CASES
) -> ScanResult | None:
    """Do what a job asks for; the result is to be stored together with the job's end.

    Raises:
        UserError: there is no such kind of job.
        AnalyzerError: by its branches, what kept the work from being done.
    """
    use_case = use_cases.get(job.kind)
    if use_case is None:
        raise UserError(
            f'there is no kind of job named "{job.kind}"',
            detail=f"There are: {', '.join(sorted(use_cases))}.",
        )
    return use_case(job, context)


def payload_text(payload: Mapping[str, Any], key: str) -> str:
    """A text of the payload.

    Raises:
        UserError: it is missing or no text.
    """
    value = payload.get(key)
    if not isinstance(value, str) or not value:
        raise UserError(f'the job has no "{key}"')
    return value
