"""What clients put round a plan: borders, quotes, header and marks of line ends."""

from __future__ import annotations

import re

from analyzer.errors import SourceError

_BORDER = re.compile(r"[\s+|─-╿-]*(?:-{3}|[─═]{3})[\s+|─-╿-]*")
"""psql's lines between header and rows, in ascii and in both unicode styles."""
_RULES = ("---", "───", "═══")
_SIDES = "|│║"
_CONTINUED = "+↵"
_FOOTER = re.compile(r"\s*\(\d+ (?:rows?|lignes?|Zeilen?|filas?|строк\w*)\)\s*")
_ASIDE = re.compile(
    r"\s*(?:```\w*|Time: [\d.,]+ ms(?: \([^)]*\))?|-\[ RECORD \d+ \][-+]*)\s*"
)
"""Fences of Markdown, psql's \\timing, and the heads of its records."""
_EXPANDED = re.compile(r"\A(?:QUERY PLAN *| +)\| ?")
_NODE = re.compile(r"\((?:cost|actual)[ =]|Node[ -]Type")
_DOCUMENT = re.compile(r"[\[{<]|- Plan:")
_QUOTES = ("'", '"')
_MOSTLY = 0.5


def without_frame(text: str) -> str:
    r"""The text of a plan without what psql, pgAdmin, DBeaver and others put round it.

    >>> without_frame('+------------+\n| QUERY PLAN |\n+------------+\n| Result     |')
    'Result'
    """
    lines = _plain_lines(text)
    lines = _after_header([line for line in lines if not _is_footer(line)])
    if _share_ending(lines, _SIDES) > _MOSTLY:
        lines = _without_margin([_within_sides(line) for line in lines])
    if _share_ending(lines, _CONTINUED) > _MOSTLY:
        lines = [line.rstrip().rstrip(_CONTINUED) for line in lines]
    return _unquoted("\n".join(lines))


def _plain_lines(text: str) -> list[str]:
    r"""Lines without fences, times and what psql's \x puts before them."""
    lines = [line for line in text.split("\n") if not _is_aside(line)]
    filled = [line for line in lines if line.strip()]
    if filled and all(_EXPANDED.match(line) for line in filled):
        lines = [_EXPANDED.sub("", line) for line in lines]
    return lines


def _is_aside(line: str) -> bool:
    return len(line) < 200 and bool(_ASIDE.fullmatch(line))


def _is_footer(line: str) -> bool:
    return len(line) < 60 and bool(_FOOTER.fullmatch(line))


def _within_sides(line: str) -> str:
    right = line.rstrip()
    inner = right[:-1].rstrip() if right[-1:] and right[-1] in _SIDES else right
    left = inner.lstrip()
    return left[1:] if left[:1] and left[0] in _SIDES else inner


def _without_margin(lines: list[str]) -> list[str]:
    """Rows without the one space that psql puts between its border and each of them."""
    if all(line.startswith(" ") for line in lines if line):
        return [line.removeprefix(" ") for line in lines]
    return lines


def _after_header(lines: list[str]) -> list[str]:
    """Lines below the last border of the header, without the border at the end."""
    borders = [
        n for n, line in enumerate(lines) if len(line) < 10_000 and _is_border(line)
    ]
    if not borders:
        headed = bool(lines) and lines[0].strip(" '\"") == "QUERY PLAN"
        return _of_csv(lines[1:]) if headed else lines
    ends = [*borders, len(lines)]
    parts = [lines[a + 1 : b] for a, b in zip([-1, *borders], ends, strict=True)]
    plans = [part for part in parts if any(map(_NODE.search, part))]
    if len(plans) > 1:
        raise more_than_one(len(plans))
    if plans:
        return plans[0]
    head = borders[0] + 1
    for border in borders[1:]:
        # A header may be as long as the plan is wide, and be wrapped as its lines are.
        if border > head + 2:
            return lines[head:border]
        head = border + 1
    return lines[head:]


def more_than_one(count: int) -> SourceError:
    """The refusal of a text that holds several plans, of which none is the one."""
    return SourceError(
        "this is more than one plan of EXPLAIN",
        detail=f"The text holds {count:,} plans, one after the other.",
        hint="Give one plan at a time; --compare takes a second one from a file.",
    )


def _is_border(line: str) -> bool:
    # Most lines have no rule: looking for one first is ten times as fast.
    return any(rule in line for rule in _RULES) and bool(_BORDER.fullmatch(line))


def _of_csv(lines: list[str]) -> list[str]:
    """Rows of a CSV file: those with a comma or a quote in them are quoted."""
    return [
        line[1:-1].replace('""', '"')
        if len(line) > 1 and line[0] == line[-1] == '"' and '"' not in _single(line)
        else line
        for line in lines
    ]


def _single(line: str) -> str:
    return line[1:-1].replace('""', "")


def _share_ending(lines: list[str], ends: str) -> float:
    filled = [line.rstrip()[-1] for line in lines if line.strip()]
    return sum(last in ends for last in filled) / max(len(filled), 1)


def _unquoted(text: str) -> str:
    for quote in _QUOTES:
        doubled = quote * 2
        stripped = text.strip()
        if _is_one_value(stripped, quote):
            return stripped.strip(quote).replace(doubled, quote)
        filled = [line.strip() for line in text.split("\n") if line.strip()]
        quoted = sum(_is_quoted(line, quote) for line in filled)
        if filled and quoted > _MOSTLY * len(filled):
            inner = (_one_unquoted(line, quote) for line in text.split("\n"))
            return "\n".join(line.replace(doubled, quote) for line in inner)
    return text


def _is_one_value(text: str, quote: str) -> bool:
    """Whether a whole document is one quoted value, as in CSV, and not each line."""
    first, _, rest = text.partition("\n")
    is_line = bool(rest) and len(first) > 1 and first.endswith(quote)
    return text.startswith(quote) and bool(_DOCUMENT.match(text, 1)) and not is_line


def _is_quoted(line: str, quote: str) -> bool:
    starts, ends = line.startswith(quote), line.endswith(quote)
    if starts != ends and quote == '"':
        # Lines of JSON begin with a double quote, those of YAML end with one.
        return ends and line.count(quote) % 2 == 1
    return starts or ends


def _one_unquoted(line: str, quote: str) -> str:
    inner = line.strip() if line.strip().startswith(quote) else line.rstrip()
    return inner.removeprefix(quote).removesuffix(quote)
