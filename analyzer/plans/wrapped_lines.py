"""Lines of a text plan that a terminal or a mail has broken, made whole again."""

from __future__ import annotations

import re

_NUMBERS = re.compile(r"\((?:cost=\d|actual (?:time|rows)=|never executed\))")
_BEGUN = re.compile(
    r"\((?:c|co|cos|cost|cost=|a|ac|act|actu|actua|actual|actual .{0,4})?"
)
_ARROW = re.compile(r"\s*->\s")
_STARTS = re.compile(
    r"\s*(?:->\s|(?:InitPlan|SubPlan|CTE|Worker) \S|[A-Z][\w /().-]{0,60}?:(?:\s|$))"
)
_NUMBERS_FIRST = re.compile(r"\s?\((?:cost=\d|actual (?:time|rows)=|never executed\))")
_MAX_PIECES = 40


def numbers_at(line: str) -> int:
    """Where a node's costs, or its times, begin in a line; its length if nowhere.

    >>> numbers_at("Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)")
    15
    """
    found = _NUMBERS.search(line)
    return found.start() if found else len(line)


def whole_lines(lines: list[str]) -> list[tuple[int, str]]:
    """Each line with its number, broken ones joined; nothing is put between the pieces.

    A line goes on in the next one if that begins nothing of its own and the line has
    an open parenthesis, or is a node without its numbers in a plan that has them.
    """
    first = next((n for n in range(len(lines)) if _is_first(lines, n)), None)
    if first is None:
        return list(enumerate(lines, start=1))
    whole = list(enumerate(lines[: first + 1], start=1))
    pieces = 1
    for number, line in enumerate(lines[first + 1 :], start=first + 2):
        begun, last = whole[-1]
        goes_on = _goes_on(last) and not _starts(line)
        # A line may be broken just between the costs and the times.
        if pieces < _MAX_PIECES and (goes_on or _NUMBERS_FIRST.match(line)):
            whole[-1] = (begun, last + line)
            pieces += 1
        else:
            whole.append((number, line))
            pieces = 1
    return whole


def _is_first(lines: list[str], place: int) -> bool:
    """Whether the plan's first node begins in a line: its numbers at least do."""
    line = lines[place]
    if numbers_at(line) < len(line):
        return True
    opened = line.rfind("(")
    if opened < 0 or not _BEGUN.fullmatch(line[opened:].rstrip("\n")):
        return False
    joined = "".join(lines[place : place + 6])
    return numbers_at(joined) == opened


def _goes_on(line: str) -> bool:
    if line.count("(") > line.count(")") or line.lstrip().startswith("Settings: "):
        return True
    return bool(_ARROW.match(line)) and numbers_at(line) == len(line)


def _starts(line: str) -> bool:
    return not line.strip() or bool(_STARTS.match(line))
