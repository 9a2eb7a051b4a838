"""The table of API routes; ``openapi.json`` lists the same."""

from __future__ import annotations

from flask import Blueprint

from web.api import recommendations, statements, today, work

api = Blueprint("api", __name__, url_prefix="/api/v1")

_ROUTES = (
    ("GET", "/openapi.json", today.openapi),
    ("GET", "/session", today.session),
    ("GET", "/today", today.today),
    ("GET", "/statements", statements.statements),
    ("GET", "/statements/<int:target_id>/<fingerprint>", statements.statement),
    ("GET", "/recommendations", recommendations.recommendations),
    (
        "GET",
        "/recommendations/<int:recommendation_id>",
        recommendations.recommendation,
    ),
    (
        "POST",
        "/recommendations/<int:recommendation_id>/decisions",
        recommendations.decisions,
    ),
    (
        "GET",
        "/recommendations/<int:recommendation_id>/verifications",
        recommendations.verifications,
    ),
    (
        "POST",
        "/recommendations/<int:recommendation_id>/verifications",
        recommendations.start_verification,
    ),
    ("GET", "/advisors", recommendations.advisors),
    ("GET", "/targets", work.targets),
    ("GET", "/targets/<int:target_id>", work.target),
    ("GET", "/scans", work.scans),
    ("GET", "/scans/<int:scan_id>", work.scan),
    ("POST", "/scans", work.start_scan),
    ("GET", "/jobs", work.jobs),
    ("GET", "/jobs/<int:job_id>", work.job),
    ("POST", "/jobs/<int:job_id>/cancellation", work.cancel_job),
    ("POST", "/submissions", work.submissions),
    ("GET", "/submissions/<int:job_id>", work.submission),
)

for _method, _path, _view in _ROUTES:
    api.add_url_rule(_path, view_func=_view, methods=[_method])
