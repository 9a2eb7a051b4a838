"""What differs between two plans of one statement, node by node.

A node is known by what it does and by the relations below it, so that the scan of a
table and the join of two tables are found again wherever they stand in the other plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analyzer.domain.explanation import ChangeKind, NodeChange, PlanDiff
from analyzer.domain.plan import Plan, PlanNode
from analyzer.plans.measure import NodeMeasure, measure
from analyzer.plans.signature import signature
from analyzer.plans.titles import node_title

COST_CHANGE_RATIO = 0.01
"""By how much an estimate must differ to be told: rounding is less."""

_JOINS = frozenset({"Nested Loop", "Hash Join", "Merge Join"})
_PARTS_OF_ANOTHER = frozenset({"Hash", "Bitmap Index Scan", "BitmapAnd", "BitmapOr"})
"""They come and go with the node above, which tells of them."""
_FAMILIES = {
    "Sort": "sort",
    "Incremental Sort": "sort",
    "Gather": "gather",
    "Gather Merge": "gather",
    "Aggregate": "aggregate",
    "Group": "aggregate",
    "Append": "append",
    "Merge Append": "append",
}
_Key = tuple[str, frozenset[str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A node with what it is known by."""

    item: NodeMeasure
    title: str
    conditions: tuple[str, ...]


def compare(before: Plan, after: Plan) -> PlanDiff:
    """Match the nodes of two plans and tell what became of each.

    Scans are matched by relation and alias, other nodes by their kind and by the scans
    below them, and nodes that are alike in that by their order. Nodes that only serve
    the one above (Hash, Bitmap Index Scan) are told of with it. A change of costs
    alone is told where a node itself costs at least 1% more or less.
    """
    old, new = _known(before), _known(after)
    changes = [
        *(_matched(old[key], new[key]) for key in old if key in new),
        *(_gone(old[key]) for key in old if key not in new),
        *(_come(new[key]) for key in new if key not in old),
    ]
    return PlanDiff(
        cost_before=before.total_cost,
        cost_after=after.total_cost,
        same_shape=signature(before) == signature(after),
        changes=tuple(change for change in changes if change is not None),
    )


def _known(plan: Plan) -> dict[_Key, _Known]:
    """The nodes of a plan by kind, relations below and number among such nodes."""
    below = _relations_below(plan.root)
    counts: dict[tuple[str, frozenset[str]], int] = defaultdict(int)
    found: dict[_Key, _Known] = {}
    for item in measure(plan):
        node = item.node
        if node.node_type in _PARTS_OF_ANOTHER:
            continue
        kind = _kind(node), below[id(node)]
        found[*kind, counts[kind]] = _Known(
            item=item, title=_title(item), conditions=_conditions(node)
        )
        counts[kind] += 1
    return found


def _relations_below(root: PlanNode) -> Mapping[int, frozenset[str]]:
    order = list(root.walk())
    below: dict[int, frozenset[str]] = {}
    # Children come after their parents in a walk, so backwards they are ready first.
    for node in reversed(order):
        own = {_scanned(node)} - {""}
        below[id(node)] = frozenset(own).union(*(below[id(c)] for c in node.children))
    return below


def _scanned(node: PlanNode) -> str:
    if node.node_type in _PARTS_OF_ANOTHER or node.node_type == "ModifyTable":
        return ""
    parts = (node.schema, node.relation, node.alias, str(node.details.get("CTE Name")))
    return "\0".join(parts) if node.relation or node.alias else ""


def _kind(node: PlanNode) -> str:
    if node.node_type in _JOINS:
        return f"join {node.subplan_name}"
    if _scanned(node):
        return f"scan {node.subplan_name}"
    return f"{_FAMILIES.get(node.node_type, node.node_type)} {node.subplan_name}"


def _title(item: NodeMeasure) -> str:
    """The title, with the indexes that bitmaps below the node come from."""
    title = node_title(item.node)
    indexes = list(dict.fromkeys(_bitmap_indexes(item.node)))
    return f"{title} by {', '.join(indexes)}" if indexes else title


def _bitmap_indexes(node: PlanNode) -> Iterator[str]:
    if node.node_type != "Bitmap Heap Scan":
        return
    for part in node.walk():
        if part.node_type == "Bitmap Index Scan":
            yield part.index_name


def _conditions(node: PlanNode) -> tuple[str, ...]:
    searched = [node.index_cond]
    if node.node_type == "Bitmap Heap Scan":
        searched += [part.index_cond for part in node.walk() if part is not node]
    return (" ".join(text for text in searched if text), node.filter)


def _matched(old: _Known, new: _Known) -> NodeChange | None:
    what = _difference(old, new)
    kind = ChangeKind.REPLACED if old.title != new.title else ChangeKind.ESTIMATED_ANEW
    if not what:
        return None
    return NodeChange(
        kind=kind,
        before=old.title,
        after=new.title,
        what=what,
        cost_before=old.item.node.total_cost,
        cost_after=new.item.node.total_cost,
        rows_before=old.item.node.plan_rows,
        rows_after=new.item.node.plan_rows,
    )


def _difference(old: _Known, new: _Known) -> str:
    if old.title != new.title:
        return f"{old.title} becomes {new.title}"
    for name, one, other in zip(
        ("Index Cond", "Filter"), old.conditions, new.conditions, strict=True
    ):
        if one != other:
            return f"{name} of {new.title} becomes {other or 'empty'}"
    if _differs(old.item.node.plan_rows, new.item.node.plan_rows):
        return f"{new.title} is expected to give another number of rows"
    if _differs(old.item.own_cost, new.item.own_cost):
        return f"{new.title} itself costs {_direction(old, new)}"
    return ""


def _direction(old: _Known, new: _Known) -> str:
    return "less" if new.item.own_cost < old.item.own_cost else "more"


def _differs(one: float, other: float) -> bool:
    return abs(one - other) > COST_CHANGE_RATIO * max(one, other, 1.0)


def _gone(old: _Known) -> NodeChange:
    return NodeChange(
        kind=ChangeKind.REMOVED,
        before=old.title,
        what=f"{old.title}{_over(old)} is gone",
        cost_before=old.item.node.total_cost,
        rows_before=old.item.node.plan_rows,
    )


def _come(new: _Known) -> NodeChange:
    return NodeChange(
        kind=ChangeKind.ADDED,
        after=new.title,
        what=f"{new.title}{_over(new)} is new",
        cost_after=new.item.node.total_cost,
        rows_after=new.item.node.plan_rows,
    )


def _over(known: _Known) -> str:
    """Of which relations, for a node that names none."""
    if _scanned(known.item.node):
        return ""
    names = dict.fromkeys(
        node.alias or node.relation for node in known.item.node.walk() if _scanned(node)
    )
    return f" of {', '.join(names)}" if names else ""
