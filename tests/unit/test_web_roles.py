"""The table of roles covers exactly the routes there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest
from flask import Flask

from analyzer.config import Settings
from analyzer.store.database import Store
from web.api.today import description
from web.app import NAVIGATION, create_app
from web.roles import MINIMUM_ROLE, Role, allowed


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    settings = Settings(home=tmp_path_factory.mktemp("home"), secret_key="k" * 32)
    return create_app(settings, cast(Store, None))


def test_each_endpoint_has_a_role_and_each_role_an_endpoint(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints == set(MINIMUM_ROLE)


def test_only_these_endpoints_are_public() -> None:
    public = {name for name, role in MINIMUM_ROLE.items() if role is Role.PUBLIC}
    assert public == {
        "static",
        "auth.login",
        "health.healthz",
        "health.readyz",
        "metrics.metrics",
    }


def test_unknown_endpoint_is_denied_to_everybody() -> None:
    assert not any(allowed("no.such", role) for role in Role)
    assert not any(allowed(None, role) for role in Role)


def test_every_change_needs_more_than_a_viewer(app: Flask) -> None:
    own = {"auth.login", "auth.logout", "settings.password"}
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or set()) and rule.endpoint not in own:
            assert not allowed(rule.endpoint, Role.VIEWER), rule.endpoint


def test_navigation_leads_to_endpoints_that_exist(app: Flask) -> None:
    for endpoint, _ in NAVIGATION:
        assert endpoint is None or endpoint in app.view_functions


def test_description_lists_every_route_of_the_api_and_no_other(app: Flask) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {
        ("/api/v1" + path, method)
        for path, methods in description()["paths"].items()
        for method in methods
    }
    assert described == routes


def test_description_names_every_path_argument() -> None:
    for path, methods in description()["paths"].items():
        wanted = set(re.findall(r"{(\w+)}", path))
        for operation in methods.values():
            given = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert given == wanted, path


def test_web_has_no_template_without_a_page() -> None:
    web = Path(__file__).resolve().parents[2] / "web"
    used = "".join(path.read_text() for path in web.rglob("*.py"))
    used += "".join(path.read_text() for path in (web / "templates").iterdir())
    for template in (web / "templates").iterdir():
        assert f'"{template.name}"' in used, template.name
