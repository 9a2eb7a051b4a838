"""A stored EXPLAIN document as lines with the numbers in columns, without a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analyzer.domain.plan import Plan, PlanNode
from analyzer.errors import SourceError
from analyzer.plans.measure import NodeMeasure, measure
from analyzer.plans.node_facts import sort_facts
from analyzer.plans.read_json import read_plan
from analyzer.plans.titles import node_title, one_line

MAX_LINES = 500
MAX_SHOWN_DEPTH = 60
BAD_ESTIMATE_FACTOR = 10.0

_CONDITIONS = (
    "Recheck Cond",
    "Hash Cond",
    "Merge Cond",
    "Join Filter",
    "One-Time Filter",
    "Sort Key",
    "Group Key",
)
_KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One node, as a row of the page's table.

    ``time_ms``, ``actual_rows`` and ``rows_removed`` are totals of all loops, none
    where the plan was only estimated; ``share_ratio`` is the node's own part of the
    whole, children left out, by time if measured, else by cost.
    """

    depth: int
    title: str
    notes: tuple[str, ...]
    total_cost: float
    plan_rows: float
    actual_rows: float | None
    time_ms: float | None
    rows_removed: float | None
    share_ratio: float
    misestimated: bool

    @property
    def branch(self) -> str:
        """Indentation as EXPLAIN prints it; templates show it."""
        return "   " * (self.depth - 1) + "└─ " if self.depth else ""


def plan_lines(document: object) -> tuple[PlanLine, ...]:
    """The nodes of a plan from the top, at most 500 of them.

    Args:
        document: ``EXPLAIN (FORMAT JSON)``, the array or the object in it. A document
            of another shape has no lines.
    """
    try:
        plan = read_plan(document, source="store")
    except SourceError:
        return ()
    return lines_of(plan)


def lines_of(plan: Plan) -> tuple[PlanLine, ...]:
    """The nodes of a plan from the top, at most 500 of them."""
    items = measure(plan)[:MAX_LINES]
    stopped = _stopped_early(items)
    return tuple(_line(item, is_stopped=item.path in stopped) for item in items)


def _stopped_early(items: tuple[NodeMeasure, ...]) -> set[tuple[int, ...]]:
    """Nodes below a Limit, which may give fewer rows than they would."""
    found: set[tuple[int, ...]] = set()
    kinds = {item.path: item.node.node_type for item in items}
    for item in items:
        above = item.path[:-1]
        if item.path and (above in found or kinds[above] == "Limit"):
            found.add(item.path)
    return found


def _line(item: NodeMeasure, *, is_stopped: bool) -> PlanLine:
    node = item.node
    error = item.estimate_error or 1.0
    is_off = error >= BAD_ESTIMATE_FACTOR and (item.underestimated or not is_stopped)
    removed = node.rows_removed_by_filter
    ratio = item.own_cost_ratio if item.own_time_ratio is None else item.own_time_ratio
    return PlanLine(
        depth=min(item.depth, MAX_SHOWN_DEPTH),
        title=("Parallel " if node.details.get("Parallel Aware") is True else "")
        + node_title(node),
        notes=tuple(_notes(node)),
        total_cost=node.total_cost,
        plan_rows=node.plan_rows,
        actual_rows=item.actual_rows_total,
        time_ms=item.total_time_ms,
        rows_removed=None if removed is None else removed * (node.loops or 1.0),
        share_ratio=min(max(ratio, 0.0), 1.0),
        misestimated=is_off,
    )


def _notes(node: PlanNode) -> Iterator[str]:
    details: Mapping[str, object] = node.details
    named = [("Index Cond", node.index_cond)]
    named += [(name, _joined(details.get(name))) for name in _CONDITIONS]
    named.append(("Filter", node.filter))
    yield from (f"{name}: {one_line(value)}" for name, value in named if value)
    sorted_by = sort_facts(node)
    if sorted_by is not None and sorted_by.on_disk:
        yield f"Sorted on disk: {sorted_by.space_bytes // _KIB} kB"


def _joined(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else ""
