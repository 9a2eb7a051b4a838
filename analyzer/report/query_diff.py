"""What differs between two texts of a query, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

# White space, parameters, strings, quoted names, words, casts and operators as SQL has
# them (manual, "Lexical Structure"); whatever else is a word of one character.
_WORD = re.compile(
    r"""\s+|\$\d+|'(?:[^']|'')*'|"(?:[^"]|"")*"|\w+|::\w+|[-+*/<>=~!@\#%^&|`?]+|."""
)
# What is kept between two changes and shorter than this reads better as changed.
_MIN_KEPT_WORDS = 3
_MAX_WORDS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text: ``kept``, ``removed`` or ``added``."""

    mark: str
    text: str


def query_diff(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of both texts in reading order.

    Very long texts are told as one removal and one addition.

    >>> [(p.mark, p.text) for p in query_diff("SELECT a", "SELECT b")]
    [('kept', 'SELECT '), ('removed', 'a'), ('added', 'b')]
    >>> one = "SELECT 1 FROM t WHERE at::date = $1 LIMIT 5"
    >>> two = "SELECT 1 FROM t WHERE at >= $1::date AND at < $1::date + 1 LIMIT 5"
    >>> [p.text for p in query_diff(one, two) if p.mark != "kept"]
    ['::date = $1', ' >= $1::date AND at < $1::date + 1']
    """
    one, two = _WORD.findall(before), _WORD.findall(after)
    if len(one) + len(two) > _MAX_WORDS:
        return (Piece(mark="removed", text=before), Piece(mark="added", text=after))
    return tuple(_joined(_pieces(one, two)))


def marked(before: str, after: str) -> str:
    """The difference in one text: ``[-removed-]`` and ``{+added+}``, as git shows it.

    >>> marked("SELECT a", "SELECT b")
    'SELECT [-a-]{+b+}'
    """
    signs = {"kept": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
    parts = []
    for piece in query_diff(before, after):
        opening, closing = signs[piece.mark]
        parts.append(f"{opening}{piece.text}{closing}")
    return "".join(parts)


def _pieces(one: list[str], two: list[str]) -> Iterator[Piece]:
    matcher = SequenceMatcher(a=one, b=two, autojunk=False)
    for operation, i1, i2, j1, j2 in matcher.get_opcodes():
        if operation == "equal":
            yield Piece(mark="kept", text="".join(one[i1:i2]))
            continue
        yield Piece(mark="removed", text="".join(one[i1:i2]))
        yield Piece(mark="added", text="".join(two[j1:j2]))


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Changes with few words between them become one change."""
    removed = added = between = ""
    for piece in pieces:
        if piece.mark != "kept":
            removed, added = removed + between, added + between
            between = ""
            removed += piece.text if piece.mark == "removed" else ""
            added += piece.text if piece.mark == "added" else ""
        elif (removed or added) and _word_count(piece.text) < _MIN_KEPT_WORDS:
            between = piece.text
        else:
            yield from _change(removed, added)
            removed = added = ""
            yield piece
    yield from _change(removed, added)
    if between:
        yield Piece(mark="kept", text=between)


def _word_count(text: str) -> int:
    return sum(1 for word in _WORD.findall(text) if not word.isspace())


def _change(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece(mark="removed", text=removed)
    if added:
        yield Piece(mark="added", text=added)
