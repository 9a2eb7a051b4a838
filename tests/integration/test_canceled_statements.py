"""Statements that were always cancelled are in no counter, and advised all the same."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from analyzer.domain.recommendation import CreateIndex, Recommendation
from analyzer.domain.scan import ScanResult
from analyzer.domain.target import Address
from analyzer.pipeline.collect import ScanRequest
from analyzer.pipeline.scan import run_scan
from analyzer.postgres.connect import session

pytestmark = pytest.mark.integration

DDL = """
CREATE TABLE note (id int PRIMARY KEY, kind int NOT NULL, about_id int NOT NULL,
    body text NOT NULL);
INSERT INTO note SELECT n, n % 3, n % 20000, repeat('words ', 20)
    FROM generate_series(1, 60000) AS n;
ANALYZE note;
"""
EXPORT = (
    "SELECT t.id, (SELECT count(*) FROM note AS n WHERE n.about_id = t.id"
    " AND n.kind = 1) FROM note AS t WHERE t.id < 5000"
)
LOOKUP = "SELECT body FROM note WHERE about_id = {}"


def scanned(database: Address, folder: Path, *, lookups: int) -> ScanResult:
    with session(database, read_only=False) as owner:
        for statement in filter(str.strip, DDL.split(";")):
            owner.execute(statement.encode())
        for number in range(lookups):
            owner.execute(LOOKUP.format(number).encode())
    prefix = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3] + " UTC [77] "
    prefix += f"web@{database.database} "
    message = (
        f"{prefix}ERROR:  canceling statement due to statement timeout\n"
        f"{prefix}STATEMENT:  {EXPORT}\n"
    )
    log = folder / "postgresql.log"
    log.write_text(message * 4)
    request = ScanRequest(
        address=database, log_paths=(log,), line_prefix="%m [%p] %u@%d "
    )
    return run_scan(request)


def export_of(found: ScanResult) -> str:
    (item,) = (i for i in found.workload.items if i.never_done)
    assert item.canceled_count == 4
    assert item.counters.calls == 0
    (finding,) = (f for f in found.log_findings if f.kind == "canceled_statements")
    assert finding.fingerprint == item.statement.fingerprint
    return item.statement.fingerprint


def indexes(found: ScanResult) -> list[Recommendation]:
    return [r for r in found.recommendations if isinstance(r.action, CreateIndex)]


def cancelled(rec: Recommendation) -> list[float]:
    return [e.quantity.value for e in rec.evidence if "cancelled" in e.claim]


def test_one_that_nothing_else_helps(database: Address, tmp_path: Path) -> None:
    found = scanned(database, tmp_path, lookups=0)
    name = export_of(found)
    (rec,) = indexes(found)
    assert {item.fingerprint for item in rec.affects} == {name}
    assert rec.title.endswith(", cancelled 4 times")
    assert cancelled(rec) == [4]
    assert rec.impact_ratio == 0.0


def test_one_that_the_index_of_others_mends(database: Address, tmp_path: Path) -> None:
    found = scanned(database, tmp_path, lookups=30)
    name = export_of(found)
    (rec,) = indexes(found)
    assert len(rec.affects) == 2
    served = next(item for item in rec.affects if item.fingerprint == name)
    assert served.cost_before is not None
    assert served.cost_after is not None
    assert served.cost_after < served.cost_before / 10
    assert cancelled(rec) == [4]
    assert rec.impact_ratio > 0
