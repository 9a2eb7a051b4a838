"""Where the parts of a tree stand in the text of their query."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from analyzer.statements.lexer import COMMENTS, tokens

_OPENING = frozenset({"ASCII_40", "ASCII_91"})
_CLOSING = frozenset({"ASCII_41", "ASCII_93"})
_ENDS_CONDITION = frozenset(
    {
        *("AND", "OR", "ASCII_44", "ASCII_59", "WHERE", "GROUP_P", "HAVING", "WINDOW"),
        *("ORDER", "LIMIT", "OFFSET", "FETCH", "FOR", "UNION", "INTERSECT", "EXCEPT"),
        *("RETURNING", "JOIN", "LEFT", "RIGHT", "FULL", "INNER_P", "CROSS", "NATURAL"),
        *("WHEN", "THEN", "ELSE", "END_P", "ON", "SET", "FROM", "AS", "DO", "USING"),
    }
)
_ENDS_SORT_KEY = frozenset({"ASC", "DESC", "NULLS_LA", "NULLS_P"})
_ENDS = _ENDS_CONDITION | _ENDS_SORT_KEY
_POSITIONS = ("location", "rexpr_list_end", "list_end")

Span = tuple[int, int]
"""Offsets in characters, the end excluded."""


class SourceText:
    """A query that parsed, with its tokens, to find the text of a condition.

    The tree knows only where nodes begin, and in bytes. A condition begins at its
    first node (or at the parentheses opened just before it), and ends before the first
    token that cannot be inside one.
    """

    def __init__(self, query: str) -> None:
        self.query = query
        self._tokens = [item for item in tokens(query) if item.kind not in COMMENTS]
        self._starts = [item.start for item in self._tokens]
        self._offsets = None if query.isascii() else _character_starts(query)

    def offset(self, location: int) -> int:
        """The offset in characters of a location in bytes."""
        if self._offsets is None:
            return location
        return bisect_right(self._offsets, location) - 1

    def condition(self, node: object) -> Span | None:
        """The span of an expression that stands as a whole condition or list item."""
        bounds = self._bounds(node)
        if bounds is None:
            return None
        first, last = bounds
        first = self._with_opening(first, last)
        depth, number = 0, first
        while number < len(self._tokens):
            kind = self._tokens[number].kind
            if number > last and depth == 0 and kind in _ENDS:
                break
            if kind in _CLOSING and depth == 0:
                break
            depth += (kind in _OPENING) - (kind in _CLOSING)
            number += 1
        return self._tokens[first].start, self._tokens[number - 1].end

    def call(self, node: dict[str, object]) -> Span | None:
        """The span of a ``FuncCall``, up to the parenthesis that closes it."""
        bounds = self._bounds(node)
        if bounds is None:
            return None
        depth, number = 0, bounds[0]
        for number in range(bounds[0], len(self._tokens)):
            kind = self._tokens[number].kind
            depth += (kind in _OPENING) - (kind in _CLOSING)
            if depth == 0 and kind in _CLOSING:
                break
        return self._tokens[bounds[0]].start, self._tokens[number].end

    def sides(self, node: dict[str, object], whole: Span) -> tuple[Span, Span] | None:
        """The spans left and right of the operator of an ``A_Expr`` condition."""
        number = self._token_at(self.offset(int(str(node.get("location", 0)))))
        if number is None or self._tokens[number].kind == "OPERATOR":
            return None
        operator = self._tokens[number]
        if not whole[0] < operator.start < whole[1]:
            return None
        left = self.query[whole[0] : operator.start].rstrip()
        right = self.query[operator.end : whole[1]].lstrip()
        return (whole[0], whole[0] + len(left)), (whole[1] - len(right), whole[1])

    def text(self, span: Span) -> str:
        """The text of a span."""
        return self.query[span[0] : span[1]]

    def reference(self, node: dict[str, object]) -> Span | None:
        """The span of a ``ColumnRef``: its names and the dots between them."""
        number = self._token_at(self.offset(int(str(node.get("location", 0)))))
        fields = node.get("fields")
        if number is None or not isinstance(fields, list):
            return None
        last = number + 2 * (len(fields) - 1)
        if last >= len(self._tokens):
            return None
        return self._tokens[number].start, self._tokens[last].end

    def _bounds(self, node: object) -> tuple[int, int] | None:
        """Numbers of the first and the last token a node below this one begins at."""
        found = locations(node)
        if not found:
            return None
        first = self._token_at(self.offset(min(found)))
        last = self._token_at(self.offset(max(found)))
        return None if first is None or last is None else (first, last)

    def _token_at(self, offset: int) -> int | None:
        number = bisect_left(self._starts, offset)
        found = number < len(self._starts) and self._starts[number] == offset
        return number if found else None

    def _with_opening(self, first: int, last: int) -> int:
        """Move to the left over the parentheses that close between the two tokens."""
        depth = lowest = 0
        for token in self._tokens[first : last + 1]:
            depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
            lowest = min(lowest, depth)
        while lowest < 0 and first > 0 and self._tokens[first - 1].kind in _OPENING:
            first, lowest = first - 1, lowest + 1
        return first


def locations(node: object) -> list[int]:
    """All known locations (bytes) of a node and what is below it."""
    found: list[int] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            values = (current[name] for name in _POSITIONS if name in current)
            found.extend(value for value in values if value >= 0)
            stack.extend(current.values())
    return found


def _character_starts(query: str) -> list[int]:
    """The offset in bytes of every character, and of the end."""
    starts, position = [], 0
    for character in query:
        starts.append(position)
        position += len(character.encode())
    return [*starts, position]
