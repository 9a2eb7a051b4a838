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

from collections.abc import Iterator
from dataclasses import replace

from analyzer.rewriting.conditions import INTEGER_RANGES
from analyzer.rewriting.linear import (
    MIRRORED,
    Bound,
    Linear,
    as_range,
    bare,
    compared,
    linear,
)
from analyzer.rewriting.literals import kind_of, operator_name
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.trees import conjunction, conjuncts
from analyzer.statements.parse import Node
from analyzer.statements.sides import function_name


def find(given: Subject) -> Iterator[Found]:
    """One for each such condition that every row must pass."""
    for block in given.blocks:
        for item in conjuncts(block.fields.get("whereClause")):
            for side, bounds in compared(item):
                inside = _distance(side)
                computed = linear(given, block, inside or side)
                if computed is None or _is_plain(side):
                    continue
                wanted = bounds
                if inside is not None:
                    wanted = _both_ways(bounds)
                    computed = _made_positive(computed, inside)
                new = [bare(computed, *bound) for bound in wanted]
                known = [part for part in new if part is not None]
                condition = conjunction(known)
                if condition is not None and len(known) == len(new):
                    yield as_range(
                        computed, item, condition, "a computed number as a range"
                    )


def _distance(node: Node) -> Node | None:
    """What ``abs(…)`` is of."""
    call = node.get("FuncCall", {})
    given = call.get("args", []) if function_name(call) == "abs" else []
    return given[0] if len(given) == 1 else None


def _made_positive(computed: Linear, inside: Node) -> Linear:
    """The distance of the smallest integer from zero is no integer of its type."""
    is_integer = computed.is_integer or "ColumnRef" in inside
    whole = kind_of(computed.use) in INTEGER_RANGES
    return replace(computed, is_integer=is_integer and whole)


def _both_ways(bounds: list[Bound]) -> list[Bound]:
    """``abs(x) < n`` as ``x > -n AND x < n``; empty for any other comparison."""
    if bounds[0][0] not in ("<", "<="):
        return []
    sign, bound = bounds[0]
    return [(MIRRORED[sign], -bound), (sign, bound)]


def _is_plain(node: Node) -> bool:
    """``x``, ``x + 3`` and ``x - 3``."""
    fields = node.get("A_Expr", {})
    is_sum = operator_name(node) in ("+", "-") and "ColumnRef" in fields.get(
        "lexpr", {}
    )
    return "ColumnRef" in node or is_sum


RULE = Rule(slug="number_range", doc=__doc__, find=find)
