"""Own time, own buffers, totals over loops and estimate error of each plan node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from analyzer.domain.plan import Buffers, Plan, PlanNode
from analyzer.plans.own_times import own_times_ms

_BUFFERS = tuple(field.name for field in fields(Buffers))


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeMeasure:
    """What one node did by itself, over all its loops.

    Attributes:
        node: the node.
        depth: how far below the root, which is 0.
        path: position of each ancestor among its siblings, from the root; a key.
        own_cost: planner cost units without the children's, never below 0.
        own_cost_ratio: share of the root's cost, 0 to 1.
        total_time_ms: time of the node and its children over all loops, as EXPLAIN
            has it; none where the plan was not run.
        own_time_ms: wall time of the node itself; those of a plan add up to the
            root's total.
        own_time_ratio: share of the root's time, 0 to 1.
        actual_rows_total: rows over all loops.
        estimate_error: by which factor the row estimate was wrong, at least 1; none
            where the plan was not run or the node never ran.
        underestimated: whether more rows came than estimated.
        own_buffers: blocks touched by the node itself.
    """

    node: PlanNode
    depth: int
    path: tuple[int, ...]
    own_cost: float
    own_cost_ratio: float
    total_time_ms: float | None = None
    own_time_ms: float | None = None
    own_time_ratio: float | None = None
    actual_rows_total: float | None = None
    estimate_error: float | None = None
    underestimated: bool = False
    own_buffers: Buffers | None = None


def measure(plan: Plan) -> tuple[NodeMeasure, ...]:
    """Measure every node, parents before children, in the order EXPLAIN prints.

    Time of a node is per loop and includes its children; what it spends itself is
    told by :mod:`analyzer.plans.own_times`.
    """
    root = plan.root
    nodes = list(_walk_with_position(root))
    own = own_times_ms(nodes)
    return tuple(_measured(node, path, root, own[path]) for node, path in nodes)


def estimate_error(node: PlanNode) -> float | None:
    """By which factor the estimate of rows per loop was off, at least 1.

    Both sides count as at least one row: the planner never estimates less, so a node
    without rows is right when one was expected.

    >>> estimate_error(PlanNode(node_type="Seq Scan", startup_cost=0, total_cost=1,
    ...     plan_rows=10, actual_rows=1000, loops=1))
    100.0
    """
    if node.actual_rows is None or not node.loops:
        return None
    if node.node_type in ("BitmapAnd", "BitmapOr"):
        return None  # they do not count their rows
    actual, planned = max(node.actual_rows, 1.0), max(node.plan_rows, 1.0)
    return max(actual / planned, planned / actual)


def total_time_ms(node: PlanNode) -> float | None:
    """Time of a node with its children over all loops."""
    if node.actual_total_time_ms is None or node.loops is None:
        return None
    return node.actual_total_time_ms * node.loops


def _measured(
    node: PlanNode, path: tuple[int, ...], root: PlanNode, own: float | None
) -> NodeMeasure:
    own_cost = max(node.total_cost - sum(c.total_cost for c in _paid(node)), 0.0)
    total = total_time_ms(node)
    ran = node.actual_rows is not None and node.loops is not None
    root_time = total_time_ms(root)
    return NodeMeasure(
        node=node,
        depth=len(path),
        path=path,
        own_cost=own_cost,
        own_cost_ratio=_ratio(own_cost, root.total_cost),
        total_time_ms=total,
        own_time_ms=own,
        own_time_ratio=None if own is None else _ratio(own, root_time or 0.0),
        actual_rows_total=(node.actual_rows or 0) * (node.loops or 0) if ran else None,
        estimate_error=estimate_error(node),
        underestimated=ran and (node.actual_rows or 0) > node.plan_rows,
        own_buffers=_own_buffers(node),
    )


def _paid(node: PlanNode) -> tuple[PlanNode, ...]:
    # The cost of a SubPlan is part of its expression's, in multiples we cannot know.
    return tuple(c for c in node.children if c.parent_relationship != "SubPlan")


def _own_buffers(node: PlanNode) -> Buffers | None:
    if node.buffers is None or not node.children:
        return node.buffers
    below = [child.buffers for child in node.children if child.buffers]
    own = {
        name: max(
            getattr(node.buffers, name) - sum(getattr(child, name) for child in below),
            0,
        )
        for name in _BUFFERS
    }
    return Buffers(**own)


def _ratio(part: float, whole: float) -> float:
    return min(part / whole, 1.0) if whole > 0 else 0.0


def _walk_with_position(
    root: PlanNode,
) -> Iterator[tuple[PlanNode, tuple[int, ...]]]:
    stack: list[tuple[PlanNode, tuple[int, ...]]] = [(root, ())]
    while stack:
        node, path = stack.pop()
        yield node, path
        below = [(child, (*path, i)) for i, child in enumerate(node.children)]
        stack.extend(reversed(below))
