"""What a database says about its views."""

from __future__ import annotations

from analyzer.domain.index import RelationName
from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load
from analyzer.postgres.rolled_back import rolled_back


def read_views(connection: Connection) -> dict[RelationName, str]:
    """The query of each view, with a schema before every name.

    The texts are the database's own and hostile: they are to be parsed, not run.
    """
    with rolled_back(connection, {"search_path": ""}):
        rows = connection.execute(load("view_definitions").encode()).fetchall()
    return {
        RelationName(str(schema), str(name)): str(definition)
        for schema, name, definition in rows
    }
