"""Which statistics object would mend a wrong estimate, from a plan that was run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.domain.explanation import Finding
from analyzer.domain.index import RelationName
from analyzer.domain.plan import Plan, PlanNode
from analyzer.plans.conditions import ConditionKind, columns, conditions
from analyzer.plans.remedies import search_conditions

MAX_COLUMNS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsCandidate:
    """A statistics object to try.

    Attributes:
        relation: the table.
        alias: under which the statement reads it; empty for groups.
        columns: on which, by name.
        group_keys: as the plan prints them, where the number of groups is wrong.
        actual_rows: what the run found: rows of the scan, or groups.
    """

    relation: RelationName
    alias: str
    columns: tuple[str, ...]
    actual_rows: float
    group_keys: tuple[str, ...] = ()

    def expected_rows(self, plan: Plan) -> float | None:
        """What another plan of the statement expects there; none if it is not seen."""
        for node in plan.root.walk():
            if self.group_keys:
                if _keys(node) == self.group_keys:
                    return node.plan_rows
            elif (node.relation, node.alias) == (self.relation.name, self.alias):
                return node.plan_rows
        return None


def statistics_candidate(plan: Plan, finding: Finding) -> StatisticsCandidate | None:
    """The object that a finding on an estimate asks for; none if no object can help.

    A dependency between columns helps conditions with ``=`` on two of them or more that
    leave more rows than expected; the number of distinct combinations helps groups.
    """
    node = _at(plan.root, finding.path)
    if finding.rule != "estimate_error" or node is None or node.loops != 1:
        return None
    keys = _keys(node)
    return _of_groups(node, keys) if keys else _of_scan(node)


def _of_scan(node: PlanNode) -> StatisticsCandidate | None:
    texts = (node.filter, *search_conditions(node))
    parts = [part for text in texts for part in conditions(text)]
    equal = [p.column for p in parts if p.kind is ConditionKind.EQUALITY]
    names = tuple(dict.fromkeys(_plain(name) for name in equal if name))[:MAX_COLUMNS]
    rows = node.actual_rows or 0.0
    if not node.relation or len(names) < 2 or rows <= node.plan_rows:
        return None
    return StatisticsCandidate(
        relation=RelationName(node.schema, node.relation),
        alias=node.alias,
        columns=names,
        actual_rows=rows,
    )


def _of_groups(node: PlanNode, keys: tuple[str, ...]) -> StatisticsCandidate | None:
    read = {(n.schema, n.relation) for n in node.walk() if n.relation}
    names = tuple(dict.fromkeys(_plain(n) for key in keys for n in columns(key)))
    bare = all(key.endswith(columns(key)[-1:] or ("",)) for key in keys)
    if len(read) != 1 or not 2 <= len(names) <= MAX_COLUMNS or not bare:
        return None
    schema, relation = read.pop()
    return StatisticsCandidate(
        relation=RelationName(schema, relation),
        alias="",
        columns=names,
        actual_rows=node.actual_rows or 0.0,
        group_keys=keys,
    )


def _keys(node: PlanNode) -> tuple[str, ...]:
    keys = node.details.get("Group Key")
    if node.node_type != "Aggregate" or not isinstance(keys, list | tuple):
        return ()
    return tuple(map(str, keys))


def _at(root: PlanNode, path: Sequence[int]) -> PlanNode | None:
    node = root
    for place in path:
        if place >= len(node.children):
            return None
        node = node.children[place]
    return node


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
