"""Take NOT IN (SELECT …) with possible NULLs apart into anti-joins.

Rule: NOT IN is no anti-join because of NULLs. What NULLs do can be said apart: nothing
    is NOT IN a list that holds NULL, and NULL is NOT IN an empty list only. Both are
    tests made once, and the rest is NOT EXISTS.
Evidence: planner costs of both texts.
Semantics: exactly the same rows, NULLs on either side included; no condition. Rows of
    several columns are taken apart only where none of these can be NULL. A subquery
    that groups or is a set operation stays as it is, in FROM.
Silent when: it is not a condition of WHERE that every row must pass, the subquery
    limits, or something volatile would run another number of times; and where nothing
    can be NULL, of which ``not_in`` speaks.
Source: SQL standard, quantified comparison; rewrites.md A7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from analyzer.rewriting.block import Block
from analyzer.rewriting.proofs import not_null, not_volatile
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import (
    aliases_below,
    fresh_alias,
    is_plain,
    knows,
    qualified,
    where,
)
from analyzer.rewriting.trees import (
    changed,
    column,
    conjunction,
    conjuncts,
    disjunction,
    exists,
    is_not_null,
    is_null,
    negated,
    operation,
    select,
    subselect,
    target,
)
from analyzer.statements.parse import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """What is searched: the FROM and WHERE to look in, and its columns there."""

    fields: Node
    columns: list[Node]
    is_nullable: bool
    is_plain: bool


def find(given: Subject) -> Iterator[Found]:
    """One for each ``x NOT IN (SELECT y …)`` of WHERE, or what says the same."""
    for block in given.blocks:
        for item in conjuncts(block.fields.get("whereClause")):
            link = _not_in(item)
            if link is None:
                continue
            fields = link["subselect"]["SelectStmt"]
            core = given.blocks.of(fields)
            is_core_plain = core is not None and is_plain(core)
            listed = (
                _plain_list(given, core)
                if core is not None and is_core_plain
                else _any_list(given, fields)
            )
            if listed is not None:
                yield from _apart(given, block, (item, link), listed)


def _plain_list(given: Subject, core: Block) -> _List | None:
    shown = [output["ResTarget"]["val"] for output in core.fields["targetList"]]
    found = [qualified(value, core, given.blocks) for value in shown]
    columns = [one for one in found if one is not None]
    if len(columns) < len(found):
        return None
    return _List(
        fields=core.fields,
        columns=columns,
        is_nullable=any(_may_be_null(given, core, value) for value in shown),
        is_plain=True,
    )


def _any_list(given: Subject, fields: Node) -> _List | None:
    """A subquery that groups, or joins others by UNION, under a name of its own."""
    arms = [given.blocks.of(arm) for arm in _arms(fields)]
    known = [arm for arm in arms if arm is not None and arm.is_understood]
    if len(known) < len(arms) or not (knows(fields) and _is_fixed(fields)):
        return None
    if any("targetList" not in arm.fields for arm in known):
        return None
    rows = [[o["ResTarget"]["val"] for o in arm.fields["targetList"]] for arm in known]
    names = [f"value_{number}" for number, _ in enumerate(rows[0], 1)]
    alias = fresh_alias(given.tree, "listed")
    return _List(
        fields=select([], [subselect(fields, alias, names=names)]),
        columns=[column(alias, name) for name in names],
        is_nullable=any(
            _may_be_null(given, arm, value)
            for arm, row in zip(known, rows, strict=True)
            for value in row
        ),
        is_plain=False,
    )


def _arms(fields: Node) -> Iterator[Node]:
    if fields.get("op", "SETOP_NONE") == "SETOP_NONE":
        yield fields
    else:
        yield from _arms(fields["larg"])
        yield from _arms(fields["rarg"])


def _is_fixed(node: Any) -> bool:
    """Whether it gives the same each time: nothing in it takes some of its rows."""
    if isinstance(node, list):
        return all(map(_is_fixed, node))
    if not isinstance(node, dict):
        return True
    return (
        not _TAKES_SOME & set(node)
        and node.get("distinctClause", [{}]) == [{}]
        and all(map(_is_fixed, node.values()))
    )


_TAKES_SOME = {"limitCount", "limitOffset", "lockingClause"}


def _not_in(item: Node) -> Node | None:
    """The subquery of ``x NOT IN (…)``, ``NOT x = ANY (…)`` or ``x <> ALL (…)``."""
    fields = item.get("BoolExpr", {})
    if fields.get("boolop") == "NOT_EXPR":
        link: Node = fields["args"][0].get("SubLink", {})
        is_list = link.get("subLinkType") == "ANY_SUBLINK"
        return link if is_list and _operator(link) in ("", "=") else None
    link = item.get("SubLink", {})
    is_all = link.get("subLinkType") == "ALL_SUBLINK"
    return link if is_all and _operator(link) in ("<>", "!=") else None


def _operator(link: Node) -> str:
    """The operator before ANY or ALL; empty for IN."""
    return ".".join(name["String"].get("sval", "") for name in link.get("operName", []))


def _apart(
    given: Subject, block: Block, test: tuple[Node, Node], listed: _List
) -> Iterator[Found]:
    (item, link), blocks = test, given.blocks
    row = link["testexpr"].get("RowExpr", {}).get("args", [link["testexpr"]])
    lefts = [one for v in row if (one := qualified(v, block, blocks)) is not None]
    rights = listed.columns
    outer = blocks.uses(link["testexpr"], block)
    if not len(row) == len(lefts) == len(rights) or not outer:
        return
    if {source.alias for source, _ in outer} & aliases_below(listed.fields):
        return
    outer_null = any(_may_be_null(given, block, value) for value in row)
    if listed.is_nullable or outer_null:
        if len(row) > 1:
            return
    elif listed.is_plain and "BoolExpr" in item and _speaks_not_in(link, row):
        return
    pairs = zip(rights, lefts, strict=True)
    same = [operation("=", right, left) for right, left in pairs]
    parts = [negated(_exists(listed.fields, same))]
    if listed.is_nullable:
        parts.append(negated(_exists(listed.fields, [is_null(rights[0])])))
    if outer_null:
        either = [is_not_null(lefts[0]), negated(_exists(listed.fields, []))]
        parts += [one] if (one := disjunction(either)) is not None else []
    yield Found(
        what="NOT IN as NOT EXISTS, with what NULLs mean said apart",
        pairs=((item, conjunction(parts) or parts[0]),),
        conditions=(not_volatile(given.setting, link),),
    )


def _speaks_not_in(link: Node, row: list[Node]) -> bool:
    """Whether the rule ``not_in`` speaks of it."""
    return len(row) == 1 and "operName" not in link


def _exists(fields: Node, more: list[Node]) -> Node:
    items = [*conjuncts(fields.get("whereClause")), *more]
    one = [target({"A_Const": {"ival": {"ival": 1}}})]
    return exists(changed(fields, targetList=one, whereClause=where(items)))


def _may_be_null(given: Subject, block: Block, node: Node) -> bool:
    use = given.blocks.column(node, block)
    if use is None:
        return True
    return not not_null(block, given.blocks, *use).holds


RULE = Rule(slug="null_aware_not_in", doc=__doc__, find=find, planned_from=None)
