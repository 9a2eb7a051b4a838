"""Faults in the middle of a scan: a restart, a kill, a role that may do little."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.domain.target import Address, Permissions
from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port
from analyzer.errors import TargetError
from analyzer.pipeline.collect import ScanRequest
from analyzer.pipeline.scan import run_scan
from analyzer.postgres.connect import session
from tests.support.workers import wait_until

pytestmark = pytest.mark.e2e

PASSWORD = "test-only"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="pgproof-test-"))
    folder.chmod(0o755)
    spec = ClusterSpec(
        data_dir=folder / "data",
        port=free_port(),
        password=PASSWORD,
        settings={"shared_preload_libraries": "pg_stat_statements", "fsync": "off"},
    )
    try:
        with Cluster(spec) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def address(cluster: Cluster) -> Address:
    address = Address(
        host="127.0.0.1",
        port=cluster.port,
        database="postgres",
        user="postgres",
        password=PASSWORD,
    )
    with session(address, read_only=False) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        connection.execute(
            "CREATE TABLE t AS SELECT g AS id, g % 5000 AS a, repeat('x', 80) AS pad"
            " FROM generate_series(1, 60000) g"
        )
        connection.execute("ANALYZE t")
        for number in range(30):
            connection.execute("SELECT * FROM t WHERE a = %s", (number,))
    return address


class RestartAt:
    """A progress that restarts the server when a stage begins."""

    def __init__(self, cluster: Cluster, stage: str) -> None:
        self.cluster = cluster
        self.stage = stage
        self.done = False

    def __call__(self, stage: str, done_ratio: float) -> None:
        if stage == self.stage and not self.done:
            self.done = True
            self.cluster.stop()
            self.cluster.start()


def test_a_restart_while_reading_is_told_and_the_next_scan_works(
    cluster: Cluster, address: Address
) -> None:
    restart = RestartAt(cluster, "reading pg_stat_statements")
    with pytest.raises(TargetError) as caught:
        run_scan(ScanRequest(address=address), restart)
    assert restart.done
    assert caught.value.exit_code == 4
    assert "restarted" in (caught.value.hint or "")
    result = run_scan(ScanRequest(address=address))
    assert [r.advisor for r in result.recommendations] == ["missing_index"], [
        r.title for r in result.recommendations
    ]


def test_a_restart_after_reading_costs_nothing(
    cluster: Cluster, address: Address
) -> None:
    """Planning happens in the shadow, so the server is not needed any more."""
    restart = RestartAt(cluster, "building the shadow")
    result = run_scan(ScanRequest(address=address), restart)
    assert restart.done
    assert [r.advisor for r in result.recommendations] == ["missing_index"], [
        r.title for r in result.recommendations
    ]


def test_a_role_without_rights_is_told_the_grants(address: Address) -> None:
    with session(address, read_only=False) as connection:
        connection.execute("CREATE ROLE nobody LOGIN PASSWORD 'test-only'")
    result = run_scan(ScanRequest(address=replace(address, user="nobody")))
    hints = " ".join(item.hint for item in result.not_seen)
    assert "pg_read_all_stats" in hints or "pg_monitor" in hints
    assert "pg_read_all_data" in hints


def test_nothing_is_written_to_the_target(address: Address) -> None:
    """The catalogs before and after a scan with every permission are the same."""
    watch = (
        "SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_proc),"
        " (SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_all_tables"
        "   WHERE schemaname = 'public'),"
        " (SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgproof')"
    )
    with session(address) as connection:
        before = connection.execute(watch).fetchone()
        allowed = Permissions(explain_analyze=True, is_clone=True)
        result = run_scan(ScanRequest(address=address, permissions=allowed))
        # A backend goes a moment after its client.
        wait_until(
            lambda: connection.execute(watch).fetchone() == before,
            "everything is as it was",
        )
    assert result.measured_plans


def test_known_texts_are_not_read_again(address: Address) -> None:
    first = run_scan(ScanRequest(address=address))
    assert first.snapshot is not None
    texts = dict(first.snapshot.query_texts)
    with session(address, read_only=False) as connection:
        for number in range(30):
            connection.execute("SELECT * FROM t WHERE a = %s", (number,))
    second = run_scan(
        ScanRequest(address=address, earlier=first.snapshot, known_texts=texts)
    )
    assert second.snapshot is not None
    assert not set(second.snapshot.query_texts) & set(texts)
    found = {i.statement.fingerprint: i.counters.calls for i in second.workload.items}
    asked = next(
        item.statement.fingerprint
        for item in first.workload.items
        if "a = $1" in item.statement.normalized_query
    )
    assert found[asked] == 30
