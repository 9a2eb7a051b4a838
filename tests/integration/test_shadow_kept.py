"""Shadow clusters are kept for next time, also by processes that were killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.target import Address
from analyzer.embedded.cluster import socket_of_running
from analyzer.errors import PlanningFailed
from analyzer.planner import shadow_kept
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, build
from analyzer.planner.shadow_kept import holds, taken
from analyzer.planner.shadow_key import shadow_key
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


def kept(cluster: ShadowCluster) -> list[str]:
    with session(cluster.server.address()) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'kept%' ORDER BY 1"
        ).fetchall()
    return [str(name) for (name,) in rows]


def oid_of(planner: ShadowPlanner) -> int:
    query = "SELECT oid FROM pg_database WHERE datname = current_database()"
    row = planner.connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


WANTED = "SELECT * FROM kept WHERE n < 50"
INDEX = IndexDefinition(
    relation=RelationName("public", "kept"), keys=(IndexKey(attribute="n"),)
)


def test_the_next_process_takes_the_shadow_as_it_was_built(
    folder: Path, snapshot_file: Path
) -> None:
    # The same file read twice; when it was taken does not matter.
    first = load(snapshot_file)
    later = replace(first, taken_at=first.taken_at + timedelta(days=1))
    with ShadowCluster(folder) as cluster, build(cluster, first) as planner:
        oid, cost = oid_of(planner), planner.plan(WANTED).total_cost
        missing = planner.not_seen
        assert planner.plan_with(WANTED, create=[INDEX]).hypothetical_indexes
    with ShadowCluster(folder) as cluster:
        assert len(kept(cluster)) == 1
        with build(cluster, later) as planner:
            assert oid_of(planner) == oid
            assert kept(cluster) == []
            assert planner.plan(WANTED).total_cost == cost
            assert planner.not_seen == missing
            left = "SELECT 1 FROM pg_class WHERE relname LIKE 'hypothetical%'"
            assert planner.connection.execute(left).fetchall() == []
            made = planner.plan_with(WANTED, create=[INDEX])
            assert made.index_names() == set(made.hypothetical_indexes)


def test_another_snapshot_gets_another_shadow(
    folder: Path, snapshot_file: Path
) -> None:
    first = load(snapshot_file)
    other = replace(first, planner_settings={"random_page_cost": "1"})
    with ShadowCluster(folder) as cluster:
        with build(cluster, first) as planner:
            oid = oid_of(planner)
        with build(cluster, other) as planner:
            assert oid_of(planner) != oid
        with build(cluster, first) as one, build(cluster, first) as two:
            assert oid_of(one) == oid != oid_of(two)
        assert len(kept(cluster)) == 3


def test_two_at_once_do_not_share_one(folder: Path, snapshot_file: Path) -> None:
    snapshot = load(snapshot_file)
    with ShadowCluster(folder) as cluster:
        with build(cluster, snapshot):
            pass
        with ThreadPoolExecutor(2) as pool:
            found = pool.map(
                lambda _: taken(cluster.server, shadow_key(snapshot)), "ab"
            )
            assert sum(one is not None for one in found) == 1


def test_what_is_stale_or_too_many_is_dropped(
    folder: Path, snapshot_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = load(snapshot_file)
    monkeypatch.setattr(shadow_kept, "MAX_KEPT", 2)
    with ShadowCluster(folder) as cluster:
        for cost in ("1", "2", "3"):
            with build(
                cluster, replace(snapshot, planner_settings={"seq_page_cost": cost})
            ):
                pass
        assert len(kept(cluster)) == 2
        data_dir = cluster.server.data_dir
        for path in data_dir.glob("base/*/PG_VERSION"):
            os.utime(path, (1, 1))
        with build(cluster, snapshot):
            pass
        assert len(kept(cluster)) == 1
    assert shadow_kept.holds(data_dir, shadow_key(snapshot))
    with ShadowCluster(folder) as other, ShadowCluster(folder) as second:
        assert other.server.data_dir == data_dir != second.server.data_dir


def test_a_cluster_that_keeps_the_shadow_is_taken_first(
    folder: Path, snapshot_file: Path
) -> None:
    snapshot = load(snapshot_file)
    with (
        ShadowCluster(folder) as first,
        ShadowCluster(folder) as second,
        build(second, snapshot) as planner,
    ):
        assert first.server.data_dir == folder / "0"
        oid = oid_of(planner)
    with (
        ShadowCluster(
            folder, is_preferred=lambda data: holds(data, shadow_key(snapshot))
        ) as cluster,
        build(cluster, snapshot) as planner,
    ):
        assert cluster.server.data_dir == folder / "1"
        assert oid_of(planner) == oid


def test_what_failed_is_not_kept(folder: Path, snapshot_file: Path) -> None:
    snapshot = load(snapshot_file)
    with ShadowCluster(folder) as cluster:
        with pytest.raises(RuntimeError), build(cluster, snapshot):
            raise RuntimeError
        assert kept(cluster) == shadows(cluster) == []
        with pytest.raises(PlanningFailed), build(cluster, snapshot) as planner:
            planner.plan("SELECT * FROM nothing_there")
        assert len(kept(cluster)) == 1


@pytest.mark.parametrize("victim", ["backend", "postmaster"])
def test_after_a_crash_of_the_server_none_is_trusted(
    folder: Path, snapshot_file: Path, victim: str
) -> None:
    snapshot = load(snapshot_file)
    with ShadowCluster(folder) as cluster:
        with build(cluster, snapshot):
            pass
        server = cluster.server
        pid = int((server.data_dir / "postmaster.pid").read_text().split()[0])
        with session(server.address(), read_only=False) as connection:
            own = connection.info.backend_pid
            os.kill(own if victim == "backend" else pid, signal.SIGKILL)
    with ShadowCluster(folder) as cluster:
        assert taken(cluster.server, shadow_key(snapshot)) is None
        assert kept(cluster) == []
        with build(cluster, snapshot) as planner:
            assert planner.plan(WANTED).total_cost > 0
        assert len(kept(cluster)) == 1


# Stops where it is told, as if it were killed there.
KILLED = """
import os, signal, sys
from pathlib import Path
from analyzer.planner import shadow_build, shadow_kept
from analyzer.planner.shadow import ShadowCluster, build
from analyzer.planner.snapshot import load
module, name, is_before = sys.argv[3], sys.argv[4], sys.argv[5] == "before"
module = {"build": shadow_build, "kept": shadow_kept}[module]
real = getattr(module, name)
def killed(*args, **options):
    if not is_before:
        real(*args, **options)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(module, name, killed)
with ShadowCluster(Path(sys.argv[1])) as cluster:
    with build(cluster, load(Path(sys.argv[2]))) as planner:
        planner.plan("SELECT * FROM kept")
"""


@pytest.mark.parametrize(
    ("module", "name", "is_known"),
    [
        ("build", "make_schema", False),
        ("build", "set_lengths", False),
        ("build", "load_statistics", False),
        ("build", "cleaned", True),
        ("kept", "rename_database", True),
        ("kept", "drop_database", False),
        ("kept", "_tell", True),
    ],
)
def test_it_may_be_killed_at_any_step(
    folder: Path, snapshot_file: Path, module: str, name: str, is_known: bool
) -> None:
    clusters, snapshot = folder / "clusters", load(snapshot_file)
    with ShadowCluster(clusters) as cluster:
        for number in range(shadow_kept.MAX_KEPT if name == "drop_database" else 0):
            setting = {"seq_page_cost": str(number + 2)}
            with build(cluster, replace(snapshot, planner_settings=setting)):
                pass
        with build(cluster, snapshot, keep=is_known) as planner:
            cost = planner.plan(WANTED).total_cost
    for when in ("before", "after"):
        command = [sys.executable, "-c", KILLED, str(clusters), str(snapshot_file)]
        subprocess.run([*command, module, name, when], check=False, timeout=60)
        # At once, while the server of the one that was killed may be shutting down.
        with ShadowCluster(clusters) as cluster:
            assert cluster.server.data_dir == clusters / "0"
            assert shadows(cluster) == []
            with build(cluster, snapshot) as planner:
                assert planner.plan(WANTED).total_cost == cost
            assert len(kept(cluster)) <= shadow_kept.MAX_KEPT
