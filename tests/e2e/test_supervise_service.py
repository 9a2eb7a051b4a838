from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.config import Settings
from analyzer.embedded.cluster import free_port
from analyzer.errors import ConfigError
from analyzer.pipeline.children import Child, ChildSpec
from analyzer.pipeline.supervise import Service, ServiceOptions
from analyzer.store import jobs
from analyzer.store.database import Store
from analyzer.store.jobs import JobState, NewJob
from tests.support.workers import ROOT, wait_until
from worker.queue import enqueue

pytestmark = [pytest.mark.e2e, pytest.mark.integration]


class Running:
    """One supervisor, and what it told about its processes."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.process = self.start()
        assert self.process.stdout is not None
        words: list[str] = []
        for line in self.process.stdout:
            words = line.split()
            if words[:1] == ["ready"]:
                break
        if words[:1] != ["ready"]:
            pytest.fail(self.process.communicate()[1])
        self.database_url = words[1]
        self.pids = [int(word) for word in words[2:]]

    def start(self, **changes: str) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "PGPROOF_HOME": str(self.home),
            "PGPROOF_PORT": str(self.port),
            **changes,
        }
        for name in ("PGPROOF_DATABASE_URL", "PGPROOF_BROKER_URL"):
            environment.pop(name, None)
        return subprocess.Popen(
            [sys.executable, "-m", "tests.support.small_service"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def refused(self, **changes: str) -> str:
        process = self.start(**changes)
        _, message = process.communicate(timeout=60)
        assert process.returncode == ConfigError.exit_code
        return message

    def left_over(self) -> list[int]:
        return [pid for pid in self.pids if _lives(pid)]


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.fixture
def running() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(
        prefix="pgproof-home-", ignore_cleanup_errors=True
    ) as home:
        Path(home).chmod(0o711)
        found = Running(Path(home))
        yield found
        if found.process.poll() is None:
            found.process.send_signal(signal.SIGTERM)
        found.process.communicate(timeout=30)


def _do_a_job(running: Running) -> None:
    settings = Settings(home=running.home, database_url=running.database_url)
    with Store.open(running.database_url) as store:
        job_id = enqueue(store, settings, NewJob(kind="noop", payload={}))

        def done() -> bool:
            job = jobs.get_job(store, job_id)
            return job is not None and job.state is JobState.DONE

        wait_until(done, "the job is done")


def test_the_service_restarts_what_dies_and_stops_all(running: Running) -> None:
    _do_a_job(running)
    assert "another pgproof runs" in running.refused(PGPROOF_PORT=str(free_port()))
    worker_pid = running.pids[1]
    os.kill(worker_pid, signal.SIGKILL)
    wait_until(lambda: not _lives(worker_pid), "the worker is gone")
    _do_a_job(running)
    started = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    running.process.wait(30)
    assert running.process.returncode == 0
    assert time.monotonic() - started < 15
    assert running.left_over() == []


def test_nothing_outlives_a_killed_supervisor(running: Running) -> None:
    running.process.send_signal(signal.SIGKILL)
    running.process.wait(10)
    wait_until(lambda: not running.left_over(), "all processes are gone")


def test_a_port_in_use_is_found_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        options = ServiceOptions(home=tmp_path, children=(), port=port)
        with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}"):
            Service(options).start()
    assert not (tmp_path / "store").exists()


def test_a_home_that_cannot_be_written() -> None:
    options = ServiceOptions(home=Path("/dev/null/pgproof"), children=())
    with pytest.raises(ConfigError, match="cannot write to folder"):
        Service(options).start()


def test_a_child_that_dies_at_once_is_started_ever_more_slowly() -> None:
    child = Child(ChildSpec(name="hasty", command=("/bin/false",)))
    deadline = time.monotonic() + 2.5
    while time.monotonic() < deadline:
        child.look_after({})
        time.sleep(0.02)
    child.stop_by(time.monotonic())
    assert 2 <= child.start_count <= 3
