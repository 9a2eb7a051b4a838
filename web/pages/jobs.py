"""Jobs: how far they are, how often they were tried, and why they failed."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from analyzer.store import jobs
from analyzer.store.jobs import MAX_ATTEMPTS, JobFilter, JobState
from web import current
from web.jobs_view import ACTIVE, SUBMISSION, job_or_404
from web.params import PAGE_SIZE, choice, page_number, with_args
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
    )


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
