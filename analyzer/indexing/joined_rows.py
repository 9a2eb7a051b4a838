"""Rows of joins by several columns at once, which the planner multiplies away.

A planner takes the conditions of ``l_partkey = ps_partkey AND l_suppkey = ps_suppkey``
as independent, and expects one row where there are thousands
(``clauselist_selectivity`` in ``clausesel.c``; only a declared foreign key tells it
better, ``costsize.c``). The plan is what it is, but its time is that of the rows there
are. Where the columns of one side are known to take only so many combinations, and the
other side's are a unique key, a row finds its partner once in the number of
combinations, not in the product of the columns' numbers of values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.index import RelationName
from analyzer.domain.plan import Plan, PlanNode
from analyzer.indexing.key_statistics import attribute_values, combination_count
from analyzer.plans.conditions import NAME, conjuncts

_EQUAL = re.compile(rf"(?P<left>(?:{NAME}\.)?{NAME}) = (?P<right>(?:{NAME}\.)?{NAME})")
_JOINS = frozenset({"Hash Join", "Merge Join", "Nested Loop"})
_KEEP_ROWS = frozenset({"Aggregate", "Group", "Limit", "Unique", "SetOp", "Append"})
"""Nodes whose rows do not grow with those below them."""

_CONDITIONS = ("Hash Cond", "Merge Cond", "Join Filter")

_Column = tuple[str, str]
"""Alias and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCombinations:
    """Columns of a relation with few combinations, and the unique key they refer to.

    ``rows_factor`` is how many times more rows join than independent columns would,
    ``rows_each`` how many rows of the relation have one combination.
    """

    relation: RelationName
    attributes: tuple[str, ...]
    referenced: RelationName
    key: tuple[str, ...]
    rows_factor: float
    rows_each: float


def known_combinations(catalog: Catalog) -> tuple[KnownCombinations, ...]:
    """Pairs of column sets that a planner would misjudge when they are joined."""
    return tuple(
        found
        for relation in catalog.relations
        for attributes, count in relation.distinct_combinations
        for other in catalog.relations
        for key in other.unique_keys
        if len(key) == len(attributes) > 1 and other.name != relation.name
        for found in _referring(relation, attributes, count, other, key)
    )


def _referring(
    relation: Relation,
    attributes: tuple[str, ...],
    count: float,
    other: Relation,
    key: tuple[str, ...],
) -> Iterator[KnownCombinations]:
    if any(set(fk.attributes) == set(attributes) for fk in relation.foreign_keys):
        return  # The planner knows.
    combinations = combination_count(count, relation)
    product = 1.0
    for mine, theirs in zip(attributes, key, strict=True):
        values = attribute_values(mine, relation), attribute_values(theirs, other)
        if None in values:
            return
        product *= max(values[0] or 1.0, values[1] or 1.0)
    least = max(combinations, other.reltuples, 1.0)
    if product > least:
        yield KnownCombinations(
            relation=relation.name,
            attributes=attributes,
            referenced=other.name,
            key=key,
            rows_factor=product / least,
            rows_each=max(relation.reltuples / least, 1.0),
        )


def with_joined_rows(plan: Plan, known: Iterable[KnownCombinations]) -> Plan:
    """The plan with the rows that its joins have by what is known of combinations.

    A plan that was run keeps its rows, and so does one in which no such join is.
    """
    pairs = tuple(known)
    if not pairs or plan.root.actual_rows is not None:
        return plan
    names = {node.relation for node in plan.root.walk() if node.relation}
    pairs = tuple(
        p for p in pairs if p.relation.name in names and p.referenced.name in names
    )
    return replace(plan, root=_corrected(plan.root, pairs)[0]) if pairs else plan


def _corrected(
    node: PlanNode, pairs: tuple[KnownCombinations, ...]
) -> tuple[PlanNode, float]:
    """The node with its rows, and how many times more these are than planned."""
    below = [_corrected(child, pairs) for child in node.children]
    children = tuple(child for child, _ in below)
    factor = 1.0
    if node.node_type not in _KEEP_ROWS:
        for child, more in below:
            if child.parent_relationship not in ("InitPlan", "SubPlan"):
                factor *= more
    rows = node.plan_rows * factor
    for pair in pairs if _may_gain_rows(node, children) else ():
        met = _meeting(node, children, pair)
        if met is not None:
            children = _with_found_rows(node, children, met, pair.rows_each)
            most = _rows_of_side(node, children, met[1])
            rows = max(rows, min(rows * pair.rows_factor, most))
    if rows == node.plan_rows and children == node.children:
        return node, 1.0
    grown = replace(node, plan_rows=rows, children=children)
    return grown, rows / max(node.plan_rows, 1e-9)


def _may_gain_rows(node: PlanNode, children: tuple[PlanNode, ...]) -> bool:
    """An anti join has the fewer rows, the more find a partner."""
    is_join = node.node_type in _JOINS and len(children) > 1
    return is_join and "Anti" not in node.join_type


def _meeting(
    node: PlanNode, children: tuple[PlanNode, ...], pair: KnownCombinations
) -> tuple[str, int] | None:
    """The alias of the relation with the columns and the side it stands on.

    None if this is not the join that compares them with the key.
    """
    aliases = [_aliases(child) for child in children]
    equal = _classes(node)
    for mine, side in ((m, i) for i, a in enumerate(aliases) for m in a.items()):
        if mine[1] != pair.relation.name:
            continue
        others = (a for i, a in enumerate(aliases) if i != side)
        for theirs in (t for a in others for t in a.items()):
            if theirs[1] == pair.referenced.name and all(
                _same((mine[0], one), (theirs[0], other), equal)
                for one, other in zip(pair.attributes, pair.key, strict=True)
            ):
                return mine[0], side
    return None


def _with_found_rows(
    node: PlanNode,
    children: tuple[PlanNode, ...],
    met: tuple[str, int],
    rows_each: float,
) -> tuple[PlanNode, ...]:
    """The children, where the inner one is searched for each outer row."""
    alias, side = met
    is_inner = node.node_type == "Nested Loop" and side > 0
    is_searched = any(n.alias == alias and n.index_cond for n in children[side].walk())
    if not is_inner or not is_searched:
        return children
    found = _at_least(children[side], alias, rows_each)
    return (*children[:side], found, *children[side + 1 :])


def _at_least(node: PlanNode, alias: str, rows: float) -> PlanNode:
    """The node with so many rows, down to the scan of an alias."""
    if alias not in _aliases(node):
        return node
    below = tuple(_at_least(child, alias, rows) for child in node.children)
    return replace(node, plan_rows=max(node.plan_rows, rows), children=below)


def _rows_of_side(node: PlanNode, children: tuple[PlanNode, ...], side: int) -> float:
    if node.node_type == "Nested Loop" and side > 0:
        return children[0].plan_rows * children[side].plan_rows
    return children[side].plan_rows


def _aliases(node: PlanNode) -> dict[str, str]:
    return {item.alias: item.relation for item in node.walk() if item.relation}


def _classes(node: PlanNode) -> Mapping[_Column, int]:
    """Columns that conditions of the join and below it hold equal, by their class."""
    found: dict[_Column, int] = {}
    for number, (left, right) in enumerate(_equalities(node)):
        keep, drop = found.get(left, number), found.get(right, number)
        found[left], found[right] = keep, keep
        if drop != keep:
            found.update({c: keep for c, known in found.items() if known == drop})
    return found


def _equalities(node: PlanNode) -> Iterator[tuple[_Column, _Column]]:
    for item in node.walk():
        details = (item.details.get(name, "") for name in _CONDITIONS)
        for text in (item.index_cond, item.filter, *details):
            for part in conjuncts(str(text)):
                found = _EQUAL.fullmatch(part)
                if found:
                    yield (
                        _column(found["left"], item.alias),
                        _column(found["right"], item.alias),
                    )


def _column(text: str, alias: str) -> _Column:
    qualifier, _, name = text.rpartition(".")
    return (qualifier or alias).strip('"'), name.strip('"')


def _same(one: _Column, other: _Column, classes: Mapping[_Column, int]) -> bool:
    return one in classes and classes.get(other) == classes[one]
