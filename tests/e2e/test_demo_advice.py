"""The demo is judged: every fault found, no decoy, and what is promised comes true."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.demo.faults import deceived, missed
from analyzer.demo.load import run_load
from analyzer.demo.shop import DemoShop
from analyzer.domain.recommendation import (
    AffectedStatement,
    CreateIndex,
    Recommendation,
)
from analyzer.domain.scan import ScanResult
from analyzer.domain.target import Permissions
from analyzer.domain.workload import ParameterSet, WorkloadItem
from analyzer.embedded.cluster import SUPERUSER
from analyzer.indexing.benefit import MAX_PARAMETER_SETS
from analyzer.indexing.definition import ddl
from analyzer.pipeline.scan import ScanRequest, run_scan
from analyzer.planner.explain import explain
from analyzer.postgres.connect import Connection, session

pytestmark = [pytest.mark.e2e, pytest.mark.integration, pytest.mark.slow]

LOAD_S = 8.0
WITHIN_RATIO = 0.10


@pytest.fixture(scope="module")
def shop() -> Iterator[DemoShop]:
    folder = Path(tempfile.mkdtemp(prefix="pgproof-test-"))
    folder.chmod(0o755)
    try:
        with DemoShop(folder / "shop") as running:
            run_load(running.address_of("shop_app"), LOAD_S)
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def result(shop: DemoShop) -> ScanResult:
    return run_scan(
        ScanRequest(
            address=shop.address_of("pgproof"),
            permissions=Permissions(explain_analyze=True),
            log_paths=shop.log_files("jsonlog"),
            min_counter_age_s=0,
        )
    )


def test_every_fault_is_found(result: ScanResult) -> None:
    assert [fault.slug for fault in missed(result.recommendations)] == []


def test_no_decoy_is_reported(result: ScanResult) -> None:
    assert [decoy.slug for decoy in deceived(result.recommendations)] == []


def test_every_advisor_ran(result: ScanResult) -> None:
    assert result.did_not_run == ()


def promises(
    result: ScanResult,
) -> Iterator[tuple[Recommendation, CreateIndex, AffectedStatement, WorkloadItem]]:
    for item in result.recommendations:
        if not isinstance(item.action, CreateIndex):
            continue
        for statement in item.affects:
            ran = result.workload.by_fingerprint.get(statement.fingerprint)
            if ran is not None and statement.cost_after is not None:
                yield item, item.action, statement, ran


def mean_cost(connection: Connection, item: WorkloadItem) -> float:
    # The heaviest parameter sets, as the promise was made for.
    sets = sorted(item.parameter_sets, key=lambda one: -one.weight)
    sets = sets[:MAX_PARAMETER_SETS] or [
        ParameterSet(values=(), label="generic", source="")
    ]
    query = item.statement.normalized_query
    costs = [
        explain(connection, query, one.values, source="shop").total_cost for one in sets
    ]
    weights = [one.weight for one in sets]
    pairs = zip(costs, weights, strict=True)
    return sum(cost * weight for cost, weight in pairs) / sum(weights)


def test_a_recommended_index_lowers_the_real_cost_as_promised(
    shop: DemoShop, result: ScanResult
) -> None:
    found = list(promises(result))
    assert len({action.name for _, action, _, _ in found}) >= 4
    wrong = []
    with session(shop.address_of(SUPERUSER), read_only=False) as admin:
        for recommendation, action, statement, item in found:
            assert statement.cost_before is not None
            assert statement.cost_after is not None
            admin.execute("BEGIN")
            before = mean_cost(admin, item)
            admin.execute(ddl(action.definition).encode())
            if any(key.expression for key in action.definition.keys):
                # Its statistics come with the next ANALYZE, autovacuum's or ours.
                admin.execute(f"ANALYZE {action.definition.relation}".encode())
            after = mean_cost(admin, item)
            admin.execute("ROLLBACK")
            promised = statement.cost_before - statement.cost_after
            lowered = before - after
            if abs(lowered - promised) > WITHIN_RATIO * promised:
                wrong.append((recommendation.title, promised, lowered))
    assert wrong == []
