"""One recommendation: the decision, the evidence, the price, how to and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from analyzer.domain.plan import Plan
from analyzer.domain.recommendation import RecommendationState
from analyzer.errors import UserError
from analyzer.pipeline.explain_plan import difference, examine_document
from analyzer.report.explain_as_lines import change_lines
from analyzer.report.plan_lines import PlanLine, lines_of, plan_lines
from analyzer.store import plans, recommendations, statements
from analyzer.store.plans import StoredPlan
from analyzer.store.recommendations import RecommendationFilter, RecommendationRecord
from analyzer.store.verifications import Verification, verifications
from web import auth, current
from web.jobs_view import VERIFICATION, start
from web.params import choice
from web.preflight import preflight

NEIGHBOURS = 200
MAX_AFFECTED = 20
MAX_REASON = 1000
MEASURABLE = frozenset({"create_index", "drop_index", "rewrite_query"})

blueprint = Blueprint("recommendation", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAfter:
    """The plan once a recommendation is done; ``changes`` tell it from today's."""

    plan: Plan
    lines: tuple[PlanLine, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The open recommendations before and after this one; none at the ends."""

    previous_id: int | None
    next_id: int | None


@blueprint.get("/recommendations/<int:recommendation_id>")
def show(recommendation_id: int) -> ResponseReturnValue:
    """The page."""
    record = record_or_404(recommendation_id)
    today = _plans(record)
    plan = next(iter(sorted(today, key=lambda plan: not plan.is_measured)), None)
    return render_template(
        "recommendation.html",
        section="recommendations",
        record=record,
        doc=record.document,
        notes=preflight(record.document["action"]),
        texts=_texts(record),
        neighbours=_neighbours(record),
        plan=plan,
        lines=plan_lines(plan.document) if plan else (),
        after=_after(record, today),
        states=RecommendationState,
        proof=next(iter(proofs(recommendation_id)), None),
        measurable=record.row.action_kind in MEASURABLE,
    )


@blueprint.post("/recommendations/<int:recommendation_id>/decision")
def decide(recommendation_id: int) -> ResponseReturnValue:
    """Store a decision, and go back to the page."""
    apply_decision(
        recommendation_id,
        request.form.get("decision", ""),
        request.form.get("reason", ""),
    )
    flash("The decision is stored.", "good")
    return redirect(url_for("recommendation.show", recommendation_id=recommendation_id))


@blueprint.post("/recommendations/<int:recommendation_id>/verification")
def verify(recommendation_id: int) -> ResponseReturnValue:
    """Start to measure it, and show the job."""
    auth.spend_work()
    job_id = start_verification(recommendation_id)
    return redirect(url_for("jobs.show", job_id=job_id), 303)


def start_verification(recommendation_id: int) -> int:
    """Write the job that measures a recommendation; returns the job's id.

    Raises:
        NotFound: there is no such recommendation.
        UserError: nothing in it can be measured.
    """
    record = record_or_404(recommendation_id)
    if record.row.action_kind not in MEASURABLE:
        raise UserError(
            "this recommendation cannot be measured",
            hint="Indexes to create or drop and rewritten queries can be.",
        )
    payload = {"recommendation_id": recommendation_id}
    return start(VERIFICATION, record.row.target_id, payload)


def proofs(recommendation_id: int) -> tuple[Verification, ...]:
    """What measuring it came to, the latest first."""
    return verifications(current.store(), recommendation_id)


def apply_decision(recommendation_id: int, decision: str, reason: str) -> None:
    """Check and store a decision of the user of this request.

    Raises:
        NotFound: there is no such recommendation.
        UserError: an unknown decision, or it is dismissed without a reason.
    """
    record_or_404(recommendation_id)
    state = choice("decision", RecommendationState, decision)
    if state is None:
        raise UserError("the decision is missing")
    reason = reason.replace("\0", "").strip()[:MAX_REASON]
    if state is RecommendationState.DISMISSED and not reason:
        raise UserError(
            "a recommendation is dismissed with a reason",
            hint="Write one sentence: it keeps the next person from asking again.",
        )
    recommendations.decide(
        current.store(), recommendation_id, state, auth.viewer().name, reason
    )


def record_or_404(recommendation_id: int) -> RecommendationRecord:
    """The recommendation of that id.

    Raises:
        NotFound: there is none.
    """
    record = recommendations.get_recommendation(current.store(), recommendation_id)
    if record is None:
        raise NotFound
    return record


def _plans(record: RecommendationRecord) -> tuple[StoredPlan, ...]:
    """Plans of today of the statement that gains most, the latest first."""
    for fingerprint in record.affects[:1]:
        return plans.plans_of(current.store(), record.row.target_id, fingerprint)
    return ()


def _after(
    record: RecommendationRecord, today: Sequence[StoredPlan]
) -> PlanAfter | None:
    """The plan once the recommendation is done, and what differs from an estimate."""
    stored = record.document.get("plan_after")
    if not stored:
        return None
    after = examine_document(stored["document"], stored["source"])
    if after is None:
        return None
    changes: tuple[str, ...] = ()
    for plan in today:
        if plan.is_measured or plan.source != stored["source"]:
            continue
        before = examine_document(plan.document, plan.source)
        if before is not None:
            changes = tuple(change_lines(difference(before, after)))
        break
    return PlanAfter(plan=after.plan, lines=lines_of(after.plan), changes=changes)


def _texts(record: RecommendationRecord) -> dict[str, str]:
    """Texts of the affected statements, by fingerprint."""
    texts = {}
    for fingerprint in record.affects[:MAX_AFFECTED]:
        found = statements.statement(current.store(), record.row.target_id, fingerprint)
        if found is not None:
            texts[fingerprint] = found.normalized_query
    return texts


def _neighbours(record: RecommendationRecord) -> Neighbours:
    wanted = RecommendationFilter(
        state=record.row.state, current=True, limit=NEIGHBOURS
    )
    found = recommendations.list_recommendations(current.store(), wanted).rows
    ids = [row.recommendation_id for row in found]
    here = record.row.recommendation_id
    if here not in ids:
        return Neighbours(previous_id=None, next_id=ids[0] if ids else None)
    at = ids.index(here)
    return Neighbours(
        previous_id=ids[at - 1] if at else None,
        next_id=ids[at + 1] if at + 1 < len(ids) else None,
    )
