"""Shadow databases that stay in their cluster, under a name that says what they hold.

A database at work is called ``shadow_…``, one that waits ``kept_…``. Both names are
changed together with the role's in one transaction, so that a process that is killed
leaves either, and of two that want a kept one, one gets it.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row

from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load

KEPT_PREFIX = "kept_"
_WITNESS = sql.Identifier("public", "pgproof_no_crash")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDatabase:
    """A database that waits; ``note`` is what was written when it was kept."""

    name: str
    oid: int
    used_at_s: float
    note: str
    in_use: bool


def kept_databases(connection: Connection) -> tuple[KeptDatabase, ...]:
    """All of a cluster, the one used last first.

    Args:
        connection: of the superuser.
    """
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows = cursor.execute(load("kept_databases"), {}).fetchall()
    return tuple(KeptDatabase(**row._asdict()) for row in rows)


def rename_database(
    connection: Connection, name: str, new_name: str, note: str = ""
) -> bool:
    """Give a database and its owner another name, and write something beside it.

    Returns:
        Whether that was possible: it is there, and nobody is in it.
    """
    old, new = sql.Identifier(name), sql.Identifier(new_name)
    try:
        with connection.transaction():
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(old, new)
            )
            connection.execute(sql.SQL("ALTER ROLE {} RENAME TO {}").format(old, new))
            connection.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(new, sql.Literal(note))
            )
    except (psycopg.errors.InvalidCatalogName, psycopg.errors.ObjectInUse):
        return False
    return True


def has_crashed(connection: Connection) -> bool:
    """Whether the server has ended by a crash since this was asked first.

    A clean shutdown keeps the row of an unlogged table, recovery empties the table
    (manual, CREATE TABLE, UNLOGGED). Files of a shadow are written behind the server's
    back and without fsync, so after a crash they are worth nothing.

    Args:
        connection: of the superuser, in the database ``postgres``.
    """
    connection.execute(
        sql.SQL("CREATE UNLOGGED TABLE IF NOT EXISTS {} AS VALUES (true)").format(
            _WITNESS
        )
    )
    row = connection.execute(
        sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(_WITNESS)
    ).fetchone()
    return row is None or not row[0]


def forget_crash(connection: Connection) -> None:
    """Begin to watch anew, once everything that a crash has touched is gone."""
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_WITNESS))


def drop_indexes(connection: Connection, names: list[tuple[str, str]]) -> None:
    """Drop indexes by schema and name, all or none."""
    if names:
        identifiers = sql.SQL(", ").join(sql.Identifier(*name) for name in names)
        connection.execute(sql.SQL("DROP INDEX {}").format(identifiers))
