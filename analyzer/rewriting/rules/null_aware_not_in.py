"""Take NOT IN (SELECT …) with possible NULLs apart into anti-joins.

Rule: NOT IN is no anti-join because of NULLs. What NULLs do can be said apart: nothing
    is NOT IN a list that holds NULL, and NULL is NOT IN an empty list only. Both are
    tests made once, and the rest is NOT EXISTS.
Evidence: planner costs of both texts.
Semantics: exactly the same rows, NULLs on either side included; no condition.
Silent when: it is not a condition of WHERE that every row must pass, the subquery
    groups or limits, or something volatile would run another number of times.
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
    """One for each ``x NOT IN (SELECT y …)`` in a WHERE clause."""
    for block in given.blocks:
        for item in conjuncts(block.fields.get("whereClause")):
            link = _not_in(item)
            core = given.blocks.of(link["subselect"]["SelectStmt"]) if link else None
            if link is not None and core is not None:
                yield from _apart(given, block, item, core)


def _not_in(item: Node) -> Node | None:
    fields = item.get("BoolExpr", {})
    if fields.get("boolop") != "NOT_EXPR":
        return None
    link: Node = fields["args"][0].get("SubLink", {})
    plain = link.get("subLinkType") == "ANY_SUBLINK" and "operName" not in link
    return link if plain and "RowExpr" not in link["testexpr"] else None


def _apart(given: Subject, block: Block, item: Node, core: Block) -> Iterator[Found]:
    fields, blocks = core.fields, given.blocks
    link = item["BoolExpr"]["args"][0]["SubLink"]
    if not is_plain(core) or len(fields["targetList"]) != 1:
        return
    left = qualified(link["testexpr"], block, blocks)
    right = qualified(fields["targetList"][0]["ResTarget"]["val"], core, blocks)
    outer = blocks.uses(link["testexpr"], block)
    if left is None or right is None or not outer:
        return
    if {source.alias for source, _ in outer} & aliases_below(fields):
        return
    inner_null = _may_be_null(given, core, fields["targetList"][0]["ResTarget"]["val"])
    outer_null = _may_be_null(given, block, link["testexpr"])
    if not inner_null and not outer_null:
        return
    parts = [negated(_exists(fields, operation("=", right, left)))]
    if inner_null:
        parts.append(negated(_exists(fields, is_null(right))))
    if outer_null:
        either = disjunction([is_not_null(left), negated(_exists(fields, None))])
        parts.append(either or left)
    new = conjunction(parts)
    if new is not None:
        yield Found(
            what="NOT IN as NOT EXISTS, with what NULLs mean said apart",
            pairs=((item, new),),
            conditions=(not_volatile(given.setting, link),),
        )


def _exists(fields: Node, condition: Node | None) -> Node:
    items = conjuncts(fields.get("whereClause"))
    if condition is not None:
        items = [*items, condition]
    one = [target({"A_Const": {"ival": {"ival": 1}}})]
    return exists(changed(fields, targetList=one, whereClause=where(items)))


def _may_be_null(given: Subject, block: Block, node: Node) -> bool:
    use = given.blocks.column(node, block)
    if use is None:
        return True
    proof = not_null(block, given.blocks, *use)
    by_filter = "condition of the query" in proof.proof
    # The tested column itself stands in NOT IN, which rejects no NULL.
    return not proof.holds or (by_filter and use[0].nullable)


RULE = Rule(slug="null_aware_not_in", doc=__doc__, find=find, planned_from=None)
