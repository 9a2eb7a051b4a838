"""A measured plan, asked for relatives of a node and for its share of the whole."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from analyzer.domain.explanation import Finding
from analyzer.domain.plan import Plan, PlanNode
from analyzer.domain.recommendation import Basis, Quantity
from analyzer.plans.measure import NodeMeasure, measure
from analyzer.plans.node_facts import number
from analyzer.plans.titles import node_title, one_line

MIN_RATIO = 0.1
"""A node with a smaller share of the time is not worth a sentence."""
MIN_TOTAL_MS = 1.0
"""Neither is a plan that is done sooner."""

GATHERS = frozenset({"Gather", "Gather Merge"})
_LARGEST = 1e18
"""A plan in a file may claim any number."""
_ASIDE = frozenset({"InitPlan", "SubPlan"})


class PlanView:
    """The nodes of a plan that was run, with what the rules ask of them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.items = measure(plan)
        self._by_path = {item.path: item for item in self.items}
        self._has_times = self.items[0].total_time_ms is not None
        self._most_rows = _most_rows(self.items)

    @property
    def is_worth_it(self) -> bool:
        """Whether the plan was run, and for long enough that anything matters."""
        root = self.items[0]
        if not root.node.loops:
            return False
        total_ms = self.plan.execution_time_ms or root.total_time_ms
        return total_ms is None or total_ms >= MIN_TOTAL_MS

    @property
    def total_ms(self) -> float:
        """Wall time of the whole plan, 0 where no time was taken."""
        return self.items[0].total_time_ms or 0.0

    def ran(self) -> Iterator[NodeMeasure]:
        """The nodes that were run at least once."""
        return (item for item in self.items if item.node.loops)

    def parent(self, item: NodeMeasure) -> NodeMeasure | None:
        """The node above."""
        return self._by_path[item.path[:-1]] if item.path else None

    def ancestors(self, item: NodeMeasure) -> Iterator[tuple[NodeMeasure, NodeMeasure]]:
        """Each node above, and its child on the way down, from below to the root."""
        child, above = item, self.parent(item)
        while above is not None:
            yield above, child
            child, above = above, self.parent(above)

    def inputs(self, item: NodeMeasure) -> tuple[NodeMeasure, ...]:
        """The children that feed a node, its outer side first; subplans left out."""
        return tuple(
            self._by_path[*item.path, place]
            for place, child in enumerate(item.node.children)
            if child.parent_relationship not in _ASIDE
        )

    def most_rows_below(self, item: NodeMeasure) -> float:
        """The most rows that the node or any below it gave, over all loops."""
        return self._most_rows[item.path]

    def processes(self, item: NodeMeasure) -> float:
        """How many processes ran a node at the same time, the leader among them."""
        for above, _ in self.ancestors(item):
            if above.node.node_type in GATHERS:
                return (number(above.node.details, "Workers Launched") or 0.0) + 1.0
        return 1.0

    def own_ratio(self, item: NodeMeasure) -> float:
        """Share of wall time spent in a node itself; of cost where no time is known."""
        if not self._has_times or self.total_ms <= 0:
            return item.own_cost_ratio
        return min((item.own_time_ms or 0.0) / self.total_ms, 1.0)

    def total_ratio(self, item: NodeMeasure) -> float:
        """The same for a node with all below it."""
        if not self._has_times or self.total_ms <= 0:
            root_cost = max(self.plan.total_cost, item.node.total_cost)
            return item.node.total_cost / root_cost if root_cost > 0 else 0.0
        total_ms = (item.total_time_ms or 0.0) / self.processes(item)
        return min(total_ms / self.total_ms, 1.0)


def _most_rows(items: Sequence[NodeMeasure]) -> dict[tuple[int, ...], float]:
    most: dict[tuple[int, ...], float] = {}
    # Children come after their parents, so backwards they are ready first.
    for item in reversed(items):
        own = max(most.get(item.path, 0.0), rows_of(item))
        most[item.path] = own
        if item.path:
            above = item.path[:-1]
            most[above] = max(most.get(above, 0.0), own)
    return most


def over_loops(node: PlanNode, per_loop: float | None) -> float:
    """A number that EXPLAIN gives per loop, over all loops."""
    return (per_loop or 0.0) * (node.loops or 0.0)


def rows_of(item: NodeMeasure) -> float:
    """Rows that a node gave, over all loops."""
    return item.actual_rows_total or 0.0


def title(item: NodeMeasure) -> str:
    """The node's name as EXPLAIN prints it."""
    return node_title(item.node)


def place(item: NodeMeasure) -> str:
    """The table a node reads, as a person would say it."""
    node = item.node
    name = ".".join(part for part in (node.schema, node.relation) if part)
    return one_line(name or node.alias or node.node_type)


def measured(value: float, unit: str) -> Quantity:
    """A number of a plan that was run."""
    finite = min(value, _LARGEST) if math.isfinite(value) else _LARGEST
    return Quantity(
        value=finite, unit=unit, basis=Basis.MEASURED, source="EXPLAIN ANALYZE"
    )


def finding(
    item: NodeMeasure, rule: str, claim: str, quantity: Quantity, lost_ratio: float
) -> Finding:
    """A finding about a node; its remedy is added by :func:`dataclasses.replace`."""
    return Finding(
        rule=rule,
        claim=claim,
        node=title(item),
        path=item.path,
        quantity=quantity,
        lost_ratio=min(max(lost_ratio, 0.0), 1.0) if math.isfinite(lost_ratio) else 0.0,
    )
