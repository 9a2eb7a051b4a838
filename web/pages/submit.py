"""Paste a query, choose a target; later its plan and advice, or why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from analyzer.errors import (
    AnalyzerError,
    QuerySyntaxError,
    Refusal,
    UnsafeText,
    UserError,
)
from analyzer.pipeline.check_query import check_query
from analyzer.report.plan_lines import plan_lines
from analyzer.store import plans, recommendations, scans
from analyzer.store.jobs import MAX_ATTEMPTS, Job, sealed
from analyzer.store.plans import StoredPlan
from analyzer.store.recommendations import RecommendationFilter
from web import auth, current
from web.jobs_view import ACTIVE, SUBMISSION, job_or_404, start
from web.params import integer
from web.target_choice import target_choice, target_or_404

MAX_QUERY_CHARS = 1_000_000
EXCERPT_CHARS = 400
REPLACEMENT = "\ufffd"
"""What a form decoder puts in the place of bytes that are not UTF-8."""

blueprint = Blueprint("submit", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """The text round an error: before it, the character at it, after it."""

    line: int
    column: int
    before: str
    at: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionView:
    """A submitted query: its job, and what came out once it is done.

    ``recommendations`` are those that touch the statement; a scan of one statement
    says nothing about the rest of the database.
    """

    job: Job
    document: Mapping[str, Any] | None
    statement: Mapping[str, Any] | None = None
    recommendations: tuple[Mapping[str, Any], ...] = ()
    plans: tuple[StoredPlan, ...] = ()
    stored_ids: Mapping[str, int] = field(default_factory=dict)


@blueprint.get("/submit")
def form() -> ResponseReturnValue:
    """The form."""
    return _form("", None, 200)


@blueprint.post("/submit")
def create() -> ResponseReturnValue:
    """Check the text as far as that needs no server, and make the job."""
    query = request.form.get("query", "")
    try:
        target_id = integer("target", request.form.get("target"))
        job_id = submit(query, target_id)
    except (UserError, Refusal) as error:
        return _form(query, error, error.http_status)
    return redirect(url_for("submit.show", job_id=job_id), 303)


def submit(query: str, target_id: int | None) -> int:
    """Make a job for a submitted query; returns its id.

    Raises:
        UserError: no target, no text, or a text that is not one statement.
        QuerySyntaxError: it does not parse.
        UnsafeStatement: no server would be asked about it.
        NotFound: there is no such target.
        TooManyRequests: this user has submitted too many within a minute.
    """
    if target_id is None:
        raise UserError("no target was given", hint="Name the database it runs on.")
    if not query.strip():
        raise UserError("no query was given", hint="Give one SQL statement.")
    if len(query) > MAX_QUERY_CHARS:
        raise UserError(
            f"the query is longer than {MAX_QUERY_CHARS:,} characters",
            hint="Shorten lists of constants; the plan rarely depends on all of them.",
        )
    if REPLACEMENT in query:
        raise UnsafeText(
            "the query holds characters that cannot be read",
            detail="rule characters: bytes that are not UTF-8 were replaced by \ufffd.",
            hint="Send it as UTF-8, or write the character as an escape: U&'\\FFFD'.",
        )
    target_or_404(target_id)
    auth.spend_work()
    check_query(query)
    return start(SUBMISSION, target_id, sealed(current.secret_box(), query))


@blueprint.get("/submissions/<int:job_id>")
def show(job_id: int) -> ResponseReturnValue:
    """Progress, then the result."""
    view = submission_view(job_id)
    return render_template(
        "submission.html",
        section="submit",
        view=view,
        job=view.job,
        active=view.job.state in ACTIVE,
        max_attempts=MAX_ATTEMPTS,
        trees=[(plan, plan_lines(plan.document)) for plan in view.plans],
    )


def submission_view(job_id: int) -> SubmissionView:
    """Read a submission.

    Raises:
        NotFound: no such job, or it is none of a submitted query.
    """
    store = current.store()
    job = job_or_404(job_id)
    if job.kind != SUBMISSION:
        raise NotFound
    scan = scans.get_scan(store, job.scan_id) if job.scan_id is not None else None
    document = scan.document if scan else None
    statement = next(iter(document.get("statements", [])), None) if document else None
    if document is None or statement is None or job.target_id is None:
        return SubmissionView(job=job, document=document)
    fingerprint = str(statement["fingerprint"])
    wanted = RecommendationFilter(target_id=job.target_id, fingerprint=fingerprint)
    listed = recommendations.list_recommendations(store, wanted).rows
    return SubmissionView(
        job=job,
        document=document,
        statement=statement,
        recommendations=tuple(
            item
            for item in document.get("recommendations", [])
            if fingerprint in item["affects"]
        ),
        plans=_latest_plans(plans.plans_of(store, job.target_id, fingerprint)),
        stored_ids={row.identity: row.recommendation_id for row in listed},
    )


def _latest_plans(found: tuple[StoredPlan, ...]) -> tuple[StoredPlan, ...]:
    """The latest measured plan and the latest estimated one."""
    measured = [plan for plan in found if plan.is_measured][:1]
    estimated = [plan for plan in found if not plan.is_measured][:1]
    return (*measured, *estimated)


def _form(query: str, error: AnalyzerError | None, status: int) -> ResponseReturnValue:
    choices = target_choice()
    excerpt = None
    if isinstance(error, QuerySyntaxError) and error.position:
        excerpt = excerpt_at(query, error.position)
    page = render_template(
        "submit.html",
        section="submit",
        choices=choices,
        query=query,
        error=error,
        excerpt=excerpt,
        chosen=request.form.get("target") or request.args.get("target", ""),
    )
    return page, status


def excerpt_at(query: str, position: int) -> Excerpt:
    r"""The text round a position that is counted in characters from 1.

    >>> excerpt = excerpt_at("SELECT 1\nFORM t", 10)
    >>> excerpt.line, excerpt.column, excerpt.at
    (2, 1, 'F')
    """
    at = min(max(position - 1, 0), len(query))
    head = query[:at]
    return Excerpt(
        line=head.count("\n") + 1,
        column=at - (head.rfind("\n") + 1) + 1,
        before=head[-EXCERPT_CHARS:],
        at=query[at : at + 1] or " ",
        after=query[at + 1 : at + 1 + EXCERPT_CHARS],
    )
