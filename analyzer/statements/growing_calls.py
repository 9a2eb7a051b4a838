"""How large the result of a function can be, from the sizes of its arguments.

Source: the chapters on string, binary, array, JSON and numeric functions of
PostgreSQL's manual. What is not named here gives at most the sum of its arguments.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

CONST_BYTES = 8
NUMERIC_BYTES = 150_000
"""A numeric has up to 131,072 digits before its point and 16,383 behind it."""
_SMALL_EXPONENT = 100


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COLLECTING = _words("""
    array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg xmlagg
    json_agg_strict jsonb_agg_strict json_object_agg_strict jsonb_object_agg_strict
    json_object_agg_unique jsonb_object_agg_unique range_agg multirange_agg""")
"""Aggregates that keep every value until the last row."""

HELD = 2
"""Times that an aggregate, or what makes a new value of its result, holds what it was
given: as it came, and as the value that it gives (measured on 18: 1.9 for each)."""

NUMBERS = _words("""
    count sum avg stddev stddev_pop stddev_samp variance var_pop var_samp round abs
    floor ceil ceiling trunc sign length char_length character_length octet_length
    bit_length extract date_part strpos position row_number rank dense_rank ntile
    percent_rank cume_dist cardinality array_length array_upper array_lower md5 now
    date_trunc age to_timestamp to_date starts_with""")
_TIMES = {
    **dict.fromkeys(("quote_literal", "quote_nullable", "quote_ident"), 2),
    **dict.fromkeys(("to_json", "to_jsonb", "row_to_json", "array_to_json"), 2),
    **dict.fromkeys(("json_build_object", "jsonb_build_object"), 2),
    **dict.fromkeys(("json_build_array", "jsonb_build_array", "json_object"), 2),
    **dict.fromkeys(("convert", "convert_from", "convert_to", "hstore"), 2),
    **dict.fromkeys(("encode", "xmlcomment", "xmlparse", "show_trgm"), 6),
    **dict.fromkeys(("string_to_array", "regexp_split_to_array", "to_tsvector"), 12),
    # A letter of Arabic decomposes into eighteen others, "J" is a day of seven digits.
    **dict.fromkeys(("normalize", "to_char"), 12),
    # Of OpenPGP, which may be compressed, a thousand to one (RFC 1951).
    **dict.fromkeys(("pgp_sym_decrypt", "pgp_sym_decrypt_bytea"), 1_000),
}
_BUILDING = frozenset({"concat", "array_cat", "array_append", "overlay"})
_REPLACEMENT = 2
_REPLACING = {"replace": 2, "array_replace": 2}
_WIDTH = re.compile(r"%(?:\d+\$)?-?(\d+)")
_POINT_BYTES = 16
_COLUMN = 100
"""Bytes that a column of a table counts as."""
_NO_BOUND = 1 << 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Leaves of an expression, and bytes of its value.

    ``collected_bytes`` are what an aggregate in it keeps of each row that it reads.
    """

    copies: int
    size_bytes: int
    collected_bytes: int = 0

    def of(self, size_bytes: int) -> Size:
        """The same expression with a value of another size."""
        return replace(self, size_bytes=size_bytes)

    def truth(self) -> Size:
        """What only tells something about the expression."""
        return Size(copies=self.copies, size_bytes=1)


Argument = tuple[str, dict[str, Any], Size]
"""Kind of the node, its fields, and what was measured of it."""


def call_size(name: str, arguments: Sequence[Argument]) -> tuple[int, bool]:
    """Bytes that a call gives at most, and whether it builds a value at all."""
    total = sum(size.size_bytes for _kind, _fields, size in arguments)
    if name in NUMBERS:
        return 2 * CONST_BYTES, False
    if name in _TIMES:
        return total * _TIMES[name], True
    if name in ("power", "pow", "exp", "factorial"):
        return _power(arguments), False
    rule = _RULES.get(name)
    if rule is not None:
        return rule(arguments, total), True
    if name in _REPLACING:
        return _replaced(arguments, _REPLACING[name]), True
    return total, name in _BUILDING


def _repeated(arguments: Sequence[Argument], total: int) -> int:
    times = max(_constant(arguments, 1), 1)
    return times * _bytes(arguments, 0) if arguments else total


def _padded(arguments: Sequence[Argument], total: int) -> int:
    return total + 4 * _constant(arguments, 1)


def _formatted(arguments: Sequence[Argument], total: int) -> int:
    pattern = _text(arguments, 0) or ""
    widths = sum(int(width[:9]) for width in _WIDTH.findall(pattern))
    # %1$s may name the same argument each time.
    largest = max((size.size_bytes for _kind, _node, size in arguments[1:]), default=0)
    return 2 * total + widths + 2 * pattern.count("%") * largest


def _separated(arguments: Sequence[Argument], total: int) -> int:
    """``concat_ws``: the first argument comes between all others, or parts of one."""
    between = len(arguments) - 2
    if between == 0:
        between = _bytes(arguments, 1)  # VARIADIC
    return total + max(between, 0) * _bytes(arguments, 0) if arguments else total


def _substituted(arguments: Sequence[Argument], total: int) -> int:
    """``regexp_replace``: it may match each character, and name the match again."""
    if len(arguments) <= _REPLACEMENT:
        return total
    return (_bytes(arguments, 0) + 1) * _bytes(arguments, _REPLACEMENT)


def _matched(arguments: Sequence[Argument], total: int) -> int:
    """``regexp_match``: every group may be the whole text."""
    if len(arguments) < 2:
        return total
    pattern = _text(arguments, 1)
    groups = _bytes(arguments, 1) if pattern is None else pattern.count("(")
    return _bytes(arguments, 0) * (1 + groups)


def _polygon(arguments: Sequence[Argument], total: int) -> int:
    """``polygon(points, circle)``, or of another shape."""
    if len(arguments) < 2:
        return total + 13 * _POINT_BYTES
    return (_constant(arguments, 0) or _NO_BOUND) * _POINT_BYTES


def _pretty(arguments: Sequence[Argument], total: int) -> int:
    """``jsonb_pretty``: each line is indented as deep as it lies.

    A text that a statement builds may be nothing but brackets; what a column of a table
    holds, or constructors make, is not deep.
    """
    is_text = any(
        _is_cast({kind: node}) or (kind == "ColumnRef" and size.size_bytes > _COLUMN)
        for kind, node, size in arguments
    )
    return total * (6 + (total if is_text else 0))


def _is_cast(tree: object) -> bool:
    """Whether a value that is no column is read as json anywhere in an expression."""
    pending = [tree]
    while pending:
        current = pending.pop()
        if isinstance(current, list):
            pending += current
        elif isinstance(current, dict):
            cast = current.get("TypeCast", {"arg": {"ColumnRef": {}}})
            if "ColumnRef" not in cast.get("arg", {}) or "JsonParseExpr" in current:
                return True
            pending += current.values()
    return False


def _joined(arguments: Sequence[Argument], total: int) -> int:
    """``array_to_string``, and what else puts a text between all parts of another."""
    if len(arguments) < 2:
        return total
    return _bytes(arguments, 0) * (1 + _bytes(arguments, 1))


def _headline(arguments: Sequence[Argument], total: int) -> int:
    """``ts_headline``: its options are put around each word that is found.

    A word and what parts it from the next are two characters at least.
    """
    options = _text(arguments, -1)
    return total * (1 + (len(options) if options is not None else 0) // 2)


_RULES = {
    **dict.fromkeys(("repeat", "bpchar", "bit"), _repeated),
    **dict.fromkeys(("lpad", "rpad"), _padded),
    "format": _formatted,
    "array_to_string": _joined,
    "ts_headline": _headline,
    "concat_ws": _separated,
    "regexp_replace": _substituted,
    **dict.fromkeys(("regexp_match", "regexp_matches"), _matched),
    "polygon": _polygon,
    "jsonb_pretty": _pretty,
}


MULTIPLYING = tuple(sorted({*_RULES, *_REPLACING, *_TIMES}))
"""Names of functions whose result may be longer than all that they are given."""


def _replaced(arguments: Sequence[Argument], at: int) -> int:
    if len(arguments) <= at:
        return sum(size.size_bytes for _kind, _fields, size in arguments)
    searched = _text(arguments, at - 1)
    length = len(searched.encode(errors="replace")) if searched else 1
    times = _bytes(arguments, at) / length
    if _text(arguments, at) == "":
        times = 0
    return int(_bytes(arguments, 0) * max(times, 1))


def _power(arguments: Sequence[Argument]) -> int:
    exponent = _constant(arguments, 1)
    if len(arguments) == 2 and 0 < exponent <= _SMALL_EXPONENT:
        return min(_bytes(arguments, 0) * exponent, NUMERIC_BYTES)
    return NUMERIC_BYTES


def _bytes(arguments: Sequence[Argument], at: int) -> int:
    return arguments[at][2].size_bytes


def _constant(arguments: Sequence[Argument], at: int) -> int:
    if len(arguments) <= at or arguments[at][0] != "A_Const":
        return 0
    return int(arguments[at][1].get("ival", {}).get("ival", 0))


def _text(arguments: Sequence[Argument], at: int) -> str | None:
    if len(arguments) < abs(at) or arguments[at][0] != "A_Const":
        return None
    value = arguments[at][1].get("sval")
    return str(value.get("sval", "")) if value is not None else None
