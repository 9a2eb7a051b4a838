"""Hypothetical indexes by the hypopg extension, in the session that made them.

They live in the session's memory: a rollback does not remove them, ``reset`` and the
end of the session do. EXPLAIN sees them, EXPLAIN ANALYZE and other sessions do not.
Source: hypopg's documentation, and safety.md 2.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from analyzer.errors import MissingExtension, NotAllowedHere
from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load, marked


@dataclass(frozen=True, slots=True, kw_only=True)
class HypotheticalIndex:
    """An index that only this session's planner sees."""

    oid: int
    name: str


class HypotheticalIndexes:
    """hypopg's functions of one session."""

    def __init__(self, connection: Connection) -> None:
        """Look for the extension.

        Raises:
            MissingExtension: it is not installed in this database.
        """
        self._connection = connection
        row = connection.execute(load("hypopg")).fetchone()
        if row is None:
            raise MissingExtension(
                "the extension hypopg is not installed in this database",
                hint="CREATE EXTENSION hypopg; or plan in the shadow instead.",
            )
        self._schema, self.version, hiding = str(row[0]), str(row[1]), row[2]
        self.can_hide = bool(hiding)

    def create(self, ddl: str) -> HypotheticalIndex:
        """Make an index from a CREATE INDEX that is made of our own definition."""
        row = self._one(
            "SELECT indexrelid::int8, indexname FROM {}(%s)", "create_index", ddl
        )
        return HypotheticalIndex(oid=int(row[0]), name=str(row[1]))

    def size_bytes(self, index: HypotheticalIndex) -> int:
        """The size hypopg expects it to have, from statistics."""
        return int(self._one("SELECT {}(%s::oid)", "relation_size", index.oid)[0])

    def hide(self, relation: str) -> None:
        """Hide an index that exists, given by its quoted name.

        Raises:
            NotAllowedHere: this version of hypopg cannot; 1.4 and newer can.
        """
        if not self.can_hide:
            raise NotAllowedHere(
                f"hypopg {self.version} cannot hide an index that exists",
                hint="Install hypopg 1.4 or newer, or plan in the shadow instead.",
            )
        self._one("SELECT {}(%s::regclass)", "hide_index", relation)

    def reset(self) -> None:
        """Remove all hypothetical indexes of the session, and show hidden ones."""
        self._one("SELECT {}()", "reset")
        if self.can_hide:
            self._one("SELECT {}()", "unhide_all_indexes")

    def _one(self, template: str, function: str, *values: object) -> tuple[Any, ...]:
        name = sql.Identifier(self._schema, f"hypopg_{function}")
        query = sql.SQL(marked(template)).format(name)
        row = self._connection.execute(query, values).fetchone()
        return tuple(row or ())
