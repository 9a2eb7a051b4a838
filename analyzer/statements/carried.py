"""The query inside of a utility statement that runs it."""

from __future__ import annotations

import re
from functools import lru_cache

from analyzer.errors import AnalyzerError
from analyzer.statements.parse import parse_one
from analyzer.statements.print_tree import printed

_FIRST_WORD = re.compile(r"(?>\s|--[^\n]*\n|/\*.*?\*/)*+(?:CREATE|COPY)\b", re.I | re.S)
_CARRIERS = {"CreateTableAsStmt", "CopyStmt"}
_MAX_CACHED_CHARS = 16_384


def carried_query(text: str) -> str | None:
    """The query of a COPY, or of a table or view that is made of it; else none.

    It is printed from the tree. What CREATE TABLE AS EXECUTE runs is not in the text.
    Cursors are left out: a server counts what is fetched from one by other statements,
    or by DECLARE and what that runs both at the top (tried on 18, WITH HOLD).

    >>> carried_query("COPY (SELECT a FROM t WHERE b = 1) TO STDOUT")
    'SELECT a FROM t WHERE b = 1'
    >>> carried_query("CREATE TABLE t (a int)") is carried_query("SELECT 1") is None
    True
    """
    if not _FIRST_WORD.match(text):
        return None
    return _cached(text) if len(text) <= _MAX_CACHED_CHARS else _carried(text)


def _carried(text: str) -> str | None:
    try:
        parsed = parse_one(text)
        if parsed.node_type not in _CARRIERS:
            return None
        query = parsed.fields.get("query", {})
        return printed(query) if query and "ExecuteStmt" not in query else None
    except AnalyzerError:
        return None


_cached = lru_cache(maxsize=256)(_carried)
