"""Questions every rule asks of a SELECT, and the moves several of them make."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from analyzer.rewriting.block import Block, Source, Use, own_level, with_parents
from analyzer.rewriting.blocks import Blocks
from analyzer.rewriting.trees import (
    TRUE,
    column,
    conjunction,
    conjuncts,
    disjuncts,
    has_only,
)
from analyzer.statements.outputs import has_aggregate
from analyzer.statements.parse import Node, walk
from analyzer.statements.plain_tree import substituted
from analyzer.statements.scope import names_of

CORE = ("targetList", "fromClause", "whereClause")
SORTED = (*CORE, "sortClause", "limitCount", "limitOffset", "limitOption")
_SAFE_PARTS = frozenset(
    {
        *("A_ArrayExpr", "A_Const", "A_Expr", "A_Star", "Alias", "BoolExpr", "Boolean"),
        *("BooleanTest", "BitString", "CaseExpr", "CaseWhen", "CoalesceExpr"),
        *("CollateClause", "ColumnRef", "Float", "FuncCall", "Integer", "JoinExpr"),
        *("List", "MinMaxExpr", "NamedArgExpr", "NullTest", "ParamRef"),
        *("RangeSubselect", "RangeVar", "ResTarget", "RowExpr", "SQLValueFunction"),
        *("SelectStmt", "SortBy", "String", "SubLink", "TypeCast", "TypeName"),
        *("WindowDef", "A_Indirection", "A_Indices"),
    }
)


def is_plain(block: Block, allowed: Iterable[str] = CORE) -> bool:
    """A SELECT of understood sources with no clause but the allowed ones.

    It groups nothing: no aggregate, no window, no set-returning call in its list.
    """
    fields = block.fields
    targets = own_level(fields.get("targetList", []))
    return (
        "SelectStmt" in block.node
        and block.is_understood
        and bool(block.sources)
        and has_only(fields, allowed)
        and fields.get("limitOption") != "LIMIT_OPTION_WITH_TIES"
        and knows(fields)
        and not has_aggregate(targets)
        and not has_aggregate(targets, windows=True)
        and not calls_a_set(targets)
    )


def knows(node: Any) -> bool:
    """Whether a tree has no kind of node that rules were not written for."""
    return all(kind in _SAFE_PARTS for kind, _ in walk(node))


def calls_a_set(node: Any) -> bool:
    """Whether a known function that returns several rows is called."""
    names = {
        part["String"].get("sval", "")
        for kind, fields in walk(node)
        if kind == "FuncCall"
        for part in fields.get("funcname", [])
    }
    return bool(
        names
        & {
            *("unnest", "generate_series", "generate_subscripts", "jsonb_each"),
            *("jsonb_array_elements", "jsonb_array_elements_text", "json_each"),
            *("json_array_elements", "jsonb_object_keys", "regexp_split_to_table"),
            *("regexp_matches", "string_to_table", "jsonb_each_text"),
        }
    )


def has_star(block: Block) -> bool:
    """Whether the select list has a ``*`` of all sources."""
    return any(
        names_of(item["ResTarget"].get("val", {}).get("ColumnRef", {})) == ["*"]
        for item in block.fields.get("targetList", [])
        if "ColumnRef" in item["ResTarget"].get("val", {})
    )


def grouped_by(block: Block, blocks: Blocks) -> list[Use | None]:
    """The own column each item of GROUP BY is, also by its number in the select list.

    None stands for whatever else it is.
    """
    targets = block.fields.get("targetList", [])
    found: list[Use | None] = []
    for item in block.fields.get("groupClause", []):
        place = item.get("A_Const", {}).get("ival", {}).get("ival", 0)
        shown = targets[place - 1] if 1 <= place <= len(targets) else {}
        node = shown["ResTarget"].get("val") if shown else item
        found.append(blocks.column(node, block))
    return found


def conditions(block: Block) -> list[Node]:
    """WHERE and the ON clauses of inner joins at the top of FROM, taken apart."""
    found = list(conjuncts(block.fields.get("whereClause")))
    for item in block.fields.get("fromClause", []):
        found += _inner_conditions(item)
    return found


def _inner_conditions(item: Node) -> Iterator[Node]:
    fields = item.get("JoinExpr", {})
    kind = fields.get("jointype", "JOIN_INNER") if fields else ""
    if kind == "JOIN_INNER":
        yield from conjuncts(fields.get("quals"))
        yield from _inner_conditions(fields["rarg"])
    if kind in ("JOIN_INNER", "JOIN_LEFT"):
        # A LEFT JOIN keeps every row of its left side, and what was true of it.
        yield from _inner_conditions(fields["larg"])


def equality(node: Node) -> tuple[Node, Node] | None:
    """The sides of ``a = b``."""
    fields = node.get("A_Expr", {})
    if fields.get("kind") != "AEXPR_OP" or "lexpr" not in fields:
        return None
    names = [part["String"].get("sval", "") for part in fields.get("name", [])]
    return (fields["lexpr"], fields["rexpr"]) if names == ["="] else None


def equated(node: Node, block: Block, blocks: Blocks) -> tuple[Use, Use] | None:
    """The two own columns of ``a.x = b.y``, of different sources."""
    sides = equality(node)
    if sides is None:
        return None
    one, two = (blocks.column(side, block) for side in sides)
    if one is None or two is None or one[0] is two[0]:
        return None
    return one, two


def constant(node: Node) -> bool:
    """A constant or parameter, perhaps cast."""
    while "TypeCast" in node:
        node = node["TypeCast"]["arg"]
    return "A_Const" in node or "ParamRef" in node


def sources_of(uses: Iterable[Use]) -> set[Source]:
    """The sources among some uses."""
    return {source for source, _ in uses}


def used_elsewhere(
    block: Block, blocks: Blocks, source: Source, inside: Sequence[Node]
) -> bool | None:
    """Whether a block names a source outside of some nodes; none if not for certain."""
    skipped = {id(node) for node in inside}
    uses = _uses_without(dict(block.fields), block, blocks, skipped)
    return None if uses is None else any(use[0] is source for use in uses)


def _uses_without(
    node: Any, block: Block, blocks: Blocks, skipped: Collection[int]
) -> set[Use] | None:
    found: set[Use] = set()
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict) and id(current) not in skipped:
            inner = blocks.of(current)
            if "ColumnRef" in current or (inner is not None and inner is not block):
                uses = blocks.uses(current, block)
                if uses is None:
                    return None
                found |= uses
            else:
                stack.extend(current.values())
    return found


def without_source(
    block: Block, source: Source, done: Sequence[Node] = ()
) -> tuple[list[Node], list[Node]]:
    """FROM without a source that is joined by commas or inner joins, and its ON parts.

    The conditions that stood on the joins taken apart are returned to be put
    elsewhere. Those that are ``done`` with may stand on a join that stays: the one of
    ``a CROSS JOIN b JOIN c ON c.x = a.x`` does when ``a`` goes. They leave it.
    """
    kept: list[Node] = []
    loose: list[Node] = []
    for item in block.fields.get("fromClause", []):
        rest = _cut(item, source.node, loose, {id(node) for node in done})
        if rest is not None:
            kept.append(rest)
    return kept, loose


def _cut(
    item: Node, node: Node, loose: list[Node], done: Collection[int]
) -> Node | None:
    if item is node:
        return None
    fields = item.get("JoinExpr")
    if fields is None:
        return item
    left = _cut(fields["larg"], node, loose, done)
    right = _cut(fields["rarg"], node, loose, done)
    if left is None or right is None:
        loose.extend(conjuncts(fields.get("quals")))
        return left if right is None else right
    on = conjuncts(fields.get("quals"))
    rest = [part for part in on if id(part) not in done]
    if len(rest) < len(on):
        quals = where(rest) or TRUE
        return {"JoinExpr": {**fields, "larg": left, "rarg": right, "quals": quals}}
    if left is fields["larg"] and right is fields["rarg"]:
        return item
    return {"JoinExpr": {**fields, "larg": left, "rarg": right}}


def read_from(
    block: Block,
    blocks: Blocks,
    table: Mapping[Use, Use],
    inside: Sequence[Node] = (),
) -> list[tuple[Node, Node]] | None:
    """References to some columns as those to others, as pairs to exchange.

    None where a name is not certain, something else of the same sources is named, or a
    subquery has a source by a new one's name. What stands inside of some nodes is left
    out.
    """
    skipped = {id(node) for node in inside}
    uses = _uses_without(dict(block.fields), block, blocks, skipped)
    gone = sources_of(table)
    if uses is None or any(use[0] in gone and use not in table for use in uses):
        return None
    pairs = []
    left_out = {id(fields) for fields, _ in blocks.references(list(inside), block)}
    for fields, inner in blocks.references(dict(block.fields), block):
        owner = inner.owner(names_of(fields))
        new = table.get(owner[1]) if owner is not None else None
        if new is None or id(fields) in left_out:
            continue
        below = takewhile(lambda one: one is not block, with_parents(inner))
        if any(s.alias == new[0].alias for one in below for s in one.sources):
            return None
        pairs.append((fields, column(new[0].alias, new[1])["ColumnRef"]))
    return pairs


def qualified(node: Any, block: Block, blocks: Blocks) -> Any | None:
    """An expression with each own or outer column under its source's name.

    None where a name cannot be resolved, or a subquery is inside.
    """
    failed = False

    def new(item: Node) -> Node | None:
        nonlocal failed
        if "SubLink" in item:
            failed = True
        if "ColumnRef" not in item:
            return None
        owner = block.owner(names_of(item["ColumnRef"]))
        if owner is None or owner[1][1] == "*":
            failed = True
            return None
        return column(owner[1][0].alias, owner[1][1])

    found = substituted(node, new)
    return None if failed else found


def spelt_out(
    block: Block, blocks: Blocks, nodes: Sequence[Any]
) -> list[tuple[Node, Node]] | None:
    """What puts the source's name alone before each own column, as pairs to exchange.

    Needed where another source joins the block, which may have columns of that name.
    A bare name in ORDER BY or DISTINCT ON that is an output's means that output.
    None where a name cannot be resolved, or a bare one is of a query around, which the
    new source would hide.
    """
    around = set(with_parents(block)) - {block}
    outputs = {name for name, _ in blocks.outputs(block) or []}
    kept = {
        id(node.get("ColumnRef"))
        for clause in ("sortClause", "distinctClause")
        for item in block.fields.get(clause, [])
        for node in [item.get("SortBy", {}).get("node", item)]
        if len(node.get("ColumnRef", {}).get("fields", [])) == 1
        and names_of(node["ColumnRef"])[0] in outputs
    }
    pairs = []
    for fields, inner in blocks.references(list(nodes), block):
        names = names_of(fields)
        if len(names) == 2 or names[-1] == "*" or id(fields) in kept:
            continue
        owner = inner.owner(names)
        if owner is None or owner[0] in around:
            return None
        if owner[0] is block:
            pairs.append((fields, column(owner[1][0].alias, names[-1])["ColumnRef"]))
    return pairs


def aliases_below(node: Any) -> set[str]:
    """Every name a source has anywhere below a node."""
    found: set[str] = set()
    for kind, fields in walk(node):
        if kind == "RangeVar":
            found.add(fields.get("alias", {}).get("aliasname", fields["relname"]))
        elif kind in ("RangeSubselect", "CommonTableExpr", "JoinExpr"):
            found.add(fields.get("alias", {}).get("aliasname", ""))
            found.add(fields.get("ctename", ""))
    return found


def fresh_alias(tree: Any, base: str) -> str:
    """A source name that stands nowhere in a tree."""
    taken = aliases_below(tree)
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def split_or(items: Sequence[Node]) -> Iterator[tuple[list[Node], list[Node]]]:
    """Each OR among conditions: its arms, and all the other conditions."""
    for number, item in enumerate(items):
        arms = disjuncts(item)
        if 2 <= len(arms) <= _MAX_ARMS:
            yield arms, [*items[:number], *items[number + 1 :]]


_MAX_ARMS = 4


def where(items: Sequence[Node]) -> Node | None:
    """Conditions as one WHERE clause."""
    return conjunction(list(items))
