"""Whether two texts give the same: columns, types, and the bag or list of rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import psycopg

from analyzer.postgres.connect import Connection
from analyzer.rewriting.parameters import compacted

_TOTAL = re.compile(r"(?is)order by [^()]*\bid\b[^()]*\Z")


def difference(
    connection: Connection, one: str, two: str, values: Sequence[str | None] = ()
) -> str:
    """What differs, or an empty text. Rows come as PostgreSQL prints them.

    Order counts where ORDER BY at the end names ``id``, which is a key in our schemas.
    """
    first, second = (outcome(connection, text, values) for text in (one, two))
    if isinstance(first, str) or isinstance(second, str):
        return "" if first == second else f"{first} against {second}"
    if first[0] != second[0]:
        return f"columns {first[0]} against {second[0]}"
    if Counter(first[1]) != Counter(second[1]):
        missing = Counter(first[1]) - Counter(second[1])
        more = Counter(second[1]) - Counter(first[1])
        return f"missing {list(missing.items())[:3]}, more {list(more.items())[:3]}"
    if _TOTAL.search(one) and first[1] != second[1]:
        return "another order"
    return ""


def outcome(
    connection: Connection, text: str, values: Sequence[str | None]
) -> tuple[list[tuple[Any, ...]], list[Any]] | str:
    """Columns and rows, or the SQLSTATE of the error."""
    query, kept = compacted(text, values)
    try:
        with connection.transaction(force_rollback=True):
            cursor = psycopg.RawCursor(connection)
            cursor.execute(query.encode(), kept)
            if cursor.description is None:
                return [], [cursor.rowcount]
            columns = [
                (item.name, item.type_code, item.precision, item.scale)
                for item in cursor.description
            ]
            return columns, list(map(repr, cursor.fetchall()))
    except psycopg.Error as error:
        return f"error {error.sqlstate}"
