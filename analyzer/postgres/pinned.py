"""Our own statements mean the built-in functions, whatever the database defines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from analyzer.postgres.connect import Connection


@contextmanager
def pinned_search_path(connection: Connection) -> Iterator[tuple[str, ...]]:
    """A block in which ``search_path`` is ``pg_catalog`` alone.

    Somebody may have made a function in ``public`` that fits an argument's type better
    than the built-in one of the same name (CVE-2018-1058). It also makes the server
    print names of user objects with their schema.

    Yields:
        The schemas the session searched before, in order, without ``pg_catalog``.
    """
    row = connection.execute(
        "SELECT /* pgproof */ pg_catalog.current_schemas(false),"
        " pg_catalog.current_setting('search_path')"
    ).fetchone()
    schemas, setting = row if row else ([], "")
    _set_search_path(connection, "pg_catalog")
    try:
        yield tuple(str(schema) for schema in schemas)
    finally:
        if not connection.closed:
            _set_search_path(connection, setting)


def _set_search_path(connection: Connection, value: str) -> None:
    connection.execute(
        "SELECT /* pgproof */ pg_catalog.set_config('search_path', %s, false)", (value,)
    )
