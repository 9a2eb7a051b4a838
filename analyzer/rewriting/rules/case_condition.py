"""Ask for the condition itself instead of a CASE that stands for it.

Rule: ``CASE WHEN status = 'open' THEN 1 ELSE 0 END = 1`` hides the condition from every
    index and from the planner's estimates.
Evidence: planner costs of both texts.
Semantics: the same rows: the CASE has the value asked for if and only if the condition
    is true (or is not true, for the value of ELSE).
Silent when: several branches give the value, a branch computes its value, or it is no
    condition that every row must pass.
Source: rewrites.md G18.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.rewriting.literals import plain_constant
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import equality
from analyzer.rewriting.trees import (
    conjunction,
    conjuncts,
    not_true,
    operation,
)
from analyzer.statements.parse import Node
from analyzer.statements.plain_tree import plain
from analyzer.statements.sides import constant_of


def find(given: Subject) -> Iterator[Found]:
    """One for each such comparison in a WHERE clause."""
    for block in given.blocks:
        for item in conjuncts(block.fields.get("whereClause")):
            new = _condition(item)
            if new is not None:
                yield Found(
                    what="CASE as the condition it stands for", pairs=((item, new),)
                )


def _condition(item: Node) -> Node | None:
    if "CaseExpr" in item:
        return _matching(item["CaseExpr"], ("bool", "true"))
    sides = equality(item)
    for case, value in (sides, sides[::-1]) if sides else ():
        wanted = _value(value)
        if "CaseExpr" in case and wanted is not None:
            return _matching(case["CaseExpr"], wanted)
    return None


def _matching(case: Node, wanted: tuple[str, str]) -> Node | None:
    """When the CASE has the value, if exactly one branch has it."""
    whens = [item["CaseWhen"] for item in case.get("args", [])]
    values = [_value(item.get("result")) for item in whens]
    last = _value(case.get("defresult"))
    if None in values or ("defresult" in case and last is None):
        return None
    kinds = {value[0] for value in (*values, last) if value is not None}
    if kinds != {wanted[0]} or [*values, last].count(wanted) != 1:
        return None
    tests = [_test(case, item["expr"]) for item in whens]
    if wanted == last:
        return conjunction([not_true(test) for test in tests])
    place = values.index(wanted)
    return conjunction([*(not_true(test) for test in tests[:place]), tests[place]])


def _test(case: Node, expression: Node) -> Node:
    """The condition of a branch, of ``CASE x WHEN v`` as ``x = v``."""
    if "arg" in case:
        return operation("=", case["arg"], expression)
    return expression


def _value(node: Node | None) -> tuple[str, str] | None:
    """Kind and text of a constant; none for NULL and for anything computed."""
    fields = plain(plain_constant(node))
    for name, kind in (("ival", "number"), ("sval", "text"), ("boolval", "bool")):
        if name in fields:
            return kind, constant_of(fields) or ""
    return None


RULE = Rule(slug="case_condition", doc=__doc__, find=find)
