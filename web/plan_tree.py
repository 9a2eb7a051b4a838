"""A stored EXPLAIN document as lines with the numbers in columns, without a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MAX_LINES = 500
MAX_DEPTH = 60
BAD_ESTIMATE_FACTOR = 10.0

_CONDITIONS = (
    "Index Cond",
    "Recheck Cond",
    "Hash Cond",
    "Merge Cond",
    "Join Filter",
    "Filter",
    "One-Time Filter",
)
_LISTS = ("Sort Key", "Group Key")

Node = Mapping[str, Any]


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
        """Indentation as EXPLAIN prints it."""
        return "   " * (self.depth - 1) + "└─ " if self.depth else ""


def plan_lines(document: object) -> tuple[PlanLine, ...]:
    """The nodes of a plan from the top, at most 500 of them.

    Args:
        document: ``EXPLAIN (FORMAT JSON)``, the array or the object in it. A document
            of another shape has no lines.
    """
    if isinstance(document, list) and document:
        document = document[0]
    root = document.get("Plan") if isinstance(document, Mapping) else None
    if not isinstance(root, Mapping):
        return ()
    lines: list[PlanLine] = []
    for place, node in _walk(root):
        if len(lines) == MAX_LINES:
            break
        lines.append(_line(node, place, root))
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node stands; ``cut_short`` below a Limit, which may stop it early."""

    depth: int
    cut_short: bool


def _walk(root: Node) -> Iterator[tuple[_Place, Node]]:
    stack = [(_Place(0, cut_short=False), root)]
    while stack:
        place, node = stack.pop()
        yield place, node
        below = _Place(
            min(place.depth + 1, MAX_DEPTH),
            cut_short=place.cut_short or node.get("Node Type") == "Limit",
        )
        stack.extend((below, child) for child in reversed(_children(node)))


def _children(node: Node) -> list[Node]:
    plans = node.get("Plans")
    if not isinstance(plans, list):
        return []
    return [child for child in plans if isinstance(child, Mapping)]


def _line(node: Node, place: _Place, root: Node) -> PlanLine:
    loops = _number(node, "Actual Loops") or 1.0
    actual_rows = _number(node, "Actual Rows")
    removed = _number(node, "Rows Removed by Filter")
    return PlanLine(
        depth=place.depth,
        title=_title(node),
        notes=tuple(_notes(node)),
        total_cost=_number(node, "Total Cost") or 0.0,
        plan_rows=_number(node, "Plan Rows") or 0.0,
        actual_rows=None if actual_rows is None else actual_rows * loops,
        time_ms=_total_ms(node),
        rows_removed=None if removed is None else removed * loops,
        share_ratio=_share(node, root),
        misestimated=_misestimated(node, place),
    )


def _number(node: Node, name: str) -> float | None:
    value = node.get(name)
    return float(value) if isinstance(value, (int, float)) else None


def _text(node: Node, name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""


def _title(node: Node) -> str:
    parts = [_text(node, "Node Type") or "Node"]
    if node.get("Parallel Aware") is True:
        parts.insert(0, "Parallel")
    join_type = _text(node, "Join Type")
    if join_type and join_type != "Inner":
        parts.append(f"({join_type.lower()})")
    index_name = _text(node, "Index Name")
    if index_name:
        parts.append(f"using {index_name}")
    relation = _relation(node)
    if relation:
        parts.append(f"on {relation}")
    subplan = _text(node, "Subplan Name")
    if subplan:
        parts.append(f"[{subplan}]")
    return " ".join(parts)


def _relation(node: Node) -> str:
    name = _text(node, "Relation Name")
    if not name:
        return ""
    schema, alias = _text(node, "Schema"), _text(node, "Alias")
    full = f"{schema}.{name}" if schema else name
    return f"{full} {alias}" if alias and alias != name else full


def _notes(node: Node) -> Iterator[str]:
    for name in _CONDITIONS:
        value = _text(node, name)
        if value:
            yield f"{name}: {value}"
    for name in _LISTS:
        keys = node.get(name)
        if isinstance(keys, list):
            yield f"{name}: {', '.join(str(key) for key in keys)}"
    if node.get("Sort Space Type") == "Disk":
        yield f"Sorted on disk: {node.get('Sort Space Used')} kB"


def _total_ms(node: Node) -> float | None:
    per_loop_ms = _number(node, "Actual Total Time")
    if per_loop_ms is None:
        return None
    return per_loop_ms * (_number(node, "Actual Loops") or 1.0)


def _share(node: Node, root: Node) -> float:
    whole_ms, own_ms = _total_ms(root), _total_ms(node)
    if whole_ms and own_ms is not None:
        below_ms = sum(_total_ms(child) or 0.0 for child in _children(node))
        return min(1.0, max(0.0, (own_ms - below_ms) / whole_ms))
    whole = _number(root, "Total Cost")
    if not whole:
        return 0.0
    below = sum(_number(child, "Total Cost") or 0.0 for child in _children(node))
    own = (_number(node, "Total Cost") or 0.0) - below
    return min(1.0, max(0.0, own / whole))


def _misestimated(node: Node, place: _Place) -> bool:
    actual = _number(node, "Actual Rows")
    if actual is None or _number(node, "Actual Loops") == 0:
        return False
    expected, found = max(_number(node, "Plan Rows") or 0.0, 1.0), max(actual, 1.0)
    too_few = expected / found >= BAD_ESTIMATE_FACTOR and not place.cut_short
    return too_few or found / expected >= BAD_ESTIMATE_FACTOR
