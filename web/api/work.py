"""Targets, scans, jobs and submissions."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from analyzer.errors import UserError
from analyzer.store import jobs as stored_jobs
from analyzer.store import scans as stored_scans
from analyzer.store import targets as stored_targets
from analyzer.store.workers import list_workers
from web import auth, current
from web.api.accepted import accepted
from web.api.body import number_field, text_field
from web.api.encode import encode
from web.jobs_view import SCAN, job_or_404, start
from web.pages.jobs import cancel_waiting, wanted_jobs
from web.pages.submit import submission_view, submit
from web.params import PAGE_SIZE, page_number
from web.target_choice import target_choice, target_or_404


def targets() -> ResponseReturnValue:
    """All targets."""
    return jsonify(targets=encode(stored_targets.list_targets(current.store())))


def target(target_id: int) -> ResponseReturnValue:
    """One target with its latest scan, none before the first."""
    record = target_or_404(target_id)
    scan_record = stored_scans.latest_scan(current.store(), target_id)
    return jsonify(target=encode(record), latest_scan=encode(scan_record))


def scans() -> ResponseReturnValue:
    """Finished scans of one or all targets, the latest first."""
    chosen = target_choice(default_first=False).chosen
    found = stored_scans.list_scans(
        current.store(),
        chosen.target_id if chosen else None,
        limit=PAGE_SIZE,
        offset=(page_number() - 1) * PAGE_SIZE,
    )
    return jsonify(scans=encode(found))


def scan(scan_id: int) -> ResponseReturnValue:
    """One scan with its whole result, as ``pgproof scan --format json`` prints it."""
    record = stored_scans.get_scan(current.store(), scan_id)
    if record is None:
        raise NotFound
    return jsonify(scan=encode(record.row), result=encode(record.document))


def start_scan() -> ResponseReturnValue:
    """Start a scan of ``target_id``; the job is answered, status 202."""
    target_id = target_or_404(number_field("target_id") or 0).target_id
    auth.spend_work()
    return accepted(start(SCAN, target_id, {}))


def jobs() -> ResponseReturnValue:
    """Jobs, the latest first, and the workers."""
    found = stored_jobs.list_jobs(
        current.store(), wanted_jobs(target_choice(default_first=False))
    )
    workers = [
        {
            "name": worker.name,
            "is_up": worker.is_up,
            "started_at": encode(worker.started_at),
            "seen_at": encode(worker.seen_at),
            "job_ids": encode(worker.job_ids),
        }
        for worker in list_workers(current.store())
    ]
    return jsonify(jobs=encode(found), workers=workers)


def job(job_id: int) -> ResponseReturnValue:
    """One job."""
    return jsonify(job=encode(job_or_404(job_id)))


def cancel_job(job_id: int) -> ResponseReturnValue:
    """Cancel a job that still waits; the job is answered."""
    if not cancel_waiting(job_id):
        raise UserError(f"job {job_id} no longer waits, so it was not cancelled")
    return job(job_id)


def submissions() -> ResponseReturnValue:
    """Submit ``query`` for ``target_id``; the job is answered, status 202."""
    return accepted(submit(text_field("query"), number_field("target_id")))


def submission(job_id: int) -> ResponseReturnValue:
    """A submitted query: its job and, once done, the result and the plans."""
    view = submission_view(job_id)
    return jsonify(
        job=encode(view.job),
        result=encode(view.document),
        recommendations=encode(view.recommendations),
        plans=encode(view.plans),
    )
