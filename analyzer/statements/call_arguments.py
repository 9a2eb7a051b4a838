"""Whether the arguments of a call are constants that keep it small, or harmless."""

from __future__ import annotations

import re
from typing import Any

from analyzer.statements.node_types import HARMLESS_SETTINGS

MAX_REPEATED_CHARS = 10_000
"""Longest text that repeat(), lpad() and rpad(), or a type, may be asked to make."""
_WIDTH = re.compile(r"%(?:\d+\$)?-?(\*|\d+)")
"""Of a place in ``format()``: a number, or what an argument says."""


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
