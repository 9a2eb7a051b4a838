"""Say a condition on a distance or a product as a range of the column.

Rule: ``abs(x - 50) < 3`` and ``total * 1.19 > 1000`` compute a value for every row;
    the bounds of the column itself can be searched for.
Evidence: planner costs with the indexes that exist, or with one on the column.
Semantics: the same rows: bounds are computed exactly for the digits the column has.
    Where a difference of integers is too large, the text as it is ends with an error.
Silent when: the column is float or has no fixed number of digits, the factor is zero
    or no constant, or the condition is an equality of a product.
Source: Winand, "SQL Performance Explained", chapter 2; rewrites.md G7 and G20.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor

from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.block import Block, Use
from analyzer.rewriting.conditions import INTEGER_RANGES
from analyzer.rewriting.literals import (
    kind_of,
    number_constant,
    number_node,
    operator_name,
    plain_constant,
)
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.trees import conjunction, conjuncts, operation
from analyzer.statements.parse import Node
from analyzer.statements.sides import function_name

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SCALED = re.compile(r"numeric\(\d+,(\d+)\)")


def find(given: Subject) -> Iterator[Found]:
    """One for each such condition that every row must pass."""
    for block in given.blocks:
        for item in conjuncts(block.fields.get("whereClause")):
            operator = operator_name(item)
            if operator not in _MIRRORED:
                continue
            left, right = item["A_Expr"]["lexpr"], item["A_Expr"]["rexpr"]
            for one, two, sign in (
                (left, right, operator),
                (right, left, _MIRRORED[operator]),
            ):
                bound = number_constant(two)
                if bound is not None:
                    yield from _distance(given, block, (item, one), sign, bound)
                    yield from _product(given, block, (item, one), sign, bound)


def _distance(
    given: Subject, block: Block, nodes: tuple[Node, Node], sign: str, bound: Fraction
) -> Iterator[Found]:
    """``abs(x - k) < n`` as ``x > k - n AND x < k + n``."""
    item, call = nodes
    fields = call.get("FuncCall", {})
    if function_name(fields) != "abs" or len(fields.get("args", [])) != 1:
        return
    inside = fields["args"][0]
    column, middle = inside, Fraction(0)
    if operator_name(inside) == "-":
        column = inside["A_Expr"]["lexpr"]
        found = number_constant(inside["A_Expr"]["rexpr"])
        if found is None:
            return
        middle = found
    use = given.blocks.column(column, block)
    kind = kind_of(use)
    whole = bound.denominator == 1 and middle.denominator == 1
    if use is None or kind not in INTEGER_RANGES or not whole or sign[0] != "<":
        return
    low, high = middle - bound, middle + bound
    if not (INTEGER_RANGES[kind][0] < low and high < INTEGER_RANGES[kind][1]):
        return
    if abs(middle) > _LARGEST[kind] or abs(bound) > _LARGEST[kind]:
        return
    new = conjunction(
        [
            operation(_MIRRORED[sign], column, number_node(low, 0)),
            operation(sign, column, number_node(high, 0)),
        ]
    )
    yield _found("a distance as a range", item, new or {}, use, overflow=True)


_LARGEST = {"smallint": 2**14, "integer": 2**30, "bigint": 2**30}
"""Constants beyond these would be of another type than the column."""


def _product(
    given: Subject, block: Block, nodes: tuple[Node, Node], sign: str, bound: Fraction
) -> Iterator[Found]:
    """``x * 1.19 > 1000`` as ``x > 840.33`` for a column with two digits."""
    item, product = nodes
    if operator_name(product) != "*":
        return
    sides = (product["A_Expr"]["lexpr"], product["A_Expr"]["rexpr"])
    for column, factor_node in (sides, sides[::-1]):
        use = given.blocks.column(column, block)
        factor = number_constant(factor_node)
        scale = _scale(use)
        if use is None or not factor or scale is None:
            continue
        if kind_of(use) in INTEGER_RANGES and "fval" not in plain_constant(factor_node):
            continue
        turned = sign if factor > 0 else _MIRRORED[sign]
        exact = bound / factor * 10**scale
        # The column has steps of 10^-scale: the bound moves to the nearest of them.
        step = floor(exact) if turned in (">", "<=") else ceil(exact)
        limits = INTEGER_RANGES.get(kind_of(use))
        if limits and not limits[0] <= step <= limits[1]:
            continue
        value = number_node(Fraction(step, 10**scale), scale)
        new = operation(turned, column, value)
        yield _found("a product divided out", item, new, use, overflow=False)


def _scale(use: Use | None) -> int | None:
    """How many digits behind the point every value of a column has at most."""
    if use is None or use[0].relation is None:
        return None
    if kind_of(use) in INTEGER_RANGES:
        return 0
    attribute = use[0].relation.attribute(use[1])
    match = _SCALED.fullmatch(attribute.type_name) if attribute else None
    return int(match[1]) if match else None


def _found(what: str, item: Node, new: Node, use: Use, *, overflow: bool) -> Found:
    relation = use[0].relation
    claim = Condition(
        fact=Fact.NO_OVERFLOW,
        claim="the difference overflows for no row",
        proof="where it does, the text as it is ends with an error",
    )
    return Found(
        what=what,
        pairs=((item, new),),
        semantics=Semantics.UNCHANGED_IF if overflow else Semantics.UNCHANGED,
        conditions=(claim,) if overflow else (),
        caveats=(f"The same only if {claim.claim}: {claim.proof}.",)
        if overflow
        else (),
        indexes=(
            IndexDefinition(relation=relation.name, keys=(IndexKey(attribute=use[1]),)),
        )
        if relation
        else (),
    )


RULE = Rule(slug="number_range", doc=__doc__, find=find)
