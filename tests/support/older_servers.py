"""PostgreSQL before 18: Debian's 15, and those that ``tools/test-servers`` keeps."""

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
from analyzer.embedded.warm_cluster import default_folder
from analyzer.errors import Unreachable
from analyzer.postgres.connect import session

PASSWORD_18 = "of-a-test"
OLDER = (13, 14, 15, 16, 17)


def binaries(major: int) -> Path | None:
    """The folder of initdb and postgres of a major version; none if not installed."""
    folders = [Path(f"/usr/lib/postgresql/{major}/bin")]
    kept = default_folder("test-servers").glob(f"{major}.*")
    folders += [version / "native" / "bin" for version in sorted(kept)]
    found = [folder for folder in folders if (folder / "initdb").exists()]
    return found[-1] if found else None


@pytest.fixture(scope="session")
def server15() -> Iterator[Address]:
    """The superuser's address on a PostgreSQL 15."""
    with older_server(15) as address:
        yield address


@contextmanager
def older_server(
    major: int, settings: Mapping[str, str] | None = None
) -> Iterator[Address]:
    """The superuser's address on a server; the test is skipped where there is none."""
    if binaries(major) is None:
        by = "postgresql-15" if major == 15 else "tools/test-servers"
        pytest.skip(f"binaries not installed: PostgreSQL {major} ({by})")
    with running(major, settings) as address:
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
    if binaries(15):
        yield "15", stack.enter_context(running(15))


@contextmanager
def running(major: int, settings: Mapping[str, str] | None = None) -> Iterator[Address]:
    """A server of a major version, while it is needed; pg_stat_statements by default.

    Its folder is that of its socket, which ``SHOW unix_socket_directories`` tells.

    Args:
        major: like 15; it must be installed.
        settings: beside those of every server of the tests.
    """
    programs = binaries(major)
    assert programs is not None, f"PostgreSQL {major} is not installed"
    folder = Path(tempfile.mkdtemp(prefix=f"pgproof-{major}-"))
    own(folder)
    data, port = str(folder / "data"), free_port()
    command = [*_as_owner(), str(programs / "initdb"), "-D", data, "-U", "postgres"]
    subprocess.run(
        [*command, "--no-sync", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    options = {
        "shared_preload_libraries": "pg_stat_statements",
        "fsync": "off",
        "autovacuum": "off",
        **(settings or {}),
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    server = subprocess.Popen(
        [
            *_as_owner("--pdeathsig=INT"),
            str(programs / "postgres"),
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
        if "pg_stat_statements" in options["shared_preload_libraries"]:
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
