"""The web application: pages, JSON, health and metrics over one store."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from flask import Flask

from analyzer.config import Settings
from analyzer.store.database import Store
from web import (
    auth,
    current,
    documents,
    error_pages,
    formatting,
    headers,
    health,
    metrics,
)
from web.api.routes import api
from web.pages import (
    advisors,
    jobs,
    plans,
    queries,
    query,
    recommendation,
    recommendations,
    submit,
    targets,
    today,
)
from web.pages import settings as settings_page

MAX_REQUEST_BYTES = 1_200_000
SESSION_HOURS = 12

NAVIGATION = (
    ("today.show", "Today"),
    ("queries.index", "Queries"),
    ("recommendations.index", "Recommendations"),
    ("submit.form", "Submit a query"),
    ("plans.compare", "Plans"),
    (None, ""),
    ("targets.index", "Targets"),
    ("jobs.index", "Jobs"),
    ("advisors.index", "Advisors"),
    ("settings.index", "Settings"),
)

_BLUEPRINTS = (
    auth.blueprint,
    health.blueprint,
    metrics.blueprint,
    api,
    today.blueprint,
    queries.blueprint,
    query.blueprint,
    recommendations.blueprint,
    recommendation.blueprint,
    submit.blueprint,
    plans.blueprint,
    targets.blueprint,
    jobs.blueprint,
    advisors.blueprint,
    settings_page.blueprint,
)


def create_app(settings: Settings, store: Store) -> Flask:
    """Make the application.

    Args:
        settings: as read from the environment.
        store: open, its migrations applied.

    Raises:
        ConfigError: the secret key cannot be read or made.
    """
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=_session_key(settings),
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST_BYTES,
        SESSION_COOKIE_NAME="pgproof_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.behind_https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=SESSION_HOURS),
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(formatting.FILTERS)
    current.install(app, settings, store)
    error_pages.install(app)
    headers.install(app)
    documents.install(app)
    auth.install(app)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.context_processor(lambda: {"navigation": auth.visible(NAVIGATION)})
    return app


def _session_key(settings: Settings) -> str:
    """A key of its own for sessions, so that it is not the one of the passwords."""
    key = settings.ensure_secret_key()
    return hashlib.sha256(f"pgproof web sessions\n{key}".encode()).hexdigest()
