"""An edited tree as text that keeps every untouched part as its author wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.errors import AnalyzerError
from analyzer.rewriting.trees import exchanged, flat, target
from analyzer.statements.lexer import COMMENTS, Token, tokens
from analyzer.statements.parse import Node, parse_one
from analyzer.statements.plain_tree import same_tree
from analyzer.statements.print_tree import indented, printed
from analyzer.statements.source import SourceText, Span, locations

Pair = tuple[Node, Node]

_CLAUSES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("WITH", ("withClause",)),
    ("SELECT", ("distinctClause", "targetList")),
    ("FROM", ("fromClause",)),
    ("WHERE", ("whereClause",)),
    ("GROUP_P", ("groupClause", "groupDistinct")),
    ("HAVING", ("havingClause",)),
    ("WINDOW", ("windowClause",)),
    ("ORDER", ("sortClause",)),
    ("LIMIT", ("limitCount", "limitOffset", "limitOption")),
    ("FOR", ("lockingClause",)),
)
_NUMBERS = {kind: number for number, (kind, _) in enumerate(_CLAUSES)}
_NUMBERS |= {"OFFSET": _NUMBERS["LIMIT"], "FETCH": _NUMBERS["LIMIT"]}
_KEYS = frozenset(key for _, keys in _CLAUSES for key in keys) | {"op"}


def rendered(query: str, tree: Node, pairs: Sequence[Pair]) -> str | None:
    """The text of a tree after nodes were exchanged, or none if it cannot be had.

    None as well where nothing changes.

    Each exchanged node is printed alone into the place of the old one. Where that does
    not parse to exactly the edited tree, the whole statement is printed.

    Args:
        query: the text of ``tree``.
        tree: as parsed from the query.
        pairs: nodes of ``tree`` (by identity) and what stands there instead.
    """
    wanted = flat(exchanged(tree, pairs))
    if same_tree(wanted, flat(tree)):
        return None
    for wrap in (False, True):
        text = _spliced(query, pairs, wrap=wrap)
        if text is not None and parses_to(text, wanted):
            return text
    try:
        return indented(printed(wanted))
    except AnalyzerError:
        return None


def parses_to(text: str, wanted: Node) -> bool:
    """Whether a text is exactly one statement with this tree."""
    try:
        return same_tree(flat(parse_one(text).tree), flat(wanted))
    except AnalyzerError:
        return False


def _spliced(query: str, pairs: Sequence[Pair], *, wrap: bool) -> str | None:
    source = SourceText(query)
    edits: list[tuple[Span, str]] = []
    for old, new in pairs:
        try:
            found = _edits(source, old, new, wrap=wrap)
        except AnalyzerError:
            found = None
        if found is None:
            return None
        edits.extend(found)
    edits.sort()
    text, position = "", 0
    for (start, end), piece in edits:
        if start < position:
            return None
        text += query[position:start] + piece
        position = end
    return text + query[position:]


def _edits(
    source: SourceText, old: Node, new: Node, *, wrap: bool
) -> list[tuple[Span, str]] | None:
    if "SelectStmt" in old and "SelectStmt" in new:
        return _clause_edits(source, old["SelectStmt"], new["SelectStmt"])
    if "RangeVar" in old or "JoinExpr" in old or "RangeSubselect" in old:
        return None
    span = source.condition(old)
    if span is None:
        return None
    text = printed(
        {
            "SelectStmt": {
                "targetList": [target(flat(new))],
                "limitOption": "LIMIT_OPTION_DEFAULT",
                "op": "SETOP_NONE",
            }
        }
    ).removeprefix("SELECT ")
    return [(span, f"({text})" if wrap else text)]


def _clause_edits(
    source: SourceText, old: Node, new: Node
) -> list[tuple[Span, str]] | None:
    """Exchange only the clauses of a SELECT that differ."""
    if not set(old) <= _KEYS or not set(new) <= _KEYS or old["op"] != "SETOP_NONE":
        return None
    region = _region(source, old)
    if region is None or new["op"] != "SETOP_NONE":
        return None
    spans = dict(_clause_spans(source.query, region))
    edits: list[tuple[Span, str]] = []
    last = region[0]
    for kind, keys in _CLAUSES:
        span = spans.get(kind)
        before = {key: old[key] for key in keys if key in old}
        after = {key: new[key] for key in keys if key in new}
        if not same_tree(before, after):
            text = _clause_text(kind, after)
            place = _place(source.query, span, last, keep=bool(text))
            edits.append((place, text if span or not text else f" {text}"))
        if span is not None:
            last = span[1]
    return edits


def _place(query: str, span: Span | None, last: int, *, keep: bool) -> Span:
    """Where a clause is exchanged, put in after the last one, or taken out."""
    if span is None:
        return last, last
    start = span[0]
    if not keep:
        start = len(query[:start].rstrip())
    return start, span[1]


def _clause_text(kind: str, fields: Node) -> str:
    if not {key for key in fields if key != "limitOption"}:
        return ""
    defaults = {"limitOption": "LIMIT_OPTION_DEFAULT", "op": "SETOP_NONE"}
    text = printed(flat({"SelectStmt": {**defaults, **fields}}))
    if kind == "WITH":
        return text.removesuffix("SELECT").rstrip()
    return text if kind == "SELECT" else text.removeprefix("SELECT ").strip()


def _region(source: SourceText, fields: Node) -> Span | None:
    """The text of a SELECT: all of it, or what its parentheses hold."""
    places = locations(fields)
    if not places:
        return None
    first = source.offset(min(places))
    found = [item for item in tokens(source.query) if item.kind not in COMMENTS]
    opening = _opening(found, first)
    if opening is None:
        end = len(source.query.rstrip().rstrip(";").rstrip())
        return found[0].start, end
    depth = 0
    for item in found[opening:]:
        depth += (item.kind == "ASCII_40") - (item.kind == "ASCII_41")
        if depth == 0:
            inner = source.query[: item.start].rstrip()
            return found[opening + 1].start, len(inner)
    return None


def _opening(found: Sequence[Token], first: int) -> int | None:
    """Number of the parenthesis that opens the subquery around a place."""
    depth = 0
    for number in range(len(found) - 1, -1, -1):
        item = found[number]
        if item.start > first:
            continue
        if item.kind == "ASCII_41":
            depth += 1
        elif item.kind == "ASCII_40" and depth:
            depth -= 1
        elif item.kind == "ASCII_40" and _begins(found[number + 1]):
            return number
    return None


def _begins(token: Token) -> bool:
    return token.kind in ("SELECT", "WITH", "WITH_LA", "VALUES")


def _clause_spans(query: str, region: Span) -> Iterator[tuple[str, Span]]:
    """The spans of the clauses at the depth of a SELECT itself, in order."""
    depth, current, start, end = 0, "", region[0], region[0]
    highest = -1
    for item in tokens(query):
        if not region[0] <= item.start < region[1] or item.kind in COMMENTS:
            continue
        number = _NUMBERS.get(item.kind.removesuffix("_LA"), -1) if depth == 0 else -1
        if number > highest:
            if current:
                yield current, (start, end)
            current, start, highest = _CLAUSES[number][0], item.start, number
        depth += (item.kind in ("ASCII_40", "ASCII_91")) - (
            item.kind in ("ASCII_41", "ASCII_93")
        )
        end = item.end
    if current:
        yield current, (start, end)
