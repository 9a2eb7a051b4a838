"""Split an OR inside [NOT] EXISTS into one [NOT] EXISTS for each arm.

Rule: a semi-join or anti-join needs one condition that ties both sides together. With
    ``a = x OR b = x`` there is none, so the subquery is run for every row. One EXISTS
    for each arm has one, and an index each.
Evidence: planner costs of both texts.
Semantics: the same rows; a row satisfies an OR if and only if it satisfies an arm.
Silent when: no arm names the query around, the subquery groups, limits or locks, or
    something volatile would run another number of times.
Source: PostgreSQL sources, ``convert_EXISTS_sublink_to_join``; rewrites.md A4 and C2.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.rewriting.block import Block
from analyzer.rewriting.proofs import not_volatile
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import is_plain, split_or, where
from analyzer.rewriting.trees import (
    changed,
    conjunction,
    conjuncts,
    disjunction,
    exists,
    negated,
)
from analyzer.statements.parse import Node, walk


def find(given: Subject) -> Iterator[Found]:
    """One for each EXISTS with an OR that names the query around."""
    negations = _negations(given.tree)
    for block in given.blocks:
        if block.place != "expression" or block.parent is None:
            continue
        link = _link(given.tree, block)
        if link is None or not is_plain(block):
            continue
        for arms, rest in split_or(conjuncts(block.fields.get("whereClause"))):
            if not _ties(given, block, arms):
                continue
            parts = [
                exists(changed(block.fields, whereClause=where([*rest, arm])))
                for arm in arms
            ]
            outer = negations.get(id(link))
            new = disjunction(parts)
            if outer is not None:
                new = conjunction([negated(part) for part in parts])
            if new is not None:
                word = "NOT EXISTS" if outer is not None else "EXISTS"
                yield Found(
                    what=f"OR inside {word} as {len(arms)} {word}",
                    pairs=((outer or link, new),),
                    conditions=(not_volatile(given.setting, block.fields),),
                )


def _link(tree: Node, block: Block) -> Node | None:
    """The EXISTS a block is the subquery of."""
    stack: list[object] = [tree]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            fields = current.get("SubLink")
            if fields and fields["subselect"] is block.node:
                is_exists = fields.get("subLinkType") == "EXISTS_SUBLINK"
                return current if is_exists else None
            stack.extend(current.values())
    return None


def _negations(tree: Node) -> dict[int, Node]:
    """The NOT around each EXISTS, by the identity of the EXISTS."""
    found = {}
    for kind, fields in walk(tree):
        if kind == "BoolExpr" and fields.get("boolop") == "NOT_EXPR":
            found[id(fields["args"][0])] = {"BoolExpr": fields}
    return {key: _same(tree, node) for key, node in found.items()}


def _same(tree: Node, wanted: Node) -> Node:
    """The very node of the tree that has these fields."""
    stack: list[object] = [tree]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            if current.get("BoolExpr") is wanted["BoolExpr"]:
                return current
            stack.extend(current.values())
    return wanted


def _ties(given: Subject, block: Block, arms: list[Node]) -> bool:
    """Whether an arm names a column of a query around."""
    own = set(block.sources)
    for arm in arms:
        uses = given.blocks.uses(arm, block)
        if uses is None:
            return False
        if any(source not in own for source, _ in uses):
            return True
    return False


RULE = Rule(slug="or_in_exists", doc=__doc__, find=find)
