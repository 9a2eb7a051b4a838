"""Whether the arguments of a call are constants that keep it small, or harmless."""

from __future__ import annotations

import re
from typing import Any

from analyzer.statements.node_types import HARMLESS_SETTINGS

MAX_REPEATED_CHARS = 10_000
"""Longest text that repeat(), lpad() and rpad(), or a type, may be asked to make."""
_WIDTH = re.compile(r"%(?:\d+\$)?-?(\*|\d+)")
"""Of a place in ``format()``: a number, or what an argument says."""
MAX_SEGMENTS = 1_000
"""Most segments that a quarter of a circle may be drawn with."""
_ROUNDED = {"st_buffer": 2, "st_offsetcurve": 2, "st_minimumboundingcircle": 1}
"""Of PostGIS: which argument, or one after it, tells how finely a curve is drawn."""
_DENSIFIED = {"st_hausdorffdistance": 2, "st_frechetdistance": 2}
"""Of PostGIS: the argument that adds points to what is compared."""
_DIGITS = re.compile(r"\d+")


def is_short(arguments: list[Any]) -> bool:
    """Whether a function that makes a text as long as it is told makes a short one."""
    if len(arguments) < 2:
        return True
    constant = arguments[1].get("A_Const", {}).get("ival")
    return constant is not None and constant.get("ival", 0) <= MAX_REPEATED_CHARS


def are_short(lengths: list[Any]) -> bool:
    """Whether a type with these modifiers has short values."""
    return all(
        constant.get("A_Const", {}).get("ival", {}).get("ival", 0) <= MAX_REPEATED_CHARS
        for constant in lengths
    )


def is_narrow(arguments: list[Any]) -> bool:
    """Whether the places of a format are known, and none is as wide as a book."""
    constant = arguments[0].get("A_Const", {}) if arguments else {}
    text = constant.get("sval", {}).get("sval")
    if text is None:
        return bool(constant)
    widths = _WIDTH.findall(text)
    return all(w != "*" and int(w[:9]) <= MAX_REPEATED_CHARS for w in widths)


def is_harmless_setting(arguments: list[Any]) -> bool:
    """Whether ``current_setting`` is asked for a constant that is on the list."""
    constant = arguments[0].get("A_Const", {}) if arguments else {}
    return constant.get("sval", {}).get("sval", "").lower() in HARMLESS_SETTINGS


def is_coarse(name: str, arguments: list[Any]) -> bool:
    """Whether a function of PostGIS adds few points to what it is given.

    With many, GEOS takes gigabytes and looks neither for cancel nor for terminate:
    tried on PostGIS 3.3.2, where a Fréchet distance of two lines took 3 GB in 7 s.
    """
    if len(arguments) > _DENSIFIED.get(name, len(arguments)):
        return False
    return all(
        _is_few(item) for item in arguments[_ROUNDED.get(name, len(arguments)) :]
    )


def _is_few(argument: Any) -> bool:
    for wrapper in ("NamedArgExpr", "TypeCast"):
        argument = argument.get(wrapper, {}).get("arg", argument)
    constant = argument.get("A_Const", {})
    text = constant.get("sval", {}).get("sval")
    if text is None:
        number = constant.get("ival")
        return number is not None and number.get("ival", 0) <= MAX_SEGMENTS
    return all(int(digits[:9]) <= MAX_SEGMENTS for digits in _DIGITS.findall(text))
