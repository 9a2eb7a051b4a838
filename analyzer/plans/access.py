"""How a plan reads and joins its tables, without how it sorts and groups."""

from __future__ import annotations

from analyzer.domain.plan import Plan, PlanNode

_SCANS = {
    "Seq Scan": "scan",
    "Sample Scan": "scan",
    "Index Scan": "index",
    "Index Only Scan": "index",
    "Bitmap Heap Scan": "index",
}
_JOINS = {"Nested Loop", "Hash Join", "Merge Join"}


def access(plan: Plan) -> tuple[str, ...]:
    """Join order and access paths, as one line for each join and each table read.

    Two plans with equal lines join the same tables in the same order, and read each of
    them by the same index or by a scan. Whether an index is read by bitmap, in order
    or alone, how a join matches its rows, parallel workers, sorting, hashing and
    grouping do not count.

    >>> from analyzer.domain.plan import PlanNode
    >>> costs = {"startup_cost": 0, "total_cost": 1, "plan_rows": 1}
    >>> leaf = PlanNode(node_type="Seq Scan", relation="t", alias="t", **costs)
    >>> access(Plan(root=leaf, source=""))
    ('0 scan t t',)
    """
    lines: list[str] = []
    _walk(plan.root, 0, lines)
    return tuple(lines)


def _walk(node: PlanNode, depth: int, lines: list[str]) -> None:
    below = depth
    if node.node_type in _JOINS:
        lines.append(f"{depth} join {_kind(node)}")
        below = depth + 1
    elif node.node_type in _SCANS:
        lines.append(_scan(node, depth))
    elif node.subplan_name:
        lines.append(f"{depth} {node.subplan_name}")
    for child in node.children:
        _walk(child, below, lines)


def _kind(node: PlanNode) -> str:
    # Right and left say only which input is hashed.
    return node.join_type.removeprefix("Right").removeprefix("Left").strip()


def _scan(node: PlanNode, depth: int) -> str:
    index = node.index_name
    if node.node_type == "Bitmap Heap Scan":
        names = (n.index_name for n in node.walk() if n.index_name)
        index = "+".join(sorted(names))
    parts = [str(depth), _SCANS[node.node_type], node.relation, node.alias, index]
    return " ".join(part for part in parts if part)
