"""The JSON interface: the same facts as the pages, errors as JSON, metrics."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from analyzer.store import jobs, recommendations
from analyzer.store.recommendations import RecommendationFilter
from analyzer.store.secrets import SecretBox
from analyzer.store.users import Role
from tests.support.shop_result import ORDERS, SCRIPT
from tests.support.web import PASSWORD, TARGET_PASSWORD, Site, log_in
from web.app import create_app

pytestmark = pytest.mark.integration

DBA = ("dba", PASSWORD)
DEVELOPER = ("developer", PASSWORD)
VIEWER = ("viewer", PASSWORD)


def get(site: Site, path: str) -> dict[str, Any]:
    answer = site.app.test_client().get(f"/api/v1{path}", auth=VIEWER)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def first_id(site: Site, advisor: str = "missing_index") -> int:
    wanted = RecommendationFilter(advisor=advisor)
    rows = recommendations.list_recommendations(site.store, wanted).rows
    return rows[0].recommendation_id


def test_lists(site: Site) -> None:
    statements = get(site, "/statements?range=all")
    assert statements["total_count"] == 4
    assert statements["statements"][0]["fingerprint"] == ORDERS
    assert statements["target"]["name"] == "shop"
    found = get(site, "/recommendations")
    assert found["total_count"] == 4
    assert len(get(site, "/targets")["targets"]) == 1
    assert len(get(site, "/scans")["scans"]) == 3
    assert get(site, "/today")["open_count"] == 4
    assert get(site, "/session")["role"] == "viewer"


def test_one_of_each(site: Site) -> None:
    statement = get(site, f"/statements/{site.target_id}/{ORDERS}?range=all")
    assert len(statement["history"]) == 3
    assert statement["durations"]["whole"]["p95"]["relation"] == "within"
    assert statement["durations"]["steps"]
    assert statement["plans"][0]["document"]
    assert statement["scanned"]["queryids"] == ["-4567890123456789012"]
    found = get(site, f"/recommendations/{first_id(site)}")
    action = found["recommendation"]["action"]
    assert action["ddl"].startswith("CREATE INDEX CONCURRENTLY")
    assert found["state"] == "open"
    assert found["preflight"]
    scan_id = get(site, "/scans")["scans"][0]["scan_id"]
    assert len(get(site, f"/scans/{scan_id}")["result"]["statements"]) == 4
    assert get(site, f"/targets/{site.target_id}")["latest_scan"]["document"]


def test_queryids_are_strings_and_passwords_nowhere(site: Site) -> None:
    for path in ("/targets", f"/targets/{site.target_id}", "/scans", "/today"):
        text = json.dumps(get(site, path))
        assert TARGET_PASSWORD not in text
        assert "password_hash" not in text
        assert "-4567890123456789012," not in text.replace('"', "\x00")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/statements?sort=evil", 400),
        ("/statements/1/ffffffffffffffff", 404),
        ("/recommendations/999999", 404),
        ("/jobs/999999", 404),
        ("/nothing", 404),
    ],
)
def test_errors_are_json(site: Site, path: str, status: int) -> None:
    answer = site.app.test_client().get(f"/api/v1{path}", auth=VIEWER)
    assert answer.status_code == status
    error = answer.get_json()["error"]
    assert set(error) == {"message", "detail", "hint"}
    assert error["message"]


def test_without_login_it_is_401_without_a_challenge(site: Site) -> None:
    answer = site.app.test_client().get("/api/v1/jobs")
    assert answer.status_code == 401
    assert answer.get_json()["error"]["message"] == "you are not logged in"
    assert "WWW-Authenticate" not in answer.headers


def test_basic_works_for_the_interface_only(site: Site) -> None:
    assert site.app.test_client().get("/jobs", auth=VIEWER).status_code == 302


def test_decisions(site: Site) -> None:
    client = site.app.test_client()
    url = f"/api/v1/recommendations/{first_id(site)}/decisions"
    body = {"decision": "accepted", "reason": "seen on the replica too"}
    assert client.post(url, json=body, auth=VIEWER).status_code == 403
    answer = client.post(url, json=body, auth=DEVELOPER)
    assert answer.status_code == 200
    assert answer.get_json()["state"] == "accepted"
    assert answer.get_json()["events"][-1]["user_name"] == "developer"
    for wrong in ({"decision": "dismissed"}, {"decision": 3}, {}, [], "x", None):
        assert client.post(url, json=wrong, auth=DEVELOPER).status_code == 400
    again = client.post(url, json={"decision": "open"}, auth=DEVELOPER)
    assert again.status_code == 200


def test_session_needs_the_token_it_is_told(site: Site) -> None:
    client = log_in(site, Role.DEVELOPER)
    url = f"/api/v1/recommendations/{first_id(site)}/decisions"
    body = {"decision": "open"}
    assert client.post(url, json=body).status_code == 400
    token = client.get("/api/v1/session").get_json()["csrf_token"]
    headers = {"X-CSRFToken": token}
    assert client.post(url, json=body, headers=headers).status_code == 200


def test_a_wrong_password_beside_a_session_is_no_way_round_the_token(
    site: Site,
) -> None:
    client = log_in(create_fresh(site), Role.DEVELOPER)
    url = f"/api/v1/recommendations/{first_id(site)}/decisions"
    answer = client.post(url, json={"decision": "open"}, auth=("developer", "wrong"))
    assert answer.status_code == 400


def create_fresh(site: Site) -> Site:
    """The same site with a throttle of its own."""
    return replace(site, app=create_app(site.settings, site.store))


def test_scans_and_submissions_become_jobs(site: Site) -> None:
    client = site.app.test_client()
    target = {"target_id": site.target_id}
    answer = client.post("/api/v1/scans", json=target, auth=DBA)
    assert answer.status_code == 202
    assert answer.get_json()["job"]["state"] == "queued"
    assert client.post("/api/v1/scans", json=target, auth=DEVELOPER).status_code == 403

    body = {**target, "query": "SELECT secret_column FROM orders WHERE id = 42"}
    answer = client.post("/api/v1/submissions", json=body, auth=DEVELOPER)
    assert answer.status_code == 202
    job = answer.get_json()["job"]
    assert job["kind"] == "submission"
    assert "secret_column" not in answer.text
    assert client.get(answer.headers["Location"], auth=VIEWER).status_code == 200
    stored = jobs.get_job(site.store, job["job_id"])
    assert stored is not None
    assert "secret_column" not in stored.payload["query"]
    box = SecretBox(site.settings.ensure_secret_key())
    assert box.decrypt(stored.payload["query"].encode()) == body["query"]
    assert stored.requested_by == "developer"
    cancel_all(site)


def cancel_all(site: Site) -> None:
    for job in jobs.list_jobs(site.store):
        jobs.cancel(site.store, job.job_id)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"query": "SELECT 1"}, 400),
        ({"query": "", "target_id": 1}, 400),
        ({"query": "SELECT 1", "target_id": 999999}, 404),
        ({"query": "SELEC 1", "target_id": 1}, 400),
        ({"query": "SELECT 1; SELECT 2", "target_id": 1}, 400),
        ({"query": "DROP TABLE orders", "target_id": 1}, 409),
        ({"query": "SELECT 1", "target_id": True}, 400),
        ({"query": ["SELECT 1"], "target_id": 1}, 400),
    ],
)
def test_bad_submissions(site: Site, body: dict[str, Any], status: int) -> None:
    client = site.app.test_client()
    answer = client.post("/api/v1/submissions", json=body, auth=DEVELOPER)
    assert answer.status_code == status, answer.text
    assert answer.get_json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/nothing", {}, 404),
        ("GET", "/jobs/999999", {}, 404),
        ("DELETE", "/jobs", {}, 405),
        (
            "POST",
            "/submissions",
            {"data": b"{", "content_type": "application/json"},
            400,
        ),
        ("POST", "/submissions", {"json": {"query": "SELECT 1"}}, 400),
        ("POST", "/submissions", {"json": {"query": "x" * 1_300_000}}, 413),
        (
            "POST",
            "/submissions",
            {
                "data": b"query=%FF",
                "content_type": "application/x-www-form-urlencoded",
            },
            400,
        ),
    ],
)
def test_errors_speak_of_the_api(
    site: Site, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    client = site.app.test_client()
    answer = client.open(f"/api/v1{path}", method=method, auth=DEVELOPER, **options)
    assert answer.status_code == status
    said = " ".join(answer.get_json()["error"].values()).lower()
    words = {word.strip(".,") for word in said.split()}
    assert not words & {"page", "form", "paste", "go", "choose"}, said


def test_a_cookie_alone_is_told_what_the_api_needs(site: Site) -> None:
    client = log_in(site, Role.DEVELOPER)
    answer = client.post("/api/v1/submissions", json={"query": "SELECT 1"})
    assert answer.status_code == 400
    assert "Authorization" in answer.get_json()["error"]["hint"]


def test_description_is_served(site: Site) -> None:
    assert get(site, "/openapi.json")["openapi"] == "3.1.0"


def test_metrics_are_numbers_without_texts(site: Site) -> None:
    answer = site.app.test_client().get("/metrics")
    assert answer.status_code == 200
    text = answer.text
    assert "pgproof_up 1.0" in text
    assert 'pgproof_recommendations{state="open"} 4.0' in text
    assert 'pgproof_jobs{state="failed"} 0.0' in text
    assert 'pgproof_scan_duration_seconds{target="shop"} 21.4' in text
    assert "pgproof_last_success_timestamp_seconds" in text
    assert f'fingerprint="{ORDERS}"' in text
    assert "SELECT" not in text
    assert SCRIPT not in text


def test_metrics_ask_for_their_token(site: Site) -> None:
    settings = replace(site.settings, metrics_token="t" * 20)
    client = create_app(settings, site.store).test_client()
    assert client.get("/metrics").status_code == 401
    wrong = {"Authorization": "Bearer wrong"}
    assert client.get("/metrics", headers=wrong).status_code == 401
    right = {"Authorization": f"Bearer {'t' * 20}"}
    assert client.get("/metrics", headers=right).status_code == 200


def test_ready_with_a_store(site: Site) -> None:
    answer = site.app.test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "ok"}
