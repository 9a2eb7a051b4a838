"""Rows that a statement was seen to have, put into its other plans.

A plan that was run tells how many rows each of its joins gave. Another plan of the same
statement joins the same tables in another order or by other indexes, but a join of the
same tables gives the same rows (Stillger et al., "LEO – DB2's Learning Optimizer", VLDB
2001). So the work of a plan that was not run is counted by the rows that are known, and
where none are known for a join, by the planner's times what it was wrong below.

What was not read to its end tells nothing: below a LIMIT, and the inner side of a loop
that looks for the first match or for the row before it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from analyzer.domain.plan import Plan, PlanNode

_Place = tuple[frozenset[str], tuple[str, ...]]
"""Aliases of what is joined, and what grouped or cut it since."""

KnownRows = Mapping[_Place, float]

NOTHING_KNOWN: KnownRows = {}

_STEPS = frozenset(
    {
        *("Aggregate", "Group", "Unique", "WindowAgg", "SetOp", "Limit"),
        "ModifyTable",
    }
)
"""Nodes whose rows are others than those below them."""

_APPENDED = frozenset({"Append", "Merge Append", "Recursive Union"})
_WHOLE = frozenset({"Sort", "Hash", "Materialize"})
_AS_MANY = 0.9
_LEAST_ROWS = 1e-9
_OWN_PLAN = ("InitPlan", "SubPlan")
_QUALIFIED = re.compile(r'("(?:[^"]|"")+"|[\w$]+)\.')
_CONDITIONS = ("Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter")


def known_rows(measured: Plan) -> KnownRows:
    """Rows of what was joined, from a plan that was run.

    Nodes below a Gather are left out: each process counts its own.
    """
    names = _names(measured.root)
    found: dict[_Place, float] = {}
    for node in _read_whole(measured.root, names):
        place = _place(node)
        if place[0] and node.actual_rows is not None:
            found.setdefault(place, node.actual_rows)
    return found


def with_known_rows(plan: Plan, known: KnownRows) -> Plan:
    """The plan with the rows that are known; one that was run keeps its own."""
    if not known or plan.root.actual_rows is not None:
        return plan
    correction = _Correction(known=known, names=_names(plan.root))
    return replace(plan, root=correction.of(plan.root)[0])


def _names(root: PlanNode) -> frozenset[str]:
    return frozenset(node.alias for node in root.walk() if node.alias)


def _read_whole(root: PlanNode, names: frozenset[str]) -> Iterator[PlanNode]:
    """Nodes whose rows are all that there are."""
    stack = [(root, True)]
    while stack:
        node, is_whole = stack.pop()
        if is_whole:
            yield node
        if not node.node_type.startswith("Gather"):
            stack += [
                (child, _is_read_whole(child, node, is_whole, names))
                for child in reversed(node.children)
            ]


def _is_read_whole(
    child: PlanNode, node: PlanNode, is_whole: bool, names: frozenset[str]
) -> bool:
    if child.parent_relationship in _OWN_PLAN:
        return child.subplan_name.startswith("CTE ")
    if node.node_type in _WHOLE or node.details.get("Strategy") == "Hashed":
        return True
    if node.node_type in ("Limit", "Merge Join", "Memoize"):
        return False
    if _is_searched(child, node, names):
        return False
    is_inner = child.parent_relationship == "Inner"
    return is_whole and not (is_inner and _ends_early(node))


def _ends_early(node: PlanNode) -> bool:
    """Whether a join looks for one partner only."""
    is_unique = node.details.get("Inner Unique") is True
    return node.join_type in ("Semi", "Anti") or is_unique


def _is_searched(child: PlanNode, node: PlanNode, names: frozenset[str]) -> bool:
    """Whether it runs for each row of the other side, and gives what fits that row."""
    is_inner = node.node_type == "Nested Loop" and child.parent_relationship == "Inner"
    return is_inner and _depends(child, names)


def _depends(node: PlanNode, names: frozenset[str]) -> bool:
    """Whether a condition below names a relation that stands outside."""
    foreign = names - _names(node)
    return any(
        name.strip('"') in foreign
        for item in node.walk()
        for text in _texts(item)
        for name in _QUALIFIED.findall(text)
    )


def _texts(node: PlanNode) -> Iterator[str]:
    yield node.index_cond
    yield node.filter
    yield from (str(node.details.get(name, "")) for name in _CONDITIONS)


def _place(node: PlanNode) -> _Place:
    """What the rows of a node are made of.

    The aliases of a plan are those of its statement, whatever way it goes.
    """
    if node.alias and node.node_type != "ModifyTable":
        return frozenset({node.alias}), ()
    aliases: frozenset[str] = frozenset()
    steps: tuple[str, ...] = ()
    for child in _inputs(node):
        below = _place(child)
        aliases, steps = aliases | below[0], steps + below[1]
    if node.node_type in _APPENDED:
        steps = (*steps, "Append")
    if node.node_type in _STEPS:
        keys = node.details.get("Group Key", ())
        mode = str(node.details.get("Partial Mode", ""))
        named = sorted(map(str, keys)) if isinstance(keys, list | tuple) else ()
        steps = (*steps, " ".join((node.node_type, mode, *named)))
    return aliases, tuple(sorted(steps))


def _inputs(node: PlanNode) -> Iterator[PlanNode]:
    return (c for c in node.children if c.parent_relationship not in _OWN_PLAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Correction:
    """Puts known rows into a plan with some aliases."""

    known: KnownRows
    names: frozenset[str]

    def of(self, node: PlanNode) -> tuple[PlanNode, float]:
        """The node with its rows, and how many times more these are than planned."""
        children, more = node.children, 1.0
        if not node.node_type.startswith("Gather"):
            below = [self._child(child, node) for child in node.children]
            children = tuple(child for child, _ in below)
            more = _more_below(node, [factor for _, factor in below])
        place = _place(node)
        rows = self.known.get(place, node.plan_rows * _grown(node, more))
        if place in self.known:
            children = self._as_searched(node, children, rows)
        cost = _cost(node, children, more)
        grown = replace(node, plan_rows=rows, children=children, total_cost=cost)
        return grown, rows / max(node.plan_rows, _LEAST_ROWS)

    def _child(self, child: PlanNode, node: PlanNode) -> tuple[PlanNode, float]:
        if _is_searched(child, node, self.names):
            return child, 1.0
        return self.of(child)

    def _as_searched(
        self, node: PlanNode, children: tuple[PlanNode, ...], rows: float
    ) -> tuple[PlanNode, ...]:
        """The sides of a loop, where the inner one is searched for each outer row."""
        if node.node_type != "Nested Loop" or len(children) < 2 or _ends_early(node):
            return children
        outer, inner, *rest = children
        if not _is_searched(inner, node, self.names):
            return children
        each = rows / max(outer.plan_rows, 1.0)
        scaled = _scaled(inner, each / max(inner.plan_rows, _LEAST_ROWS))
        return outer, scaled, *rest


def _more_below(node: PlanNode, factors: Sequence[float]) -> float:
    """How many times more rows come from below: joined they multiply, appended add."""
    pairs = [
        (child.plan_rows, factor)
        for child, factor in zip(node.children, factors, strict=True)
        if child.parent_relationship not in _OWN_PLAN
    ]
    if node.node_type not in _APPENDED:
        return math.prod(factor for _, factor in pairs)
    planned = max(sum(rows for rows, _ in pairs), _LEAST_ROWS)
    return sum(rows * factor for rows, factor in pairs) / planned


def _grown(node: PlanNode, more: float) -> float:
    """How many times more rows a node gives for so many more below it.

    Groups that were planned as many as rows are as many as there are rows.
    """
    if node.node_type not in _STEPS:
        return more
    rows = max((child.plan_rows for child in _inputs(node)), default=node.plan_rows)
    is_bounded = node.node_type != "Limit" and node.plan_rows >= _AS_MANY * rows
    return more if is_bounded and rows > 1.0 else 1.0


def _cost(node: PlanNode, children: tuple[PlanNode, ...], more: float) -> float:
    """What the node costs with these rows, as far as anything is told from it.

    An aggregate's own cost is that of the rows below; of a LIMIT's, the share that is
    read follows.
    """
    if node.node_type in ("Aggregate", "WindowAgg"):
        paid = sum(c.total_cost for c in node.children if _is_paid(c))
        now = sum(c.total_cost for c in children if _is_paid(c))
        return now + max(node.total_cost - paid, 0.0) * more
    if node.node_type == "Limit" and children and children[0] != node.children[0]:
        child = children[0]
        share = min(1.0, node.plan_rows / max(child.plan_rows, 1.0))
        return child.startup_cost + (child.total_cost - child.startup_cost) * share
    return node.total_cost


def _is_paid(child: PlanNode) -> bool:
    return child.parent_relationship != "SubPlan"


def _scaled(node: PlanNode, more: float) -> PlanNode:
    """A side of a loop with more rows, down to its scans."""
    if node.node_type in _STEPS:
        return node
    below = tuple(
        child if child.parent_relationship in _OWN_PLAN else _scaled(child, more)
        for child in node.children
    )
    return replace(node, plan_rows=node.plan_rows * more, children=below)
