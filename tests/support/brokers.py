"""Brokers for tests: each started when first needed, on ports of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from analyzer.embedded.cluster import free_port

BROKERS = ("filesystem", "redis", "rabbitmq")


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis server without persistence."""
    server = program("redis-server")
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with running([server, *options, "--appendonly", "no"], port, {}):
        yield f"redis://127.0.0.1:{port}/0"


@pytest.fixture(scope="session")
def rabbitmq_url() -> Iterator[str]:
    """A RabbitMQ node with a name, ports and folders of its own."""
    server = program("rabbitmq-server")
    port, distribution = free_port(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="pgproof-rabbitmq-"))
    folder.chmod(0o777)
    (folder / "empty.conf").write_text("loopback_users.guest = true\n")
    environment = {
        "RABBITMQ_NODENAME": f"pgproof{os.getpid()}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(folder),
        "RABBITMQ_LOG_BASE": str(folder),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_CONFIG_FILE": str(folder / "empty.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none",
        "ERL_EPMD_PORT": str(free_port()),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "HOME": str(folder),
    }
    try:
        with running([server], port, environment):
            yield f"amqp://guest:guest@127.0.0.1:{port}//"
    finally:
        # For root the node runs below su, in a group of its own; and it started a port
        # mapper, which is a daemon and ends only when no node is left.
        pid = int((folder / "pid").read_text())
        if Path(f"/proc/{pid}").exists():
            os.killpg(os.getpgid(pid), signal.SIGKILL)
        time.sleep(0.5)
        subprocess.run(
            ["epmd", "-kill"],
            env={**os.environ, **environment},
            check=False,
            capture_output=True,
        )
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=BROKERS)
def broker_url(request: pytest.FixtureRequest) -> str:
    """The URL of each kind of broker in turn."""
    if request.param == "filesystem":
        return "filesystem://"
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def program(name: str) -> str:
    """Where a program of a Debian package is; without it the test is skipped.

    It fails in CI, where tools/test-packages has installed all of them.
    """
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/bin")
    if found is None:
        if "CI" in os.environ:
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return found


@contextmanager
def running(
    command: list[str], port: int, environment: dict[str, str]
) -> Iterator[None]:
    """A server that listens on a port, killed afterwards."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for_port(process, port)
        yield
    finally:
        # The group, since rabbitmq-server is a script over the real server. Nothing in
        # these brokers is worth an orderly end.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for_port(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"the broker did not listen on port {port}")
