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
from typing import Any

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
from analyzer.statements.parse import Node


def find(given: Subject) -> Iterator[Found]:
    """One for each EXISTS with an OR that names the query around."""
    for link, outer in _tests(given.tree, None):
        block = given.blocks.of(link["SubLink"]["subselect"]["SelectStmt"])
        if block is None or not is_plain(block):
            continue
        for arms, rest in split_or(conjuncts(block.fields.get("whereClause"))):
            if not _ties(given, block, arms):
                continue
            parts = [
                exists(changed(block.fields, whereClause=where([*rest, arm])))
                for arm in arms
            ]
            is_denied = outer is not None
            new = (
                conjunction([negated(part) for part in parts])
                if is_denied
                else disjunction(parts)
            )
            if new is not None:
                word = "NOT EXISTS" if is_denied else "EXISTS"
                yield Found(
                    what=f"OR inside {word} as {len(arms)} {word}",
                    pairs=((outer or link, new),),
                    conditions=(not_volatile(given.setting, block.fields),),
                )


def _tests(node: Any, denial: Node | None) -> Iterator[tuple[Node, Node | None]]:
    """Every EXISTS, with the NOT that it is all of, if there is one."""
    if isinstance(node, list):
        for item in node:
            yield from _tests(item, None)
    elif isinstance(node, dict):
        if node.get("SubLink", {}).get("subLinkType") == "EXISTS_SUBLINK":
            yield node, denial
        fields = node.get("BoolExpr", {})
        if fields.get("boolop") == "NOT_EXPR":
            yield from _tests(fields["args"][0], node)
            return
        for value in node.values():
            yield from _tests(value, None)


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
