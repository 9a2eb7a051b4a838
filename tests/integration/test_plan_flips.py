"""Plan flips: noticed by scans, kept, and shown with what changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.domain.plan import Plan
from analyzer.domain.scan import ScanKind, ScanResult
from analyzer.store.database import Store
from analyzer.store.flips import FlipFilter, PlanFlip, list_flips
from analyzer.store.save import save_scan
from tests.support.scan_results import fingerprint, item, plan, result

pytestmark = pytest.mark.integration

ONE = fingerprint(1)


def scan(hour: float, found: Plan, *, kind: ScanKind = ScanKind.SCAN) -> ScanResult:
    return replace(result([item(1)], hour=hour, kind=kind), plans={ONE: found})


def flips(store: Store, target_id: int) -> tuple[PlanFlip, ...]:
    return list_flips(store, FlipFilter(target_id=target_id, fingerprint=ONE))


def test_another_plan_is_noticed_once(store: Store, target_id: int) -> None:
    seq, index = plan(), plan(node_type="Index Scan")
    save_scan(store, target_id, scan(0, seq))
    save_scan(store, target_id, scan(1, plan("(id = 7)")))
    assert flips(store, target_id) == ()
    save_scan(store, target_id, scan(2, index))
    save_scan(store, target_id, scan(2, index))
    save_scan(store, target_id, scan(3, index))
    (flip,) = flips(store, target_id)
    assert (flip.cost_before, flip.cost_after, flip.cost_ratio) == (8.3, 8.3, 1.0)
    save_scan(store, target_id, scan(4, seq))
    back, forth = flips(store, target_id)
    assert (back.before_plan_id, back.after_plan_id) == (
        forth.after_plan_id,
        forth.before_plan_id,
    )
    assert list_flips(store, FlipFilter(since=back.noticed_at)) == (back,)


def test_what_a_submission_was_planned_with_is_no_flip(
    store: Store, target_id: int
) -> None:
    index = plan(node_type="Index Scan")
    save_scan(store, target_id, scan(0, plan()))
    save_scan(store, target_id, scan(1, index, kind=ScanKind.SUBMISSION))
    save_scan(store, target_id, scan(2, plan()))
    assert flips(store, target_id) == ()
    save_scan(store, target_id, scan(3, index))
    assert len(flips(store, target_id)) == 1


def test_another_planner_is_no_flip(store: Store, target_id: int) -> None:
    other = replace(plan(node_type="Index Scan"), source="hypopg on target")
    save_scan(store, target_id, scan(0, plan()))
    save_scan(store, target_id, scan(1, other))
    save_scan(store, target_id, scan(2, replace(plan("(a > 1)"), generic=True)))
    assert flips(store, target_id) == ()


def test_a_shape_from_before_is_not_compared(store: Store, target_id: int) -> None:
    save_scan(store, target_id, scan(0, plan()))
    with store.connection() as connection:
        connection.execute(b"UPDATE plan SET signature = 'before 0004 ' || signature")
    save_scan(store, target_id, scan(1, plan()))
    assert flips(store, target_id) == ()


def test_flips_go_with_their_plans(store: Store, target_id: int) -> None:
    save_scan(store, target_id, scan(0, plan()))
    save_scan(store, target_id, scan(1, plan(node_type="Index Scan")))
    assert flips(store, target_id)
    with store.connection() as connection:
        connection.execute(b"DELETE FROM plan")
    assert flips(store, target_id) == ()
