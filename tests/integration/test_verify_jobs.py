"""A recommendation is measured as a job: the store, its page and the interface."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from analyzer.config import Settings
from analyzer.domain.measurement import (
    Ground,
    Measurement,
    MeasuringEnvironment,
    ProofVerdict,
)
from analyzer.domain.target import Address, Target
from analyzer.errors import UserError
from analyzer.pipeline.jobs import run_job
from analyzer.pipeline.verify_stored import stored_proof
from analyzer.postgres.connect import session
from analyzer.store import jobs, recommendations
from analyzer.store.database import Store
from analyzer.store.jobs import Job, JobState, NewJob
from analyzer.store.recommendations import RecommendationFilter
from analyzer.store.secrets import SecretBox
from analyzer.store.targets import add_target
from analyzer.store.users import Role
from analyzer.store.verifications import save_verification, verifications
from tests.support.web import Site, api_headers, log_in, token_of
from worker.runner import Workplace, perform

pytestmark = pytest.mark.integration

SETUP = """
CREATE TABLE visit (id int PRIMARY KEY, visitor int, page text);
INSERT INTO visit SELECT g, g * 7919 % 4000, 'page ' || g
    FROM generate_series(1, 60000) g;
ANALYZE visit;
"""


@pytest.fixture
def watched(database: Address) -> Iterator[Address]:
    with session(database, read_only=False) as connection:
        connection.execute(SETUP.encode())
    yield database


def run(store: Store, settings: Settings, job: NewJob) -> Job:
    job_id = jobs.enqueue(store, job)
    claimed = jobs.claim(store, "test", 30)
    assert claimed is not None and claimed.job_id == job_id
    perform(
        Workplace(store=store, settings=settings, worker="test", run=run_job),
        claimed,
    )
    found = jobs.get_job(store, job_id)
    assert found is not None
    return found


def test_a_scan_then_a_proof(store: Store, watched: Address, site: Site) -> None:
    settings = site.settings
    box = SecretBox(settings.ensure_secret_key())
    target_id = add_target(store, box, Target(name="visits", address=watched))
    scan = NewJob(kind="scan", payload={}, target_id=target_id)
    assert run(store, settings, scan).state is JobState.DONE
    with session(watched) as connection:
        for number in range(60):
            connection.execute("SELECT * FROM visit WHERE visitor = %s", (number,))
    assert run(store, settings, scan).state is JobState.DONE
    wanted = RecommendationFilter(target_id=target_id, action_kind="create_index")
    (row,) = recommendations.list_recommendations(store, wanted).rows
    assert (row.basis, row.verdict) == ("estimated", "")

    job = run(
        store,
        settings,
        NewJob(
            kind="verification",
            payload={"recommendation_id": row.recommendation_id},
            target_id=target_id,
        ),
    )
    assert job.state is JobState.DONE, job.reason
    (proof,) = verifications(store, row.recommendation_id)
    assert (proof.verdict, proof.ground) == ("confirmed", "generated data")
    assert proof.document["environment"]["row_counts"] == {"public.visit": 60000}
    assert not re.search(r"page \d", json.dumps(proof.document))
    (again,) = recommendations.list_recommendations(store, wanted).rows
    assert (again.basis, again.verdict) == ("measured", "confirmed")
    # A later scan estimates again, but what was measured stays measured.
    assert run(store, settings, scan).state is JobState.DONE
    (later,) = recommendations.list_recommendations(store, wanted).rows
    assert later.basis == "measured"


def found(verdict: ProofVerdict) -> Measurement:
    now = datetime.now(UTC)
    return Measurement(
        change="CREATE INDEX <b>x</b>",
        verdict=verdict,
        reason="none of 2 became materially faster",
        environment=MeasuringEnvironment(
            ground=Ground.CLONE,
            server_version="18.6",
            settings={},
            started_at=now,
            finished_at=now,
        ),
    )


def first(site: Site) -> int:
    wanted = RecommendationFilter(advisor="missing_index", refuted=True)
    rows = recommendations.list_recommendations(site.store, wanted).rows
    return rows[0].recommendation_id


def test_a_refuted_recommendation_is_no_advice(site: Site) -> None:
    number = first(site)
    before = recommendations.count_by_state(site.store)
    client = log_in(site, Role.VIEWER)
    link = f'href="/recommendations/{number}"'
    assert link in client.get("/recommendations").text
    save_verification(site.store, number, found(ProofVerdict.REFUTED))
    try:
        assert link not in client.get("/recommendations").text
        assert link not in client.get("/").text
        assert link in client.get("/recommendations?refuted=1").text
        after = recommendations.count_by_state(site.store)
        assert sum(after.values()) == sum(before.values()) - 1
        page = client.get(f"/recommendations/{number}").text
        assert "Measuring has refuted this" in page
        assert "None of 2 became materially faster" in page
        assert "<b>x</b>" not in page
        record = recommendations.get_recommendation(site.store, number)
        assert record is not None and record.row.basis == "estimated"
        assert record.events[-1].what == "measured"
    finally:
        save_verification(site.store, number, found(ProofVerdict.CONFIRMED))
    record = recommendations.get_recommendation(site.store, number)
    assert record is not None and record.row.basis == "measured"
    assert link in client.get("/recommendations").text


def test_who_may_ask_for_a_proof(site: Site) -> None:
    number = first(site)
    url = f"/recommendations/{number}/verification"
    for role, status in ((Role.VIEWER, 403), (Role.DEVELOPER, 403), (Role.DBA, 303)):
        client = log_in(site, role)
        assert (url in client.get(f"/recommendations/{number}").text) == (status == 303)
        token = token_of(client.get("/settings"))
        answer = client.post(url, data={"csrf_token": token})
        assert answer.status_code == status
    job = jobs.list_jobs(site.store)[0]
    assert (job.kind, job.payload) == ("verification", {"recommendation_id": number})
    assert jobs.cancel(site.store, job.job_id, "test")


def test_programs_ask_too(site: Site) -> None:
    client = site.app.test_client()
    number = first(site)
    url = f"/api/v1/recommendations/{number}/verifications"
    answer = client.post(url, **api_headers(Role.DBA))
    assert answer.status_code == 202
    assert answer.get_json()["job"]["kind"] == "verification"
    assert jobs.cancel(site.store, answer.get_json()["job"]["job_id"], "test")
    save_verification(site.store, number, found(ProofVerdict.CONFIRMED))
    listed = client.get(url, **api_headers(Role.VIEWER)).get_json()["verifications"]
    assert listed[0]["document"]["verdict"] == "confirmed"
    nothing = "/api/v1/recommendations/999999/verifications"
    assert client.get(nothing, **api_headers(Role.VIEWER)).status_code == 404
    assert client.post(nothing, **api_headers(Role.DBA)).status_code == 404


def test_what_cannot_be_measured_is_told(site: Site) -> None:
    wanted = RecommendationFilter(action_kind="change_application")
    number = (
        recommendations.list_recommendations(site.store, wanted)
        .rows[0]
        .recommendation_id
    )
    with pytest.raises(UserError, match="cannot be measured"):
        stored_proof(site.store, number)
    with pytest.raises(UserError, match="no recommendation"):
        stored_proof(site.store, 999_999)
    answer = site.app.test_client().post(
        f"/api/v1/recommendations/{number}/verifications", **api_headers(Role.DBA)
    )
    assert answer.status_code == 400
