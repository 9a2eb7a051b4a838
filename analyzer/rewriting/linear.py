"""A number computed of one column: ``factor * column + offset``, and its range."""

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
from analyzer.rewriting.protocol import Found, Subject
from analyzer.rewriting.trees import operation
from analyzer.statements.parse import Node

MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
Bound = tuple[str, Fraction]
"""A comparison with a constant that stands right of it."""
_SCALED = re.compile(r"numeric\(\d+,(\d+)\)")
_MAX_DEPTH = 5
_MAX_DIGITS = 12
_OVERFLOW = Condition(
    fact=Fact.NO_OVERFLOW,
    claim="the computed value overflows for no row",
    proof="where it does, the text as it is ends with an error",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """``factor * column + offset``, all exact.

    ``is_integer`` says that integers are computed with, which can overflow.
    """

    column: Node
    use: Use
    factor: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)
    is_integer: bool = False

    def scaled(self, value: Fraction, node: Node) -> Linear:
        """Times a constant."""
        return replace(
            self,
            factor=self.factor * value,
            offset=self.offset * value,
            is_integer=self.is_integer or is_whole(self.use, node),
        )

    def moved(self, value: Fraction, node: Node) -> Linear:
        """Plus a constant."""
        whole = self.is_integer or is_whole(self.use, node)
        return replace(self, offset=self.offset + value, is_integer=whole)


def compared(item: Node) -> Iterator[tuple[Node, list[Bound]]]:
    """What is compared with constants, on the left, and how."""
    fields = item.get("A_Expr", {})
    if fields.get("kind") == "AEXPR_BETWEEN":
        ends = [number_constant(end) for end in fields["rexpr"]["List"]["items"]]
        if ends[0] is not None and ends[1] is not None:
            yield fields["lexpr"], [(">=", ends[0]), ("<=", ends[1])]
        return
    operator = operator_name(item)
    if operator not in MIRRORED:
        return
    left, right = fields.get("lexpr"), fields["rexpr"]
    for one, two, sign in ((left, right, operator), (right, left, MIRRORED[operator])):
        bound = number_constant(two)
        if one is not None and bound is not None:
            yield one, [(sign, bound)]


def linear(
    given: Subject, block: Block, node: Node, depth: int = _MAX_DEPTH
) -> Linear | None:
    """A node as a multiple of one column plus a constant."""
    use = given.blocks.column(node, block)
    if use is not None:
        known = kind_of(use) in (*INTEGER_RANGES, "numeric")
        return Linear(column=node, use=use) if known else None
    fields, operator = node.get("A_Expr", {}), operator_name(node)
    if depth == 0 or operator not in ("+", "-", "*"):
        return None
    left, right = fields["lexpr"], fields["rexpr"]
    for one, two in ((left, right), (right, left)):
        value = number_constant(two)
        inner = linear(given, block, one, depth - 1) if value is not None else None
        if value is None or inner is None:
            continue
        if operator == "*":
            return inner.scaled(value, two)
        if operator == "-" and one is right:
            return inner.scaled(Fraction(-1), two).moved(value, two)
        return inner.moved(value if operator == "+" else -value, two)
    return None


def is_whole(use: Use, node: Node) -> bool:
    """Whether a column and a constant are both integers, of whatever size."""
    text = str(plain_constant(node).get("fval", {}).get("fval", ""))
    return kind_of(use) in INTEGER_RANGES and "." not in text and "e" not in text


def bare(computed: Linear, sign: str, bound: Fraction) -> Node | None:
    """``column sign bound``, with the bound on a step that the column can take."""
    if not computed.factor:
        return None
    exact = (bound - computed.offset) / computed.factor
    turned = sign if computed.factor > 0 else MIRRORED[sign]
    scale = scale_of(computed.use)
    if scale is None:
        scale = digits_of(exact)
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


def digits_of(value: Fraction) -> int | None:
    """How many digits a number has behind the point; none if they do not end."""
    for scale in range(_MAX_DIGITS):
        if (value * 10**scale).denominator == 1:
            return scale
    return None


def scale_of(use: Use | None) -> int | None:
    """How many digits behind the point every value of a column has at most."""
    if use is None or use[0].relation is None:
        return None
    if kind_of(use) in INTEGER_RANGES:
        return 0
    attribute = use[0].relation.attribute(use[1])
    match = _SCALED.fullmatch(attribute.type_name) if attribute else None
    return int(match[1]) if match else None


def as_range(computed: Linear, item: Node, new: Node, what: str) -> Found:
    """A comparison exchanged for one of the column, and what that stands on."""
    use = computed.use
    relation = use[0].relation
    conditions = [_OVERFLOW] if computed.is_integer else []
    if computed.factor < 0 and kind_of(use) == "numeric":
        claim = f"{use[0].alias}.{use[1]} is never NaN"
        proof = "NaN is the largest number, and so is its negative"
        conditions.append(Condition(fact=Fact.VALUES, claim=claim, proof=proof))
    return Found(
        what=what,
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
