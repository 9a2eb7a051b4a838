"""A normalized text that cannot be planned is planned as the log has it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from analyzer.domain.target import Address
from analyzer.pipeline.collect import ScanRequest
from analyzer.pipeline.scan import run_scan
from analyzer.postgres.connect import session

pytestmark = pytest.mark.integration

QUERY = "SELECT s.n, count(d.id) FROM generate_series(1, 30) AS s(n)"
QUERY += " LEFT JOIN delivery AS d ON d.van = s.n GROUP BY s.n"


@pytest.mark.parametrize("logged", [True, False])
def test_a_series_between_two_parameters(
    database: Address, tmp_path: Path, logged: bool
) -> None:
    with session(database, read_only=False) as owner:
        owner.execute("CREATE TABLE delivery (id int PRIMARY KEY, van int NOT NULL)")
        owner.execute(QUERY.encode())
    at = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}.000 UTC"
    query = QUERY if logged else "SELECT 1"
    log = tmp_path / "postgresql.log"
    prefix = f"{at} [77] web@{database.database} "
    log.write_text(f"{prefix}LOG:  duration: 9.5 ms  statement: {query}\n")
    found = run_scan(
        ScanRequest(address=database, log_paths=(log,), line_prefix="%m [%p] %u@%d ")
    )
    (item,) = (
        i for i in found.workload.items if "delivery" in i.statement.normalized_query
    )
    assert "generate_series($1, $2)" in item.statement.normalized_query
    unplanned = [one for one in found.not_seen if "generate_series" in one.what]
    assert (item.statement.fingerprint in found.plans) == logged
    assert bool(unplanned) != logged
