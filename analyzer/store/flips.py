"""Plan flips: a scan finds another plan for a statement than the scan before did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analyzer.postgres.connect import Connection
from analyzer.postgres.pool import execute_many, fetch_all
from analyzer.store.database import Store, load

_SAME_WAY = ("fingerprint", "is_measured", "source", "generic")
"""Only plans made in the same way are compared: another planner is no flip."""
_OLD_SIGNATURE = "before 0004 "


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFlip:
    """One change of a statement's plan, and what both cost when it was noticed.

    Costs are planner units. Data, statistics, settings, indexes or the values it was
    planned with may be the reason.
    """

    plan_flip_id: int
    target_id: int
    target_name: str
    fingerprint: str
    before_plan_id: int
    after_plan_id: int
    noticed_at: datetime
    cost_before: float
    cost_after: float

    @property
    def cost_ratio(self) -> float:
        """How many times dearer the new plan is; below 1 it is cheaper."""
        return self.cost_after / self.cost_before if self.cost_before > 0 else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipFilter:
    """Which flips to list; none means any."""

    target_id: int | None = None
    fingerprint: str | None = None
    since: datetime | None = None
    limit: int = 20


def list_flips(store: Store, wanted: FlipFilter) -> tuple[PlanFlip, ...]:
    """Flips, the latest first, and of one scan those that grew most first."""
    return store.all(
        PlanFlip,
        "flip_list",
        target_id=wanted.target_id,
        fingerprint=wanted.fingerprint,
        since=wanted.since,
        limit=wanted.limit,
    )


def flips_of(
    connection: Connection, head: Mapping[str, Any], plans: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Which plans of a scan have another shape than in the scan before.

    To be asked before the plans are saved.

    Args:
        connection: inside the transaction that saves the scan.
        head: target and moment of the scan.
        plans: rows for :file:`save_plan.sql`.
    """
    asked = {**head, "fingerprints": [row["fingerprint"] for row in plans]}
    rows = fetch_all(connection, dict[str, Any], load("plan_scanned"), asked)
    known = {_way(row): row for row in rows}
    found = []
    for row in plans:
        before = known.get(_way(row))
        if before is None or before["signature"] == row["signature"]:
            continue
        if before["signature"].startswith(_OLD_SIGNATURE):
            continue
        found.append(
            {
                **head,
                **{name: row[name] for name in (*_SAME_WAY, "signature", "total_cost")},
                "before_plan_id": before["plan_id"],
                "cost_before": before["total_cost"],
            }
        )
    return found


def write_flips(connection: Connection, flips: Sequence[Mapping[str, Any]]) -> None:
    """Store flips, once their plans are saved."""
    execute_many(connection, load("save_flip"), flips)


def _way(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _SAME_WAY)
