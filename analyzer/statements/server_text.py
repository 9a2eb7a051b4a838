"""A statement printed from its tree, in words that every server understands.

pg_stat_statements puts ``$n`` where the grammar wants a literal: ``interval $1``,
``date $1``, ``extract($1 from x)``. libpg_query reads those, a server does not.
"""

from __future__ import annotations

import json
import re

from pglast import parser

from analyzer.errors import UserError
from analyzer.statements.lexer import tokens
from analyzer.statements.parse import ParsedQuery, parse_one
from analyzer.statements.plain_tree import same_tree

_EXTRACT = re.compile(r"extract\s*\(\s*(\$\d+)\s+from\s", re.IGNORECASE)


def server_text(parsed: ParsedQuery) -> str:
    """The statement without comments, printed from its tree.

    Raises:
        UserError: printing does not give the same tree back, so the text that would
            run is not the text that was checked.
    """
    printed = str(parser.deparse_protobuf(parser.parse_sql_protobuf(parsed.text)))
    try:
        again = json.loads(parser.parse_sql_json(printed))["stmts"][0]["stmt"]
        is_same = same_tree(again, parsed.tree)
    except (RecursionError, parser.ParseError):
        is_same = False
    if not is_same:
        raise UserError(
            "The query cannot be printed from its parsed form.",
            hint="Write the unusual part of it in a simpler way.",
        )
    return _without_extract(printed)


def restated(query: str) -> str | None:
    """A statement in words that a server reads, if it does not read this text.

    None where there is no other text of it: it does not parse here either, or printing
    it changes nothing.

    >>> restated("SELECT now() - interval $1")
    'SELECT now() - $1::interval'
    >>> restated("SELECT $1") is restated("SELECT (") is None
    True
    """
    try:
        text = server_text(parse_one(query))
    except UserError:
        return None
    return None if text == query else text


def _without_extract(printed: str) -> str:
    """``extract($1 from x)`` as the call it means, outside of strings and names."""
    if not _EXTRACT.search(printed):
        return printed
    found = tokens(printed)
    edits: list[tuple[int, int, str]] = []
    for at in range(len(found) - 3):
        kinds = [token.kind for token in found[at : at + 4]]
        if kinds == ["EXTRACT", "ASCII_40", "PARAM", "FROM"]:
            start, comma = found[at], found[at + 3]
            edits.append((start.start, start.end, "pg_catalog.date_part"))
            edits.append((comma.start, comma.end, ","))
    for begin, end, text in reversed(edits):
        printed = printed[:begin] + text + printed[end:]
    return printed
