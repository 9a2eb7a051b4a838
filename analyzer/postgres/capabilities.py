"""What is possible on a server: version, extensions, rights, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row

from analyzer.domain.workload import NotSeen
from analyzer.errors import UnsupportedVersion
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import clean
from analyzer.postgres.grants import reading_grant
from analyzer.postgres.pinned import pinned_search_path
from analyzer.postgres.queries import load, marked
from analyzer.postgres.settings import read_settings

OLDEST_VERSION_NUM = 130_000
NEWEST_TESTED_VERSION_NUM = 189_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """An extension installed in the database, with the schema of its objects."""

    name: str
    version: str
    schema: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What one role can do and see in one database.

    Attributes:
        server_version_num: for example 180006.
        server_version: as the server prints it.
        role: the role we are connected as.
        database: where.
        is_superuser: of that role.
        member_of: roles whose rights it has, ``pg_monitor`` and the like.
        is_replica: whether the server is a standby.
        extensions: installed here, by name.
        available_extensions: of those we can use, the ones the server could install.
        pg_stat_statements_answers: the view answers.
        unreadable_relation_count: relations whose statistics are hidden from us.
        settings: by name, as ``current_setting()`` prints them.
        missing: what is missing, with the statement that changes it.
    """

    server_version_num: int
    server_version: str
    role: str
    database: str
    is_superuser: bool
    member_of: tuple[str, ...]
    is_replica: bool
    extensions: Mapping[str, Extension]
    available_extensions: tuple[str, ...]
    pg_stat_statements_answers: bool
    unreadable_relation_count: int
    settings: Mapping[str, str]
    missing: tuple[NotSeen, ...] = ()

    @property
    def reads_all_stats(self) -> bool:
        """Whether query texts and activity of other roles are shown."""
        return self.is_superuser or "pg_read_all_stats" in self.member_of

    @property
    def has_hypopg(self) -> bool:
        """Whether hypothetical indexes can be made on the server itself."""
        return "hypopg" in self.extensions


def read_capabilities(connection: Connection) -> Capabilities:
    """Find out what is possible, with four cheap queries.

    Raises:
        UnsupportedVersion: the server is older than PostgreSQL 13.
        psycopg.Error: within ``connect.session`` it becomes an error of our tree.
    """
    version = connection.info.server_version
    if version < OLDEST_VERSION_NUM:
        raise UnsupportedVersion(
            f"PostgreSQL {version // 10_000} is not supported",
            hint="PostgreSQL 13 is the oldest version that is supported.",
        )
    with pinned_search_path(connection):
        facts = _rows(connection, "capabilities")[0]
        extensions = {item.name: item for item in read_extensions(connection)}
        answers, why = _try_pg_stat_statements(connection, extensions)
        settings = read_settings(connection)
    found = Capabilities(
        server_version_num=facts.server_version_num,
        server_version=clean(facts.server_version),
        role=facts.role,
        database=facts.database,
        is_superuser=facts.is_superuser,
        member_of=tuple(facts.member_of),
        is_replica=facts.is_replica,
        extensions=extensions,
        available_extensions=tuple(facts.available_extensions),
        pg_stat_statements_answers=answers,
        unreadable_relation_count=facts.unreadable_relation_count,
        settings=settings,
    )
    return _with_missing(found, why)


def read_extensions(connection: Connection) -> tuple[Extension, ...]:
    """The extensions installed in the database, by name."""
    return tuple(
        Extension(name=row.name, version=row.version, schema=row.schema)
        for row in _rows(connection, "extensions")
    )


def _with_missing(found: Capabilities, why: str) -> Capabilities:
    missing = (*_missing(found, why),)
    fields = {name: getattr(found, name) for name in Capabilities.__slots__}
    return Capabilities(**{**fields, "missing": missing})


def _rows(connection: Connection, name: str) -> list[Any]:
    query = load(name, connection.info.server_version)
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(query, {}).fetchall()


def _try_pg_stat_statements(
    connection: Connection, extensions: Mapping[str, Extension]
) -> tuple[bool, str]:
    """Whether the view answers, else the server's reason, cleaned."""
    extension = extensions.get("pg_stat_statements")
    if extension is None:
        return False, "the extension is not installed in this database"
    view = sql.Identifier(extension.schema, "pg_stat_statements")
    query = sql.SQL(marked("SELECT 1 FROM {} LIMIT 1")).format(view)
    try:
        with connection.transaction():
            connection.execute(query)
    except psycopg.Error as error:
        return False, clean(error.diag.message_primary or str(error))
    return True, ""


def _missing(found: Capabilities, why: str) -> Iterator[NotSeen]:
    role = '"' + found.role.replace('"', '""') + '"'
    if not found.pg_stat_statements_answers:
        yield NotSeen(
            what="statements of the workload (pg_stat_statements)",
            why=why,
            hint=_pg_stat_statements_hint(found, role),
        )
    if not found.reads_all_stats:
        yield NotSeen(
            what="query texts and activity of other roles",
            why=f"the role {role} may see only its own",
            hint=f"GRANT pg_read_all_stats TO {role};",
        )
    if found.unreadable_relation_count:
        grant = reading_grant(found.server_version_num, role)
        yield NotSeen(
            what=f"planner statistics of {found.unreadable_relation_count} relations",
            why="statistics are shown only to roles that may read the relation",
            hint=f"{grant};",
        )
    if found.settings.get("track_io_timing") == "off":
        yield NotSeen(
            what="time spent reading and writing blocks",
            why="track_io_timing is off",
            hint="ALTER SYSTEM SET track_io_timing = on; SELECT pg_reload_conf();",
        )
    if found.server_version_num > NEWEST_TESTED_VERSION_NUM:
        yield NotSeen(
            what="what is new in this major version",
            why=f"{found.server_version} is newer than the newest version tested",
        )


def _pg_stat_statements_hint(found: Capabilities, role: str) -> str:
    preload = found.settings.get("shared_preload_libraries", "")
    steps = []
    if "shared_preload_libraries" not in found.settings:
        steps.append(
            "Add pg_stat_statements to shared_preload_libraries if it is not there, "
            "and restart;"
        )
    elif "pg_stat_statements" not in preload:
        value = ", ".join(filter(None, (clean(preload), "pg_stat_statements")))
        steps.append(
            f"ALTER SYSTEM SET shared_preload_libraries = {value}; restart the server;"
        )
    if "pg_stat_statements" not in found.extensions:
        if "pg_stat_statements" not in found.available_extensions:
            steps.append("install the package postgresql-contrib on the server;")
        steps.append("CREATE EXTENSION pg_stat_statements;")
    else:
        schema = found.extensions["pg_stat_statements"].schema
        name = '"' + schema.replace('"', '""') + '"'
        steps.append(f"GRANT USAGE ON SCHEMA {name} TO {role};")
    return " ".join(steps)
