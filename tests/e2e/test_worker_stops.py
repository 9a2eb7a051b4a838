"""A worker that is told to stop says so in its log and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.config import Settings
from analyzer.domain.target import Address
from analyzer.store import jobs, workers
from analyzer.store.database import Store
from analyzer.store.jobs import JobState, NewJob
from tests.support.workers import ROOT, wait_until
from worker.queue import enqueue

pytestmark = [pytest.mark.integration, pytest.mark.e2e]


@pytest.fixture
def process(
    store: Store, store_address: Address, tmp_path: Path
) -> Iterator[subprocess.Popen[str]]:
    address = store_address
    environment = {
        **os.environ,
        "PGPROOF_HOME": str(tmp_path),
        "PGPROOF_DATABASE_URL": f"postgresql://{address.user}:{address.password}"
        f"@{address.host}:{address.port}/{address.database}",
        "PGPROOF_LOG_LEVEL": "info",
        "PGPROOF_LOG_FORMAT": "json",
    }
    started = subprocess.Popen(
        [sys.executable, "-m", "tests.support.worker_with_test_jobs", "worker"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield started
    if started.poll() is None:
        started.kill()
        started.communicate()


@pytest.mark.parametrize("busy", [False, True])
def test_a_worker_stops_without_a_word_on_the_terminal(
    store: Store, process: subprocess.Popen[str], tmp_path: Path, busy: bool
) -> None:
    wait_until(lambda: workers.list_workers(store), "the first heartbeat")
    (seen,) = workers.list_workers(store)
    assert seen.is_up and seen.name.endswith(f":{process.pid}")
    if busy:
        payload = {"number": 1, "seconds": 2}
        new = NewJob(kind="sleep", payload=payload)
        job_id = enqueue(store, Settings(home=tmp_path), new)
        wait_until(lambda: workers.list_workers(store)[0].job_ids, "the job is taken")
        (held,) = workers.list_workers(store)
        assert list(held.job_ids) == [job_id]
    process.terminate()
    out, log = process.communicate(timeout=30)
    assert out == ""
    assert process.returncode == 0
    assert '"event": "stopping"' in log and "Warm" not in log
    assert "rror" not in log and "Traceback" not in log
    states = [job.state for job in jobs.list_jobs(store)]
    assert states == ([JobState.DONE] if busy else [])
