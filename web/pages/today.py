"""The first page: a checklist in words, the top five, the last scans."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from analyzer.domain.recommendation import RecommendationState
from analyzer.store import jobs, recommendations, targets, workers
from analyzer.store.database import Store
from analyzer.store.flips import FlipFilter, list_flips
from web import current
from web.checklist import FLIP_SHOWN, Situation, checklist
from web.latest import latest_scans

TOP = 5
JOBS_LOOKED_AT = 100
FLIPS = 100

blueprint = Blueprint("today", __name__)


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """The page."""
    situation, top = today(current.store())
    return render_template(
        "today.html",
        section="today",
        checks=checklist(situation),
        situation=situation,
        top=top,
    )


def today(store: Store) -> tuple[Situation, recommendations.RecommendationPage]:
    """What the page and its JSON show."""
    known = targets.list_targets(store)
    top = recommendations.list_recommendations(
        store,
        recommendations.RecommendationFilter(
            state=RecommendationState.OPEN, current=True, limit=TOP
        ),
    )
    now = store.now()
    situation = Situation(
        now=now,
        targets=known,
        latest=latest_scans(store, known),
        jobs=jobs.list_jobs(store, jobs.JobFilter(limit=JOBS_LOOKED_AT)),
        open_count=top.total_count,
        workers=workers.list_workers(store),
        flips=list_flips(store, FlipFilter(since=now - FLIP_SHOWN, limit=FLIPS)),
    )
    return situation, top
