"""A measured plan, asked for relatives of a node and for its share of the whole."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

from analyzer.domain.explanation import Finding
from analyzer.domain.plan import Plan, PlanNode
from analyzer.domain.recommendation import Basis, Quantity
from analyzer.plans.conditions import functions
from analyzer.plans.measure import NodeMeasure, measure
from analyzer.plans.node_facts import number
from analyzer.plans.titles import node_title, one_line

MIN_RATIO = 0.1
"""A node with a smaller share of the time is not worth a sentence."""
MIN_TOTAL_MS = 1.0
"""Neither is a plan that is done sooner."""

_INDEXED = frozenset({"Index Scan", "Index Only Scan", "Bitmap Heap Scan"})
GATHERS = frozenset({"Gather", "Gather Merge"})
_LARGEST = 1e18
"""A plan in a file may claim any number."""
_LEADER_LOSS = 0.3
_PARAMETER = re.compile(r"\$\d{1,5}\b")
_SEARCHES = (
    "Recheck Cond",
    "Hash Cond",
    "Merge Cond",
    "Join Filter",
    "One-Time Filter",
)
_ASIDE = frozenset({"InitPlan", "SubPlan"})


class PlanView:
    """The nodes of a plan that was run, with what the rules ask of them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.items = measure(plan)
        self._by_path = {item.path: item for item in self.items}
        self._inputs: dict[tuple[int, ...], tuple[NodeMeasure, ...]] = {}
        self._ran = [item for item in self.items if item.node.loops]
        self._has_times = self.items[0].total_time_ms is not None
        self.total_ms = self._total_ms()
        self._most_rows = _most_rows(self.items)
        self._processes = _processes(self.items)
        names = (item.node.subplan_name for item in self.items)
        self._returned = {found for name in names for found in _PARAMETER.findall(name)}

    @property
    def was_run(self) -> bool:
        """Whether the plan has rows and times that were counted."""
        return bool(self.items[0].node.loops)

    @property
    def is_worth_it(self) -> bool:
        """Whether the plan was run for long enough that anything matters."""
        total_ms = self.plan.execution_time_ms or self.items[0].total_time_ms
        return total_ms is None or total_ms >= MIN_TOTAL_MS

    def _total_ms(self) -> float:
        """Wall time of the whole statement, 0 where no time was taken.

        What passes outside of all nodes counts: triggers, writing out the rows.
        """
        root_ms = self.items[0].total_time_ms or 0.0
        return max(root_ms, self.plan.execution_time_ms or 0.0) if root_ms else 0.0

    def ran(self) -> Iterator[NodeMeasure]:
        """The nodes that were run at least once."""
        return iter(self._ran)

    def parent(self, item: NodeMeasure) -> NodeMeasure | None:
        """The node above."""
        return self._by_path[item.path[:-1]] if item.path else None

    def at(self, path: tuple[int, ...]) -> NodeMeasure:
        """The node at a path, which must be one of the plan's."""
        return self._by_path[path]

    def ancestors(self, item: NodeMeasure) -> Iterator[tuple[NodeMeasure, NodeMeasure]]:
        """Each node above, and its child on the way down, from below to the root."""
        child, above = item, self.parent(item)
        while above is not None:
            yield above, child
            child, above = above, self.parent(above)

    def inputs(self, item: NodeMeasure) -> tuple[NodeMeasure, ...]:
        """The children that feed a node, its outer side first; subplans left out."""
        if not item.node.children:
            return ()
        found = self._inputs.get(item.path)
        if found is None:
            found = tuple(
                self._by_path[*item.path, place]
                for place, child in enumerate(item.node.children)
                if child.parent_relationship not in _ASIDE
            )
            self._inputs[item.path] = found
        return found

    def most_rows_below(self, item: NodeMeasure) -> float:
        """The most rows that the node or any below it gave, over all loops."""
        return self._most_rows[item.path]

    def has_unknown_values(self, item: NodeMeasure) -> bool:
        """Whether a condition of a node has ``$n``: its value was not known to it.

        What an InitPlan returns was named ``$n`` too, before 17.
        """
        texts = (str(item.node.details.get(name, "")) for name in _SEARCHES)
        found = set(
            _PARAMETER.findall(
                " ".join((item.node.filter, item.node.index_cond, *texts))
            )
        )
        return bool(found - self._returned)

    def raw_output(self, item: NodeMeasure) -> str:
        """What a node computes, where the plan is VERBOSE and JSON."""
        fields: object = self.plan.raw.get("Plan")
        for place_number in item.path:
            below = fields.get("Plans") if isinstance(fields, Mapping) else None
            fields = below[place_number] if isinstance(below, list) else None
        output = fields.get("Output") if isinstance(fields, Mapping) else None
        return (
            ", ".join(map(str, output))
            if isinstance(output, list)
            else str(output or "")
        )

    def processes(self, item: NodeMeasure) -> float:
        """How many processes ran a node at the same time, the leader among them."""
        return self._processes[item.path]

    def planned_share(self, item: NodeMeasure) -> float:
        """Into how many shares the planner divided the rows of a parallel scan.

        The leader counts for what workers leave it (costsize.c,
        get_parallel_divisor()); a node that all processes run in full is not divided.
        """
        if item.node.details.get("Parallel Aware") is not True:
            return 1.0
        workers = self._processes[item.path] - 1.0
        return workers + max(1.0 - _LEADER_LOSS * workers, 0.0)

    def own_ratio(self, item: NodeMeasure) -> float:
        """Share of wall time spent in a node itself; of cost where no time is known."""
        if not self._has_times or self.total_ms <= 0:
            return self._cost_ratio(item, item.own_cost)
        return min((item.own_time_ms or 0.0) / self.total_ms, 1.0)

    def total_ratio(self, item: NodeMeasure) -> float:
        """The same for a node with all below it."""
        if not self._has_times or self.total_ms <= 0:
            return self._cost_ratio(item, item.node.total_cost)
        total_ms = (item.total_time_ms or 0.0) / self.processes(item)
        return min(total_ms / self.total_ms, 1.0)

    def _cost_ratio(self, item: NodeMeasure, cost: float) -> float:
        # Costs are of one loop; how many there were may not be what was expected.
        cost *= max((item.node.loops or 0.0) / self.processes(item), 1.0)
        return (
            min(cost / self.plan.total_cost, 1.0) if self.plan.total_cost > 0 else 0.0
        )


def _processes(items: Sequence[NodeMeasure]) -> dict[tuple[int, ...], float]:
    found: dict[tuple[int, ...], float] = {}
    gathers: dict[tuple[int, ...], float] = {}
    # Parents come before their children.
    for item in items:
        above = item.path[:-1]
        found[item.path] = gathers.get(above, found.get(above, 1.0))
        if item.node.node_type in GATHERS:
            launched = number(item.node.details, "Workers Launched") or 0.0
            gathers[item.path] = launched + 1.0
    return found


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


def own_pages(item: NodeMeasure) -> float:
    """Pages of tables and indexes that a node read itself, over all loops."""
    return float(item.own_buffers.touched_blks) if item.own_buffers else 0.0


def is_of_functions(item: NodeMeasure) -> bool:
    """Whether a scan touched more pages than its table has: functions read them.

    A scan costs a unit for each page at least (costsize.c, cost_seqscan()), and the
    planner knows how many the table has. An index may hold dead entries besides, so
    that its scan must have a filter that calls a function.
    """
    node = item.node
    cost = node.total_cost * (node.loops or 0.0)
    is_called = node.node_type in _INDEXED and bool(functions(node.filter))
    is_scan = node.node_type == "Seq Scan" or is_called
    return is_scan and own_pages(item) > 2 * cost > 0


def rows_of(item: NodeMeasure) -> float:
    """Rows that a node gave, over all loops."""
    return item.actual_rows_total or 0.0


def title(item: NodeMeasure) -> str:
    """The node's name as EXPLAIN prints it."""
    return node_title(item.node)


def place(item: NodeMeasure) -> str:
    """The table a node reads, as a person would say it."""
    node = item.node
    # A scan of a function shows the function's schema, and no relation.
    name = f"{node.schema}.{node.relation}" if node.schema else node.relation
    return one_line((name if node.relation else node.alias) or node.node_type)


def is_partition(item: NodeMeasure) -> bool:
    """Whether a scan that was run is of a partition."""
    return bool(item.node.loops) and names_partition(item)


def names_partition(item: NodeMeasure) -> bool:
    """Whether the planner numbered a scan's table as one of several partitions.

    They are orders_1, orders_2 … (inherit.c, expand_single_inheritance_child()).
    """
    name, _, place_number = item.node.alias.rpartition("_")
    return bool(item.node.relation and name) and place_number.isdigit()


def measured(value: float, unit: str) -> Quantity:
    """A number of a plan that was run."""
    return _quantity(value, unit, Basis.MEASURED)


def estimated(value: float, unit: str) -> Quantity:
    """A number that the planner expects."""
    return _quantity(value, unit, Basis.ESTIMATED)


def _quantity(value: float, unit: str, basis: Basis) -> Quantity:
    finite = min(value, _LARGEST) if math.isfinite(value) else _LARGEST
    source = "EXPLAIN ANALYZE" if basis is Basis.MEASURED else "EXPLAIN"
    return Quantity(value=finite, unit=unit, basis=basis, source=source)


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
