"""A statement with constants where its normalized text has parameters."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.statements.identifiers import quote_literal
from analyzer.statements.lexer import tokens


def with_constants(query: str, values: Mapping[int, str]) -> str:
    """The query with some of its ``$n`` replaced by string constants.

    Args:
        query: a statement with parameters.
        values: texts by the number of the parameter; the others stay as they are.

    Raises:
        UserError: a value holds a NUL, or the query has no tokens.

    >>> with_constants("SELECT $1 FROM t WHERE s = $2", {2: "it's"})
    "SELECT $1 FROM t WHERE s = 'it''s'"
    """
    if not values:
        return query
    pieces, position = [], 0
    for token in tokens(query):
        if token.kind != "PARAM":
            continue
        value = values.get(int(query[token.start + 1 : token.end]))
        if value is not None:
            pieces += [query[position : token.start], quote_literal(value)]
            position = token.end
    return "".join((*pieces, query[position:]))
