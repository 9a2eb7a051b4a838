"""One statement: its text, its history, its plans, and the advice or why none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from analyzer.report.plan_lines import PlanLine, plan_lines
from analyzer.store import plans, recommendations, statements
from analyzer.store.durations import DurationHistory, DurationQuery, duration_history
from analyzer.store.flips import FlipFilter, PlanFlip, list_flips
from analyzer.store.plans import StoredPlan
from analyzer.store.recommendations import RecommendationFilter, RecommendationRow
from analyzer.store.statements import HistoryPoint, StatementRecord
from analyzer.store.targets import TargetRecord
from web import current
from web.documents import latest_statement
from web.params import RANGES, Span, span, with_args
from web.target_choice import target_or_404

MAX_PLANS = 6

blueprint = Blueprint("query", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """All that the page and its JSON show. ``scanned`` is of the latest scan."""

    target: TargetRecord
    record: StatementRecord
    history: tuple[HistoryPoint, ...]
    durations: DurationHistory | None
    plans: tuple[StoredPlan, ...]
    flips: tuple[PlanFlip, ...]
    recommendations: tuple[RecommendationRow, ...]
    scanned: Mapping[str, Any] | None


@blueprint.get("/queries/<int:target_id>/<fingerprint>")
def show(target_id: int, fingerprint: str) -> ResponseReturnValue:
    """The page."""
    shown_span = span(current.store().now())
    view = statement_view(target_id, fingerprint, shown_span)
    return render_template(
        "query.html",
        section="queries",
        view=view,
        trees=trees(view.plans),
        span=shown_span,
        ranges=RANGES,
        with_args=with_args,
    )


def statement_view(target_id: int, fingerprint: str, shown: Span) -> StatementView:
    """Read everything about a statement.

    Raises:
        NotFound: no such target, or the statement was never seen there.
    """
    store = current.store()
    target = target_or_404(target_id)
    record = statements.statement(store, target_id, fingerprint)
    if record is None:
        raise NotFound
    wanted = RecommendationFilter(target_id=target_id, fingerprint=fingerprint)
    return StatementView(
        target=target,
        record=record,
        history=statements.statement_history(
            store,
            target_id,
            fingerprint,
            started_at=shown.started_at,
            ended_at=shown.ended_at,
        ),
        durations=duration_history(
            store,
            DurationQuery(
                target_id=target_id,
                fingerprint=fingerprint,
                started_at=shown.started_at,
                ended_at=shown.ended_at,
            ),
        ),
        plans=plans.plans_of(store, target_id, fingerprint)[:MAX_PLANS],
        flips=list_flips(
            store, FlipFilter(target_id=target_id, fingerprint=fingerprint)
        ),
        recommendations=recommendations.list_recommendations(store, wanted).rows,
        scanned=latest_statement(target, fingerprint),
    )


def trees(found: tuple[StoredPlan, ...]) -> list[tuple[StoredPlan, list[PlanLine]]]:
    """Each plan with its lines."""
    return [(plan, list(plan_lines(plan.document))) for plan in found]
