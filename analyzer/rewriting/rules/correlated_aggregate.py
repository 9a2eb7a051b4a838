"""Work an aggregate out once for all rows instead of once for each.

Rule: a correlated subquery that counts or sums is run for every row around it. Grouped
    by what it is correlated on, it is worked out once and joined.
Evidence: planner costs of both texts for all parameter sets. With few rows around it
    and an index this is far slower, and then it is not offered.
Semantics: the same values: the group key is unique, so the LEFT JOIN repeats nothing,
    and a count that finds no group is 0.
Silent when: the correlation is not by equality of columns, the aggregate depends on the
    order of rows, or ``*`` would show the joined columns.
Source: Kim, "On Optimizing an SQL-like Nested Query", TODS 1982; rewrites.md B1 to B3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.rewriting.block import Block, Source, output_name
from analyzer.rewriting.literals import has_one_equality
from analyzer.rewriting.proofs import not_volatile
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.scalars import attached, outer_block, scalar_links, taken_place
from analyzer.rewriting.selects import (
    CORE,
    equality,
    fresh_alias,
    knows,
    where,
)
from analyzer.rewriting.trees import (
    changed,
    column,
    conjunction,
    conjuncts,
    has_only,
    operation,
    select,
    subselect,
    target,
)
from analyzer.statements.outputs import has_aggregate
from analyzer.statements.parse import Node
from analyzer.statements.plain_tree import substituted
from analyzer.statements.sides import function_name

_NULL_IF_EMPTY = frozenset(
    {"sum", "avg", "min", "max", "bool_and", "bool_or", "every", "bit_and", "bit_or"}
)


@dataclass(slots=True, kw_only=True)
class _Split:
    """The conditions of a subquery: pairs of inner and outer columns, and the rest."""

    pairs: list[tuple[Node, Node]]
    outer: set[Source]
    rest: list[Node]


def find(given: Subject) -> Iterator[Found]:
    """One for each correlated aggregate of a select list or WHERE clause."""
    for block in given.blocks:
        if not outer_block(block):
            continue
        for link in scalar_links(block):
            query = link["SubLink"]["subselect"].get("SelectStmt")
            core = given.blocks.of(query or {})
            if core is not None and _fits(core):
                yield from _joined(given, block, link, core)


def _fits(core: Block) -> bool:
    fields = core.fields
    targets = fields.get("targetList", [])
    return (
        has_only(fields, CORE)
        and len(targets) == 1
        and core.is_understood
        and knows(fields)
        and not has_aggregate(targets, windows=True)
    )


def split_correlation(given: Subject, core: Block) -> _Split | None:
    """The equalities with columns around, if everything else is the subquery's own."""
    found = _Split(pairs=[], outer=set(), rest=[])
    own = set(core.sources)
    for item in conjuncts(core.fields.get("whereClause")):
        uses = given.blocks.uses(item, core)
        if uses is None:
            return None
        outside = {source for source, _ in uses if source not in own}
        if not outside:
            found.rest.append(item)
            continue
        sides = equality(item)
        for one, two in (sides, sides[::-1]) if sides else ():
            inner = given.blocks.column(one, core)
            outer = given.blocks.outer_column(two, core)
            is_exact = has_one_equality(inner, given.blocks.declared(outer))
            if inner is not None and outer is not None and is_exact:
                key = column(inner[0].alias, inner[1])
                found.pairs.append((key, column(outer[0].alias, outer[1])))
                found.outer.add(outer[0])
                break
        else:
            return None
    return found if found.pairs else None


def _joined(given: Subject, block: Block, link: Node, core: Block) -> Iterator[Found]:
    split = split_correlation(given, core)
    if split is None:
        return
    alias = fresh_alias(given.tree, "grouped")
    value = core.fields["targetList"][0]["ResTarget"]["val"]
    calls: list[Node] = []
    outer_value = _outer_value(value, alias, calls)
    uses = given.blocks.uses(core.fields["targetList"], core)
    keys = [key for key, _ in split.pairs]
    if outer_value is None or uses is None:
        return
    if any(source not in core.sources for source, _ in uses):
        return
    grouped = select(
        [
            *(target(key, f"key_{n}") for n, key in enumerate(keys, 1)),
            *(target(call, f"value_{n}") for n, call in enumerate(calls, 1)),
        ],
        core.fields["fromClause"],
        whereClause=where(split.rest),
        groupClause=keys,
    )
    ties = [
        operation("=", column(alias, f"key_{n}"), outer)
        for n, (_, outer) in enumerate(split.pairs, 1)
    ]
    clause = attached(
        block, split.outer, subselect(grouped, alias), conjunction(ties) or ties[0]
    )
    if clause is None:
        return
    name = output_name(core.fields["targetList"][0]) or "?column?"
    placed = taken_place(given, block, link, outer_value, name)
    if placed is None:
        return
    new = changed({**block.fields, **placed}, fromClause=clause)
    yield Found(
        what="a correlated aggregate worked out once, grouped, and joined",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(not_volatile(given.setting, core.fields),),
    )


def _outer_value(value: Node, alias: str, calls: list[Node]) -> Node | None:
    """The expression with the joined columns for its aggregates."""
    failed = False

    def new(item: Node) -> Node | None:
        nonlocal failed
        if "ColumnRef" in item:
            failed = True
        call = item.get("FuncCall")
        if call is None or not has_aggregate([{"FuncCall": {**call, "args": []}}]):
            return None
        name = function_name(call)
        if "agg_order" in call or name not in {"count", *_NULL_IF_EMPTY}:
            failed = True
        calls.append(item)
        found = column(alias, f"value_{len(calls)}")
        if name == "count":
            zero: Node = {"A_Const": {"ival": {}}}
            return {"CoalesceExpr": {"args": [found, zero]}}
        return found

    found: Node = substituted(value, new)
    return None if failed or not calls else found


RULE = Rule(slug="correlated_aggregate", doc=__doc__, find=find, needs_values=True)
