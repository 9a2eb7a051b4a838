"""Queries written for another database: which one, and how PostgreSQL would spell it.

The only use of sqlglot. Its text is a hint for a person: rewrites.md section 5 measured
that its printing changes 1.5 % of queries, so no text of it is ever planned or advised.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import sqlglot
from sqlglot.errors import ErrorLevel, SqlglotError

from analyzer.statements.parse import parses

MAX_QUERY_CHARS = 8_000
_DIALECTS = {
    "mysql": "MySQL",
    "tsql": "SQL Server",
    "oracle": "Oracle",
    "sqlite": "SQLite",
    "bigquery": "BigQuery",
}
# sqlglot warns through logging of what it cannot translate; the user sees the text.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignQuery:
    """A query in another dialect, and a first draft of it for PostgreSQL."""

    dialect: str
    query: str


def foreign_query(query: str) -> ForeignQuery | None:
    """The dialect a query that PostgreSQL does not parse may be written in.

    None where it parses as PostgreSQL, is too long to be worth a guess, or no dialect
    gives one statement that PostgreSQL's parser accepts. Never raises.

    >>> foreign_query("SELECT `id` FROM `t` LIMIT 5, 10")
    ForeignQuery(dialect='MySQL', query='SELECT "id" FROM "t" LIMIT 10 OFFSET 5')
    """
    if len(query) > MAX_QUERY_CHARS or parses(query):
        return None
    for name, title in _DIALECTS.items():
        text = _translated(query, name)
        if text is not None and parses(text):
            return ForeignQuery(dialect=title, query=text)
    return None


def _translated(query: str, dialect: str) -> str | None:
    try:
        found = sqlglot.transpile(
            query, read=dialect, write="postgres", error_level=ErrorLevel.RAISE
        )
    except (SqlglotError, RecursionError, ValueError):
        return None
    return found[0] if len(found) == 1 and found[0] else None
