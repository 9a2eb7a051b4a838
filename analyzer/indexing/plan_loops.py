"""How often each node of a plan runs, how much of it, and by how many processes.

EXPLAIN gives rows and costs for one execution. The inner side of a nested loop runs
once for each outer row, a Memoize runs its child for its misses only, a LIMIT ends what
is below it early unless a node has to see all of its input first, and the nodes below
a Gather are shared by its workers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from analyzer.domain.plan import Plan, PlanNode
from analyzer.indexing.cost_settings import CostSettings

_WHOLE_INPUT = frozenset({"Sort", "Hash", "Materialize", "Memoize"})
_LEADER_LOSS = 0.3
"""Of the leader's time for each worker it serves (``get_parallel_divisor``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executions:
    """One node and how it is run.

    Attributes:
        node: the node.
        loops: executions over the whole statement, of all processes together.
        ratio: share of each execution that is really done, 0 to 1.
        divisor: by what the planner divided rows and processor cost of one process.
        processes: that share the work; 1 outside of a Gather.
        bound: rows a sort has to keep, 0 without a LIMIT above it.
        raw: the node as EXPLAIN gave it, empty where that was not kept.
    """

    node: PlanNode
    loops: float = 1.0
    ratio: float = 1.0
    divisor: float = 1.0
    processes: float = 1.0
    bound: float = 0.0
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def output(self) -> tuple[str, ...]:
        """The expressions it computes, as EXPLAIN (VERBOSE) prints them."""
        texts = self.raw.get("Output", ())
        return tuple(texts) if isinstance(texts, list) else ()

    @property
    def rows(self) -> float:
        """Rows it gives in all."""
        return self.below(self.node)

    @property
    def scans(self) -> float:
        """How often its input is read as a whole."""
        if self.node.loops is not None:
            return self.node.loops / max(self._actual_processes, 1.0)
        return self.loops * self.ratio

    @property
    def _actual_processes(self) -> float:
        # A parallel-aware scan is one scan, though every process counts a loop.
        return self.processes if self.divisor > 1.0 else 1.0

    def below(self, node: PlanNode) -> float:
        """Rows that a node (itself or a child) gives in all."""
        if node.actual_rows is not None and node.loops is not None:
            return node.actual_rows * node.loops
        return node.plan_rows * self.divisor * self.loops * self.ratio


def executions(plan: Plan, settings: CostSettings) -> Iterator[Executions]:
    """Each node that runs, parents first."""
    stack = [Executions(node=plan.root, raw=plan.raw.get("Plan", {}))]
    while stack:
        item = stack.pop()
        yield item
        stack.extend(reversed(list(_children(item, settings))))


def _children(item: Executions, settings: CostSettings) -> Iterator[Executions]:
    parent = _shared(item)
    below = item.raw.get("Plans", ())
    if len(below) != len(item.node.children):
        below = [{}] * len(item.node.children)
    for child, raw in zip(item.node.children, below, strict=True):
        loops = _loops(child, parent, settings)
        if child.loops is not None:
            loops = child.loops
        yield replace(
            parent,
            node=child,
            loops=loops,
            ratio=_ratio(child, parent),
            bound=_bound(child, parent),
            raw=raw,
        )


def _shared(item: Executions) -> Executions:
    """The same, its children run by the workers where it is a Gather."""
    if not item.node.node_type.startswith("Gather"):
        return item
    planned = item.node.details.get("Workers Planned", 0)
    workers = float(planned) if isinstance(planned, int | float) else 0.0
    leader = max(0.0, 1.0 - _LEADER_LOSS * workers)
    return replace(item, divisor=workers + leader or 1.0, processes=workers + 1.0)


def _loops(child: PlanNode, parent: Executions, settings: CostSettings) -> float:
    node = parent.node
    if child.parent_relationship == "InitPlan":
        return 1.0
    if child.parent_relationship == "SubPlan":
        return _subplan_loops(child, parent)
    loops = parent.loops * (parent.ratio if _is_inner(child, node) else 1.0)
    if node.node_type == "Nested Loop" and _is_inner(child, node):
        outer = node.children[0]
        loops *= max(outer.plan_rows, 1.0) * parent.divisor
        if child.node_type == "Memoize":
            return loops
        if child.node_type == "Materialize":
            return loops
    if node.node_type == "Memoize":
        return loops * _miss_ratio(node, settings)
    if node.node_type == "Materialize":
        return min(loops, 1.0)
    return loops


def _is_inner(child: PlanNode, node: PlanNode) -> bool:
    return node.node_type == "Nested Loop" and child.parent_relationship == "Inner"


def _subplan_loops(child: PlanNode, parent: Executions) -> float:
    """Once for each row that meets the other conditions, by what the planner paid."""
    if _is_hashed(child, parent):
        return 1.0
    paid = parent.node.total_cost - sum(
        c.total_cost
        for c in parent.node.children
        if c.parent_relationship not in ("SubPlan", "InitPlan")
    )
    return max(1.0, paid / max(child.total_cost, 1e-6)) * parent.loops


def _is_hashed(child: PlanNode, parent: Executions) -> bool:
    """Whether the rows of a subplan are kept in a hash table: then it runs once.

    Only the expression that uses it says so (``get_rule_expr`` in ``ruleutils.c``).
    """
    node = parent.node
    texts = (node.filter, node.index_cond, *map(str, node.details.values()))
    wanted = f"hashed {child.subplan_name}"
    return any(wanted in text for text in (*texts, *parent.output))


def _miss_ratio(memoize: PlanNode, settings: CostSettings) -> float:
    """Share of look-ups that are not answered from the cache."""
    misses = memoize.details.get("Cache Misses")
    hits = memoize.details.get("Cache Hits")
    if isinstance(misses, int | float) and isinstance(hits, int | float):
        return misses / max(misses + hits, 1)
    estimated = memoize.details.get("Estimated Hit Percent")
    if isinstance(estimated, int | float):
        return max(0.0, 1.0 - estimated / 100.0)
    return 0.5


def _ratio(child: PlanNode, parent: Executions) -> float:
    """How much of the child is read: a LIMIT stops early, a sort never."""
    node = parent.node
    if node.node_type in _WHOLE_INPUT or node.details.get("Strategy") == "Hashed":
        return 1.0
    if child.parent_relationship in ("InitPlan", "SubPlan"):
        return 1.0
    if node.node_type == "Nested Loop" and _is_inner(child, node):
        first_only = node.join_type in ("Semi", "Anti") or (
            node.details.get("Inner Unique") is True
        )
        return min(1.0, 2.0 / (child.plan_rows + 1.0)) if first_only else 1.0
    if node.node_type != "Limit":
        return parent.ratio
    span = child.total_cost - child.startup_cost
    if span <= 0:
        return parent.ratio
    return parent.ratio * min(1.0, (node.total_cost - child.startup_cost) / span)


def _bound(child: PlanNode, parent: Executions) -> float:
    if parent.node.node_type == "Limit":
        # OFFSET counts too, so the rows come from the share that is read.
        return max(parent.node.plan_rows, _ratio(child, parent) * child.plan_rows)
    carries = parent.node.node_type in ("Gather Merge", "Subquery Scan", "Result")
    return parent.bound if carries else 0.0
