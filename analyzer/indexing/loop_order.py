"""Whether a nested loop comes to an index in the order of its keys.

Each round of a loop descends the index and goes to the row. If the rounds come in the
order of the key, the next one finds the page of the last one and what the processor
still has of it; if they come in any order, each is a page of its own. A change of the
outer side alone can so double the time of an inner side that stays as it was: suppliers
of a nation found by an index give their lines in the order of suppliers, and the orders
of these lines are looked up all over the table, while a scan of all lines gives them in
the order of orders. Planners do not look at it (``cost_index`` in ``costsize.c`` counts
pages of all rounds together).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from analyzer.domain.plan import Plan, PlanNode
from analyzer.indexing.surroundings import Surroundings
from analyzer.plans.conditions import NAME, conjuncts

_SEARCHED = re.compile(
    rf"(?:{NAME}\.)?(?P<column>{NAME}) = (?P<alias>{NAME})\.(?P<other>{NAME})"
)
_KEY = re.compile(rf"(?:(?P<alias>{NAME})\.)?(?P<column>{NAME})")
_SEARCHERS = frozenset({"Index Scan", "Index Only Scan", "Bitmap Index Scan"})
_IN_HEAP_ORDER = frozenset({"Seq Scan", "Bitmap Heap Scan", "Sample Scan"})
_SORTS = frozenset({"Sort", "Incremental Sort"})
_UNKNOWN = 1.0
"""Of rows whose order cannot be followed: nothing is charged for it."""

_Column = tuple[str, str]
"""Alias and name."""


def search_orders(plan: Plan, around: Surroundings) -> Mapping[int, float]:
    """How far the rounds of each searched index come in its order, by ``id`` of nodes.

    1 where every search finds the place of the one before, 0 where any place is as
    likely; what is not searched by rows of an outer side is not in it.
    """
    orders = _Orders(plan, around)
    return {
        id(inner): orders.of(node.children[0], column)
        for node in plan.root.walk()
        if node.node_type == "Nested Loop" and len(node.children) > 1
        for inner in node.children[1].walk()
        for column in _searched_by(inner)
        if column[0] in _aliases(node.children[0])
    }


class _Orders:
    """Follows the order of rows from the scans of one plan upwards."""

    def __init__(self, plan: Plan, around: Surroundings) -> None:
        self._plan = plan
        self._around = around

    def of(self, node: PlanNode, column: _Column) -> float:
        """How far the rows of a node come in the order of a column."""
        if node.alias == column[0] and node.relation:
            return self._of_scan(node, column[1])
        if node.node_type in _SORTS:
            return 1.0 if _is_first_key(node, column) else 0.0
        if node.node_type == "Aggregate" and node.details.get("Strategy") == "Hashed":
            return 0.0
        sides = [c for c in node.children if column[0] in _aliases(c)]
        if not sides:
            return _UNKNOWN
        if node.node_type == "Nested Loop" and sides[0] is not node.children[0]:
            return self._of_searched(node, sides[0], column)
        if node.node_type == "Hash Join" and sides[0] is not node.children[0]:
            return 0.0
        return self.of(sides[0], column)

    def _of_scan(self, node: PlanNode, name: str) -> float:
        if node.node_type in _IN_HEAP_ORDER:
            return self._correlation(node, name)
        definition = self._around.definition(node, self._plan)
        if definition is None or not definition.keys:
            return _UNKNOWN
        if definition.keys[0].attribute == name:
            return 1.0
        leading = definition.keys[0].attribute
        return self._correlation(node, leading) * self._correlation(node, name)

    def _of_searched(self, loop: PlanNode, side: PlanNode, column: _Column) -> float:
        """Of a column of rows that were themselves found round by round."""
        scan = next(item for item in side.walk() if item.alias == column[0])
        keys = [
            key for key in _searched_by(scan) if key[0] in _aliases(loop.children[0])
        ]
        if not keys:
            return 0.0
        outer = self.of(loop.children[0], keys[0])
        return outer * self._of_scan(scan, column[1])

    def _correlation(self, node: PlanNode, name: str) -> float:
        """Share of rows that lie as the column orders them."""
        relation = self._around.relation(node, self._plan)
        attribute = relation.attribute(name) if relation else None
        return (attribute.correlation or 0.0) ** 2 if attribute else _UNKNOWN


def _searched_by(node: PlanNode) -> Iterator[_Column]:
    """The column of another table that a search begins with."""
    if node.node_type not in _SEARCHERS:
        return
    for text in conjuncts(node.index_cond) if node.index_cond else ():
        found = _SEARCHED.fullmatch(text)
        if found is not None and found["alias"] != node.alias:
            yield found["alias"].strip('"'), found["other"].strip('"')
            return


def _is_first_key(node: PlanNode, column: _Column) -> bool:
    keys = node.details.get("Sort Key", ())
    found = (
        _KEY.match(str(keys[0])) if keys and isinstance(keys, list | tuple) else None
    )
    if found is None:
        return False
    alias = (found["alias"] or column[0]).strip('"')
    return (alias, found["column"].strip('"')) == column


def _aliases(node: PlanNode) -> frozenset[str]:
    return frozenset(item.alias for item in node.walk() if item.relation)
