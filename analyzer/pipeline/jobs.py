"""Runs a job: the kind names a use case, which gets its target and the payload."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from glob import glob
from pathlib import Path
from typing import Any

from analyzer.domain.scan import ScanResult
from analyzer.errors import UserError
from analyzer.pipeline.collect import ScanRequest
from analyzer.pipeline.generated_database import GeneratedOptions
from analyzer.pipeline.job_context import JobContext
from analyzer.pipeline.scan import run_scan
from analyzer.pipeline.verify import VerifyRequest, verify
from analyzer.pipeline.verify_stored import MeasuredRecommendation, stored_proof
from analyzer.store import audit
from analyzer.store.jobs import Job
from analyzer.store.snapshots import latest_snapshot
from analyzer.store.statements import known_queries

__all__ = ["JobContext", "JobResult", "UseCase", "payload_text", "run_job"]

JOB_ROWS = 500_000
"""Rows that are generated for a proof asked for on a page."""

JobResult = ScanResult | MeasuredRecommendation | None
UseCase = Callable[[Job, JobContext], JobResult]


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
    """Plan one submitted query on its target, run it if allowed, and advise.

    Who asked for what where is noted before anything is sent; of the text only a hash.
    It is planned and run with its own constants; what comes out has none of them.
    """
    target = context.target(job)
    query = context.box.decrypt(payload_text(job.payload, "query").encode())
    action = "query.analyze" if target.permissions.may_run else "query.explain"
    digest = hashlib.sha256(query.encode(errors="surrogatepass")).hexdigest()
    detail = {"job": job.job_id, "sha256": digest}
    audit.append(context.store, job.requested_by, action, target.name, detail)
    request = ScanRequest(
        address=target.address,
        permissions=target.permissions,
        queries=(query,),
    )
    return run_scan(request, context.progress)


def verification(job: Job, context: JobContext) -> MeasuredRecommendation:
    """Measure a recommendation on its target if a clone, else on generated data."""
    number = job.payload.get("recommendation_id")
    if not isinstance(number, int):
        raise UserError('the job has no "recommendation_id"')
    target = context.target(job)
    stored = stored_proof(context.store, number)
    is_clone = target.permissions.is_clone
    request = VerifyRequest(
        indexes=stored.indexes,
        drop=stored.drop,
        statements=stored.statements,
        clone=target.address if is_clone else None,
        generated=None if is_clone else GeneratedOptions(rows=JOB_ROWS),
        source=None if is_clone else target.address,
    )
    found = verify(request, context.progress)
    return MeasuredRecommendation(recommendation_id=number, found=found)


USE_CASES: Mapping[str, UseCase] = {
    "noop": noop,
    "scan": scan,
    "submission": submission,
    "verification": verification,
}


def run_job(
    job: Job, context: JobContext, use_cases: Mapping[str, UseCase] = USE_CASES
) -> JobResult:
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
