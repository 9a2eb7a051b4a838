"""Liveness and readiness, for whoever restarts and routes."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from analyzer.errors import SchemaTooOld, StoreError
from analyzer.store.version import check_schema
from web import current

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """This process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """The store answers and its schema is the one this version needs, else 503."""
    # Open to everybody, so it does not say where the store is.
    try:
        check_schema(current.store())
    except SchemaTooOld:
        return jsonify(status="unavailable", reason="the schema does not fit"), 503
    except StoreError:
        return jsonify(status="unavailable", reason="the store does not answer"), 503
    return jsonify(status="ok")
