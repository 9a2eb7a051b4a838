"""Compare an integer column with an integer, not with a wider number.

Rule: ``id = $1::numeric`` and ``id = $1::float8`` convert the column of every row. With
    the value converted instead, the index on the column serves.
Evidence: planner costs of both texts for all parameter sets.
Semantics: the same rows: a second condition keeps values that are no whole number from
    finding any. For float8 only below 2^53, where each integer has a float8 of its own.
Silent when: the column is no integer, or the comparison is no equality.
Source: rewrites.md G10 and G10f.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.recommendation import Semantics
from analyzer.rewriting.conditions import INTEGER_RANGES
from analyzer.rewriting.literals import kind_of
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import equality
from analyzer.rewriting.trees import conjunction, conjuncts, expression, operation
from analyzer.statements.parse import Node
from analyzer.statements.sides import without_casts

_RANGE = "A value beyond the column's type, which found no row, is an error now."
_EXACT = "For numbers below 2^53, where each integer has a float8 of its own."


def find(given: Subject) -> Iterator[Found]:
    """One for each parameter of a wider type compared with an integer column."""
    for block in given.blocks:
        for item in conjuncts(block.fields.get("whereClause")):
            sides = equality(item)
            for column, value in (sides, sides[::-1]) if sides else ():
                kind = kind_of(given.blocks.column(column, block))
                inner, cast = without_casts(value)
                wide = cast in ("numeric", "float8", "float4")
                if kind in INTEGER_RANGES and "ParamRef" in inner and wide:
                    yield Found(
                        what="the value converted instead of the column",
                        pairs=((item, _converted(column, value, kind)),),
                        semantics=Semantics.UNCHANGED_IF,
                        caveats=(_RANGE, *((_EXACT,) if cast != "numeric" else ())),
                    )


def _converted(column: Node, value: Node, kind: str) -> Node:
    cast = expression(f"x::{kind}")
    cast["TypeCast"]["arg"] = value
    parts = [operation("=", column, cast), operation("=", cast, value)]
    return conjunction(parts) or parts[0]


RULE = Rule(slug="wide_parameter", doc=__doc__, find=find)
