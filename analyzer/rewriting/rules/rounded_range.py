"""Say a condition on a rounded number or a quotient as a range of the column.

Rule: ``trunc(price) = 12``, ``weight / 1000 > 4`` and ``price::int <= 3`` compute a
    value for every row; the numbers that are rounded to it lie in a range.
Evidence: planner costs with the indexes that exist, or with one on the column.
Semantics: the same rows: bounds are worked out exactly. A quotient of numerics is cut
    to a number of digits; it is taken only where two different quotients, of the digits
    that the column has, lie too far apart to be cut to one.
Silent when: the column is float or its digits are not declared, the divisor is not a
    positive constant, or nothing is rounded to the value compared with.
Source: PostgreSQL manual, "Mathematical Functions and Operators"; PostgreSQL sources,
    ``select_div_scale`` in numeric.c; rewrites.md G7.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor

from analyzer.rewriting.block import Block
from analyzer.rewriting.conditions import INTEGER_RANGES
from analyzer.rewriting.linear import (
    Bound,
    Linear,
    as_range,
    bare,
    compared,
    digits_of,
    is_whole,
    linear,
    scale_of,
)
from analyzer.rewriting.literals import (
    declared_type,
    kind_of,
    number_constant,
    operator_name,
)
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.trees import conjunction, conjuncts
from analyzer.statements.parse import Node, has_field
from analyzer.statements.sides import constant_of, function_name, without_casts

_HALF = Fraction(1, 2)
_LOWEST: dict[str, Callable[[int], Bound]] = {
    "trunc": lambda n: (">=", Fraction(n)) if n > 0 else (">", Fraction(n - 1)),
    "floor": lambda n: (">=", Fraction(n)),
    "ceil": lambda n: (">", Fraction(n - 1)),
    "round": lambda n: (">=" if n > 0 else ">", n - _HALF),
}
"""From where on numbers are rounded to a whole one or a larger one."""
_HIGHEST: dict[str, Callable[[int], Bound]] = {
    "trunc": lambda n: ("<", Fraction(n + 1)) if n >= 0 else ("<=", Fraction(n)),
    "floor": lambda n: ("<", Fraction(n + 1)),
    "ceil": lambda n: ("<=", Fraction(n)),
    "round": lambda n: ("<" if n >= 0 else "<=", n + _HALF),
}
_NAMES = {"ceiling": "ceil"} | {name: name for name in _LOWEST}
_WITH_DIGITS = ("trunc", "round")
_INTEGERS = ("int2", "int4", "int8")
_OF_CALL = {"funcname", "args", "funcformat", "location"}
_SIGNIFICANT_DIGITS = 16
_DECLARED = re.compile(r"numeric\((\d+),(\d+)\)")
_INTEGER_DIGITS = {"smallint": 5, "integer": 10, "bigint": 19}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rounded:
    """A number of one column as a function or cast rounds it.

    Attributes:
        inside: the number.
        how: name of the function; empty for a quotient that nothing else rounds.
        digits: how many stay behind the point.
        divisor: of a quotient that is itself cut to some digits; 1 for none.
        divisor_scale: digits the divisor is written with behind the point.
    """

    inside: Linear
    how: str
    digits: int = 0
    divisor: Fraction = Fraction(1)
    divisor_scale: int = 0


def find(given: Subject) -> Iterator[Found]:
    """One for each such condition that every row must pass."""
    for block in given.blocks:
        for item in conjuncts(block.fields.get("whereClause")):
            for side, bounds in compared(item):
                found = _rounded(given, block, side)
                condition = _condition(found, bounds) if found is not None else None
                if found is not None and condition is not None:
                    what = "a rounded number as a range"
                    yield as_range(found.inside, item, condition, what)


def _rounded(given: Subject, block: Block, node: Node) -> _Rounded | None:
    call = node.get("FuncCall", {})
    how, arguments = _NAMES.get(function_name(call), ""), call.get("args", [])
    if (
        how
        and arguments
        and set(call) <= {"funcname", "args", "funcformat", "location"}
    ):
        return _called(given, block, how, arguments)
    inner, cast = without_casts(node)
    if cast in _INTEGERS and inner is node["TypeCast"]["arg"]:
        found = _numeric(given, block, inner)
        if found is None:
            return None
        # A number too large for the type ends with an error.
        inside = replace(found.inside, is_integer=True)
        return replace(found, inside=inside, how="round")
    return _quotient(given, block, node)


def _called(
    given: Subject, block: Block, how: str, arguments: list[Node]
) -> _Rounded | None:
    found = _numeric(given, block, arguments[0])
    if found is None or len(arguments) > 2:
        return None
    if len(arguments) == 1:
        return replace(found, how=how)
    digits = number_constant(arguments[1])
    known = digits is not None and digits.denominator == 1 and 0 <= digits <= 12
    if not known or how not in _WITH_DIGITS:
        return None
    return replace(found, how=how, digits=int(digits or 0))


def _numeric(given: Subject, block: Block, node: Node) -> _Rounded | None:
    """A number that is surely numeric: of integers these functions make floats."""
    found = linear(given, block, node)
    if found is not None:
        is_numeric = kind_of(found.use) == "numeric"
        return _Rounded(inside=found, how="") if is_numeric else None
    quotient = _quotient(given, block, node)
    return quotient if quotient is not None and not quotient.how else None


def _quotient(given: Subject, block: Block, node: Node) -> _Rounded | None:
    """``number / constant``, whole where both are integers."""
    if operator_name(node) != "/":
        return None
    fields = node["A_Expr"]
    divisor = number_constant(fields["rexpr"])
    inside = linear(given, block, fields["lexpr"])
    if inside is None or divisor is None or divisor <= 0:
        return None
    kind = kind_of(inside.use)
    if is_whole(inside.use, fields["rexpr"]):
        # With one decimal number in it, the sum and the quotient are numeric.
        if has_field(fields["lexpr"], "fval"):
            return None
        return _Rounded(inside=_divided(inside, divisor), how="trunc")
    if "ColumnRef" not in fields["lexpr"] or kind not in ("numeric", *INTEGER_RANGES):
        return None
    text = constant_of(fields["rexpr"].get("A_Const", {"isnull": True})) or ""
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        return None
    return _Rounded(
        inside=_divided(inside, divisor),
        how="",
        divisor=divisor,
        divisor_scale=len(text.partition(".")[2]),
    )


def _divided(inside: Linear, divisor: Fraction) -> Linear:
    return replace(
        inside, factor=inside.factor / divisor, offset=inside.offset / divisor
    )


def _condition(found: _Rounded, bounds: list[Bound]) -> Node | None:
    """All of the bounds for the column; none where one cannot be said of it."""
    unit = Fraction(1, 10**found.digits)
    wanted: list[Bound] = []
    for sign, value in bounds:
        if not found.how:
            wanted.append((sign, value))
            continue
        whole = _of_whole(found.how, sign, value / unit)
        if not whole:
            return None
        wanted += [(turned, bound * unit) for turned, bound in whole]
    new = [bare(found.inside, *bound) for bound in wanted]
    known = [part for part in new if part is not None]
    if len(known) < len(new) or not all(_is_exact(found, b) for _, b in wanted):
        return None
    return conjunction(known)


def _of_whole(how: str, sign: str, value: Fraction) -> list[Bound]:
    """Where numbers lie whose rounded value compares so; empty where none does."""
    lowest, highest = _LOWEST[how], _HIGHEST[how]
    if sign == "=":
        if value.denominator != 1:
            return []
        return [lowest(int(value)), highest(int(value))]
    if sign in (">", ">="):
        return [lowest(floor(value) + 1 if sign == ">" else ceil(value))]
    return [highest(ceil(value) - 1 if sign == "<" else floor(value))]


def _is_exact(found: _Rounded, bound: Fraction) -> bool:
    """Whether no quotient but the bound itself is cut to the bound.

    ``select_div_scale``: a quotient has 16 significant digits, counted in groups of
    four, and at least as many behind the point as either number.
    """
    divisor = found.divisor
    if divisor == 1:
        return True
    use = found.inside.use
    declared = _DECLARED.fullmatch(declared_type(use))
    scale, before = scale_of(use), _INTEGER_DIGITS.get(kind_of(use), 0)
    if declared:
        before = int(declared[1]) - int(declared[2])
    digits, far = digits_of(bound), digits_of(bound * divisor)
    if scale is None or digits is None or far is None:
        return False
    weight = -(-max(before, 1) // 4) - 1 - _weight(divisor)
    kept = max(_SIGNIFICANT_DIGITS - 4 * weight, scale, found.divisor_scale)
    # Numbers with so many digits differ by 10^-step at least, their quotients by this.
    step = max(scale, far)
    return digits <= kept and 2 * Fraction(10) ** (kept - step) > divisor


def _weight(value: Fraction) -> int:
    """The place of the first group of four digits; 0 for 1 to 9999."""
    weight = 0
    while value >= 10_000:
        value, weight = value / 10_000, weight + 1
    while value < 1:
        value, weight = value * 10_000, weight - 1
    return weight


RULE = Rule(slug="rounded_range", doc=__doc__, find=find)
