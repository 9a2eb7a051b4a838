"""Say a condition on a computed number as a range of the column.

Rule: ``abs(x - 50) < 3``, ``total * 1.19 > 1000`` and ``100 - x < 3`` compute a value
    for every row; the bounds of the column itself can be searched for.
Evidence: planner costs with the indexes that exist, or with one on the column.
Semantics: the same rows: what is computed is a * x + b, and the bounds are worked out
    exactly for the digits the column has. Where integers grow too large, the text as it
    is ends with an error; a numeric that is not a number stays above all others, also
    if its sign is turned.
Silent when: the column is float or not alone, the factor is zero or no constant, digits
    of the bound have no end, or it is a plain sum, which ``sargable_range`` knows.
Source: Winand, "SQL Performance Explained", chapter 2; rewrites.md G7 and G20.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
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

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
_SCALED = re.compile(r"numeric\(\d+,(\d+)\)")
_MAX_DEPTH = 5
_OVERFLOW = Condition(
    fact=Fact.NO_OVERFLOW,
    claim="the computed value overflows for no row",
    proof="where it does, the text as it is ends with an error",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Linear:
    """``factor * column + offset``, all exact.

    ``is_integer`` says that integers are computed with, which can overflow.
    """

    column: Node
    use: Use
    factor: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)
    is_integer: bool = False

    def scaled(self, value: Fraction, node: Node) -> _Linear:
        """Times a constant."""
        return replace(
            self,
            factor=self.factor * value,
            offset=self.offset * value,
            is_integer=self.is_integer or _is_whole(self.use, node),
        )

    def moved(self, value: Fraction, node: Node) -> _Linear:
        """Plus a constant."""
        whole = self.is_integer or _is_whole(self.use, node)
        return replace(self, offset=self.offset + value, is_integer=whole)


def find(given: Subject) -> Iterator[Found]:
    """One for each such condition that every row must pass."""
    for block in given.blocks:
        for item in conjuncts(block.fields.get("whereClause")):
            for side, bounds in _compared(item):
                inside = _distance(side)
                computed = _linear(given, block, inside or side, _MAX_DEPTH)
                if computed is None or _is_plain(side):
                    continue
                wanted = bounds
                if inside is not None:
                    wanted = _both_ways(bounds)
                    computed = _made_positive(computed, inside)
                new = [_bare(computed, *bound) for bound in wanted]
                known = [part for part in new if part is not None]
                condition = conjunction(known)
                if condition is not None and len(known) == len(new):
                    yield _found(computed, item, condition)


Bound = tuple[str, Fraction]


def _compared(item: Node) -> Iterator[tuple[Node, list[Bound]]]:
    """What is compared with constants, on the left, and how."""
    fields = item.get("A_Expr", {})
    if fields.get("kind") == "AEXPR_BETWEEN":
        ends = [number_constant(end) for end in fields["rexpr"]["List"]["items"]]
        if ends[0] is not None and ends[1] is not None:
            yield fields["lexpr"], [(">=", ends[0]), ("<=", ends[1])]
        return
    operator = operator_name(item)
    if operator not in _MIRRORED:
        return
    left, right = fields.get("lexpr"), fields["rexpr"]
    for one, two, sign in ((left, right, operator), (right, left, _MIRRORED[operator])):
        bound = number_constant(two)
        if one is not None and bound is not None:
            yield one, [(sign, bound)]


def _distance(node: Node) -> Node | None:
    """What ``abs(…)`` is of."""
    call = node.get("FuncCall", {})
    given = call.get("args", []) if function_name(call) == "abs" else []
    return given[0] if len(given) == 1 else None


def _made_positive(computed: _Linear, inside: Node) -> _Linear:
    """The distance of the smallest integer from zero is no integer of its type."""
    is_integer = computed.is_integer or "ColumnRef" in inside
    whole = kind_of(computed.use) in INTEGER_RANGES
    return replace(computed, is_integer=is_integer and whole)


def _both_ways(bounds: list[Bound]) -> list[Bound]:
    """``abs(x) < n`` as ``x > -n AND x < n``; empty for any other comparison."""
    if bounds[0][0] not in ("<", "<="):
        return []
    sign, bound = bounds[0]
    return [(_MIRRORED[sign], -bound), (sign, bound)]


def _linear(given: Subject, block: Block, node: Node, depth: int) -> _Linear | None:
    """A node as a multiple of one column plus a constant."""
    use = given.blocks.column(node, block)
    if use is not None:
        known = kind_of(use) in (*INTEGER_RANGES, "numeric")
        return _Linear(column=node, use=use) if known else None
    fields, operator = node.get("A_Expr", {}), operator_name(node)
    if depth == 0 or operator not in ("+", "-", "*"):
        return None
    left, right = fields["lexpr"], fields["rexpr"]
    for one, two in ((left, right), (right, left)):
        value = number_constant(two)
        inner = _linear(given, block, one, depth - 1) if value is not None else None
        if value is None or inner is None:
            continue
        if operator == "*":
            return inner.scaled(value, two)
        if operator == "-" and one is right:
            return inner.scaled(Fraction(-1), two).moved(value, two)
        return inner.moved(value if operator == "+" else -value, two)
    return None


def _is_whole(use: Use, node: Node) -> bool:
    """Whether a column and a constant are both integers, of whatever size."""
    text = str(plain_constant(node).get("fval", {}).get("fval", ""))
    return kind_of(use) in INTEGER_RANGES and "." not in text and "e" not in text


def _is_plain(node: Node) -> bool:
    """``x``, ``x + 3`` and ``x - 3``."""
    fields = node.get("A_Expr", {})
    is_sum = operator_name(node) in ("+", "-") and "ColumnRef" in fields.get(
        "lexpr", {}
    )
    return "ColumnRef" in node or is_sum


def _bare(computed: _Linear, sign: str, bound: Fraction) -> Node | None:
    """``column sign bound``, with the bound on a step that the column can take."""
    if not computed.factor:
        return None
    exact = (bound - computed.offset) / computed.factor
    turned = sign if computed.factor > 0 else _MIRRORED[sign]
    scale = _scale(computed.use)
    if scale is None:
        scale = _digits(exact)
    if scale is None:
        return None
    shifted = exact * 10**scale
    if turned == "=" and shifted.denominator != 1:
        return None
    # The column has steps of 10^-scale: the bound moves to the nearest of them.
    step = floor(shifted) if turned in (">", "<=") else ceil(shifted)
    limits = INTEGER_RANGES.get(kind_of(computed.use))
    if limits and not limits[0] <= step <= limits[1]:
        return None
    value = number_node(Fraction(step, 10**scale), scale)
    return operation(turned, computed.column, value)


def _digits(value: Fraction) -> int | None:
    """How many digits a number has behind the point; none if they do not end."""
    for scale in range(_MAX_DIGITS):
        if (value * 10**scale).denominator == 1:
            return scale
    return None


_MAX_DIGITS = 12


def _scale(use: Use | None) -> int | None:
    """How many digits behind the point every value of a column has at most."""
    if use is None or use[0].relation is None:
        return None
    if kind_of(use) in INTEGER_RANGES:
        return 0
    attribute = use[0].relation.attribute(use[1])
    match = _SCALED.fullmatch(attribute.type_name) if attribute else None
    return int(match[1]) if match else None


def _found(computed: _Linear, item: Node, new: Node) -> Found:
    use = computed.use
    relation = use[0].relation
    conditions = [_OVERFLOW] if computed.is_integer else []
    if computed.factor < 0 and kind_of(use) == "numeric":
        claim = f"{use[0].alias}.{use[1]} is never NaN"
        proof = "NaN is the largest number, and so is its negative"
        conditions.append(Condition(fact=Fact.VALUES, claim=claim, proof=proof))
    return Found(
        what="a computed number as a range",
        pairs=((item, new),),
        semantics=Semantics.UNCHANGED_IF if conditions else Semantics.UNCHANGED,
        conditions=tuple(conditions),
        caveats=tuple(f"The same only if {c.claim}: {c.proof}." for c in conditions),
        indexes=(
            IndexDefinition(relation=relation.name, keys=(IndexKey(attribute=use[1]),)),
        )
        if relation
        else (),
    )


RULE = Rule(slug="number_range", doc=__doc__, find=find)
