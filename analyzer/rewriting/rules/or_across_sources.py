"""Split an OR that joins or filters several tables at once into UNION ALL.

Rule: ``ON a.x = b.y OR a.z = b.y`` joins by nothing, ``a.x = 1 OR b.y = 2`` filters
    neither table before the join, and ``x IN (SELECT …) OR y = 1`` hides the subquery
    from the semi-join. Each arm alone can use an index.
Evidence: planner costs of both texts.
Semantics: the same rows and as many of each: the second arm leaves out what the first
    one found with ``(first) IS NOT TRUE``.
Silent when: all arms filter one table by plain conditions (the planner combines
    indexes itself), all arms are subqueries, rows are locked, or something volatile
    would run twice.
Source: Winand, "SQL Performance Explained", chapter 2; rewrites.md C4, C6 and Z6.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.rewriting.block import Block
from analyzer.rewriting.proofs import not_volatile
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import conditions, equated, is_plain, where
from analyzer.rewriting.trees import (
    changed,
    conjuncts,
    disjuncts,
    exchanged,
    not_true,
    union_all,
)
from analyzer.rewriting.wrapped import core_block
from analyzer.statements.parse import Node, walk


def find(given: Subject) -> Iterator[Found]:
    """One for each OR of a block whose arms need different access."""
    for block in given.blocks.selects:
        for item in conditions(block):
            arms = disjuncts(item)
            if 2 <= len(arms) <= 4 and _is_worth_it(given, block, arms):
                yield from _split(given, block, item, arms)


def _is_worth_it(given: Subject, block: Block, arms: list[Node]) -> bool:
    """Whether no single access serves all arms."""
    touched = []
    for arm in arms:
        uses = given.blocks.own_uses(arm, block)
        if not uses:
            return False
        touched.append(frozenset(source for source, _ in uses))
    subqueries = ["SubLink" in dict(walk(arm)) for arm in arms]
    if any(subqueries):
        # EXISTS OR EXISTS is hashed subplans already; splitting it was never a gain.
        return not all(subqueries)
    if all(equated(arm, block, given.blocks) for arm in arms):
        return True
    return len(set(touched)) > 1 and all(len(item) == 1 for item in touched)


def _split(
    given: Subject, block: Block, item: Node, arms: list[Node]
) -> Iterator[Found]:
    condition = not_volatile(given.setting, block.fields)
    parts = []
    for number, arm in enumerate(arms):
        guards = [not_true(earlier) for earlier in arms[:number]]
        parts.append((arm, guards))
    if is_plain(block, ("targetList", "fromClause", "whereClause")):
        new = union_all([_arm(block.fields, item, arm, g) for arm, g in parts])
    else:
        wrapped = core_block(given, block)
        if wrapped is None:
            return
        core, finish = wrapped
        new = finish(union_all([_arm(core, item, arm, g) for arm, g in parts]))
    yield Found(
        what=f"OR of {len(arms)} arms as UNION ALL",
        pairs=((block.node, {"SelectStmt": new}),),
        conditions=(condition,),
    )


def _arm(fields: Node, item: Node, arm: Node, guards: list[Node]) -> Node:
    """A copy of the SELECT with one arm where the OR stood, and guards in WHERE."""
    new: Node = exchanged(fields, [(item, arm)])
    return changed(
        new, whereClause=where([*conjuncts(new.get("whereClause")), *guards])
    )


RULE = Rule(slug="or_across_sources", doc=__doc__, find=find)
