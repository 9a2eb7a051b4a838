"""Forms: targets, schedules, users, submissions; and what their errors say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from analyzer.domain.scan import ScanKind
from analyzer.store import audit, jobs, schedules, targets, users
from analyzer.store.jobs import Claim, NewJob
from analyzer.store.save import save_scan
from analyzer.store.secrets import SecretBox
from analyzer.store.users import Role
from tests.support.shop_result import ResultOptions, scan_result
from tests.support.web import PASSWORD, Site, add_shop, log_in, token_of

pytestmark = pytest.mark.integration

FIELDS = {
    "name": "warehouse",
    "host": "192.0.2.10",
    "port": "5432",
    "database": "stock",
    "user": "watcher",
    "password": "pa$$-never-shown",
    "sslmode": "require",
    "is_clone": "1",
    "nightly": "1",
}


def send(client: FlaskClient, path: str, **data: str) -> TestResponse:
    token = token_of(client.get("/settings"))
    return client.post(path, data={"csrf_token": token, **data})


def test_a_target_is_added_changed_and_removed(site: Site) -> None:
    client = log_in(site)
    answer = send(client, "/targets/add", **FIELDS)
    assert answer.status_code == 302
    target = targets.find_target(site.store, "warehouse")
    assert target is not None
    assert target.is_clone
    assert schedules.list_schedules(site.store, target.target_id)[0].enabled
    where = f"/targets/{target.target_id}"
    for path in ("", "/edit", "/remove"):
        assert "never-shown" not in client.get(where + path).text

    box = SecretBox(site.settings.ensure_secret_key())
    changed = {**FIELDS, "password": "", "hypopg": "1", "database": "stock2"}
    assert send(client, f"{where}/edit", **changed).status_code == 302
    kept = targets.target_with_password(site.store, box, target.target_id)
    assert kept.address.password == FIELDS["password"]
    assert kept.address.database == "stock2"

    # A stored password must not travel to another address.
    moved = {**changed, "host": "192.0.2.66"}
    answer = send(client, f"{where}/edit", **moved)
    assert answer.status_code == 400
    assert "needs the password again" in answer.text

    assert send(client, f"{where}/remove", name="other").status_code == 400
    assert send(client, f"{where}/remove", name="warehouse").status_code == 302
    assert targets.find_target(site.store, "warehouse") is None
    actions = [entry.action for entry in audit.list_audit(site.store)]
    assert {"target.add", "target.change", "target.remove"} <= set(actions)


def test_a_wrong_target_keeps_the_form_but_not_the_password(site: Site) -> None:
    client = log_in(site)
    answer = send(client, "/targets/add", **{**FIELDS, "port": "99999"})
    assert answer.status_code == 400
    assert "The port is not a number" in answer.text
    assert 'value="192.0.2.10"' in answer.text
    assert "never-shown" not in answer.text
    twice = {**FIELDS, "name": "shop"}
    assert "already a target" in send(client, "/targets/add", **twice).text


def test_schedules_are_editable(site: Site) -> None:
    client = log_in(site)
    path = f"/settings/schedules/{site.target_id}"
    answer = send(client, path, cron="30 3 * * 1-5", enabled="1")
    assert answer.status_code == 302
    found = schedules.list_schedules(site.store, site.target_id)[0]
    assert found.cron == "30 3 * * 1-5"
    assert "30 3 * * 1-5" in client.get("/settings").text
    answer = send(client, path, cron="every night")
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


def test_users_are_added_changed_and_removed(site: Site) -> None:
    client = log_in(site)
    new = {"name": "ada", "password": "a long enough one", "role": "developer"}
    assert send(client, "/settings/users", **new).status_code == 302
    assert send(client, "/settings/users", **new).status_code == 400
    short = {**new, "name": "bob", "password": "short"}
    assert send(client, "/settings/users", **short).status_code == 400
    ada = users.find_user(site.store, "ada")
    assert ada is not None
    assert ada.role is Role.DEVELOPER
    where = f"/settings/users/{ada.user_id}"
    assert send(client, where, do="role", role="viewer").status_code == 302
    changed = users.get_user(site.store, ada.user_id)
    assert changed is not None
    assert changed.role is Role.VIEWER
    assert send(client, where, do="remove").status_code == 302
    assert users.find_user(site.store, "ada") is None


def test_the_last_dba_stays(site: Site) -> None:
    client = log_in(site)
    me = users.find_user(site.store, "dba")
    assert me is not None
    answer = send(client, f"/settings/users/{me.user_id}", do="remove")
    assert answer.status_code == 400
    assert "last DBA" in answer.text or "last dba" in answer.text.lower()


def test_ones_own_password(site: Site) -> None:
    client = log_in(site, Role.VIEWER)
    wrong = send(client, "/settings/password", old_password="no", password="x" * 20)
    assert wrong.status_code == 400
    new = "another long password"
    done = send(client, "/settings/password", old_password=PASSWORD, password=new)
    assert done.status_code == 302
    assert client.get("/").status_code == 302  # the session has ended
    client = site.app.test_client()
    data = {
        "csrf_token": token_of(client.get("/login")),
        "name": "viewer",
        "password": new,
    }
    assert client.post("/login", data=data).status_code == 302
    back = {"old_password": new, "password": PASSWORD}
    assert send(client, "/settings/password", **back).status_code == 302


def test_viewers_see_neither_users_nor_the_audit_trail(site: Site) -> None:
    page = log_in(site, Role.VIEWER).get("/settings").text
    assert "Who did what" not in page
    assert "Add a user" not in page


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("SELECT *\nFORM orders", 400, "line 2, column"),
        ("SELECT 1; SELECT 2", 400, "What to do"),
        ("", 400, "No query was given"),
        ("DROP TABLE orders", 409, "rule statement"),
        ("COPY orders TO PROGRAM 'id'", 409, "rule"),
        ("SELECT 'a\0b'", 400, "NUL"),
    ],
)
def test_what_cannot_be_submitted(
    site: Site, query: str, status: int, says: str
) -> None:
    client = log_in(site, Role.DEVELOPER)
    answer = send(client, "/submit", query=query, target=str(site.target_id))
    assert answer.status_code == status
    assert says in answer.text


def test_bytes_that_are_not_utf8_are_refused(site: Site) -> None:
    client = log_in(site, Role.DEVELOPER)
    known = f"csrf_token={token_of(client.get('/submit'))}&target={site.target_id}"
    answer = client.post(
        "/submit",
        data=f"{known}&query=SELECT+'%FF%FE'",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 400
    assert "not UTF-8" in answer.text


def test_the_position_of_a_syntax_error_is_marked(site: Site) -> None:
    client = log_in(site, Role.DEVELOPER)
    query = "SELECT <b>x</b> FROM WHERE a = 1"
    answer = send(client, "/submit", query=query, target=str(site.target_id))
    assert 'class="here"' in answer.text
    assert "<b>x</b>" not in answer.text


def test_a_submission_from_form_to_result(site: Site) -> None:
    target_id = add_shop(site.store, site.settings, "asked")
    client = log_in(site, Role.DEVELOPER)
    query = "SELECT id, total FROM orders WHERE status = 'new'"
    answer = send(client, "/submit", query=query, target=str(target_id))
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert "waiting for the worker" in page.text
    assert '<meta http-equiv="refresh"' in page.text
    job_id = int(answer.location.rsplit("/", 1)[1])
    progress = f"/jobs/{job_id}/progress"
    assert "HX-Refresh" not in client.get(progress).headers

    taken = jobs.claim(site.store, "test", 60)
    assert taken is not None
    assert taken.job_id == job_id
    claim = Claim(job_id=job_id, attempt=taken.attempt)
    jobs.set_progress(site.store, claim, "planning", 0.5)
    assert "planning" in client.get(progress).text
    options = ResultOptions(started_at=datetime.now(UTC), kind=ScanKind.SUBMISSION)
    save_scan(site.store, target_id, scan_result(options), job=claim)

    assert client.get(progress).headers["HX-Refresh"] == "true"
    page = client.get(answer.location)
    assert "CREATE INDEX CONCURRENTLY" in page.text
    assert "Seq Scan on public.orders" in page.text
    assert "refresh" not in page.text
    assert "could not be looked at" in page.text


def test_a_failed_submission_says_why(site: Site) -> None:
    job_id = jobs.enqueue(
        site.store,
        NewJob(
            kind="submission", payload={"query": "SELECT 1"}, target_id=site.target_id
        ),
    )
    taken = jobs.claim(site.store, "test", 60)
    assert taken is not None
    claim = Claim(job_id=job_id, attempt=taken.attempt)
    jobs.fail(
        site.store,
        claim,
        "refused: volatile function <i>x</i>",
        hint="Submit it without.",
    )
    page = log_in(site).get(f"/submissions/{job_id}").text
    assert "refused: volatile function &lt;i&gt;" in page
    assert "Submit it without." in page


def test_scan_now_makes_one_job(site: Site) -> None:
    client = log_in(site)
    answer = send(client, f"/targets/{site.target_id}/scan")
    assert answer.status_code == 303
    assert "scan of shop" in client.get(answer.location).text
    job = jobs.get_job(site.store, int(answer.location.rsplit("/", 1)[1]))
    assert job is not None
    assert job.kind == "scan"
    assert job.requested_by == "dba"
