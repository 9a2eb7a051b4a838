"""What the doctor looks at on a server, beside its capabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from analyzer.postgres.capabilities import Capabilities, read_capabilities
from analyzer.postgres.connect import Connection
from analyzer.postgres.pinned import pinned_search_path
from analyzer.postgres.queries import load


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorFacts:
    """A server as one role sees it.

    ``settings`` has only those this role may see; times and sizes are as
    pg_settings has them, in the setting's own unit.
    """

    capabilities: Capabilities
    server_id: str
    started_at: str
    size_bytes: int
    connection_limit: int
    settings: Mapping[str, str]
    login_triggers: tuple[str, ...]
    never_analyzed_count: int


def read_doctor_facts(connection: Connection) -> DoctorFacts:
    """Look at everything the doctor judges.

    Raises:
        UnsupportedVersion: the server is older than PostgreSQL 13.
        psycopg.Error: within ``connect.session`` it becomes an error of our tree.
    """
    capabilities = read_capabilities(connection)
    row = _row(connection)
    return DoctorFacts(
        capabilities=capabilities,
        server_id=_system_identifier(connection),
        started_at=row.started_at,
        size_bytes=int(row.size_bytes),
        connection_limit=int(row.connection_limit),
        settings={name: str(value) for name, value in row.settings.items()},
        login_triggers=tuple(row.login_triggers),
        never_analyzed_count=int(row.never_analyzed_count),
    )


def _row(connection: Connection) -> Any:
    query = load("doctor", connection.info.server_version)
    with (
        pinned_search_path(connection),
        connection.cursor(row_factory=namedtuple_row) as cursor,
    ):
        return cursor.execute(query, {}).fetchone()


def _system_identifier(connection: Connection) -> str:
    try:
        row = connection.execute(load("system_identifier")).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return ""
    return str(row[0]) if row else ""
