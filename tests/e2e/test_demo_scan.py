"""The demo's scan: every fault found, no decoy, every promise kept."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from analyzer.demo.faults import deceived, missed
from analyzer.demo.load import run_load
from analyzer.demo.shop import APP_ROLE, DemoShop
from analyzer.domain.recommendation import (
    CreateIndex,
    Recommendation,
    RewriteQuery,
)
from analyzer.domain.scan import ScanResult
from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import WorkloadItem
from analyzer.embedded.cluster import SUPERUSER
from analyzer.errors import PlanningFailed
from analyzer.pipeline.collect import ScanRequest
from analyzer.pipeline.demo import PERMISSIONS
from analyzer.pipeline.scan import run_scan
from analyzer.planner.explain import explain
from analyzer.planner.shadow import ShadowCluster, build
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.connect import Connection, session

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def shop() -> Iterator[DemoShop]:
    folder = Path(tempfile.mkdtemp(prefix="pgproof-test-"))
    folder.chmod(0o755)
    try:
        with DemoShop(folder / "shop") as running:
            run_load(running.address_of(APP_ROLE), 8.0)
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def result(shop: DemoShop) -> ScanResult:
    return run_scan(
        ScanRequest(
            address=shop.address_of(),
            permissions=PERMISSIONS,
            log_paths=shop.log_files("jsonlog"),
            min_counter_age_s=0.0,
        )
    )


@pytest.fixture
def admin(shop: DemoShop) -> Iterator[Connection]:
    """A superuser's transaction that is rolled back."""
    with session(shop.address_of(SUPERUSER), read_only=False) as connection:
        connection.execute("SET log_min_duration_statement = -1")
        connection.execute("BEGIN")
        yield connection
        connection.execute("ROLLBACK")


def test_every_planted_fault_is_found(result: ScanResult) -> None:
    assert [fault.slug for fault in missed(result.recommendations)] == []


def test_no_decoy_is_fallen_for(result: ScanResult) -> None:
    assert [decoy.slug for decoy in deceived(result.recommendations)] == []


def test_recommendations_show_the_plan_they_promise(result: ScanResult) -> None:
    shown = 0
    for rec in result.recommendations:
        plan = result.plans_after.get(rec.identity)
        if isinstance(rec.action, CreateIndex) and rec.advisor == "missing_index":
            assert plan is not None, rec.title
            used = {node.index_name for node in plan.root.walk()}
            names = plan.hypothetical_indexes
            assert {n for n in used if names.get(n) == rec.action.definition}, rec.title
            assert rec.action.name in used, rec.title
            assert rec.action.name in json.dumps(plan.raw), rec.title
            shown += 1
        elif isinstance(rec.action, RewriteQuery):
            assert plan is not None, rec.title
            assert plan.total_cost < rec.before.value, rec.title
            shown += 1
    assert shown >= 8


def test_every_advisor_ran(result: ScanResult) -> None:
    assert result.did_not_run == ()


def test_each_number_says_what_it_stands_on(result: ScanResult) -> None:
    for recommendation in result.recommendations:
        assert recommendation.refuted_by, recommendation.title
        for evidence in recommendation.evidence:
            assert evidence.quantity.unit
            assert evidence.quantity.source


def indexes(result: ScanResult) -> list[tuple[Recommendation, CreateIndex]]:
    return [
        (recommendation, recommendation.action)
        for recommendation in result.recommendations
        if isinstance(recommendation.action, CreateIndex)
    ]


def weighted_cost(connection: Connection, item: WorkloadItem) -> float:
    """Mean cost of a statement over its parameter sets, by their weights."""
    query = item.statement.normalized_query
    costs = []
    weights = []
    for parameters in sorted(item.parameter_sets, key=lambda p: -p.weight)[:5]:
        try:
            plan = explain(connection, query, parameters.values, source="shop")
        except PlanningFailed:
            continue
        costs.append(plan.total_cost * parameters.weight)
        weights.append(parameters.weight)
    if not weights:
        return explain(connection, query, source="shop").total_cost
    return sum(costs) / sum(weights)


def promises(
    recommendations: Iterable[Recommendation],
) -> dict[Fingerprint, tuple[float, float]]:
    """Cost before and after by statement; the best where several are for one."""
    found: dict[Fingerprint, tuple[float, float]] = {}
    for affected in (a for r in recommendations for a in r.affects):
        before, after = affected.cost_before, affected.cost_after
        if before is None or after is None:
            continue
        if after < found.get(affected.fingerprint, (0.0, float("inf")))[1]:
            found[affected.fingerprint] = (before, after)
    return found


def test_each_index_keeps_its_promise_when_really_built(
    result: ScanResult, admin: Connection
) -> None:
    """All recommended indexes, built as advised: costs fall as promised within 10%.

    Both sides are differences, before less after: what is promised is what is saved.
    """
    found = indexes(result)
    assert found
    for _, action in found:
        admin.execute(action.ddl.replace(" CONCURRENTLY", "").encode())
    # Expressions have no statistics before; the advice says so in its caveats.
    for relation in {str(action.definition.relation) for _, action in found}:
        if relation == "public.customers":
            admin.execute(f"ANALYZE {relation}".encode())
    promised = promises(recommendation for recommendation, _ in found)
    assert promised
    broken = []
    for fingerprint, (before, after) in promised.items():
        item = result.workload.by_fingerprint[fingerprint]
        saved = before - weighted_cost(admin, item)
        if abs(saved - (before - after)) > 0.1 * (before - after):
            broken.append((item.statement.normalized_query, before - after, saved))
    assert broken == []


def test_shadow_costs_equal_the_servers(
    shop: DemoShop, result: ScanResult, admin: Connection
) -> None:
    """Every planned statement of the load, with each of its parameter sets."""
    different = []
    compared = 0
    with (
        ShadowCluster() as cluster,
        build(cluster, take_snapshot(shop.address_of())) as shadow,
    ):
        for item in result.workload.items:
            if item.statement.fingerprint not in result.plans:
                continue
            query = item.statement.normalized_query
            for parameters in item.parameter_sets or ():
                try:
                    real = explain(admin, query, parameters.values, source="shop")
                except PlanningFailed:
                    continue
                ours = shadow.plan(query, parameters.values)
                compared += 1
                if abs(ours.total_cost - real.total_cost) > 0.001 * real.total_cost:
                    different.append((query, ours.total_cost, real.total_cost))
    assert compared > 50
    assert different == []
