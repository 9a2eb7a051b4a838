"""Names of plan nodes as EXPLAIN prints them, safe to show."""

from __future__ import annotations

from analyzer.domain.plan import PlanNode

MAX_TEXT_CHARS = 300

_AGGREGATES = {"Hashed": "Hash", "Sorted": "Group", "Mixed": "Mixed"}
_PARTS = frozenset({"Partial", "Finalize"})


def node_title(node: PlanNode) -> str:
    """A node's name as EXPLAIN prints it: type, index, relation and alias.

    The order of the words is that of explain.c, ExplainNode().

    >>> node_title(PlanNode(node_type="Hash Join", join_type="Left", startup_cost=0,
    ...     total_cost=0, plan_rows=0))
    'Hash Left Join'
    """
    join = node.join_type
    kind = _kind(node)
    if join and join != "Inner":
        kind = f"{kind.removesuffix(' Join')} {join} Join"
    parts = [f"{node.subplan_name}: " if node.subplan_name else "", kind]
    if node.index_name:
        parts.append(f" using {node.index_name}")
    read = node.relation or str(node.details.get("Function Name", ""))
    name = f"{node.schema}.{read}" if node.schema and read else read
    if name:
        parts.append(f" on {name}")
    if node.alias and node.alias != read:
        parts.append(f" {node.alias}" if name else f" on {node.alias}")
    return one_line("".join(parts))


def _kind(node: PlanNode) -> str:
    kind, details = node.node_type, node.details
    if kind == "Aggregate":
        kind = _AGGREGATES.get(str(details.get("Strategy", "")), "") + kind
    elif kind == "SetOp" and details.get("Strategy") == "Hashed":
        kind = "HashSetOp"
    elif kind == "ModifyTable":
        kind = str(details.get("Operation", kind))
    if details.get("Scan Direction") == "Backward" and node.index_name:
        kind += " Backward"
    if details.get("Partial Mode") in _PARTS:
        kind = f"{details['Partial Mode']} {kind}"
    return f"Parallel {kind}" if details.get("Parallel Aware") is True else kind


def one_line(text: str) -> str:
    """Foreign text without characters that could draw another plan, and not long."""
    cleaned = "".join(char if char.isprintable() else " " for char in text)
    cut = len(cleaned) > MAX_TEXT_CHARS
    return cleaned[:MAX_TEXT_CHARS] + "…" if cut else cleaned
