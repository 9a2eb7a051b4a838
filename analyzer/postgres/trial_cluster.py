"""Databases for trying queries in: what the superuser of such a cluster does.

Nothing of it is foreign SQL. Each database belongs to a role of its own that has no
other right; what a killed process has left behind is dropped at the next start.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import LiteralString

from psycopg import sql

from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load
from analyzer.postgres.shadow_database import (
    create_extension,
    create_role,
    revoke_harmful,
)

TEMPLATE = "pgproof_trial_template"
PREFIX = "trial_"


def has_template(connection: Connection) -> bool:
    """Whether the cluster has the database that others are copied from."""
    row = connection.execute(load("database_exists"), (TEMPLATE,)).fetchone()
    return row is not None


def make_template(connection: Connection) -> None:
    """Make it, still empty; :func:`harden_template` does the rest."""
    query: LiteralString = "CREATE DATABASE {name} TEMPLATE template0"
    connection.execute(sql.SQL(query).format(name=sql.Identifier(TEMPLATE)))


def harden_template(connection: Connection) -> None:
    """Take rights away from everybody, in the template.

    Args:
        connection: of the superuser, in the template.
    """
    revoke_harmful(connection)


def create_trial_database(connection: Connection) -> str:
    """A database of its own role of the same name, to which nobody else may connect."""
    name = f"{PREFIX}{secrets.token_hex(6)}"
    create_role(connection, name)
    parts = {"name": sql.Identifier(name), "template": sql.Identifier(TEMPLATE)}
    statements: tuple[LiteralString, ...] = (
        "CREATE DATABASE {name} OWNER {name} TEMPLATE {template} STRATEGY file_copy",
        "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
    )
    for statement in statements:
        connection.execute(sql.SQL(statement).format(**parts))
    return name


def drop_trial_databases(
    connection: Connection, names: Iterable[str] | None = None
) -> None:
    """Drop databases and their roles; all of them where no names are given."""
    if names is None:
        rows = connection.execute(load("trial_leftovers"), {}).fetchall()
        names = [str(name) for (name,) in rows]
    for name in names:
        identifier = sql.Identifier(name)
        for statement in _DROP:
            connection.execute(sql.SQL(statement).format(name=identifier))


_DROP: tuple[LiteralString, ...] = (
    "DROP DATABASE IF EXISTS {name} WITH (FORCE)",
    "DROP ROLE IF EXISTS {name}",
)


def create_extensions(
    connection: Connection, extensions: Iterable[tuple[str, str]], owner: str
) -> dict[str, str]:
    """Create extensions by name and schema; those that failed, with the reason."""
    failed = {}
    for name, schema in extensions:
        problem = create_extension(connection, name, schema, owner)
        if problem is not None:
            failed[name] = problem
    return failed
