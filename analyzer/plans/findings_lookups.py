"""How many different rows lookups of a nested loop found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from analyzer.plans.conditions import ConditionKind, conditions
from analyzer.plans.findings_view import PlanView, rows_of
from analyzer.plans.measure import NodeMeasure

_CONDITIONS = ("Hash Cond", "Merge Cond")


def different_rows(view: PlanView, scan: NodeMeasure, top: NodeMeasure) -> float:
    """The rows of a scan, without those that were found again for an equal key.

    What is looked up by a key of a table has no more different keys than that table
    gave rows, and neither by what equals this key by a condition of the plan.

    Args:
        view: the plan.
        scan: what is searched, once for each row of an outer side.
        top: the node below which equal keys and their tables are looked for.
    """
    rows, loops = rows_of(scan), scan.node.loops or 0.0
    if loops <= 1 or not scan.node.index_cond:
        return rows
    below = [one for one in view.items if one.path[: len(top.path)] == top.path]
    tables = {
        one.node.alias: rows_of(one)
        for one in below
        if one.node.relation and one.path != scan.path
    }
    equal = _equal_names(below)
    keys = [
        min(
            (
                tables[of]
                for name in _reached(value, equal)
                if (of := _owner(name)) in tables
            ),
            default=loops,
        )
        for column, value in _searched(scan)
        if column
    ]
    return rows * min((*keys, loops)) / loops


def _searched(scan: NodeMeasure) -> Iterator[tuple[str, str]]:
    """The columns that are searched by =, with what they are compared with."""
    for part in conditions(scan.node.index_cond):
        if part.kind is ConditionKind.EQUALITY and len(part.sides) == 2:
            other = [side for side in part.sides if _bare(side) != part.column]
            yield part.column, _bare(other[0]) if other else ""


def _equal_names(below: list[NodeMeasure]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for item in below:
        pairs = [
            (_bare(part.sides[0]), _bare(part.sides[1]))
            for name in _CONDITIONS
            for part in conditions(str(item.node.details.get(name, "")))
            if part.is_equality and len(part.sides) == 2
        ]
        pairs += [(f"{item.node.alias}.{c}", v) for c, v in _searched(item)]
        for one, other in pairs:
            found[one].add(other)
            found[other].add(one)
    return found


def _reached(name: str, equal: dict[str, set[str]]) -> set[str]:
    reached, waiting = {name}, [name]
    while waiting:
        more = equal.get(waiting.pop(), set()) - reached
        reached |= more
        waiting += more
    return reached


def _bare(text: str) -> str:
    return text.strip("()").strip()


def _owner(name: str) -> str:
    return name.rpartition(".")[0].strip('"')
