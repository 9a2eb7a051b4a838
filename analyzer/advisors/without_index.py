"""What the workload would cost without an index that exists."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.advisors.affected import affected, items_touching
from analyzer.advisors.contract import Facts
from analyzer.domain.index import Index
from analyzer.domain.recommendation import AffectedStatement, Basis, Evidence, Quantity
from analyzer.errors import PlanningFailed, UnknownRelation
from analyzer.indexing.benefit import Subject, WorkloadCosts

MAX_STATEMENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutIndex:
    """Costs of the statements that touch the table, with and without the index.

    ``worst_rise_ratio`` is the largest relative rise of one statement's cost;
    ``unplanned_count`` statements could not be planned and prove nothing.
    """

    statements: tuple[AffectedStatement, ...]
    worst_rise_ratio: float
    unplanned_count: int
    source: str

    @property
    def workload_rise_ratio(self) -> float:
        """Rise of the workload's cost, each statement by its share of time."""
        return sum(
            item.exec_time_ratio * (item.cost_after / item.cost_before - 1.0)
            for item in self.statements
            if item.cost_before and item.cost_after
        )

    def evidence(self) -> tuple[Evidence, ...]:
        """How little the planner would miss the index."""
        count = f"{len(self.statements)} statements that touch the table"
        claims = (
            (
                f"rise of the workload's planner cost without it ({count})",
                self.workload_rise_ratio,
            ),
            ("largest rise of one statement's planner cost", self.worst_rise_ratio),
        )
        return tuple(
            Evidence(
                claim=claim,
                quantity=Quantity(
                    value=value,
                    unit="ratio",
                    basis=Basis.ESTIMATED,
                    source=f"what-if plans by {self.source}",
                ),
            )
            for claim, value in claims
        )


def without_index(facts: Facts, index: Index) -> WithoutIndex | None:
    """Plan the statements of its table as if the index did not exist.

    Returns:
        None where there is no what-if planner, or it could plan nothing.
    """
    if facts.what_if is None:
        return None
    costs = WorkloadCosts(facts.what_if)
    found: list[AffectedStatement] = []
    worst, unplanned = 0.0, 0
    items = items_touching(facts, index.definition.relation)
    for item in items[:MAX_STATEMENTS]:
        subject = Subject(item=item)
        try:
            before = costs.base(subject)
            after = costs.without(subject, [index.name])
        except (PlanningFailed, UnknownRelation):
            unplanned += 1
            continue
        found.append(affected(item, cost_before=before.cost, cost_after=after.cost))
        for old, new in zip(before.sets, after.sets, strict=True):
            cost = max(old.plan.total_cost, 0.01)
            worst = max(worst, new.plan.total_cost / cost - 1.0)
    if unplanned and not found:
        return None
    return WithoutIndex(
        statements=tuple(found),
        worst_rise_ratio=worst,
        unplanned_count=unplanned + max(0, len(items) - MAX_STATEMENTS),
        source=facts.what_if.source,
    )
