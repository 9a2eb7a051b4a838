"""Recommendations, one of them, and decisions on them."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from analyzer.store import recommendations as stored
from web import auth, current
from web.api.accepted import accepted
from web.api.body import text_field
from web.api.encode import encode
from web.pages.advisors import manual_pages
from web.pages.recommendation import (
    apply_decision,
    proofs,
    record_or_404,
)
from web.pages.recommendation import start_verification as begin_verification
from web.pages.recommendations import wanted_recommendations
from web.preflight import preflight
from web.target_choice import target_choice


def recommendations() -> ResponseReturnValue:
    """A page of the list; the arguments are those of the page."""
    wanted = wanted_recommendations(target_choice(default_first=False))
    found = stored.list_recommendations(current.store(), wanted)
    return jsonify(recommendations=encode(found.rows), total_count=found.total_count)


def recommendation(recommendation_id: int) -> ResponseReturnValue:
    """One recommendation: its state, its document, its history."""
    record = record_or_404(recommendation_id)
    return jsonify(
        **encode(record.row),
        recommendation=encode(record.document),
        preflight=encode(preflight(record.document["action"])),
        events=encode(record.events),
    )


def decisions(recommendation_id: int) -> ResponseReturnValue:
    """Store a decision: ``decision`` and, to dismiss, ``reason``."""
    apply_decision(recommendation_id, text_field("decision"), text_field("reason"))
    return recommendation(recommendation_id)


def verifications(recommendation_id: int) -> ResponseReturnValue:
    """What measuring it came to, the latest first, as ``pgproof verify`` prints it."""
    record_or_404(recommendation_id)
    return jsonify(verifications=encode(proofs(recommendation_id)))


def start_verification(recommendation_id: int) -> ResponseReturnValue:
    """Start to measure it; the job is answered, status 202."""
    auth.spend_work()
    return accepted(begin_verification(recommendation_id))


def advisors() -> ResponseReturnValue:
    """The manual pages of all advisors."""
    return jsonify(advisors=encode(manual_pages()))
