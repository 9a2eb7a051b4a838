"""Fetch the first rows of each group by an index instead of sorting all rows.

Rule: DISTINCT ON, row_number() <= n and a join with the maximum of each group read and
    sort the whole table. With the groups at hand, from the table they refer to or by
    jumping along an index, LATERAL fetches the first rows of each.
Evidence: planner costs of both texts, with an index on group and order.
Semantics: the same rows: the groups are complete (validated foreign key, or the values
    themselves) and never NULL. Rows that tie for a place are any of the tied.
Silent when: the group may be NULL, the groups are too many to be jumped along and no
    foreign key leads to them, or the query around needs all rows.
Source: PostgreSQL wiki, "Loose indexscan"; rewrites.md H4 to H7 and H10.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import Condition
from analyzer.rewriting.block import Block, Source, Use
from analyzer.rewriting.groups import Groups, groups_of
from analyzer.rewriting.literals import operator_name
from analyzer.rewriting.proofs import not_volatile, unique
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import CORE, SORTED, is_plain, knows, spelt_out, where
from analyzer.rewriting.trees import (
    TRUE,
    changed,
    column,
    conjuncts,
    exchanged,
    has_only,
    join,
    operation,
    select,
    subselect,
    target,
)
from analyzer.statements.outputs import has_aggregate
from analyzer.statements.parse import Node, walk
from analyzer.statements.sides import constant_of, function_name

TIES = "Rows that tie for a place are left open by both texts."
_MIRRORED = {"=": "=", ">": "<", ">=": "<="}
_ONE: Node = {"A_Const": {"ival": {"ival": 1}}}
_STAR: Node = {"A_Star": {}}


def find(given: Subject) -> Iterator[Found]:
    """One for each way to have the groups of each such block."""
    for block in given.blocks.selects:
        yield from _distinct_on(given, block)
        yield from _numbered(given, block)


def _distinct_on(given: Subject, block: Block) -> Iterator[Found]:
    fields = block.fields
    keys = fields.get("distinctClause", [])
    plain = is_plain(block, (*SORTED, "distinctClause"))
    if len(keys) != 1 or not plain or len(block.sources) != 1:
        return
    source = block.sources[0]
    key = given.blocks.column(keys[0], block)
    order = sort_columns(given, block, fields.get("sortClause", []))
    if key is None or not order or order[0] != key[1]:
        return
    own = conjuncts(fields.get("whereClause"))
    upper = [fields["targetList"], fields["sortClause"]]
    spelt = spelt_out(block, given.blocks, upper)
    if spelt is None or spelt_out(block, given.blocks, own) is None:
        return
    for groups in groups_of(given, source, key[1]):
        tie = operation("=", column(source.alias, key[1]), groups.key)
        first = select(
            [target({"ColumnRef": {"fields": [_STAR]}})],
            [source.node],
            whereClause=where([*own, tie]),
            sortClause=fields["sortClause"][1:],
            limitCount=_ONE,
        )
        new = changed(
            fields,
            distinctClause=None,
            whereClause=None,
            targetList=exchanged(_own_star(fields["targetList"], source.alias), spelt),
            sortClause=exchanged(fields["sortClause"], spelt),
            fromClause=_lateral(groups, subselect(first, source.alias, lateral=True)),
        )
        yield _found(given, block, (groups, source, order, new))


def _numbered(given: Subject, block: Block) -> Iterator[Found]:
    """``FROM (SELECT …, row_number() OVER (PARTITION BY g ORDER BY x) AS n …)``."""
    if len(block.sources) != 1 or not knows(block.fields):
        return
    source = block.sources[0]
    core = given.blocks.of(source.subquery) if source.subquery is not None else None
    if core is None or source.node["RangeSubselect"].get("lateral"):
        return
    name, window = numbered(given, core) or ("", {})
    items = conjuncts(block.fields.get("whereClause"))
    count = number_bound(given, block, items, (source, name))
    if count is None:
        return
    key = given.blocks.column(window["partitionClause"][0], core)
    order = sort_columns(given, core, window["orderClause"])
    if key is None or not order:
        return
    upper = block.fields
    spelt = spelt_out(block, given.blocks, list(upper.values()))
    if spelt is None or spelt_out(core, given.blocks, [core.fields]) is None:
        return
    for groups in groups_of(given, key[0], key[1]):
        tie = operation("=", column(key[0].alias, key[1]), groups.key)
        body = {
            **changed(
                core.fields,
                whereClause=where([*conjuncts(core.fields.get("whereClause")), tie]),
                sortClause=window["orderClause"],
                limitCount=count,
            ),
            "limitOption": "LIMIT_OPTION_COUNT",
        }
        targets = _own_star(block.fields["targetList"], source.alias)
        new = changed(
            exchanged(upper, spelt),
            targetList=exchanged(targets, spelt),
            fromClause=_lateral(groups, subselect(body, source.alias, lateral=True)),
        )
        yield _found(given, block, (groups, key[0], [key[1], *order], new))


def numbered(given: Subject, core: Block) -> tuple[str, Node] | None:
    """Name and window of the only window function, a row_number()."""
    fields = core.fields
    is_fit = (
        has_only(fields, (*CORE, "windowClause"))
        and len(core.sources) == 1
        and knows(fields)
        and not has_aggregate(fields.get("targetList", []))
    )
    calls = [f for _kind, f in walk(fields) if "over" in f]
    if not is_fit or len(calls) != 1 or function_name(calls[0]) != "row_number":
        return None
    window = _defined(fields, calls[0]["over"])
    known = {"partitionClause", "orderClause", "frameOptions", "location"}
    if not set(window) <= known or len(window.get("partitionClause", [])) != 1:
        return None
    for name, value in given.blocks.outputs(core) or []:
        if value.get("FuncCall") is calls[0] and "orderClause" in window:
            return name, window
    return None


def _defined(fields: Node, window: Node) -> Node:
    """The window itself, for one that OVER names and WINDOW defines."""
    if not set(window) <= {"name", "frameOptions", "location"} or "name" not in window:
        return window
    named = [w["WindowDef"] for w in fields.get("windowClause", [])]
    found = [item for item in named if item.get("name") == window["name"]]
    if len(found) != 1 or "refname" in found[0]:
        return window
    return {key: value for key, value in found[0].items() if key != "name"}


def number_bound(
    given: Subject, block: Block, items: Iterable[Node], number: Use
) -> Node | None:
    """The n of ``number = 1``, ``number <= n`` among conditions."""
    for item in items:
        fields, operator = item.get("A_Expr", {}), operator_name(item)
        left, right = fields.get("lexpr", {}), fields.get("rexpr", {})
        if "A_Const" in left:
            left, right, operator = right, left, _MIRRORED.get(operator, "")
        if "A_Const" not in right:
            continue
        use = given.blocks.column(left, block)
        value = constant_of(right["A_Const"]) or ""
        if use != number or not value.isdigit() or int(value) < 1:
            continue
        if operator == "<=" or (operator == "=" and value == "1"):
            constant: Node = right
            return constant
        if operator == "<" and int(value) > 1:
            return {"A_Const": {"ival": {"ival": int(value) - 1}}}
    return None


def sort_columns(given: Subject, block: Block, clause: list[Node]) -> list[str]:
    """The columns a clause sorts by; none if one is not a plain own column."""
    names = []
    outputs = dict(given.blocks.outputs(block) or [])
    for item in clause:
        node = item["SortBy"].get("node", {})
        use = given.blocks.column(node, block)
        if use is None or "useOp" in item["SortBy"]:
            return []
        bare = len(node["ColumnRef"]["fields"]) == 1
        hidden = outputs.get(use[1])
        if bare and hidden is not None and given.blocks.column(hidden, block) != use:
            return []
        names.append(use[1])
    return names


def _own_star(targets: list[Node], alias: str) -> list[Node]:
    """The select list with ``alias.*`` for ``*``, as there is another source now."""

    def new(item: Node) -> Node:
        parts = item["ResTarget"].get("val", {}).get("ColumnRef", {}).get("fields", [])
        if parts != [_STAR]:
            return item
        star = {"ColumnRef": {"fields": [{"String": {"sval": alias}}, _STAR]}}
        return {"ResTarget": {**item["ResTarget"], "val": star}}

    return [new(item) for item in targets]


def _lateral(groups: Groups, part: Node) -> list[Node]:
    return [join("INNER", groups.node, part, TRUE)]


def _found(
    given: Subject, block: Block, made: tuple[Groups, Source, list[str], Any]
) -> Found:
    groups, source, order, new = made
    total = unique(source, order)
    conditions: tuple[Condition, ...] = (
        *groups.conditions,
        not_volatile(given.setting, block.fields),
    )
    relation = source.relation
    index = IndexDefinition(
        relation=relation.name,  # type: ignore[union-attr]
        keys=tuple(IndexKey(attribute=name) for name in dict.fromkeys(order)),
    )
    return Found(
        what=f"the first rows of each group by LATERAL, {groups.what}",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(*conditions, *((total,) if total.holds else ())),
        semantics=Semantics.UNCHANGED if total.holds else Semantics.UNCHANGED_IF,
        caveats=() if total.holds else (TIES,),
        indexes=(index,),
    )


RULE = Rule(slug="top_per_group", doc=__doc__, find=find)
