"""Who may do what, forged requests, sessions, guessing, headers, and the store down."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from werkzeug.routing import Rule

from analyzer.embedded.cluster import free_port
from analyzer.postgres import pool
from analyzer.store import users
from analyzer.store.database import Store
from analyzer.store.users import Role as StoredRole
from tests.support.web import HASH, PASSWORD, Site, log_in, token_of
from web.app import create_app
from web.headers import ALWAYS
from web.roles import MINIMUM_ROLE, Role, role_named

pytestmark = pytest.mark.integration


def rules(site: Site) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in site.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def address_of(rule: Rule, site: Site) -> str:
    """The address of a rule with arguments that name nothing that exists."""
    path = re.sub(r"<int:\w+>", "999999", rule.rule)
    return re.sub(r"<(?:\w+:)?\w+>", "nothing", path)


@pytest.mark.parametrize("role", list(StoredRole))
def test_every_route_by_every_role(site: Site, role: StoredRole) -> None:
    client = log_in(site, role)
    token = token_of(client.get("/"))
    for rule, method in rules(site):
        if rule.endpoint in ("auth.logout", "auth.login", "settings.password"):
            continue
        answer = client.open(
            address_of(rule, site), method=method, headers={"X-CSRFToken": token}
        )
        enough = role_named(role.value) >= MINIMUM_ROLE[rule.endpoint]
        refused = answer.status_code == 403
        assert refused is not enough, (rule.rule, method, answer.status_code)
        assert answer.status_code != 500, rule.rule


def test_every_route_without_login(site: Site) -> None:
    client = site.app.test_client()
    for rule, method in rules(site):
        answer = client.open(address_of(rule, site), method=method)
        if MINIMUM_ROLE[rule.endpoint] is Role.PUBLIC:
            assert answer.status_code != 401 or rule.endpoint == "auth.login"
        elif rule.rule.startswith("/api/") or method != "GET":
            assert answer.status_code == 401, rule.rule
        else:
            assert answer.status_code == 302
            assert answer.location.startswith("/login"), rule.rule


def test_every_change_without_token_is_refused(site: Site) -> None:
    client = log_in(site)
    for rule, method in rules(site):
        if method == "GET":
            continue
        for token in ("", "forged"):
            answer = client.open(
                address_of(rule, site), method=method, data={"csrf_token": token}
            )
            assert answer.status_code == 400, rule.rule


def test_a_token_of_another_session_is_refused(site: Site) -> None:
    foreign = token_of(log_in(site).get("/"))
    answer = log_in(site).post("/logout", data={"csrf_token": foreign})
    assert answer.status_code == 400


def test_headers_on_every_kind_of_answer(site: Site) -> None:
    client = log_in(site)
    for path in ("/", "/nope", "/static/app.css", "/api/v1/nope", "/healthz", "/jobs"):
        with client.get(path) as answer:
            for name, value in ALWAYS.items():
                assert answer.headers[name] == value, (path, name)
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert client.get("/").headers["Cache-Control"] == "no-store"


def test_session_cookie_is_closed_to_scripts_and_other_sites(site: Site) -> None:
    client = site.app.test_client()
    token = token_of(client.get("/login"))
    data = {"csrf_token": token, "name": "dba", "password": PASSWORD}
    cookies = client.post("/login", data=data).headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if "pgproof_session" in cookie)
    assert "HttpOnly" in session
    assert "SameSite=Lax" in session
    assert not any("remember" in cookie for cookie in cookies)


def test_cookie_is_secure_behind_https(site: Site) -> None:
    settings = replace(site.settings, behind_https=True)
    client = create_app(settings, site.store).test_client()
    assert "Secure" in client.get("/login").headers["Set-Cookie"]


def test_login_makes_a_new_session(site: Site) -> None:
    client = site.app.test_client()
    token = token_of(client.get("/login"))
    with client.session_transaction() as before:
        before["planted"] = "by an attacker"
    data = {"csrf_token": token, "name": "dba", "password": PASSWORD}
    client.post("/login", data=data)
    with client.session_transaction() as after:
        assert "planted" not in after
        assert after["_user_id"]


def test_logout_ends_the_session(site: Site) -> None:
    client = log_in(site)
    client.post("/logout", data={"csrf_token": token_of(client.get("/"))})
    assert client.get("/").status_code == 302


def test_a_copied_cookie_is_worth_nothing_after_logout(site: Site) -> None:
    client = log_in(site)
    cookie = client.get_cookie("pgproof_session")
    assert cookie is not None
    thief = site.app.test_client()
    thief.set_cookie("pgproof_session", cookie.value)
    assert thief.get("/").status_code == 200
    client.post("/logout", data={"csrf_token": token_of(client.get("/"))})
    thief.set_cookie("pgproof_session", cookie.value)
    assert thief.get("/").status_code == 302


def test_a_flood_of_submissions_is_429(site: Site) -> None:
    client = create_app(site.settings, site.store).test_client()
    body = {"query": "SELEC 1", "target_id": site.target_id}
    auth = ("developer", PASSWORD)
    token_client = log_in(replace(site, app=client.application), StoredRole.DEVELOPER)
    token = token_client.get("/api/v1/session").get_json()["csrf_token"]
    headers = {"X-CSRFToken": token}
    answers = [
        token_client.post("/api/v1/submissions", json=body, headers=headers)
        for _ in range(40)
    ]
    assert [answer.status_code for answer in answers] == [400] * 30 + [429] * 10
    assert int(answers[-1].headers["Retry-After"]) > 0
    other = client.get("/api/v1/jobs", auth=auth)
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("target", "lands_on"),
    [
        ("/jobs?state=failed", "/jobs?state=failed"),
        ("//evil.example/x", "/"),
        ("https://evil.example/x", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_login_leads_only_into_this_site(
    site: Site, target: str, lands_on: str
) -> None:
    client = site.app.test_client()
    token = token_of(client.get("/login"))
    data = {"csrf_token": token, "name": "dba", "password": PASSWORD, "next": target}
    assert client.post("/login", data=data).location == lands_on


def test_guessing_is_slowed_and_the_right_password_waits_too(site: Site) -> None:
    app = create_app(site.settings, site.store)
    client = app.test_client()
    token = token_of(client.get("/login"))

    def attempt(password: str) -> int:
        data = {"csrf_token": token, "name": "viewer", "password": password}
        return client.post("/login", data=data).status_code

    answers = [attempt(f"wrong {number}") for number in range(8)]
    assert answers[:5] == [401] * 5
    assert answers[5:] == [429] * 3
    assert attempt(PASSWORD) == 429
    basic = client.get("/api/v1/jobs", auth=("viewer", PASSWORD))
    assert basic.status_code == 429


def test_unknown_user_and_wrong_password_look_the_same(site: Site) -> None:
    client = create_app(site.settings, site.store).test_client()
    token = token_of(client.get("/login"))
    pages = []
    for name in ("nobody", "viewer"):
        data = {"csrf_token": token, "name": name, "password": "wrong"}
        answer = client.post("/login", data=data)
        assert answer.status_code == 401
        shown = answer.text.replace(f'value="{name}"', "")
        pages.append(re.sub(r'(csrf_token" value=)"[^"]*"', r"\1", shown))
    assert pages[0] == pages[1]


def test_a_new_password_ends_open_sessions(site: Site) -> None:
    user_id = users.add_user(site.store, "leaver", HASH, StoredRole.VIEWER)
    client = site.app.test_client()
    token = token_of(client.get("/login"))
    data = {"csrf_token": token, "name": "leaver", "password": PASSWORD}
    client.post("/login", data=data)
    assert client.get("/").status_code == 200
    users.set_user(site.store, user_id, disabled=True)
    assert client.get("/").status_code == 302


def test_a_stolen_cookie_of_another_key_is_nothing(site: Site) -> None:
    settings = replace(site.settings, secret_key="z" * 32)
    other = create_app(settings, site.store).test_client()
    cookie = log_in(site).get_cookie("pgproof_session")
    assert cookie is not None
    other.set_cookie("pgproof_session", cookie.value)
    assert other.get("/").status_code == 302


def test_too_large_a_request_is_413(site: Site) -> None:
    client = log_in(site)
    answer = client.post("/submit", data={"query": "x" * 1_300_000})
    assert answer.status_code == 413


def test_an_unexpected_error_shows_nothing_of_itself(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise RuntimeError("secret: postgresql://u:hunter2@h/d")

    client = log_in(site)
    monkeypatch.setattr("web.pages.targets.targets.list_targets", explode)
    answer = client.get("/targets")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text


def test_without_store_pages_are_503_and_health_tells(site: Site) -> None:
    nowhere = replace(site.store.address, port=free_port(), host="127.0.0.1")
    closed = pool.Pool(nowhere, max_size=1)
    app = create_app(site.settings, Store(nowhere, closed))
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert str(nowhere.port) not in ready.text

    cookie = log_in(site).get_cookie("pgproof_session")
    assert cookie is not None
    client.set_cookie("pgproof_session", cookie.value)
    for path in ("/", "/api/v1/jobs"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "Traceback" not in answer.text
    metrics = client.get("/metrics")
    assert metrics.status_code == 200
    assert "pgproof_up 0.0" in metrics.text
