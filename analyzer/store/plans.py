"""Distinct plans of a statement, their literals masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analyzer.store.database import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """One shape of plan of a statement, with the last plan of that shape.

    ``document`` is the EXPLAIN JSON with literals masked, the array pev2 reads.
    ``is_measured`` tells EXPLAIN ANALYZE from an estimate; costs are planner units.
    """

    plan_id: int
    fingerprint: str
    signature: str
    source: str
    is_measured: bool
    generic: bool
    total_cost: float
    execution_time_ms: float | None
    first_seen_at: datetime
    last_seen_at: datetime
    document: Mapping[str, Any]


def plans_of(store: Store, target_id: int, fingerprint: str) -> tuple[StoredPlan, ...]:
    """Plans of a statement on a target, the latest seen first."""
    return store.all(
        StoredPlan,
        "plan_list",
        plan_id=None,
        target_id=target_id,
        fingerprint=fingerprint,
    )


def get_plan(store: Store, plan_id: int) -> StoredPlan | None:
    """One plan, or none."""
    return store.one(
        StoredPlan, "plan_list", plan_id=plan_id, target_id=None, fingerprint=None
    )
