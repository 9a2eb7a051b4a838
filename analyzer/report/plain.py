"""Foreign text made safe to print, and numbers made short to read."""

from __future__ import annotations

import unicodedata

_KIB = 1024.0
_SYMBOL_LENGTH = 2


def plain(text: str) -> str:
    r"""One line without control, format and bidirectional characters.

    Query texts and names come from a watched database: a terminal must not obey them.

    >>> plain("SELECT 1;\x1b[2J\n  -- \u202egone")
    'SELECT 1;[2J -- gone'
    """
    return " ".join(_shown(text).split())


def plain_lines(text: str) -> str:
    """The same line by line: the line breaks and indents of SQL stay."""
    return "\n".join(_shown(line) for line in text.expandtabs(4).splitlines())


def _shown(text: str) -> str:
    """Spaces for white space; control, format and unassigned characters left out."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    return "".join(char for char in spaced if unicodedata.category(char)[0] != "C")


def shortened(text: str, length: int) -> str:
    """At most so many characters of a text in one line.

    >>> shortened("SELECT something", 9)
    'SELECT s…'
    """
    line = plain(text)
    return line if len(line) <= length else f"{line[: length - 1]}…"


def number(value: float) -> str:
    """A number with as many digits as help.

    >>> number(0.1234), number(12.34), number(123456.7), number(0)
    ('0.123', '12.3', '123,457', '0')
    """
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def counted(count: int, noun: str) -> str:
    """How many of a thing, with a regular plural.

    >>> counted(1, "statement"), counted(1200, "statement")
    ('1 statement', '1,200 statements')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def amount(value: float, unit: str) -> str:
    """A number with its unit.

    >>> amount(1536, "bytes"), amount(0.25, "ratio"), amount(90061, "s")
    ('1.5 KiB', '25.0%', '25.0 h')
    >>> amount(1, "ms"), amount(1, "what-if calls"), amount(1, "entries")
    ('1 ms', '1 what-if call', '1 entry')
    """
    if unit == "ratio":
        return f"{value:.1%}"
    if unit == "bytes":
        return size(value)
    if unit == "s":
        return f"{value / 3600:.1f} h" if value >= 3600 else f"{number(value)} s"
    return f"{number(value)} {singular(unit) if value == 1 else unit}"


def singular(unit: str) -> str:
    """One of what a unit counts in the plural; symbols such as ms stay."""
    if len(unit) <= _SYMBOL_LENGTH:
        return unit
    return f"{unit[:-3]}y" if unit.endswith("ies") else unit.removesuffix("s")


def size(value_bytes: float) -> str:
    """Bytes in the largest fitting unit.

    >>> size(10), size(3 * 1024 * 1024)
    ('10 bytes', '3.0 MiB')
    """
    if value_bytes < _KIB:
        return f"{value_bytes:.0f} bytes"
    for unit in ("KiB", "MiB", "GiB"):
        value_bytes /= _KIB
        if value_bytes < _KIB:
            return f"{value_bytes:.1f} {unit}"
    return f"{value_bytes / _KIB:.1f} TiB"
