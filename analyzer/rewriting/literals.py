"""Constants of a tree as values, and values as constants."""

from __future__ import annotations

import re
from fractions import Fraction

from analyzer.rewriting.block import Use
from analyzer.rewriting.conditions import INTEGER_RANGES, TEXT_TYPES
from analyzer.rewriting.trees import expression, text_node
from analyzer.statements.identifiers import quote_literal
from analyzer.statements.parse import Node
from analyzer.statements.sides import constant_of, without_casts
from analyzer.statements.type_names import base_type

_EXACT_NUMBERS = frozenset({*INTEGER_RANGES, "numeric"})

_ITEMS = re.compile(r"\{([\w.-]+(?:,[\w.-]+)*)\}", re.ASCII)
"""An array literal of plain items: nothing quoted, nested or blank."""
_LISTS = ("", "int2[]", "int4[]", "int8[]", "text[]", "varchar[]", "date[]", "uuid[]")
"""Casts under which an item is compared as it would be alone."""


def plain_constant(node: Node | None) -> Node:
    """The fields of a constant without a cast; empty for anything else."""
    inner, cast = without_casts(node or {})
    found: Node = inner.get("A_Const", {})
    return {} if cast else found


def text_constant(node: Node | None) -> str | None:
    """The value of a string constant without a cast."""
    found = plain_constant(node)
    return constant_of(found) if "sval" in found else None


def listed(item: Node) -> tuple[Node, list[Node]] | None:
    """Both sides of ``x IN (…)``, ``x = ANY (ARRAY[…])`` and ``x = ANY ('{…}')``."""
    fields = item.get("A_Expr", {})
    if fields.get("name") != [text_node("=")]:
        return None
    right = fields.get("rexpr", {})
    if fields["kind"] == "AEXPR_IN":
        return fields["lexpr"], right.get("List", {}).get("items", [])
    if fields["kind"] != "AEXPR_OP_ANY":
        return None
    if "A_ArrayExpr" in right:
        return fields["lexpr"], right["A_ArrayExpr"].get("elements", [])
    inner, cast = without_casts(right)
    text = constant_of(inner.get("A_Const", {"isnull": True})) or ""
    found = _ITEMS.fullmatch(text) if cast in _LISTS else None
    items = found[1].split(",") if found else []
    if not items or "null" in map(str.lower, items):
        return None
    return fields["lexpr"], [string_node(one) for one in items]


def number_constant(node: Node | None) -> Fraction | None:
    """The exact value of a number written in the text; a sign may stand before it."""
    fields = (node or {}).get("A_Expr", {})
    if fields.get("kind") == "AEXPR_OP" and "lexpr" not in fields:
        inner = number_constant(fields.get("rexpr"))
        sign = fields["name"][-1]["String"]["sval"]
        return -inner if inner is not None and sign == "-" else None
    found = plain_constant(node)
    if not {"ival", "fval"} & set(found):
        return None
    try:
        return Fraction(constant_of(found) or "")
    except ValueError:
        return None


def number_node(value: Fraction, scale: int) -> Node:
    """A number with so many digits behind the point, as a constant."""
    shifted = value * 10**scale
    digits = str(abs(shifted.numerator // shifted.denominator)).rjust(scale + 1, "0")
    text = digits if not scale else f"{digits[:-scale]}.{digits[-scale:]}"
    return expression(f"-{text}" if value < 0 else text)


def string_node(value: str) -> Node:
    """A string constant."""
    return expression(quote_literal(value))


def kind_of(use: Use | None) -> str:
    """The type of a column without modifiers; empty where it is not known."""
    return base_type(declared_type(use))


def declared_type(use: Use | None) -> str:
    """The type of a column as it is declared; empty where it is not known.

    As in :func:`type_of`, also where its equality is not that of the type.
    """
    relation = use[0].relation if use is not None else None
    found = relation.attribute(use[1]) if use is not None and relation else None
    return found.type_name if found and not found.has_fuzzy_equality else ""


def has_one_equality(one: Use | None, other: Use | None) -> bool:
    """Whether two columns compare as the type of either does, values all told apart.

    Two bigints, or two numerics, can equal one float8; two timestamps without time zone
    one timestamptz.
    """
    kinds = {kind_of(one), kind_of(other)}
    families = (_EXACT_NUMBERS, TEXT_TYPES)
    is_one = len(kinds) == 1 or any(kinds <= family for family in families)
    return "" not in kinds and is_one


def operator_name(node: Node | None) -> str:
    """The operator of a plain ``a op b``; empty for any other expression."""
    fields = (node or {}).get("A_Expr", {})
    if fields.get("kind") != "AEXPR_OP" or "lexpr" not in fields:
        return ""
    names = [part["String"].get("sval", "") for part in fields.get("name", [])]
    return names[0] if len(names) == 1 else ""
