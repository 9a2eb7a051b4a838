"""The first page as JSON, the session, and the description of this interface."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from web import auth, current
from web.api.encode import encode
from web.checklist import checklist
from web.pages.today import today as read_today


def today() -> ResponseReturnValue:
    """Checklist and the most worthwhile recommendations."""
    situation, top = read_today(current.store())
    return jsonify(
        now=encode(situation.now),
        checklist=[
            {"level": line.level, "text": line.text, "hint": line.hint}
            for line in checklist(situation)
        ],
        recommendations=encode(top.rows),
        open_count=top.total_count,
    )


def session() -> ResponseReturnValue:
    """Who is logged in, and the token that changes need in ``X-CSRFToken``."""
    me = auth.viewer()
    return jsonify(name=me.name, role=me.role.label, csrf_token=generate_csrf())


def openapi() -> ResponseReturnValue:
    """This interface, described by OpenAPI 3.1."""
    return jsonify(description())


@cache
def description() -> dict[str, Any]:
    """The content of ``openapi.json``."""
    text = (files(__package__) / "openapi.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
