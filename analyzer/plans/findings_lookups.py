"""How many different rows go into joins, some of which look rows up again and again."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

from analyzer.plans.conditions import ConditionKind, columns, conditions
from analyzer.plans.findings_joins import source
from analyzer.plans.findings_view import PlanView, rows_of
from analyzer.plans.measure import NodeMeasure

_CONDITIONS = ("Hash Cond", "Merge Cond")
_JOINS = frozenset({"Hash Join", "Merge Join", "Nested Loop"})


class JoinedRows:
    """The joins that follow each other below one, and the rows that go into them.

    What is looked up by a key of a table has no more different keys than that table
    gave rows, and neither by what equals this key by a condition of these joins; by
    keys of two tables it has no more than pairs of their rows.
    """

    def __init__(self, view: PlanView, join: NodeMeasure) -> None:
        self._joins = [join]
        self._inputs: list[NodeMeasure] = []
        for item in self._joins:  # grows while it is gone through
            for side in view.inputs(item):
                below = _below(view, side)
                is_join = below.node.node_type in _JOINS
                (self._joins if is_join else self._inputs).append(below)
        self._fewest = self._fewest_rows()

    @property
    def most_rows(self) -> float:
        """The most different rows of an input."""
        return max(map(self.different_rows, self._inputs), default=0.0)

    def different_rows(self, scan: NodeMeasure) -> float:
        """The rows of a scan, without those found again for an equal key."""
        rows, loops = rows_of(scan), scan.node.loops or 0.0
        values = [value for _, value in _searched(scan) if columns(value)]
        if loops <= 1 or not values:
            return rows
        fewest = dict(self._fewest.get(value, ("", loops)) for value in values)
        return rows * min(math.prod(fewest.values()), loops) / loops

    def _fewest_rows(self) -> dict[str, tuple[str, float]]:
        """For each name in a condition the table of an equal one with fewest rows."""
        tables = {item.node.alias: rows_of(item) for item in self._inputs}
        equal = self._equal_names()
        fewest: dict[str, tuple[str, float]] = {}
        for name in equal:
            if name in fewest:
                continue
            reached = _reached(name, equal)
            owners = {_owner(one) for one in reached} & tables.keys() - {""}
            least = min(owners, key=lambda of: tables[of], default="")
            fewest.update(dict.fromkeys(reached, (least, tables.get(least, math.inf))))
        return fewest

    def _equal_names(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for one, other in (*self._joined_names(), *_searched_names(self._inputs)):
            found[one].add(other)
            found[other].add(one)
        return found

    def _joined_names(self) -> Iterator[tuple[str, str]]:
        for item in self._joins:
            for name in _CONDITIONS:
                for part in conditions(str(item.node.details.get(name, ""))):
                    if part.is_equality and len(part.sides) == 2:
                        yield _bare(part.sides[0]), _bare(part.sides[1])


def _below(view: PlanView, side: NodeMeasure) -> NodeMeasure:
    """What a side of a join reads, below what only passes or remembers its rows."""
    side = source(view, side)
    kept = view.inputs(side) if side.node.node_type == "Memoize" else ()
    return kept[0] if kept else side


def _searched_names(scans: Sequence[NodeMeasure]) -> Iterator[tuple[str, str]]:
    for item in scans:
        for column, value in _searched(item):
            yield f"{item.node.alias}.{column}", value


def _searched(scan: NodeMeasure) -> Iterator[tuple[str, str]]:
    """The columns that are searched by =, with what they are compared with."""
    text = scan.node.index_cond or str(scan.node.details.get("Recheck Cond", ""))
    for part in conditions(text):
        if part.kind is ConditionKind.EQUALITY and len(part.sides) == 2:
            values = [side for side in map(_bare, part.sides) if side != part.column]
            yield from ((part.column, value) for value in values[:1])


def _reached(name: str, equal: dict[str, set[str]]) -> set[str]:
    reached, waiting = {name}, [name]
    while waiting:
        more = equal[waiting.pop()] - reached
        reached |= more
        waiting += more
    return reached


def _bare(text: str) -> str:
    return text.strip("() ")


def _owner(name: str) -> str:
    return name.rpartition(".")[0].strip('"')
