"""Take NOT IN (SELECT …) with possible NULLs apart into anti-joins.

Rule: NOT IN is no anti-join because of NULLs. What NULLs do can be said apart: nothing
    is NOT IN a list that holds NULL, and NULL is NOT IN an empty list only. Both are
    tests made once, and the rest is NOT EXISTS.
Evidence: planner costs of both texts.
Semantics: exactly the same rows, NULLs on either side included; no condition. Rows of
    several columns are taken apart only where none of these can be NULL.
Silent when: it is not a condition of WHERE that every row must pass, the subquery
    groups or limits, or something volatile would run another number of times; and where
    nothing can be NULL, of which ``not_in`` speaks.
Source: SQL standard, quantified comparison; rewrites.md A7.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.rewriting.block import Block
from analyzer.rewriting.proofs import not_null, not_volatile
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import aliases_below, is_plain, qualified, where
from analyzer.rewriting.trees import (
    changed,
    conjunction,
    conjuncts,
    disjunction,
    exists,
    is_not_null,
    is_null,
    negated,
    operation,
    target,
)
from analyzer.statements.parse import Node


def find(given: Subject) -> Iterator[Found]:
    """One for each ``x NOT IN (SELECT y …)`` of WHERE, or what says the same."""
    for block in given.blocks:
        for item in conjuncts(block.fields.get("whereClause")):
            link = _not_in(item)
            if link is None:
                continue
            core = given.blocks.of(link["subselect"]["SelectStmt"])
            if core is not None and is_plain(core):
                yield from _apart(given, block, (item, link), core)


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
    given: Subject, block: Block, test: tuple[Node, Node], core: Block
) -> Iterator[Found]:
    (item, link), fields, blocks = test, core.fields, given.blocks
    row = link["testexpr"].get("RowExpr", {}).get("args", [link["testexpr"]])
    shown = [output["ResTarget"]["val"] for output in fields["targetList"]]
    lefts = [one for v in row if (one := qualified(v, block, blocks)) is not None]
    rights = [one for v in shown if (one := qualified(v, core, blocks)) is not None]
    outer = blocks.uses(link["testexpr"], block)
    if not len(row) == len(lefts) == len(rights) == len(shown) or not outer:
        return
    if {source.alias for source, _ in outer} & aliases_below(fields):
        return
    inner_null = any(_may_be_null(given, core, value) for value in shown)
    outer_null = any(_may_be_null(given, block, value) for value in row)
    if inner_null or outer_null:
        if len(row) > 1:
            return
    elif "BoolExpr" in item and len(row) == 1 and "operName" not in link:
        # Of such a NOT IN speaks the rule not_in.
        return
    pairs = zip(rights, lefts, strict=True)
    same = [operation("=", right, left) for right, left in pairs]
    parts = [negated(_exists(fields, same))]
    if inner_null:
        parts.append(negated(_exists(fields, [is_null(rights[0])])))
    if outer_null:
        either = [is_not_null(lefts[0]), negated(_exists(fields, []))]
        parts += [one] if (one := disjunction(either)) is not None else []
    yield Found(
        what="NOT IN as NOT EXISTS, with what NULLs mean said apart",
        pairs=((item, conjunction(parts) or parts[0]),),
        conditions=(not_volatile(given.setting, link),),
    )


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
