"""A plan as an indented text, for terminals and pages without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.plan import Plan
from analyzer.plans.measure import NodeMeasure, measure
from analyzer.plans.titles import node_title, one_line

_CONDITIONS = (
    "Hash Cond",
    "Merge Cond",
    "Join Filter",
    "Recheck Cond",
    "TID Cond",
    "Sort Key",
    "Group Key",
    "One-Time Filter",
)
_FACTS = (
    "Sort Method",
    "Heap Fetches",
    "Heap Blocks",
    "Lossy Heap Blocks",
    "Hash Batches",
    "HashAgg Batches",
    "Workers Planned",
    "Workers Launched",
    "Rows Removed by Index Recheck",
    "Rows Removed by Join Filter",
)
_MISESTIMATE = 10.0


def render_tree(plan: Plan) -> str:
    """Draw the plan, one node a line, its conditions below it.

    Costs are planner units. Where the plan was run, time is in milliseconds over all
    loops, with the node's own share; rows are per loop, as PostgreSQL has them.
    """
    lines = [line for item in measure(plan) for line in _lines(plan, item)]
    lines.append(f"planned by {one_line(plan.source)}" + _how(plan))
    if plan.planning_time_ms is not None:
        lines.append(f"planning time {plan.planning_time_ms:.3f} ms")
    if plan.execution_time_ms is not None:
        lines.append(f"execution time {plan.execution_time_ms:.3f} ms")
    return "\n".join(lines)


def _lines(plan: Plan, item: NodeMeasure) -> Iterator[str]:
    indent = "   " * item.depth
    arrow = "-> " if item.depth else ""
    made_up = item.node.index_name in plan.hypothetical_indexes
    note = " [index does not exist yet]" if made_up else ""
    yield f"{indent}{arrow}{node_title(item.node)}{note}  ({_estimated(item)})"
    below = indent + ("   " if item.depth else "") + "  "
    if item.total_time_ms is not None:
        yield below + _actual(item)
    for name, text in _conditions(item):
        yield f"{below}{name}: {one_line(text)}"
    for name in _FACTS:
        if item.node.details.get(name):
            yield f"{below}{name}: {one_line(str(item.node.details[name]))}"
    if item.node.rows_removed_by_filter:
        yield f"{below}Rows Removed by Filter: {item.node.rows_removed_by_filter:,.0f}"


def _estimated(item: NodeMeasure) -> str:
    node = item.node
    return f"cost {node.total_cost:,.2f}, rows {node.plan_rows:,.0f}"


def _actual(item: NodeMeasure) -> str:
    node = item.node
    if not node.loops:
        return "never run"
    parts = [
        f"time {item.total_time_ms:,.3f} ms",
        f"own {item.own_time_ms:,.3f} ms",
        f"rows {node.actual_rows or 0:,.10g}",
    ]
    if node.loops != 1:
        parts.append(f"loops {node.loops:,.0f}")
    if item.own_buffers:
        parts.append(f"own blocks {item.own_buffers.touched_blks:,}")
    error = item.estimate_error
    if error is not None and error >= _MISESTIMATE:
        direction = "more" if item.underestimated else "fewer"
        parts.append(f"{error:,.0f} times {direction} rows than estimated")
    return ", ".join(parts)


def _conditions(item: NodeMeasure) -> Iterator[tuple[str, str]]:
    node = item.node
    if node.index_cond:
        yield "Index Cond", node.index_cond
    for name in _CONDITIONS:
        value = node.details.get(name)
        if isinstance(value, list | tuple):
            yield name, ", ".join(str(part) for part in value)
        elif value:
            yield name, str(value)
    if node.filter:
        yield "Filter", node.filter


def _how(plan: Plan) -> str:
    return ", generic plan (no parameter values)" if plan.generic else ""
