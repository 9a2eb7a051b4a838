"""Debian's PostgreSQL 15 with hypopg, as a server of its own, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.domain.target import Address
from analyzer.embedded.binaries import is_root, owner
from analyzer.embedded.cluster import free_port, own

BINARIES = Path("/usr/lib/postgresql/15/bin")
HYPOPG = Path("/usr/share/postgresql/15/extension/hypopg.control")


@pytest.fixture(scope="session")
def hypopg_server() -> Iterator[Address]:
    """The superuser's address of a database with hypopg."""
    if not (BINARIES / "initdb").exists() or not HYPOPG.exists():
        pytest.skip("binaries not installed: postgresql-15 and postgresql-15-hypopg")
    folder = Path(tempfile.mkdtemp(prefix="pgproof-hypopg-"))
    own(folder)
    port = free_port()
    _as_owner(
        "initdb",
        "-D",
        str(folder / "data"),
        "-U",
        "postgres",
        "--no-sync",
        "-A",
        "trust",
    )
    server = subprocess.Popen(
        [*_prefix(), str(BINARIES / "postgres"), "-D", str(folder / "data"),
         "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
         "-c", "autovacuum=off", "-k", str(folder)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    try:
        _wait(port, folder)
        yield Address(host="127.0.0.1", port=port, database="postgres", user="postgres")
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _prefix() -> list[str]:
    if not is_root():
        return []
    who = owner()
    return [
        "setpriv",
        f"--reuid={who.pw_uid}",
        f"--regid={who.pw_gid}",
        "--clear-groups",
    ]


def _as_owner(program: str, *arguments: str) -> None:
    command = [*_prefix(), str(BINARIES / program), *arguments]
    subprocess.run(command, check=True, capture_output=True, cwd="/")


def _wait(port: int, folder: Path) -> None:
    deadline = time.monotonic() + 30
    status = folder / "data" / "postmaster.pid"
    while time.monotonic() < deadline:
        if status.exists() and "ready" in status.read_text():
            return
        time.sleep(0.05)
    raise TimeoutError(f"PostgreSQL 15 on port {port} did not start")
