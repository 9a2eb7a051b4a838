"""All recommendations, by state, advisor and target."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from analyzer.advisors.registry import ADVISORS
from analyzer.domain.recommendation import RecommendationState
from analyzer.errors import UserError
from analyzer.store import recommendations
from analyzer.store.recommendations import RecommendationFilter, RecommendationSort
from web import current
from web.params import PAGE_SIZE, choice, page_number, search_text, with_args
from web.target_choice import TargetChoice, target_choice

blueprint = Blueprint("recommendations", __name__)

ALL = "all"


@blueprint.get("/recommendations")
def index() -> ResponseReturnValue:
    """The list; open ones of the latest scans unless the address says otherwise."""
    choices = target_choice(default_first=False)
    wanted = wanted_recommendations(choices)
    target_id = choices.chosen.target_id if choices.chosen else None
    found = recommendations.list_recommendations(current.store(), wanted)
    return render_template(
        "recommendations.html",
        section="recommendations",
        found=found,
        wanted=wanted,
        choices=choices,
        advisors=ADVISORS,
        counts=recommendations.count_by_state(current.store(), target_id),
        states=tuple(RecommendationState),
        state=request.args.get("state") or RecommendationState.OPEN.value,
        page=page_number(),
        pages=max(1, -(-found.total_count // PAGE_SIZE)),
        with_args=with_args,
    )


def wanted_recommendations(choices: TargetChoice) -> RecommendationFilter:
    """The filter that the arguments of this request describe.

    Raises:
        UserError: an argument has a value that does not exist.
    """
    args = request.args
    state = args.get("state") or RecommendationState.OPEN.value
    advisor = args.get("advisor") or None
    if advisor and advisor not in {item.slug for item in ADVISORS}:
        raise UserError(
            "there is no such advisor", hint="The list of advisors has their names."
        )
    return RecommendationFilter(
        target_id=choices.chosen.target_id if choices.chosen else None,
        state=None if state == ALL else choice("state", RecommendationState, state),
        advisor=advisor,
        current=None if args.get("gone") == "1" else True,
        search=search_text(),
        refuted=args.get("refuted") == "1",
        sort=choice("sort", RecommendationSort, args.get("sort"))
        or RecommendationSort.IMPACT,
        descending=args.get("dir") != "asc",
        limit=PAGE_SIZE,
        offset=(page_number() - 1) * PAGE_SIZE,
    )
