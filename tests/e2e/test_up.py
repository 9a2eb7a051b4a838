"""pgproof up as a user runs it: register, scan, kill the worker, stop."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from analyzer.config import Settings
from analyzer.domain.target import Address
from analyzer.embedded.cluster import free_port
from analyzer.pipeline.place import Place
from analyzer.pipeline.service import open_store
from analyzer.postgres.connect import session
from analyzer.store import jobs
from analyzer.store.database import Store
from analyzer.store.jobs import JobFilter, JobState, NewJob, scan_key
from analyzer.store.scans import get_scan, list_scans
from analyzer.store.secrets import SecretBox
from analyzer.store.targets import list_targets

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PATIENCE_S = 90.0


@dataclass
class Up:
    """A running ``pgproof up``, and the environment it runs in."""

    process: subprocess.Popen[str]
    environment: dict[str, str]
    home: Path

    def pgproof(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "analyzer", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def output_until(self, words: str) -> str:
        seen = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            seen += line
            if words in line:
                return seen
        raise AssertionError(f"it ended before it said {words!r}: {seen}")


@pytest.fixture
def up(server_dir: Path) -> Iterator[Up]:
    home = server_dir / f"home-{os.getpid()}-{time.monotonic_ns()}"
    environment = {
        **os.environ,
        "PGPROOF_HOME": str(home),
        "PGPROOF_PORT": str(free_port()),
        "PGPROOF_LEASE_S": "3",
        "PGPROOF_LOG_LEVEL": "warning",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "analyzer", "up"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Up(process=process, environment=environment, home=home)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()


def wait_until(claim: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not claim():
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:.0f} s: {what}"
        time.sleep(0.05)


def fill(address: Address) -> None:
    with session(address, read_only=False) as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT g AS id, g % 5000 AS a, repeat('x', 80) AS pad"
            " FROM generate_series(1, 60000) g"
        )
        connection.execute("ANALYZE t")
        for number in range(400):
            connection.execute("SELECT * FROM t WHERE a = %s", (number,))


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in text.split()]


def worker_of(pid: int) -> int:
    for child in children_of(pid):
        command = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        if command[1:3] == [b"-m", b"worker"] and b"beat" not in command:
            return child
    raise AssertionError("there is no worker")


def scan_jobs(store: Store) -> tuple[jobs.Job, ...]:
    return jobs.list_jobs(store, JobFilter(kind="scan"))


def submitted(home: Path, target_id: int, query: str) -> Mapping[str, Any]:
    """The document of a submitted query, once the worker has done it."""
    box = SecretBox(Settings(home=home).ensure_secret_key())
    with open_store(Place(home=home)) as store:
        return _submitted(store, target_id, jobs.sealed(box, query))


def _submitted(
    store: Store, target_id: int, payload: Mapping[str, str]
) -> Mapping[str, Any]:
    new = NewJob(kind="submission", payload=payload, target_id=target_id)
    job_id = jobs.enqueue(store, new)

    def scan_id() -> int | None:
        job = jobs.get_job(store, job_id)
        assert job is not None
        assert job.state is not JobState.FAILED, job.reason
        return job.scan_id

    wait_until(lambda: scan_id() is not None, "the submission is done")
    scan = get_scan(store, scan_id() or 0)
    assert scan is not None
    return scan.document


def test_a_scan_survives_the_death_of_its_worker(up: Up, database: Address) -> None:
    fill(database)
    told = up.output_until("Register a database")
    assert re.search(r"First account: admin +password: \S{10,}", told)
    dsn = (
        f"postgresql://{database.user}:{database.password}@{database.host}:"
        f"{database.port}/{database.database}"
    )
    added = up.pgproof("targets", "add", "here", dsn)
    assert added.returncode == 0, added.stderr
    assert database.password not in added.stdout + added.stderr
    with open_store(Place(home=up.home)) as store:
        target = list_targets(store)[0]
        job = NewJob(
            kind="scan",
            payload={},
            target_id=target.target_id,
            exclusive_key=scan_key(target.target_id),
        )
        jobs.enqueue(store, job)
        wait_until(
            lambda: scan_jobs(store)[0].progress_ratio > 0.1, "the scan is under way"
        )
        os.kill(worker_of(up.process.pid), signal.SIGKILL)
        assert scan_jobs(store)[0].state is JobState.RUNNING
        wait_until(
            lambda: scan_jobs(store)[0].state is JobState.DONE, "the scan is done"
        )
        assert scan_jobs(store)[0].attempt == 2
        scans = list_scans(store)
        assert [scan.job_id for scan in scans] == [scan_jobs(store)[0].job_id]
        assert scans[0].recommendation_count >= 1
        document = submitted(up.home, target.target_id, "SELECT * FROM t WHERE a = 7")
        (statement,) = document["statements"]
        assert statement["sources"] == ["submitted"]
        assert [r["advisor"] for r in document["recommendations"]] == ["missing_index"]
    below = children_of(up.process.pid)
    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(30) == 0
    assert not [pid for pid in below if Path(f"/proc/{pid}").exists()]


def test_a_second_one_on_the_same_home_is_refused(up: Up) -> None:
    up.output_until("Register a database")
    second = up.pgproof("up", "--port", str(free_port()))
    assert second.returncode == 2
    assert "another pgproof runs" in second.stderr
    assert up.process.poll() is None


def test_a_port_in_use_is_told(up: Up, server_dir: Path) -> None:
    up.output_until("Register a database")
    home = server_dir / f"other-{time.monotonic_ns()}"
    other = {**up.environment, "PGPROOF_HOME": str(home)}
    second = Up(process=up.process, environment=other, home=home).pgproof("up")
    assert second.returncode == 2
    assert "cannot listen" in second.stderr


def test_a_home_that_cannot_be_written_is_told(up: Up, tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("not a folder", encoding="utf-8")
    environment = {**up.environment, "PGPROOF_HOME": str(blocked / "home")}
    second = Up(process=up.process, environment=environment, home=blocked)
    outcome = second.pgproof("up")
    assert outcome.returncode == 2
    assert "PGPROOF_HOME" in outcome.stderr
    assert "Traceback" not in outcome.stderr
