"""The shape of a plan as a hash: equal while the planner makes the same choices."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from enum import Enum

from analyzer.domain.plan import Plan, PlanNode
from analyzer.plans.mask import masked_node

_CHOICES = (
    "Strategy",
    "Partial Mode",
    "Parallel Aware",
    "Scan Direction",
    "Operation",
    "Command",
    "CTE Name",
    "Function Name",
)


_CONDITIONS = ("Cond", "Filter", "Key", "Order By")
"""How the fields end that say what a node searches by, compares and sorts by."""
_VALUES = re.compile(r"(?:\?|\$\d+)(?:, (?:\?|\$\d+))*")
_QUALIFIER = re.compile(r'(?:"(?:[^"]|"")*"|\b[A-Za-z_][\w$]*)\.(?=["A-Za-z_])')


class Conditions(Enum):
    """How conditions and keys count: not at all, by their shape, or as they are."""

    NONE = "none"
    SHAPE = "shape"
    WHOLE = "whole"


def signature(plan: Plan, conditions: Conditions = Conditions.SHAPE) -> str:
    """16 hex digits of the tree's shape.

    Node types, relations, indexes, join types and strategies count, and the shape of
    conditions and keys: which columns are searched by an index, and which only
    filtered. Costs, rows, times, constants and the names of aliases do not. A
    hypothetical index counts by its definition, since its name is new in each session.

    Args:
        plan: of any statement.
        conditions: as they are, plans of different texts with one signature do the
            same work; by shape, one text has one signature whatever its constants.
    """
    lines = [
        json.dumps([*_line(plan, node, depth), *_searched(node, conditions)])
        for node, depth in _walk(plan.root)
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _line(plan: Plan, node: PlanNode, depth: int) -> list[str]:
    definition = plan.hypothetical_indexes.get(node.index_name)
    return [
        str(depth),
        node.node_type,
        node.schema,
        node.relation,
        repr(definition) if definition else node.index_name,
        node.join_type,
        node.parent_relationship,
        *(str(node.details.get(name, "")) for name in _CHOICES),
    ]


def _searched(node: PlanNode, conditions: Conditions) -> list[str]:
    if conditions is Conditions.NONE:
        return []
    if conditions is Conditions.WHOLE:
        return list(_conditions(node))
    # Masked before its keys are joined: a stored plan is masked key by key.
    return [_shape(text) for text in _conditions(masked_node(node))]


def _conditions(node: PlanNode) -> Iterator[str]:
    """Index condition and filter, and all else a node compares or sorts by."""
    yield node.index_cond
    yield node.filter
    for name, value in sorted(node.details.items()):
        if name.endswith(_CONDITIONS):
            texts = value if isinstance(value, list | tuple) else [value]
            yield f"{name}: {', '.join(map(str, texts))}"


def _shape(condition: str) -> str:
    """A masked condition without parameters and the names of its tables.

    >>> _shape("((o.a = ANY (?::integer[])) AND (o.b > $1))")
    '((a = ANY (?::integer[])) AND (b > ?))'
    """
    return _VALUES.sub("?", _QUALIFIER.sub("", condition))


def _walk(root: PlanNode) -> Iterator[tuple[PlanNode, int]]:
    stack = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        yield node, depth
        stack.extend((child, depth + 1) for child in reversed(node.children))
