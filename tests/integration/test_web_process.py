"""The web as a process of its own: it starts, answers, and stops on SIGTERM."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from analyzer.embedded.cluster import free_port
from tests.support.servers import PASSWORD
from tests.support.web import Site

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30.0


def start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "web"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        stderr=subprocess.PIPE,
    )


def status(address: str) -> int:
    """The status of an address once something listens there."""
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urlopen(address, timeout=5) as answer:
                return int(answer.status)
        except URLError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.1)


def environment(site: Site, port: int) -> dict[str, str]:
    where = site.store.address
    return {
        "PGPROOF_HOME": str(site.settings.home),
        "PGPROOF_SECRET_KEY": "k" * 32,
        "PGPROOF_PORT": str(port),
        "PGPROOF_DATABASE_URL": f"postgresql://{where.user}:{PASSWORD}"
        f"@{where.host}:{where.port}/{where.database}",
    }


def test_it_serves_and_stops(site: Site) -> None:
    port = free_port()
    process = start(environment(site, port))
    try:
        assert status(f"http://127.0.0.1:{port}/healthz") == 200
        assert status(f"http://127.0.0.1:{port}/readyz") == 200
        assert status(f"http://127.0.0.1:{port}/login") == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.communicate()


def test_a_port_in_use_is_one_clear_message(site: Site) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(environment(site, port))
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}".encode() in errors
    assert b"Traceback" not in errors


def test_without_a_store_it_says_what_to_do(site: Site) -> None:
    process = start({"PGPROOF_HOME": str(site.settings.home)})
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert b"PGPROOF_DATABASE_URL" in errors
    assert PASSWORD.encode() not in errors
