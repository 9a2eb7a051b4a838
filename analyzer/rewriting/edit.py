"""Changes of a query's text that leave everything else as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from analyzer.errors import AnalyzerError
from analyzer.statements.parse import Node, parse_one
from analyzer.statements.plain_tree import LOCATIONS
from analyzer.statements.source import Span

_TRUE = {"A_Const": {"boolval": {"boolval": True}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """New text for one span of a query.

    ``node`` is the condition that stands there now; none for text that is no
    condition, such as an OFFSET clause.
    """

    span: Span
    text: str
    node: Any = None


def edited(query: str, replacements: Sequence[Replacement]) -> str | None:
    """The query with the replacements, or none if that cannot be done for certain.

    A replacement of a condition is done only if its span is exactly that condition:
    with TRUE in its place the query must parse to the same tree with TRUE in place of
    the node. The result must be one statement that parses.
    """
    try:
        return _edited(query, replacements)
    except RecursionError:
        return None


def _edited(query: str, replacements: Sequence[Replacement]) -> str | None:
    ordered = sorted(replacements, key=lambda item: item.span)
    if any(one.span[1] > two.span[0] for one, two in pairwise(ordered)):
        return None
    for item in ordered:
        if item.node is not None and not _is_exactly(query, item):
            return None
    result = query
    for item in reversed(ordered):
        result = result[: item.span[0]] + item.text + result[item.span[1] :]
    try:
        parse_one(result)
    except AnalyzerError:
        return None
    return result


def _is_exactly(query: str, item: Replacement) -> bool:
    start, end = item.span
    try:
        original = parse_one(query).tree
        without = parse_one(f"{query[:start]}TRUE{query[end:]}").tree
    except AnalyzerError:
        return False
    expected = _plain(original, _plain(item.node), item.span, query)
    return bool(_plain(without) == expected)


def _plain(
    node: Any, target: Any = None, span: Span | None = None, query: str = ""
) -> Any:
    """The tree without locations, and with TRUE for nodes equal to the target."""
    if isinstance(node, list):
        return [_plain(item, target, span, query) for item in node]
    if not isinstance(node, dict):
        return node
    if target is not None and _stands_in(node, span, query) and _plain(node) == target:
        return _TRUE
    return {
        key: _plain(value, target, span, query)
        for key, value in node.items()
        if key not in LOCATIONS
    }


def _stands_in(node: Node, span: Span | None, query: str) -> bool:
    """Whether a condition begins and ends its known locations inside a span."""
    if span is None or len(node) != 1 or not next(iter(node))[:1].isupper():
        return False
    start = len(query[: span[0]].encode())
    end = len(query[: span[1]].encode())
    found = _known_locations(node)
    return bool(found) and start <= min(found) and max(found) < end


def _known_locations(node: object) -> list[int]:
    found: list[int] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            place = current.get("location", -1)
            found.extend([place] if isinstance(place, int) and place >= 0 else [])
            stack.extend(current.values())
    return found
