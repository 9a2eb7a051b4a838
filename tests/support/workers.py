"""Worker and beat processes for tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from analyzer.config import Settings
from analyzer.domain.target import Address
from analyzer.store import jobs
from analyzer.store.database import Store
from analyzer.store.jobs import JobFilter, JobState

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


@dataclass
class Service:
    """A store with workers and beats that can be started and killed."""

    store: Store
    settings: Settings
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, role: str = "worker") -> subprocess.Popen[bytes]:
        """Start one process."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.worker_with_test_jobs", role],
            cwd=ROOT,
            env={**os.environ, **self.environment()},
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def environment(self) -> dict[str, str]:
        """The settings as variables."""
        return {
            "PGPROOF_HOME": str(self.settings.home),
            "PGPROOF_DATABASE_URL": self.settings.database_url,
            "PGPROOF_BROKER_URL": self.settings.broker_url,
            "PGPROOF_LEASE_S": str(self.settings.lease_s),
            "PGPROOF_WORKER_CONCURRENCY": str(self.settings.worker_concurrency),
            "PGPROOF_LOG_LEVEL": os.environ.get("TEST_LOG", "warning"),
        }

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a process at once; its children go with it."""
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Stop all processes."""
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill(process)

    def notes(self) -> list[str]:
        """What the jobs noted so far."""
        path = self.settings.home / "notes"
        return path.read_text().splitlines() if path.exists() else []

    def all_ended(self) -> bool:
        """Whether no job waits or runs."""
        counts = jobs.count_jobs(self.store)
        return counts[JobState.QUEUED] + counts[JobState.RUNNING] == 0

    def jobs(self) -> tuple[jobs.Job, ...]:
        """All jobs, the latest first."""
        return jobs.list_jobs(self.store, JobFilter(limit=1000))


def wait_until(true: Callable[[], object], what: str) -> None:
    """Wait until it is true; fail where it does not become true."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > deadline:
            pytest.fail(f"waited in vain until {what}")
        time.sleep(0.1)


@pytest.fixture
def service(
    store: Store, store_address: Address, broker_url: str, tmp_path: Path
) -> Iterator[Service]:
    """A store and a broker, without a worker yet."""
    address = store_address
    url = (
        f"postgresql://{address.user}:{address.password}"
        f"@{address.host}:{address.port}/{address.database}"
    )
    settings = Settings(
        home=tmp_path,
        database_url=url,
        broker_url=broker_url,
        lease_s=2,
        worker_concurrency=2,
    )
    running = Service(store=store, settings=settings)
    yield running
    running.stop()
