"""Statements of a target, and one of them."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from analyzer.store import statements as stored
from web import current
from web.api.encode import encode
from web.pages.queries import wanted
from web.pages.query import statement_view
from web.params import span
from web.target_choice import target_choice


def statements() -> ResponseReturnValue:
    """A page of the ranked list; the arguments are those of the page."""
    choices = target_choice()
    if choices.chosen is None:
        return jsonify(target=None, statements=[], total_count=0)
    shown = span(current.store().now())
    found = stored.top_statements(
        current.store(), wanted(choices.chosen.target_id, shown)
    )
    return jsonify(
        target=encode(choices.chosen),
        range=shown.label,
        statements=encode(found.rows),
        total_count=found.total_count,
        total_calls=found.total_calls,
        total_exec_time_ms=found.total_exec_time_ms,
    )


def statement(target_id: int, fingerprint: str) -> ResponseReturnValue:
    """One statement with its history, plans and advice."""
    view = statement_view(target_id, fingerprint, span(current.store().now()))
    return jsonify(
        target=encode(view.target),
        statement=encode(view.record),
        history=encode(view.history),
        durations=encode(view.durations),
        plans=encode(view.plans),
        flips=encode(view.flips),
        recommendations=encode(view.recommendations),
        scanned=encode(view.scanned),
    )
