"""EXPLAIN (FORMAT JSON) of PostgreSQL 13 to 18 to a Plan, whatever the input holds."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

from analyzer.domain.plan import Buffers, Plan, PlanNode
from analyzer.errors import SourceError

MAX_DEPTH = 200
"""Nodes below each other; a join of 100 relations nests about as deep."""
MAX_NODES = 20_000
MAX_NESTED_VALUES = 400_000

_FIELDS = {
    "Node Type",
    "Startup Cost",
    "Total Cost",
    "Plan Rows",
    "Plan Width",
    "Relation Name",
    "Schema",
    "Alias",
    "Index Name",
    "Index Cond",
    "Filter",
    "Join Type",
    "Parent Relationship",
    "Subplan Name",
    "Actual Rows",
    "Actual Total Time",
    "Actual Loops",
    "Rows Removed by Filter",
    "Plans",
    "Output",
}
_BUFFERS = {
    "shared_hit_blks": "Shared Hit Blocks",
    "shared_read_blks": "Shared Read Blocks",
    "shared_dirtied_blks": "Shared Dirtied Blocks",
    "shared_written_blks": "Shared Written Blocks",
    "local_hit_blks": "Local Hit Blocks",
    "local_read_blks": "Local Read Blocks",
    "temp_read_blks": "Temp Read Blocks",
    "temp_written_blks": "Temp Written Blocks",
}
_LARGEST = 1e300
_SCALAR = (str, int, float, NoneType)
_KNOWN = _FIELDS | set(_BUFFERS.values())
NUMBERS = frozenset(
    {
        *("Startup Cost", "Total Cost", "Plan Rows", "Plan Width", "Actual Rows"),
        *("Actual Startup Time", "Actual Total Time", "Actual Loops"),
        *("Rows Removed by Filter", "Planning Time", "Execution Time"),
        *_BUFFERS.values(),
    }
)
"""Fields that are numbers, for formats in which everything is text."""


def read_plan(document: object, *, source: str, form: str = "FORMAT JSON") -> Plan:
    """Read one EXPLAIN document: JSON text, its list of one, or auto_explain's object.

    ``details`` of a node hold what has no field of its own; the list of output columns
    (VERBOSE) is left to ``raw``.

    Args:
        document: what EXPLAIN (FORMAT JSON) or auto_explain gave, as text or decoded.
        source: name of the planner, kept in the plan.
        form: in which the plan was written, where another reader made the document.

    Raises:
        SourceError: it is not such a document, has a value of a wrong type, or is
            nested deeper than any planner makes it. Its text is never repeated.

    >>> node = '{"Node Type": "Result", "Total Cost": 0.01, "Plan Rows": 1}'
    >>> read_plan('[{"Plan": ' + node + '}]', source="target").root.node_type
    'Result'
    """
    try:
        return _read(document, source)
    except _Damaged as error:
        raise not_a_plan(form, str(error)) from None


def not_a_plan(form: str, why: str) -> SourceError:
    """What a reader says of a text it cannot read, in the form its author chose."""
    return SourceError(
        f"this is not a plan of EXPLAIN ({form})",
        detail=f"As a plan, {why}.",
        hint=f"Give the whole output of EXPLAIN ({form}), without row borders.",
    )


class _Damaged(ValueError):
    """The document is no plan; the text says why."""


def _read(document: object, source: str) -> Plan:
    top = _top(_decoded(document))
    root = top.get("Plan")
    if not isinstance(root, Mapping):
        raise _Damaged("it has no object named Plan")
    _check_size(top)
    return Plan(
        root=_tree(root),
        source=source,
        planning_time_ms=_optional(top, "Planning Time"),
        execution_time_ms=_optional(top, "Execution Time"),
        settings=_settings(top.get("Settings")),
        raw=top,
    )


def _decoded(document: object) -> object:
    if isinstance(document, str | bytes):
        try:
            return json.loads(document)
        except json.JSONDecodeError as error:
            why = f"it is damaged or cut off, line {error.lineno}"
            raise _Damaged(why) from None
        except (ValueError, RecursionError):
            raise _Damaged("it is not JSON") from None
    return document


def _top(document: object) -> Mapping[str, Any]:
    if isinstance(document, list | tuple):
        if len(document) != 1:
            raise _Damaged(f"it holds {len(document)} plans instead of one")
        document = document[0]
    if not isinstance(document, Mapping):
        raise _Damaged("it is not an object")
    return document


def _check_size(top: Mapping[str, Any]) -> None:
    # Whoever prints or stores the raw document recurses, so its depth is bounded too.
    stack: list[tuple[object, int]] = [(top, 0)]
    seen = 0
    while stack:
        value, depth = stack.pop()
        inner: Collection[object] = ()
        if isinstance(value, Mapping):
            inner = value.values()
        elif isinstance(value, list | tuple):
            inner = value
        seen += len(inner)
        if depth > 2 * MAX_DEPTH + 10 or seen > MAX_NESTED_VALUES:
            raise _Damaged("it is nested too deep or too large")
        below = depth + 1
        stack.extend((item, below) for item in inner if not isinstance(item, _SCALAR))


@dataclass(slots=True)
class _Frame:
    """A node whose children are being read."""

    fields: Mapping[str, Any]
    pending: Iterator[object]
    children: list[PlanNode] = field(default_factory=list)


def _tree(root: Mapping[str, Any]) -> PlanNode:
    """Build the nodes from the leaves up, without recursion."""
    stack = [_Frame(root, _children(root))]
    count = 1
    while True:
        frame = stack[-1]
        child = next(frame.pending, None)
        if child is None:
            node = _node(frame.fields, tuple(frame.children))
            stack.pop()
            if not stack:
                return node
            stack[-1].children.append(node)
            continue
        if not isinstance(child, Mapping):
            raise _Damaged("a node is not an object")
        count += 1
        if len(stack) >= MAX_DEPTH or count > MAX_NODES:
            raise _Damaged("it has too many nodes or they are nested too deep")
        stack.append(_Frame(child, _children(child)))


def _children(fields: Mapping[str, Any]) -> Iterator[object]:
    plans = fields.get("Plans", [])
    if not isinstance(plans, list | tuple):
        raise _Damaged("Plans is not a list")
    if any(item is None for item in plans):
        raise _Damaged("a node is null")
    return iter(plans)


def _node(fields: Mapping[str, Any], children: tuple[PlanNode, ...]) -> PlanNode:
    node_type = _text(fields, "Node Type")
    if not node_type:
        raise _Damaged("a node has no Node Type")
    return PlanNode(
        node_type=node_type,
        startup_cost=_number(fields, "Startup Cost", 0),
        total_cost=_number(fields, "Total Cost", 0),
        plan_rows=_number(fields, "Plan Rows", 0),
        plan_width_bytes=int(_number(fields, "Plan Width", 0)),
        relation=_text(fields, "Relation Name"),
        schema=_text(fields, "Schema"),
        alias=_text(fields, "Alias"),
        index_name=_text(fields, "Index Name"),
        index_cond=_text(fields, "Index Cond"),
        filter=_text(fields, "Filter"),
        join_type=_text(fields, "Join Type"),
        parent_relationship=_text(fields, "Parent Relationship"),
        subplan_name=_text(fields, "Subplan Name"),
        actual_rows=_optional(fields, "Actual Rows"),
        actual_total_time_ms=_optional(fields, "Actual Total Time"),
        loops=_optional(fields, "Actual Loops"),
        rows_removed_by_filter=_optional(fields, "Rows Removed by Filter"),
        buffers=_buffers(fields),
        children=children,
        details={str(key): value for key, value in fields.items() if key not in _KNOWN},
    )


def _buffers(fields: Mapping[str, Any]) -> Buffers | None:
    counts = {
        name: int(_number(fields, key, 0))
        for name, key in _BUFFERS.items()
        if key in fields
    }
    return Buffers(**counts) if "Shared Hit Blocks" in fields else None


def _text(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key, "")
    if not isinstance(value, str):
        raise _Damaged(f"{key} is not text")
    return value


def _number(fields: Mapping[str, Any], key: str, default: float) -> float:
    value = fields.get(key, default)
    if type(value) is float and -_LARGEST < value < _LARGEST:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Damaged(f"{key} is not a number")
    try:
        number = float(value)
    except OverflowError:
        raise _Damaged(f"{key} is out of range") from None
    if not math.isfinite(number):
        raise _Damaged(f"{key} is not a finite number")
    return number


def _optional(fields: Mapping[str, Any], key: str) -> float | None:
    return _number(fields, key, 0) if key in fields else None


def _settings(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _Damaged("Settings is not an object")
    return {str(name): str(setting) for name, setting in value.items()}
