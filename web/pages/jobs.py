"""Jobs: how far they are, how often they were tried, and why they failed."""

from __future__ import annotations

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from analyzer.store import audit, jobs, workers
from analyzer.store.jobs import MAX_ATTEMPTS, Job, JobFilter, JobState
from web import auth, current
from web.jobs_view import ACTIVE, SUBMISSION, job_or_404
from web.params import PAGE_SIZE, choice, page_number, with_args
from web.roles import Role
from web.target_choice import TargetChoice, target_choice

blueprint = Blueprint("jobs", __name__)


@blueprint.get("/jobs")
def index() -> ResponseReturnValue:
    """The list, the latest first."""
    choices = target_choice(default_first=False)
    wanted = wanted_jobs(choices)
    found = jobs.list_jobs(current.store(), wanted)
    return render_template(
        "jobs.html",
        section="jobs",
        found=found,
        wanted=wanted,
        counts=jobs.count_jobs(current.store()),
        states=tuple(JobState),
        choices=choices,
        page=page_number(),
        page_size=PAGE_SIZE,
        max_attempts=MAX_ATTEMPTS,
        with_args=with_args,
        active=any(job.state in ACTIVE for job in found),
        workers=workers.list_workers(current.store()),
        may_cancel=may_cancel,
    )


def wanted_jobs(choices: TargetChoice) -> JobFilter:
    """The filter that the arguments of this request describe."""
    return JobFilter(
        state=choice("state", JobState, request.args.get("state")),
        target_id=choices.chosen.target_id if choices.chosen else None,
        limit=PAGE_SIZE,
        offset=(page_number() - 1) * PAGE_SIZE,
    )


@blueprint.get("/jobs/<int:job_id>")
def show(job_id: int) -> ResponseReturnValue:
    """One job; that of a submitted query has a page of its own."""
    job = job_or_404(job_id)
    if job.kind == SUBMISSION:
        return redirect(url_for("submit.show", job_id=job_id))
    return render_template(
        "job.html",
        section="jobs",
        job=job,
        active=job.state in ACTIVE,
        max_attempts=MAX_ATTEMPTS,
        may_cancel=may_cancel,
    )


def may_cancel(job: Job) -> bool:
    """Whether the user of this request may cancel a job: a DBA any, others their own.

    Only one that waits can be cancelled.
    """
    me = auth.viewer()
    own = job.requested_by != "" and job.requested_by == me.name
    return (
        job.state is JobState.QUEUED
        and auth.may("jobs.cancel")
        and (own or me.role >= Role.DBA)
    )


@blueprint.post("/jobs/<int:job_id>/cancel")
def cancel(job_id: int) -> ResponseReturnValue:
    """Cancel a job that still waits."""
    if cancel_waiting(job_id):
        flash(f"Job {job_id} is cancelled.", "good")
    else:
        flash(f"Job {job_id} no longer waits, so it was not cancelled.", "warn")
    return redirect(url_for("jobs.index"), 303)


def cancel_waiting(job_id: int) -> bool:
    """Cancel a job, with an entry in the audit trail; false where it does not wait.

    Raises:
        NotFound: there is no such job.
        Forbidden: it waits, but this user may not cancel it.
    """
    job = job_or_404(job_id)
    if job.state is JobState.QUEUED and not may_cancel(job):
        raise Forbidden
    me = auth.viewer().name
    cancelled = jobs.cancel(current.store(), job_id, f"It was cancelled by {me}.")
    if cancelled:
        audit.append(current.store(), me, "job.cancel", str(job_id))
    return cancelled


@blueprint.get("/jobs/<int:job_id>/progress")
def progress(job_id: int) -> ResponseReturnValue:
    """The part of a page that is asked for again and again by htmx.

    Once the job has ended, the whole page is loaded anew.
    """
    job = job_or_404(job_id)
    active = job.state in ACTIVE
    response = make_response(
        render_template(
            "job_progress.html", job=job, active=active, max_attempts=MAX_ATTEMPTS
        )
    )
    if not active:
        response.headers["HX-Refresh"] = "true"
    return response
