"""Fill tables of a database of our own, fast, and look at what came out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row

from analyzer.domain.index import RelationName
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import clean
from analyzer.postgres.queries import load


def read_generator_columns(connection: Connection) -> list[Any]:
    """Rows of ``generator_columns.sql``, one a column."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(load("generator_columns"), {}).fetchall()


def copy_into(
    connection: Connection,
    relation: RelationName,
    columns: Sequence[str],
    chunks: Iterable[bytes],
) -> str:
    """COPY rows into a table; the reason if the server refuses one of them, else "".

    Args:
        connection: of the table's owner.
        relation: the table.
        columns: in the order of the rows.
        chunks: rows in COPY's text format, whole lines.
    """
    query = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(relation.schema, relation.name),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
    )
    try:
        with (
            connection.transaction(),
            connection.cursor() as cursor,
            cursor.copy(query) as copy,
        ):
            for chunk in chunks:
                copy.write(chunk)
    except psycopg.Error as error:
        if connection.closed:
            raise
        return clean(error.diag.message_primary or str(error))
    return ""


def check_constraints(
    connection: Connection, relation: RelationName
) -> tuple[str, ...]:
    """Names of a table's CHECK constraints."""
    rows = connection.execute(
        load("check_constraints"), {"schema": relation.schema, "name": relation.name}
    ).fetchall()
    return tuple(str(name) for (name,) in rows)


def drop_constraints(
    connection: Connection, relation: RelationName, names: Sequence[str]
) -> None:
    """Drop constraints of a table."""
    for name in names:
        connection.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                sql.Identifier(relation.schema, relation.name), sql.Identifier(name)
            )
        )


def vacuum_analyze(connection: Connection, relations: Sequence[RelationName]) -> None:
    """Make the visibility map and the statistics of some tables."""
    for name in relations:
        connection.execute(
            sql.SQL("VACUUM (ANALYZE, PARALLEL 0) {}").format(
                sql.Identifier(name.schema, name.name)
            )
        )


def count_rows(connection: Connection, relation: RelationName) -> int:
    """Rows of a table by its statistics."""
    row = connection.execute(
        load("relation_rows"), {"schema": relation.schema, "name": relation.name}
    ).fetchone()
    return max(int(row[0]), 0) if row else 0
