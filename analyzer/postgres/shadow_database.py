"""What the superuser of a shadow cluster does there, and nothing of it is foreign SQL.

Every statement of a snapshot runs as the unprivileged role that owns the database. The
superuser only makes the role, the database and extensions by name, sets settings, reads
the catalogs, and owns the one function that switches indexes on and off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row

from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import clean
from analyzer.postgres.queries import load

SWITCH_SCHEMA = "pgproof_switch"
LAST_SYSTEM_OID = 16383
"""FirstNormalObjectId − 1."""

_DENIED = (
    "lo_create(oid)",
    "lo_creat(integer)",
    "lo_from_bytea(oid, bytea)",
    "lo_unlink(oid)",
    "lowrite(integer, bytea)",
    "pg_cancel_backend(integer)",
    "pg_terminate_backend(integer, bigint)",
    "pg_notify(text, text)",
    "pg_sleep(double precision)",
    "pg_sleep_for(interval)",
    "pg_sleep_until(timestamp with time zone)",
)
"""Functions that planning an honest query never evaluates."""

_SWITCH: LiteralString = """
CREATE FUNCTION {schema}.set_valid(on_oids oid[], off_oids oid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE pg_catalog.pg_index
       SET indisvalid = (indexrelid = ANY (on_oids))
     WHERE indexrelid = ANY (on_oids || off_oids)
       AND indexrelid >= 16384;
END
$$;
CREATE FUNCTION {schema}.switch(on_oids oid[], off_oids oid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF cardinality(on_oids) + cardinality(off_oids) > 0 THEN
        UPDATE pg_catalog.pg_index
           SET indisvalid = (indexrelid = ANY (on_oids))
         WHERE indexrelid = ANY (on_oids || off_oids)
           AND indexrelid >= 16384;
    END IF;
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
END
$$
"""


_SWITCH_RIGHTS: tuple[LiteralString, ...] = (
    "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC",
    "GRANT USAGE ON SCHEMA {schema} TO {role}",
    "GRANT EXECUTE ON FUNCTION {schema}.set_valid(oid[], oid[]) TO {role}",
    "GRANT EXECUTE ON FUNCTION {schema}.switch(oid[], oid[]) TO {role}",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseLocale:
    """How a new database sorts; ``builtin`` names a locale of the builtin provider."""

    lc_collate: str
    lc_ctype: str
    builtin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowRelation:
    """A table or index of a shadow.

    ``kind`` and ``method`` are as in pg_class and pg_am; ``filepath`` is empty where
    there is no file. ``table_oid`` is of an index, ``parent_oid`` of a partition.
    """

    oid: int
    schema: str
    name: str
    kind: str
    method: str
    filepath: str
    table_oid: int | None
    parent_oid: int | None


def create_role(connection: Connection, name: str) -> None:
    """A role that can connect and owns nothing yet."""
    _run(
        connection,
        "CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT"
        " NOREPLICATION NOBYPASSRLS",
        name=sql.Identifier(name),
    )


def create_database(
    connection: Connection, name: str, owner: str, locale: DatabaseLocale
) -> None:
    """An empty database of one owner, to which nobody else may connect.

    Raises:
        psycopg.Error: the operating system does not have the locale.
    """
    provider = sql.SQL("LOCALE_PROVIDER libc")
    if locale.builtin:
        provider = sql.SQL("LOCALE_PROVIDER builtin BUILTIN_LOCALE {}").format(  # type: ignore[assignment]
            sql.Literal(locale.builtin)
        )
    _run(
        connection,
        "CREATE DATABASE {name} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8'"
        " LC_COLLATE {lc_collate} LC_CTYPE {lc_ctype} {provider}",
        name=sql.Identifier(name),
        owner=sql.Identifier(owner),
        lc_collate=sql.Literal(locale.lc_collate),
        lc_ctype=sql.Literal(locale.lc_ctype),
        provider=provider,
    )
    _run(
        connection,
        "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
        name=sql.Identifier(name),
    )


def can_create_database(
    connection: Connection, name: str, owner: str, locale: DatabaseLocale
) -> bool:
    """Create the database; False if this system does not have the locale."""
    try:
        create_database(connection, name, owner, locale)
    except psycopg.Error as error:
        if connection.closed or (error.sqlstate or "") not in _BAD_LOCALE:
            raise
        return False
    return True


_BAD_LOCALE = {"22023", "42809", "42704", "0A000"}


def drop_database(connection: Connection, name: str, owner: str) -> None:
    """Drop a database with all its sessions, and its owner."""
    database, role = sql.Identifier(name), sql.Identifier(owner)
    _run(connection, "DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=database)
    _run(connection, "DROP ROLE IF EXISTS {role}", role=role)


def leftovers(connection: Connection, min_age_s: float) -> tuple[str, ...]:
    """Shadow databases that a killed process has left behind.

    Args:
        connection: of the superuser.
        min_age_s: in seconds, from which a database without sessions counts.
    """
    query, asked = load("shadow_leftovers"), {"min_age_s": min_age_s}
    rows = connection.execute(query, asked).fetchall()
    return tuple(str(name) for (name,) in rows)


def prepare_database(connection: Connection, owner: str) -> None:
    """Take rights away that planning does not need, and make the switch.

    Args:
        connection: of the superuser, in the new database.
        owner: the role that will use the switch.
    """
    revoke_harmful(connection)
    schema = sql.Identifier(SWITCH_SCHEMA)
    _run(connection, "CREATE SCHEMA {schema}", schema=schema)
    _run(connection, "CREATE EXTENSION pg_buffercache SCHEMA {schema}", schema=schema)
    _run(connection, _SWITCH, schema=schema)
    role = sql.Identifier(owner)
    for query in _SWITCH_RIGHTS:
        _run(connection, query, schema=schema, role=role)


def revoke_harmful(connection: Connection) -> None:
    """Take rights away that no honest query needs, in one database.

    Args:
        connection: of the superuser, in that database.
    """
    for function in _DENIED:
        _run(
            connection,
            "REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC",
            signature=sql.SQL("pg_catalog." + function),
        )


def create_extension(
    connection: Connection, name: str, schema: str, owner: str
) -> str | None:
    """Create an extension, and the schema for its objects; the reason if it fails."""
    try:
        if schema != "pg_catalog":
            _run(
                connection,
                "CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {owner}",
                schema=sql.Identifier(schema),
                owner=sql.Identifier(owner),
            )
        _run(
            connection,
            "CREATE EXTENSION IF NOT EXISTS {name} WITH SCHEMA {schema} CASCADE",
            name=sql.Identifier(name),
            schema=sql.Identifier(schema),
        )
    except psycopg.Error as error:
        if connection.closed:
            raise
        return clean(error.diag.message_primary or str(error))
    return None


def create_collation(connection: Connection, schema: str, name: str) -> bool:
    """Make a collation under a foreign name that sorts as C.UTF-8 of libc does."""
    query = "CREATE COLLATION {name} (PROVIDER = libc, LOCALE = 'C.utf8')"
    try:
        _run(connection, query, name=sql.Identifier(schema, name))
    except psycopg.Error:
        if connection.closed:
            raise
        return False
    return True


def set_database_settings(
    connection: Connection, database: str, settings: Mapping[str, str]
) -> dict[str, str]:
    """Set settings for all sessions of a database; what failed, with the reason."""
    failed = {}
    for name, value in settings.items():
        try:
            _run(
                connection,
                "ALTER DATABASE {database} SET {name} = {value}",
                database=sql.Identifier(database),
                name=sql.Identifier(name),
                value=sql.Literal(value),
            )
        except psycopg.Error as error:
            if connection.closed:
                raise
            failed[name] = clean(error.diag.message_primary or str(error))
    return failed


def read_shadow_relations(
    connection: Connection, *, newer_than: int = LAST_SYSTEM_OID
) -> tuple[ShadowRelation, ...]:
    """Tables and indexes with their files.

    Args:
        connection: of the superuser, whose search path is ``pg_catalog``.
        newer_than: only relations of a higher oid, those made since then.
    """
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        wanted = {"newer_than": newer_than}
        rows = cursor.execute(load("shadow_relations"), wanted).fetchall()
    return tuple(ShadowRelation(**row._asdict()) for row in rows)


def set_valid(
    connection: Connection, on_oids: Sequence[int], off_oids: Sequence[int]
) -> None:
    """Switch indexes on and off, until the transaction is rolled back if it is."""
    _run(
        connection,
        "SELECT {function}(%s::oid[], %s::oid[])",
        (list(on_oids), list(off_oids)),
        function=sql.Identifier(SWITCH_SCHEMA, "set_valid"),
    )


def forget_cached_pages(connection: Connection) -> None:
    """Write dirty pages and empty the buffer cache, before files are written.

    Checking a foreign key, for one, reads pages of indexes that are still empty.
    """
    _run(
        connection,
        "SELECT {function}()",
        function=sql.Identifier(SWITCH_SCHEMA, "pg_buffercache_evict_all"),
    )


def set_session(connection: Connection, settings: Mapping[str, str]) -> None:
    """Set settings of this session."""
    for name, value in settings.items():
        connection.execute("SELECT pg_catalog.set_config(%s, %s, false)", (name, value))


def as_search_path(schemas: Sequence[str]) -> str:
    """Schemas as a value of ``search_path``.

    >>> as_search_path(["public", 'My"Schema'])
    '"public", "My""Schema"'
    """
    return ", ".join('"' + name.replace('"', '""') + '"' for name in schemas) or '""'


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationLength:
    """What the planner is told of a table or index: its blocks and rows."""

    schema: str
    name: str
    blks: int
    rows: float
    all_visible_blks: int | None = None


def set_relation_lengths(
    connection: Connection, lengths: Sequence[RelationLength]
) -> None:
    """Tell the planner length and rows of tables and indexes, in one statement."""
    if lengths:
        connection.execute(
            load("set_relation_lengths"),
            {
                "schemas": [item.schema for item in lengths],
                "names": [item.name for item in lengths],
                "blks": [min(item.blks, 2**31 - 1) for item in lengths],
                "rows": [item.rows for item in lengths],
                "visible": [item.all_visible_blks for item in lengths],
            },
        )


def _run(
    connection: Connection,
    query: LiteralString,
    parameters: Sequence[object] | None = None,
    **parts: sql.Composable,
) -> None:
    connection.execute(sql.SQL(query).format(**parts), parameters)


def index_column_names(connection: Connection, oid: int) -> tuple[str, ...]:
    """Names of an index's columns, which PostgreSQL chose for expressions."""
    rows = connection.execute(
        load("index_column_names"),
        (oid,),
    ).fetchall()
    return tuple(str(name) for (name,) in rows)


def set_attribute_statistics(
    connection: Connection,
    column: tuple[str, str, str],
    *,
    null_frac: float,
    avg_width_bytes: int,
    n_distinct: float,
) -> None:
    """Give the planner statistics of a column, by schema, relation and column."""
    connection.execute(
        "SELECT pg_catalog.pg_restore_attribute_stats('schemaname', %s::text,"
        " 'relname', %s::text, 'attname', %s::text, 'inherited', false,"
        " 'null_frac', %s::real, 'avg_width', %s::int, 'n_distinct', %s::real)",
        (*column, null_frac, avg_width_bytes, n_distinct),
    )
