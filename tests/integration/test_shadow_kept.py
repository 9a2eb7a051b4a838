"""Shadow clusters are kept for next time, also by processes that were killed."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.domain.target import Address
from analyzer.embedded.cluster import socket_of_running
from analyzer.planner.shadow import ShadowCluster, build
from analyzer.planner.snapshot import load, save, take_snapshot
from analyzer.postgres.connect import session
from tests.support.workers import wait_until

pytestmark = pytest.mark.integration

# Builds a shadow, says so, and waits to be killed.
BUILDER = """
import sys, time
from pathlib import Path
from analyzer.planner.shadow import ShadowCluster, build
from analyzer.planner.snapshot import load
with ShadowCluster(Path(sys.argv[1])) as cluster:
    with build(cluster, load(Path(sys.argv[2]))) as planner:
        print(planner.plan("SELECT * FROM kept").total_cost, flush=True)
        time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="pgproof-test-"))
    # The server runs as another user, who has to pass through.
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def snapshot_file(database: Address, folder: Path) -> Path:
    with session(database, read_only=False) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 9000) AS n")
        connection.execute("ANALYZE kept")
    path = folder / "kept.snapshot"
    save(take_snapshot(database), path)
    return path


def shadows(cluster: ShadowCluster) -> list[str]:
    with session(cluster.server.address()) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'shadow%' "
            "UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE 'shadow%'"
        ).fetchall()
    return [str(name) for (name,) in rows]


def test_what_a_killed_process_left_is_dropped_and_built_again(
    folder: Path, snapshot_file: Path
) -> None:
    clusters = folder / "clusters"
    command = [sys.executable, "-c", BUILDER, str(clusters), str(snapshot_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        cost = float(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: socket_of_running(clusters / "0") is None, "the server to end")
    with ShadowCluster(clusters) as cluster:
        assert cluster.server.data_dir == clusters / "0"
        assert shadows(cluster) == []
        with build(cluster, load(snapshot_file)) as planner:
            assert planner.plan("SELECT * FROM kept").total_cost == cost
        assert shadows(cluster) == []


def test_what_was_half_made_or_half_dropped_goes_too(folder: Path) -> None:
    with ShadowCluster(folder) as cluster:
        server = cluster.server
        with session(server.address(), read_only=False) as connection:
            connection.execute("CREATE ROLE shadow_half_made")
            connection.execute("CREATE ROLE shadow_half_dropped")
            connection.execute("CREATE DATABASE shadow_half_dropped")
            row = connection.execute(
                "UPDATE pg_database SET datconnlimit = -2 "
                "WHERE datname = 'shadow_half_dropped' RETURNING oid"
            ).fetchone()
        assert row is not None
        shutil.rmtree(server.data_dir / "base" / str(row[0]))
    with ShadowCluster(folder) as cluster:
        assert shadows(cluster) == []


def test_two_at_once_have_one_each_and_the_next_takes_the_first(folder: Path) -> None:
    with ShadowCluster(folder) as one, ShadowCluster(folder) as two:
        assert one.server.data_dir != two.server.data_dir
        made_at = (one.server.data_dir / "PG_VERSION").stat().st_mtime_ns
    with ShadowCluster(folder) as again:
        assert again.server.data_dir == folder / "0"
        assert (again.server.data_dir / "PG_VERSION").stat().st_mtime_ns == made_at


@pytest.mark.parametrize("damage", ["control file", "not shut down"])
def test_a_broken_cluster_is_made_anew(folder: Path, damage: str) -> None:
    with ShadowCluster(folder) as cluster:
        data_dir = cluster.server.data_dir
    before = (data_dir / "PG_VERSION").stat().st_mtime_ns
    if damage == "control file":
        (data_dir / "global" / "pg_control").write_bytes(b"")
    else:
        (data_dir / "postmaster.pid").write_text("1\n")
    with ShadowCluster(folder) as cluster:
        assert cluster.server.data_dir == data_dir
        assert shadows(cluster) == []
        assert (data_dir / "PG_VERSION").stat().st_mtime_ns > before
