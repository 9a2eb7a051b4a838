"""Real servers for tests: the embedded PostgreSQL 18, one cluster per test process."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.domain.target import Address
from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port
from analyzer.postgres.connect import session

PASSWORD = "test-only"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server_dir() -> Iterator[Path]:
    """A folder the cluster's owner can reach, unlike pytest's private tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="pgproof-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(server_dir: Path) -> Iterator[Cluster]:
    """A running PostgreSQL 18 with pg_stat_statements, on TCP and a socket."""
    spec = ClusterSpec(
        data_dir=server_dir / "watched",
        port=free_port(),
        password=PASSWORD,
        settings={
            "shared_preload_libraries": "pg_stat_statements",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            "track_io_timing": "on",
        },
    )
    with Cluster(spec) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def superuser(server: Cluster) -> Address:
    """The superuser of the server, over TCP."""
    return Address(
        host="127.0.0.1",
        port=server.port,
        database="postgres",
        user="postgres",
        password=PASSWORD,
    )


@pytest.fixture
def database(superuser: Address) -> Iterator[Address]:
    """A fresh, empty database with pg_stat_statements, dropped afterwards."""
    name = f"test_{next(_numbers)}"
    with session(superuser, read_only=False) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    address = replace(superuser, database=name)
    with session(address, read_only=False) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
    yield address
    with session(superuser, read_only=False) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
