"""Statements of a workload that touch a relation, with their shares of time."""

from __future__ import annotations

from analyzer.advisors.contract import Facts
from analyzer.domain.index import RelationName
from analyzer.domain.recommendation import AffectedStatement
from analyzer.domain.workload import WorkloadItem
from analyzer.statements.views import views_reading


def items_touching(facts: Facts, relation: RelationName) -> tuple[WorkloadItem, ...]:
    """Statements that name the relation, or a view that reads it.

    The largest share of time first.
    """
    catalog = facts.catalog
    if catalog is None:
        return ()

    named = {relation, *views_reading(relation, facts.views)}

    def touches(item: WorkloadItem) -> bool:
        found = (catalog.find(name) for name in item.statement.relations)
        return any(known is not None and known.name in named for known in found)

    items = [item for item in facts.workload.items if touches(item)]
    return tuple(sorted(items, key=lambda item: -item.exec_time_ratio))


def affected(
    item: WorkloadItem,
    *,
    cost_before: float | None = None,
    cost_after: float | None = None,
) -> AffectedStatement:
    """The statement as part of a recommendation; costs in planner units."""
    return AffectedStatement(
        fingerprint=item.statement.fingerprint,
        exec_time_ratio=item.exec_time_ratio,
        cost_before=cost_before,
        cost_after=cost_after,
        calls=item.counters.calls,
    )
