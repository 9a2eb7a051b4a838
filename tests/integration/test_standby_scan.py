"""A scan of a standby says that its advice is carried out on the primary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.domain.recommendation import CreateIndex
from analyzer.domain.target import Address
from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port
from analyzer.pipeline.collect import ScanRequest
from analyzer.pipeline.scan import run_scan
from analyzer.postgres.connect import session
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.integration

DDL = """
CREATE TABLE reading (id int, sensor_id int NOT NULL, at timestamptz NOT NULL)
    PARTITION BY RANGE (at);
CREATE TABLE reading_1 PARTITION OF reading
    FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE reading_2 PARTITION OF reading
    FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
INSERT INTO reading SELECT n, n % 2000, timestamptz '2026-01-01' + n * interval '1 min'
    FROM generate_series(1, 80000) AS n;
ANALYZE;
"""


@pytest.fixture
def standby(server_dir: Path) -> Iterator[Address]:
    """A server that waits for what a primary sends, and answers meanwhile."""
    spec = ClusterSpec(
        data_dir=server_dir / "standby",
        port=free_port(),
        password=PASSWORD,
        settings={"fsync": "off"},
    )
    address = Address(
        host="127.0.0.1",
        port=spec.port,
        database="postgres",
        user="postgres",
        password=PASSWORD,
    )
    with Cluster(spec), session(address, read_only=False) as owner:
        for statement in filter(str.strip, DDL.split(";")):
            owner.execute(statement.encode())
    (spec.data_dir / "standby.signal").touch()
    with Cluster(spec):
        yield address


def test_a_standby(standby: Address) -> None:
    query = "SELECT id FROM reading WHERE sensor_id = 7"
    found = run_scan(ScanRequest(address=standby, queries=(query,)))
    (index,) = (r for r in found.recommendations if isinstance(r.action, CreateIndex))
    assert "run the statement on the primary" in index.caveats[0]
    sources = {item.quantity.source for item in index.evidence}
    assert "a standby does not see the writes of its primary" in sources
    assert "what the primary runs and writes" in {item.what for item in found.not_seen}
