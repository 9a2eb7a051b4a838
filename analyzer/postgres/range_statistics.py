"""Histograms of ranges, which servers before 17 show in pg_statistic alone.

``pg_dump --statistics-only`` reads pg_stats, whose columns for ranges came with 17.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from analyzer.domain.index import RelationName
from analyzer.postgres.connect import Connection
from analyzer.postgres.pinned import pinned_search_path
from analyzer.postgres.queries import load

SHOWN_SINCE = 170_000
"""The version whose pg_stats, and so whose dump, has these histograms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeHistograms:
    """What ANALYZE found of a column of ranges; arrays are texts, as the server writes.

    ``lengths`` is a histogram of lengths, ``bounds`` one of lower and upper bounds,
    ``empty_ratio`` the share of empty ranges (``rangetypes_typanalyze.c``).
    """

    relation: RelationName
    attribute: str
    inherited: bool
    lengths: str | None
    bounds: str | None
    empty_ratio: float


def read_range_histograms(
    connection: Connection,
) -> tuple[RangeHistograms, ...] | None:
    """Of all columns of ranges; none if the role may not read pg_statistic."""
    try:
        with pinned_search_path(connection), connection.transaction():
            # As the dump writes values, whatever the role prefers.
            connection.execute("SET LOCAL datestyle = 'ISO'")
            rows = _rows(connection, "range_statistics")
    except psycopg.errors.InsufficientPrivilege:
        return None
    return tuple(
        RangeHistograms(
            relation=RelationName(row.schema, row.relation),
            attribute=row.attribute,
            inherited=row.inherited,
            lengths=row.lengths,
            bounds=row.bounds,
            empty_ratio=row.empty_ratio,
        )
        for row in rows
    )


def read_range_columns(connection: Connection) -> tuple[tuple[RelationName, str], ...]:
    """Columns of ranges of tables that hold rows."""
    with pinned_search_path(connection):
        rows = _rows(connection, "range_columns")
    return tuple(
        (RelationName(row.schema, row.relation), row.attribute) for row in rows
    )


def _rows(connection: Connection, name: str) -> list[Any]:
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return list(cursor.execute(load(name), {}).fetchall())
