"""Questions to pg_stat_statements, answered as rows; numbers and texts apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from analyzer.errors import MissingExtension
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import clean
from analyzer.postgres.queries import load

EXTENSION = "pg_stat_statements"
MAX_TEXT_CHARS = 1 << 20
MAX_BISECTIONS = 64

_HINT = (
    "Add pg_stat_statements to shared_preload_libraries and restart the server, then "
    "run in this database: CREATE EXTENSION pg_stat_statements;"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementsExtension:
    """Where pg_stat_statements is and which columns it has.

    Read from the catalog, since the extension is often older than its server.
    """

    schema: str
    version: str
    columns: tuple[str, ...]
    has_info: bool

    @property
    def function(self) -> sql.Identifier:
        """The set-returning function, quoted."""
        return sql.Identifier(self.schema, EXTENSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names by oid, the role we are, and the server's time."""

    databases: Mapping[int, str]
    roles: Mapping[int, str]
    current_role: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Texts by queryid, those that broke, and the server's reason."""

    by_queryid: Mapping[int, str]
    broken: tuple[int, ...] = ()
    why: str = ""


def find_extension(connection: Connection) -> StatementsExtension:
    """Where the extension is in this database.

    Raises:
        MissingExtension: it was not created here.
    """
    rows = _rows(connection, sql.SQL(load("pg_stat_statements_columns")))
    if not rows:
        raise MissingExtension(
            f'database "{clean(connection.info.dbname)}" has no extension '
            "pg_stat_statements",
            detail="It counts what ran, which a scan starts from.",
            hint=_HINT,
        )
    row = rows[0]
    return StatementsExtension(
        schema=row["schema"],
        version=row["version"],
        columns=tuple(row["columns"] or ()),
        has_info=row["has_info"],
    )


def read_counter_rows(
    connection: Connection, extension: StatementsExtension, columns: Sequence[str]
) -> list[dict[str, Any]]:
    """The named columns of all entries.

    Raises:
        MissingExtension: the library is not loaded by the server.
    """
    query = sql.SQL(load("pg_stat_statements_counters")).format(
        columns=sql.SQL(", ").join(sql.Identifier("s", name) for name in columns),
        statements=extension.function,
    )
    with _loaded():
        return _rows(connection, query)


@contextmanager
def _loaded() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.ObjectNotInPrerequisiteState as error:
        raise MissingExtension(
            "pg_stat_statements is not loaded by the server",
            detail=clean(error.diag.message_primary or ""),
            hint=_HINT,
        ) from error


def read_info(
    connection: Connection, extension: StatementsExtension
) -> tuple[datetime | None, int | None]:
    """Time of the last reset and evictions since then; none before version 14.

    Raises:
        MissingExtension: the library is not loaded by the server.
    """
    if not extension.has_info:
        return None, None
    query = sql.SQL(load("pg_stat_statements_info")).format(
        info=sql.Identifier(extension.schema, "pg_stat_statements_info")
    )
    with _loaded():
        row = _rows(connection, query)[0]
    return row["stats_reset"], row["dealloc"]


def read_texts(
    connection: Connection, extension: StatementsExtension, queryids: Sequence[int]
) -> Texts:
    """Texts of these ids. One that cannot be sent does not take the others with it.

    A text in another encoding breaks the query that returns it; the ids are then
    halved until it is found. Where the server cannot read its texts, all are broken.
    """
    found: dict[int, str] = {}
    broken: list[int] = []
    why = ""
    waiting = [list(queryids)] if queryids else []
    attempts = 0
    while waiting:
        part = waiting.pop()
        attempts += 1
        try:
            found.update(_texts(connection, extension, part))
        except (psycopg.DataError, psycopg.InternalError, UnicodeError) as error:
            why = clean(str(error).partition("\n")[0])
            if attempts == 1 and not _answers(connection, extension):
                return Texts(by_queryid={}, broken=tuple(part), why=why)
            if len(part) == 1 or attempts > MAX_BISECTIONS:
                broken += part
            else:
                middle = len(part) // 2
                waiting += [part[:middle], part[middle:]]
    return Texts(by_queryid=found, broken=tuple(broken), why=why)


def _texts(
    connection: Connection, extension: StatementsExtension, queryids: Sequence[int]
) -> dict[int, str]:
    query = sql.SQL(load("pg_stat_statements_texts")).format(
        statements=extension.function
    )
    values = {"queryids": list(queryids), "max_chars": MAX_TEXT_CHARS}
    with connection.transaction():
        rows = _rows(connection, query, values)
    return {
        row["queryid"]: _as_text(row["query"])
        for row in rows
        if row["query"] is not None
    }


def _answers(connection: Connection, extension: StatementsExtension) -> bool:
    """Whether the server can read its texts at all, whatever is asked for.

    It converts each text to the encoding of our database, even those it does not
    return, so one that does not convert breaks every question.
    """
    try:
        _texts(connection, extension, [])
    except (psycopg.DataError, psycopg.InternalError):
        return False
    return True


def _as_text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def read_names(connection: Connection) -> Names:
    """Names of databases and roles, and the server's time."""
    rows = _rows(connection, sql.SQL(load("pg_stat_statements_names")))
    by_kind: dict[str, dict[int, str]] = {}
    for row in rows:
        by_kind.setdefault(row["kind"], {})[row["id"]] = row["name"]
    return Names(
        databases=by_kind.get("database", {}),
        roles=by_kind.get("role", {}),
        current_role=by_kind["current role"][0],
        now=datetime.fromisoformat(by_kind["now"][0]).replace(tzinfo=UTC),
    )


def read_system_identifier(connection: Connection) -> str | None:
    """The cluster's identifier, or none where pg_control_system() is not allowed."""
    try:
        with connection.transaction():
            row = connection.execute(sql.SQL(load("system_identifier"))).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return None
    return str(row[0]) if row else None


def _rows(
    connection: Connection,
    query: sql.SQL | sql.Composed,
    values: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, values).fetchall()
