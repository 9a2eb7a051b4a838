"""One query to its tree, as libpg_query's JSON gives it, within limits of size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pglast import parser

from analyzer.errors import QuerySyntaxError, UnsafeText, UserError
from analyzer.statements.lexer import syntax_error, tokens

MAX_QUERY_BYTES = 64 * 1024
MAX_QUERY_TOKENS = 8_000

Node = dict[str, Any]
"""A node of the tree: one key, the name of its type, and its fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedQuery:
    """Exactly one statement.

    Attributes:
        text: the query as given.
        node_type: for example ``SelectStmt``.
        fields: of that node, in libpg_query's JSON form: enumerations are words,
            fields with a default value are absent. Locations count *bytes*; use
            :meth:`offset` before touching ``text``.
    """

    text: str
    node_type: str
    fields: Node = field(repr=False)

    @property
    def tree(self) -> Node:
        """The statement as a node."""
        return {self.node_type: self.fields}

    def offset(self, location: int) -> int:
        """The offset in characters of a location in bytes."""
        if self.text.isascii():
            return location
        return len(self.text.encode()[:location].decode(errors="ignore"))


def parse_one(query: str) -> ParsedQuery:
    """Parse a text that must hold exactly one statement.

    The size is checked first: libpg_query builds its tree on the C stack, and a text
    of 40,000 chained operators ends the process (safety.md 2.4). The tree is taken
    through libpg_query's JSON, which carries a location for constants as well.

    Raises:
        QuerySyntaxError: it does not parse; ``position`` counts characters from 1.
        UnsafeText: no statement, several statements, or a text over the limits.
    """
    check_size(query)
    try:
        document = json.loads(parser.parse_sql_json(query))
    except parser.ParseError as error:
        raise syntax_error(error, query) from None
    except RecursionError:
        raise _too_deep() from None
    statements = document.get("stmts", [])
    if len(statements) != 1:
        raise UnsafeText(
            "The text must hold exactly one statement.",
            detail=f"rule one statement: it holds {len(statements)}.",
            hint="Submit the statements one at a time."
            if statements
            else "Submit one SELECT, INSERT, UPDATE, DELETE or MERGE.",
        )
    ((node_type, fields),) = statements[0]["stmt"].items()
    return ParsedQuery(text=query, node_type=node_type, fields=fields)


def check_size(query: str) -> None:
    """Refuse a text that is too large to be parsed safely, before parsing it.

    Raises:
        QuerySyntaxError: it holds a NUL or is not made of tokens.
        UnsafeText: it has more than ``MAX_QUERY_BYTES`` or ``MAX_QUERY_TOKENS``.
    """
    size_bytes = len(query.encode(errors="surrogatepass"))
    if size_bytes > MAX_QUERY_BYTES:
        raise UnsafeText(
            "The query is too large to be parsed.",
            detail=(
                f"rule size: it has {size_bytes:,} bytes; the limit is "
                f"{MAX_QUERY_BYTES:,}."
            ),
            hint="Pass long lists of values as one array parameter.",
        )
    count = len(tokens(query))
    if count > MAX_QUERY_TOKENS:
        raise UnsafeText(
            "The query is too large to be parsed.",
            detail=(
                f"rule size: it has {count:,} tokens; the limit is "
                f"{MAX_QUERY_TOKENS:,}."
            ),
            hint="Pass long lists of values as one array parameter.",
        )


def parses(query: str) -> bool:
    """Whether the text is exactly one statement within the limits."""
    try:
        parse_one(query)
    except (QuerySyntaxError, UserError):
        return False
    return True


def walk(node: object) -> Iterator[tuple[str, Node]]:
    """Every node below (and at) this one: its type and its fields, parents first.

    It keeps its own stack, so a deep tree cannot exhaust Python's.
    """
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            for key, value in current.items():
                if key[:1].isupper() and isinstance(value, dict):
                    yield key, value
            stack.extend(reversed(list(current.values())))


def has_field(node: object, name: str) -> bool:
    """Whether a field of that name is set anywhere below (and at) a node."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            if name in current:
                return True
            stack.extend(current.values())
    return False


def _too_deep() -> UnsafeText:
    return UnsafeText(
        "The query is nested too deeply to be parsed.",
        detail="rule size: it is nested too deeply.",
        hint="Split it, or pass long lists as one array parameter.",
    )
