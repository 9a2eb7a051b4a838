"""Conditions on a computed value, as conditions on the attribute itself."""

from __future__ import annotations

import re

from analyzer.rewriting.comparison import (
    Comparison,
    SargableForm,
    arguments,
    stable_type,
)
from analyzer.rewriting.conditions import (
    INTEGER_RANGES,
    TEXT_TYPES,
    TIMESTAMP,
    TIMESTAMPTZ,
    has_pattern_index,
)
from analyzer.rewriting.literals import listed
from analyzer.statements.facts import PredicateKind, SideKind
from analyzer.statements.identifiers import quote_literal
from analyzer.statements.parse import Node
from analyzer.statements.sides import without_casts

_ORDER = ("=", "<", "<=", ">", ">=")
_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_INTEGER_TEXT = re.compile(r"0|-?[1-9]\d*")
_UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INTERVAL = re.compile(r"(\d{1,6}) ?(second|minute|hour|day|week)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_SHORT = {TIMESTAMP: "timestamp", TIMESTAMPTZ: "timestamptz"}
_ANY_INTEGER = ("", "int2", "int4", "int8", "numeric")


def cast_to_text(found: Comparison) -> SargableForm | None:
    """``id::text = '5'`` to ``id = 5``, for integers and uuids in canonical form."""
    wrapping = found.predicate.wrapping
    if wrapping is None or wrapping.function != "cast":
        return None
    is_text = wrapping.type_name in ("text", "varchar") and not _modified(wrapping.node)
    is_known = found.type_name in INTEGER_RANGES or found.type_name == "uuid"
    if not is_text or not is_known or wrapping.argument_position != 0:
        return None
    if found.operator == "= any":
        return _text_list(found)
    if found.operator != "=" or found.other.cast not in ("", "text", "varchar"):
        return None
    if found.is_literal(found.other.node):
        return _text_literal(found)
    if not found.other.parameter:
        return None
    name = f"${found.other.parameter}"
    form = "an integer without sign +, spaces or leading zeros"
    if found.type_name == "uuid":
        form = "a uuid in lower case with hyphens"
    return SargableForm(
        rule="the value cast instead of the column",
        text=f"{found.column} = {name}::{found.type_name}",
        conditions=(f"{name} is always the text of {form}",),
    )


def cast_to_wider(found: Comparison) -> SargableForm | None:
    """``id::bigint = 5`` to ``id = 5``, where the cast keeps every value."""
    wrapping = found.predicate.wrapping
    if wrapping is None or wrapping.function != "cast" or found.operator not in _ORDER:
        return None
    kinds = _WIDER.get(found.type_name, ())
    value = found.value(found.other.node) or ""
    is_bare = wrapping.argument_position == 0 and not _modified(wrapping.node)
    if not is_bare or wrapping.type_name not in kinds or found.other.cast:
        return None
    if not found.is_literal(found.other.node) or not _fits(value, found.type_name):
        return None
    return SargableForm(
        rule="a cast that changes no value left out",
        text=f"{found.column} {found.operator} {value}",
    )


_EXACT_UP_TO = {"float8": 2**53 - 1, "float4": 2**24 - 1}
_WIDER = {
    "smallint": ("int4", "int8", "numeric", "float4", "float8"),
    "integer": ("int8", "numeric", "float8"),
    "bigint": ("numeric",),
}


def _text_literal(found: Comparison) -> SargableForm | None:
    text = _own_literal(found, found.other.node)
    if not text:
        return None
    rule = "the value cast instead of the column"
    return SargableForm(rule=rule, text=f"{found.column} = {text}")


def _text_list(found: Comparison) -> SargableForm | None:
    """``id::text IN ('5', '6')``, as a list of the column's own type."""
    items = (listed(found.predicate.node) or ({}, []))[1]
    texts = [_own_literal(found, item) for item in items if found.is_literal(item)]
    if not texts or len(texts) < len(items) or "" in texts:
        return None
    return SargableForm(
        rule="the values cast instead of the column",
        text=f"{found.column} IN ({', '.join(texts)})",
    )


def _own_literal(found: Comparison, node: Node | None) -> str:
    """The constant of the column's type that a text is; empty where it is none."""
    value = found.value(node) or ""
    if without_casts(node or {})[1] not in ("", "text", "varchar"):
        return ""
    if found.type_name == "uuid":
        return quote_literal(value) if _UUID_TEXT.fullmatch(value) else ""
    return value if _fits(value, found.type_name) else ""


def added_constant(found: Comparison) -> SargableForm | None:
    """``x + 5 > 10`` to ``x > 10 - 5``, for integers and numerics."""
    term = _term(found)
    if term is None or term[0] not in ("+", "-") or found.operator not in _ORDER:
        return None
    if found.type_name not in (*INTEGER_RANGES, "numeric"):
        return None
    sign, node, text = term
    if not (_is_number(found, node) and _is_number(found, found.other.node)):
        return None
    kind = found.type_name
    inverse = "-" if sign == "+" else "+"
    left, right = (
        _cast(found.other.node, found.other.text, kind),
        _cast(node, text, kind),
    )
    return SargableForm(
        rule="the constant moved to the other side",
        text=f"{found.column} {found.operator} {left} {inverse} {right}",
        conditions=()
        if kind == "numeric"
        else (f"{found.column} {sign} {text} overflows for no row",),
    )


def multiplied_constant(found: Comparison) -> SargableForm | None:
    """``x * 2 = 10`` to ``x = 5``, for integers where the division is exact."""
    term = _term(found)
    if term is None or term[0] != "*" or found.type_name not in INTEGER_RANGES:
        return None
    nodes = (term[1], found.other.node)
    if not all(found.is_literal(node) for node in nodes) or found.operator != "=":
        return None
    factor, product = (found.value(node) or "" for node in nodes)
    if not (_INTEGER_TEXT.fullmatch(factor) and _INTEGER_TEXT.fullmatch(product)):
        return None
    if int(factor) == 0 or int(product) % int(factor):
        return None
    return SargableForm(
        rule="the product divided out",
        text=f"{found.column} = {int(product) // int(factor)}",
        conditions=(f"{found.column} * {factor} overflows for no row",),
    )


def added_interval(found: Comparison) -> SargableForm | None:
    """``ts + interval '1 hour' < now()`` to ``ts < now() - interval '1 hour'``."""
    term, kind = _term(found), _SHORT.get(found.type_name)
    if term is None or kind is None or found.operator not in _ORDER:
        return None
    sign, node, text = term
    other = stable_type(found.other.node)
    if sign not in ("+", "-") or other not in ("", kind):
        return None
    if without_casts(node)[1] != "interval" or not _is_fixed(found, node, kind):
        return None
    shown = found.other.text
    if not other:
        shown = f"{shown}::{kind}"
    inverse = "-" if sign == "+" else "+"
    value = found.value(node)
    always = () if found.is_literal(node) else (f"the interval is always '{value}'",)
    return SargableForm(
        rule="the interval moved to the other side",
        text=f"{found.column} {found.operator} {shown} {inverse} {text}",
        conditions=always,
    )


def age_of_timestamp(found: Comparison) -> SargableForm | None:
    """``now() - ts < interval '2 hours'`` to ``ts > now() - interval '2 hours'``."""
    wrapping, kind = found.predicate.wrapping, _SHORT.get(found.type_name)
    if wrapping is None or wrapping.function != "-" or wrapping.argument_position != 1:
        return None
    minuend = wrapping.node["A_Expr"].get("lexpr")
    if kind is None or stable_type(minuend) != kind or found.operator not in _ORDER:
        return None
    value = found.value(found.other.node) or ""
    match = _INTERVAL.fullmatch(value)
    is_interval = without_casts(found.other.node or {})[1] in ("", "interval")
    if match is None or not is_interval or not found.is_literal(found.other.node):
        return None
    start = wrapping.text.rsplit("-", 1)[0].strip()
    # The difference of two timestamps counts a day as 24 hours, whatever the zone.
    seconds = int(match[1]) * _SECONDS[match[2]]
    turned = _MIRRORED[found.operator]
    return SargableForm(
        rule="the age turned into a point in time",
        text=f"{found.column} {turned} {start} - interval '{seconds} seconds'",
    )


def coalesced(found: Comparison) -> SargableForm | None:
    """``coalesce(x, k) = v`` to ``x = v``, if x is NOT NULL or k is not v."""
    wrapping = found.predicate.wrapping
    if wrapping is None or wrapping.function != "coalesce":
        return None
    if wrapping.argument_position != 0 or found.operator not in _ORDER:
        return None
    given = wrapping.node["CoalesceExpr"].get("args", [])
    literal = found.is_literal(given[1]) if len(given) == 2 else False
    if not found.is_not_null and not (literal and _differs(found, given[1])):
        return None
    if found.other.kind not in (SideKind.CONSTANT, SideKind.PARAMETER):
        return None
    if literal and "." in (found.value(given[1]) or "") and found.other.parameter:
        return None  # The parameter's type came from the fallback.
    return SargableForm(
        rule="coalesce() left out",
        text=f"{found.column} {found.operator} {found.other.text}",
    )


def nullified(found: Comparison) -> SargableForm | None:
    """``nullif(x, k) = v`` to ``x = v``, if k is not v."""
    wrapping = found.predicate.wrapping
    fields = wrapping.node.get("A_Expr", {}) if wrapping is not None else {}
    if fields.get("kind") != "AEXPR_NULLIF" or "ColumnRef" not in fields["lexpr"]:
        return None
    if not found.is_literal(fields["rexpr"]) or not _differs(found, fields["rexpr"]):
        return None
    return SargableForm(
        rule="nullif() left out",
        text=f"{found.column} {found.operator} {found.other.text}",
    )


def left_prefix(found: Comparison) -> SargableForm | None:
    """``left(x, 3) = 'abc'`` to ``x LIKE 'abc%'``, where an index can serve that."""
    wrapping, given = found.predicate.wrapping, arguments(found)
    if wrapping is None or found.operator != "=" or found.type_name not in TEXT_TYPES:
        return None
    lengths = {"left": given[1:], "substr": given[2:], "substring": given[2:]}
    count = lengths.get(wrapping.function, [])
    begins = wrapping.function == "left" or (
        len(given) == 3 and found.value(given[1]) == "1"
    )
    if len(count) != 1 or not begins or wrapping.argument_position != 0:
        return None
    if not (found.is_literal(count[0]) and found.is_literal(found.other.node)):
        return None
    value = found.value(found.other.node) or ""
    if not value or found.value(count[0]) != str(len(value)):
        return None
    if not has_pattern_index(found.relation, found.predicate.attribute):
        return None
    pattern = re.sub(r"([\\%_])", r"\\\1", value) + "%"
    return SargableForm(
        rule="a prefix as a pattern",
        text=f"{found.column} LIKE {quote_literal(pattern)}",
    )


def not_distinct(found: Comparison) -> SargableForm | None:
    """``x IS NOT DISTINCT FROM v`` to ``x = v``, if one of them is never NULL."""
    predicate = found.predicate
    kind = (predicate.node or {}).get("A_Expr", {}).get("kind")
    if kind != "AEXPR_NOT_DISTINCT" or predicate.wrapping is not None:
        return None
    literal = found.is_literal(found.other.node) and found.other.value is not None
    parameter = found.other.kind is SideKind.PARAMETER and found.is_not_null
    if not (literal or parameter):
        return None
    value = re.sub(r"(?is)^not\s+distinct\s+from\s+", "", found.other.text)
    rule = "IS NOT DISTINCT FROM as ="
    return SargableForm(rule=rule, text=f"{found.column} = {value}")


def wider_number(found: Comparison) -> SargableForm | None:
    """``id = 5.0`` to ``id = 5``: a numeric makes PostgreSQL cast the column."""
    predicate = found.predicate
    if predicate.wrapping is not None or predicate.kind is not PredicateKind.EQUALITY:
        return None
    if found.type_name not in INTEGER_RANGES or not found.other.node:
        return None
    inner, cast = without_casts(found.other.node)
    value = found.value(found.other.node) or ""
    whole = re.fullmatch(r"(-?\d+)(?:\.0*)?", value)
    is_wide = cast in ("numeric", "float8", "float4") or (not cast and "." in value)
    if "A_Const" not in inner or not is_wide or whole is None:
        return None
    if not _fits(str(int(whole[1])), found.type_name):
        return None
    # Beyond these a float stands for several integers.
    if abs(int(whole[1])) > _EXACT_UP_TO.get(cast, abs(int(whole[1]))):
        return None
    text = f"{found.column} = {int(whole[1])}"
    return SargableForm(rule="the value as an integer", text=text)


def _term(found: Comparison) -> tuple[str, Node, str] | None:
    """Operator, constant and its text, for an attribute that stands left of it."""
    wrapping = found.predicate.wrapping
    if wrapping is None or wrapping.argument_position != 0:
        return None
    fields = wrapping.node.get("A_Expr")
    if not fields or wrapping.function not in ("+", "-", "*") or "rexpr" not in fields:
        return None
    inside = wrapping.text.strip()
    while inside.startswith("(") and inside.endswith(")"):
        inside = inside[1:-1].strip()
    before, _, after = inside.partition(wrapping.function)
    if before.strip() != found.column:
        return None
    return wrapping.function, fields["rexpr"], after.strip()


def _is_number(found: Comparison, node: Node | None) -> bool:
    if not node:
        return False
    inner, cast = without_casts(node)
    if "ParamRef" in inner:
        return cast in _ANY_INTEGER[:4] or found.type_name == "numeric"
    is_whole = _INTEGER_TEXT.fullmatch(found.value(node) or "") is not None
    is_decimal = re.fullmatch(r"-?\d+\.\d+", found.value(node) or "") is not None
    numeric = found.type_name == "numeric" and is_decimal
    return "A_Const" in inner and cast in _ANY_INTEGER and (is_whole or numeric)


def _cast(node: Node | None, text: str, kind: str) -> str:
    inner, cast = without_casts(node or {})
    return f"{text}::{kind}" if "ParamRef" in inner and not cast else text


def _is_fixed(found: Comparison, node: Node, kind: str) -> bool:
    """Whether an interval has no months, nor days where a zone may change them."""
    match = _INTERVAL.fullmatch(found.value(node) or "")
    if match is None:
        return False
    return kind == "timestamp" or match[2] in ("second", "minute", "hour")


def _differs(found: Comparison, fallback: Node) -> bool:
    """Whether the value compared with can never be the one for NULL."""
    one, two = found.value(fallback), found.value(found.other.node)
    if one is None or two is None or found.operator != "=":
        return False
    if not found.is_literal(found.other.node) or found.other.cast:
        return False
    if found.type_name in TEXT_TYPES:
        return one != two
    both_whole = _INTEGER_TEXT.fullmatch(one) and _INTEGER_TEXT.fullmatch(two)
    return bool(found.type_name in INTEGER_RANGES and both_whole and one != two)


def _fits(value: str, kind: str) -> bool:
    low, high = INTEGER_RANGES[kind]
    return bool(_INTEGER_TEXT.fullmatch(value)) and low <= int(value) <= high


def _modified(node: Node) -> bool:
    return "typmods" in node.get("TypeCast", {}).get("typeName", {})
