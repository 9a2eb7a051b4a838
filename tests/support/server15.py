"""Debian's PostgreSQL 15, with pg_stat_statements, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from analyzer.domain.target import Address
from analyzer.embedded.binaries import is_root, owner
from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port, own
from analyzer.errors import Unreachable
from analyzer.postgres.connect import session

BINARIES_15 = Path("/usr/lib/postgresql/15/bin")
PASSWORD_18 = "of-a-test"


@pytest.fixture(scope="session")
def server15() -> Iterator[Address]:
    """The superuser's address on a PostgreSQL 15."""
    if not (BINARIES_15 / "initdb").exists():
        pytest.skip("binaries not installed: postgresql-15")
    with running_15() as address:
        yield address


def both_servers(
    stack: ExitStack, settings: Mapping[str, str]
) -> Iterator[tuple[str, Address]]:
    """An embedded 18 with these settings, and a 15 where it is installed, by name."""
    folder = Path(tempfile.mkdtemp(prefix="pgproof-18-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    spec = ClusterSpec(
        data_dir=folder / "18",
        port=free_port(),
        password=PASSWORD_18,
        settings=dict(settings),
    )
    cluster = stack.enter_context(Cluster(spec))
    address = Address(
        host="127.0.0.1",
        port=cluster.port,
        database="postgres",
        user="postgres",
        password=PASSWORD_18,
    )
    yield "18", address
    if (BINARIES_15 / "initdb").exists():
        yield "15", stack.enter_context(running_15())


@contextmanager
def running_15() -> Iterator[Address]:
    """A PostgreSQL 15, for as long as it is needed."""
    folder = Path(tempfile.mkdtemp(prefix="pgproof-15-"))
    own(folder)
    data, port = str(folder / "data"), free_port()
    command = [*_as_owner(), str(BINARIES_15 / "initdb"), "-D", data, "-U", "postgres"]
    subprocess.run(
        [*command, "--no-sync", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    options = {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "shared_preload_libraries": "pg_stat_statements",
        "fsync": "off",
        "autovacuum": "off",
        "unix_socket_directories": str(folder),
    }
    arguments = [
        f"--{name.replace('_', '-')}={value}" for name, value in options.items()
    ]
    server = subprocess.Popen(
        [
            *_as_owner("--pdeathsig=INT"),
            str(BINARIES_15 / "postgres"),
            "-D",
            data,
            *arguments,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
    address = Address(host="127.0.0.1", port=port, database="postgres", user="postgres")
    try:
        _wait(address)
        with session(address, read_only=False) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
        yield address
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _as_owner(*more: str) -> list[str]:
    options = list(more)
    if is_root():
        who = owner()
        options = [f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"]
        options += more
    return ["setpriv", *options] if options else []


def _wait(address: Address) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with session(address):
                return
        except Unreachable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
