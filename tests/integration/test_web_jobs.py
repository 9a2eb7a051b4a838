"""Workers on the page of jobs, and cancelling: who may, what is noted."""

from __future__ import annotations

import pytest

from analyzer.store import audit, jobs, workers
from analyzer.store.jobs import JobState, NewJob
from analyzer.store.users import Role
from tests.support.web import Site, api_headers, log_in, token_of

pytestmark = pytest.mark.integration


def _queued(site: Site, requested_by: str) -> int:
    job = NewJob(
        kind="submission",
        payload={"query": "SELECT 1"},
        target_id=site.target_id,
        requested_by=requested_by,
    )
    return jobs.enqueue(site.store, job)


def _cancel(site: Site, role: Role, job_id: int) -> int:
    client = log_in(site, role)
    token = token_of(client.get("/settings"))
    return client.post(f"/jobs/{job_id}/cancel", data={"csrf_token": token}).status_code


def _state(site: Site, job_id: int) -> JobState:
    job = jobs.get_job(site.store, job_id)
    assert job is not None
    return job.state


@pytest.mark.parametrize(
    ("role", "requested_by", "status"),
    [
        (Role.VIEWER, "viewer", 403),
        (Role.DEVELOPER, "developer", 303),
        (Role.DEVELOPER, "dba", 403),
        (Role.DEVELOPER, "", 403),
        (Role.DBA, "developer", 303),
        (Role.DBA, "", 303),
    ],
)
def test_who_may_cancel_which_job(
    site: Site, role: Role, requested_by: str, status: int
) -> None:
    job_id = _queued(site, requested_by)
    page = log_in(site, role).get("/jobs").text
    assert (f"/jobs/{job_id}/cancel" in page) == (status == 303)
    assert _cancel(site, role, job_id) == status
    cancelled = status == 303
    wanted = JobState.CANCELLED if cancelled else JobState.QUEUED
    assert _state(site, job_id) is wanted
    noted = [
        (entry.user_name, entry.subject)
        for entry in audit.list_audit(site.store)
        if entry.action == "job.cancel"
    ]
    assert ((role.value, str(job_id)) in noted) == cancelled
    if cancelled:
        job = jobs.get_job(site.store, job_id)
        assert job is not None and "query" not in job.payload
        assert job.reason == f"It was cancelled by {role.value}."


def test_what_runs_or_is_unknown_cannot_be_cancelled(site: Site) -> None:
    job_id = _queued(site, "dba")
    while _state(site, job_id) is JobState.QUEUED:
        assert jobs.claim(site.store, "a:1/2", 30)
    page = log_in(site).get(f"/jobs/{job_id}", follow_redirects=True).text
    assert "Cancel this job" not in page
    assert _cancel(site, Role.DBA, job_id) == 303
    assert _state(site, job_id) is JobState.RUNNING
    assert _cancel(site, Role.DBA, 999_999) == 404
    client = log_in(site)
    assert client.post(f"/jobs/{job_id}/cancel").status_code == 400


def test_programs_cancel_too(site: Site) -> None:
    job_id = _queued(site, "developer")
    client = site.app.test_client()
    where = f"/api/v1/jobs/{job_id}/cancellation"
    assert client.post(where, **api_headers(Role.VIEWER)).status_code == 403
    answer = client.post(where, **api_headers(Role.DEVELOPER))
    assert answer.status_code == 200
    assert answer.get_json()["job"]["state"] == "cancelled"
    again = client.post(where, **api_headers(Role.DBA))
    assert again.status_code == 400 and "no longer waits" in again.text


def test_workers_are_shown_and_measured(site: Site) -> None:
    client = log_in(site)
    assert "No worker has been seen yet" in client.get("/jobs").text
    assert "pgproof_workers 0.0" in client.get("/metrics").text
    assert (
        "pgproof_worker_last_seen_timestamp_seconds 1."
        not in client.get("/metrics").text
    )
    workers.beat(site.store, "host<b>:71", is_first=True)
    page = client.get("/jobs").text
    assert "host&lt;b&gt;:71" in page and "host<b>" not in page
    text = client.get("/metrics").text
    assert "pgproof_workers 1.0" in text
    assert "pgproof_worker_last_seen_timestamp_seconds 1." in text
    (worker,) = client.get("/api/v1/jobs").get_json()["workers"]
    assert worker["name"] == "host<b>:71" and worker["is_up"] is True
    assert "The worker is up." in client.get("/").text
