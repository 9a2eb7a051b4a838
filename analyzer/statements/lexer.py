"""Tokens of a query, by PostgreSQL's own scanner, with offsets in characters."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pglast import parser

from analyzer.errors import QuerySyntaxError

COMMENTS = frozenset({"C_COMMENT", "SQL_COMMENT"})
STRINGS = frozenset({"SCONST", "USCONST", "BCONST", "XCONST"})
_MAX_CACHED_CHARS = 16_384
NUMBERS = frozenset({"ICONST", "FCONST"})


class Token(NamedTuple):
    """One token: its kind as in gram.y, and where its text stands (end excluded).

    A tuple, since a scan makes thousands of them and a frozen dataclass costs thrice.
    """

    kind: str
    start: int
    end: int


def tokens(query: str) -> tuple[Token, ...]:
    """The tokens of a text, comments included.

    Raises:
        QuerySyntaxError: the text is not made of tokens (an open string, a NUL).
    """
    if "\0" in query:
        raise QuerySyntaxError(
            "The query holds a NUL character.", position=query.index("\0") + 1
        )
    return _cached(query) if len(query) <= _MAX_CACHED_CHARS else _scanned(query)


MAX_MESSAGE_CHARS = 120


def _scanned(query: str) -> tuple[Token, ...]:
    try:
        found = parser.scan(query)
    except parser.ParseError as error:
        raise syntax_error(error, query) from None
    except UnicodeEncodeError as error:
        raise QuerySyntaxError(
            "The query holds characters that are not valid Unicode.",
            position=error.start + 1,
        ) from None
    return tuple([Token(item.name, item.start, item.end + 1) for item in found])


# One statement is scanned for its limits, comments, constants and parameters in turn.
_cached = lru_cache(maxsize=64)(_scanned)


def syntax_error(error: Exception, query: str) -> QuerySyntaxError:
    """PostgreSQL's complaint as ours, with the position counted from 1."""
    message = str(error.args[0]) if error.args else "syntax error"
    if len(message) > MAX_MESSAGE_CHARS:
        # It repeats all that follows an open quote.
        message = " ".join(message[:MAX_MESSAGE_CHARS].split()) + "…"
    offset = error.args[1] if len(error.args) > 1 else None
    position = len(query) + 1 if offset is None else int(offset) + 1
    return QuerySyntaxError(
        f"The query does not parse: {message}.",
        detail=f"At character {position}.",
        hint="Check the query against PostgreSQL 18's grammar.",
        position=position,
    )
