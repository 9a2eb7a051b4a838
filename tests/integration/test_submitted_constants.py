"""A submitted query is planned and run with its own constants, and none is kept."""

# ruff: noqa: E501 - one query a line reads best

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analyzer.domain.target import Address, Permissions, Target
from analyzer.postgres.connect import session
from analyzer.store import jobs
from analyzer.store.jobs import JobState
from analyzer.store.secrets import SecretBox
from analyzer.store.targets import add_target
from analyzer.store.users import Role
from tests.support.servers import PASSWORD
from tests.support.web import Site, api_headers, log_in, token_of
from worker.runner import Workplace, perform

pytestmark = pytest.mark.integration

SETUP = """
CREATE TABLE people (id int PRIMARY KEY, name text, state text, born date, pay numeric(9, 2));
INSERT INTO people SELECT g, 'name ' || g, CASE WHEN g % 5000 = 0 THEN 'rare' ELSE 'common' END,
    '1980-01-01'::date + g % 9000, g FROM generate_series(1, 20000) g;
CREATE INDEX people_state ON people (state);
CREATE INDEX people_part ON people (substr(name, 2, 3));
ANALYZE people;
"""

LOSSY = [
    "SELECT lpad(name, 20), rpad(name, 8, '.') FROM people WHERE id < 9",
    "SELECT g FROM generate_series(1, 10) g",
    "SELECT g FROM generate_series('2026-01-01'::timestamp, '2026-01-03', '1 day') g",
    "SELECT substring(name from 2 for 3), overlay(name placing 'x' from 2 for 1) FROM people",
    "SELECT * FROM people WHERE born > now() - interval '1 day' LIMIT 10",
    "SELECT * FROM people WHERE born > date '2001-02-03' AND extract(year FROM born) = 1999",
    "SELECT lpad(name, 3), count(*) FROM people GROUP BY lpad(name, 3) ORDER BY lpad(name, 3)",
    "SELECT round(pay / 3, 2), to_char(born, 'YYYY'), date_trunc('month', born) FROM people",
    "SELECT nth_value(name, 3) OVER (ORDER BY id), ntile(4) OVER (ORDER BY id) FROM people",
    "SELECT jsonb_path_query('{\"a\": [1, 2]}', '$.a[*]'), ('{1,2}'::int[])[1], 'x' || 1",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY pay), string_agg(name, ',') FROM people",
    "SELECT state, count(*) FILTER (WHERE pay > 3) FROM people GROUP BY 1 HAVING count(*) > 1 ORDER BY 2",
    "SELECT coalesce(NULL, 1), CASE WHEN pay > 1 THEN 'a' ELSE 'b' END, -1 FROM people",
    "SELECT 1 AS one UNION ALL SELECT 2.5 -- both\n;",
    "SELECT repeat('ab', 3), left(name, -2), split_part(name, ' ', 2) FROM people WHERE id = 7",
    "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v(n, t) JOIN people ON people.id = v.n",
]  # fmt: skip
"""Where a parameter without a type in the place of a constant means something else."""

SECRETS = ("4711471147", "Sesame7", "1987-06-05", "77.123", "31337", "hush")
PRIVATE = (
    f"SELECT substr(name, 2, 31337), lpad(name, 20, 'hush') FROM people /* {SECRETS[1]} */"
    f" WHERE name LIKE '%{SECRETS[1]}%' AND born > date '{SECRETS[2]}' AND pay < 77.123"
    f" AND id IN (3, {SECRETS[0]}) AND substr(name, 2, 31337) = '{SECRETS[1]}' LIMIT 31337"
)


@pytest.fixture(scope="module")
def people(superuser: Address) -> Iterator[Address]:
    """A database with people, as a role that reads."""
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE people")
        connection.execute(f"CREATE ROLE people_reader LOGIN PASSWORD '{PASSWORD}'")
        connection.execute("GRANT pg_read_all_data TO people_reader")
    address = replace(superuser, database="people")
    with session(address, read_only=False) as connection:
        connection.execute(SETUP.encode())
    yield replace(address, user="people_reader")
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE people WITH (FORCE)")
        connection.execute("DROP ROLE people_reader")


@pytest.fixture(scope="module")
def target_id(site: Site, people: Address) -> int:
    """A target on which statements may be run."""
    allowed = Permissions(explain_analyze=True)
    target = Target(name="people", address=people, permissions=allowed)
    return add_target(site.store, SecretBox(site.settings.ensure_secret_key()), target)


def worked_off(site: Site, job_id: int) -> jobs.Job:
    """The job once a worker has done it."""
    taken = jobs.claim(site.store, "test", 600)
    assert taken is not None and taken.job_id == job_id
    perform(Workplace(store=site.store, settings=site.settings, worker="test"), taken)
    done = jobs.get_job(site.store, job_id)
    assert done is not None and done.state is JobState.DONE, done and done.reason
    return done


def submitted(site: Site, target_id: int, query: str) -> dict[str, Any]:
    """What the API says of a submission that is done."""
    client = site.app.test_client()
    answer = client.post(
        "/api/v1/submissions",
        json={"query": query, "target_id": target_id},
        **api_headers(Role.DBA),
    )
    assert answer.status_code == 202, answer.text
    job_id = answer.get_json()["job"]["job_id"]
    worked_off(site, job_id)
    shown = client.get(f"/api/v1/submissions/{job_id}", **api_headers(Role.VIEWER))
    document: dict[str, Any] = shown.get_json()
    return document


def kept(site: Site) -> str:
    """Everything that the store holds, of all its tables."""
    with site.store.connection() as connection:
        names = connection.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        return "\n".join(
            str(row[0])
            for (name,) in names
            for row in connection.execute(f"SELECT t::text FROM {name} t".encode())
        )


@pytest.mark.parametrize("query", LOSSY)
def test_constants_are_planned_and_run_as_they_were_written(
    site: Site, target_id: int, query: str
) -> None:
    found = submitted(site, target_id, query)
    assert [p["is_measured"] for p in found["plans"]] == [True, False], found["result"]
    failed = [i for i in found["result"]["not_seen"] if "EXPLAIN ANALYZE" in i["what"]]
    assert failed == []


@pytest.mark.parametrize(
    ("query", "node", "rows"),
    [
        ("SELECT * FROM people WHERE state = 'rare'", "people_state", 4),
        ("SELECT * FROM people WHERE state = 'common'", "Seq Scan", 19_996),
        ("SELECT * FROM people WHERE substr(name, 2, 3) = 'ame'", "Seq Scan", 20_000),
        ("SELECT * FROM people WHERE substr(name, 2, 3) = 'xyz'", "people_part", 0),
        ("SELECT * FROM generate_series(3, 9)", "Function Scan", 7),
    ],
)
def test_the_plan_is_that_of_the_constants(
    site: Site, target_id: int, query: str, node: str, rows: int
) -> None:
    measured, estimated = submitted(site, target_id, query)["plans"]
    for plan in (measured, estimated):
        assert node in str(plan["document"])
    assert measured["document"]["Plan"]["Actual Rows"] == rows


def test_no_constant_is_kept_or_shown(
    site: Site, target_id: int, server_dir: Path
) -> None:
    client = log_in(site, Role.DEVELOPER)
    form = {"csrf_token": token_of(client.get("/submit")), "query": PRIVATE}
    answer = client.post("/submit", data={**form, "target": str(target_id)})
    assert answer.status_code == 303, answer.text
    job_id = int(answer.location.rsplit("/", 1)[1])
    waiting = kept(site)
    done = worked_off(site, job_id)
    assert done.payload == {}
    pages = [
        log_in(site, role).get(where).text
        for role in (Role.DEVELOPER, Role.VIEWER)
        for where in (f"/submissions/{job_id}", f"/jobs/{job_id}", "/jobs")
    ]
    shown = client.get(
        f"/api/v1/submissions/{job_id}", **api_headers(Role.VIEWER)
    ).get_json()
    assert [p["is_measured"] for p in shown["plans"]] == [True, False]
    plans = [client.get(f"/plans/{p['plan_id']}").text for p in shown["plans"]]
    home = site.settings.home
    files = [p.read_text(errors="replace") for p in home.rglob("*") if p.is_file()]
    logs = (server_dir / "watched" / "server.log").read_text(errors="replace")
    places = (waiting, kept(site), str(shown), logs, *pages, *plans, *files)
    for secret in SECRETS:
        assert [place[:200] for place in places if secret in place] == []


def test_parameters_of_the_text_beside_its_constants(
    site: Site, target_id: int
) -> None:
    query = "SELECT lpad(name, 20) FROM people WHERE state = $1 AND id < 300"
    found = submitted(site, target_id, query)
    assert [p["is_measured"] for p in found["plans"]] == [True, False], found["result"]
    assert found["plans"][0]["generic"] is False


def test_a_text_under_another_key_is_told(site: Site, target_id: int) -> None:
    payload = jobs.sealed(SecretBox("another" * 5), "SELECT 1")
    new = jobs.NewJob(kind="submission", payload=payload, target_id=target_id)
    job_id = jobs.enqueue(site.store, new)
    taken = jobs.claim(site.store, "test", 600)
    assert taken is not None and taken.job_id == job_id
    perform(Workplace(store=site.store, settings=site.settings, worker="test"), taken)
    page = log_in(site).get(f"/submissions/{job_id}").text
    assert "cannot be decrypted" in page and "PGPROOF_SECRET_KEY" in page
