"""The shape of a plan as a hash: equal while the planner makes the same choices."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from analyzer.domain.plan import Plan, PlanNode

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


def signature(plan: Plan) -> str:
    """16 hex digits of the tree's shape.

    Node types, relations, indexes, join types and strategies count; costs, rows, times,
    constants and the names of temporary aliases do not. A hypothetical index counts by
    its definition, since its name is new in each session.
    """
    lines = [json.dumps(_line(plan, node, depth)) for node, depth in _walk(plan.root)]
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


def _walk(root: PlanNode) -> Iterator[tuple[PlanNode, int]]:
    stack = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        yield node, depth
        stack.extend((child, depth + 1) for child in reversed(node.children))
