"""Questions to the catalog whose answers can be asked for again before a run.

PostgreSQL locks the relations of a statement and nothing else: functions, operators,
casts and types may be replaced, dropped or put in front of others between a look-up and
the run. So it is asked which rows of the catalog the answers came from and what made
these rows what they are; then all is asked once more, and must be the same. The
question for the rows takes less than a millisecond. It is sent again in one message
with the statement, which the server itself skips where the answer has become another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import ClientCursor
from psycopg.rows import dict_row

from analyzer.errors import CatalogChanged
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load, marked

_PREFIX = "pgproof_guard_"
_VALUE = re.compile(r"%\((\w+)\)s")
_EXPECTED = "expected"
_FIRST_OWN_OID = 16_384
"""Only a superuser changes what is below it, and the register tells that he has."""


@contextmanager
def changing() -> Iterator[None]:
    """Take what was found and is gone a moment later for a change of the catalog."""
    try:
        yield
    except (psycopg.errors.UndefinedTable, psycopg.errors.InternalError_):
        # "cache lookup failed", or that a relation of some oid cannot be opened.
        raise CatalogChanged() from None


class CatalogQuestions:
    """Asks the catalog in one session.

    It must have :data:`SETTINGS`; each question is prepared once.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        known = connection.execute(load("guard_prepared").encode())
        self._prepared = {row[0] for row in known}
        self._checks: list[str] = []
        self._names: set[str] = set()
        self._oids: set[int] = set()

    def rows(self, question: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The answer to a question of ``sql/``, as rows by column.

        A column ``row_version`` tells apart what was changed and changed back; it is
        compared, and not given.

        Raises:
            CatalogChanged: it did while it was asked.
            psycopg.Error: the catalog cannot be read.
        """
        name, order = self._prepare(question)
        call = f"EXECUTE {name} ({', '.join(f'%({item})s' for item in order)})"
        asked = self._bound(call, {**values, _EXPECTED: ""})
        with changing(), self.connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(asked.encode()).fetchall()
        digest = rows[0]["digest"]
        self._checks.append(self._bound(call, {**values, _EXPECTED: digest}))
        ours = ("held", "digest", "row_version")
        given = ({k: v for k, v in row.items() if k not in ours} for row in rows)
        self._names.update(values.get("names", ()))
        self._oids.update(
            row["oid"] for row in rows if (row.get("oid") or 0) >= _FIRST_OWN_OID
        )
        return list(given) if digest else []

    def confirm(self, settings: Mapping[str, str], schemas: list[str]) -> list[str]:
        """Ask all again; gives statements that fail unless it all still is so.

        Args:
            settings: those of :data:`SETTINGS` for what comes after these statements.
            schemas: what the session has made of that search path.

        Raises:
            CatalogChanged, psycopg.Error: as :meth:`rows`.
        """
        of_rows = {"names": sorted(self._names), "oids": sorted(self._oids)}
        self.rows("guard_state", of_rows)
        state = self._checks[-1]
        asked_again = list(dict.fromkeys(self._checks))
        with changing():
            extended.run(self.connection, marked("SELECT 1"), checks=asked_again)
        return [
            self._bound(load("guard_path"), {"schemas": schemas}),
            self._set(SETTINGS),
            state,
            self._set(settings),
        ]

    def _prepare(self, question: str) -> tuple[str, list[str]]:
        query = load(question, self.connection.info.server_version)
        command = load("guard_answer").replace("{question}", query)
        name = _PREFIX + question.removeprefix("guard_")
        order = list(dict.fromkeys(_VALUE.findall(command)))
        if name not in self._prepared:
            numbered = _VALUE.sub(lambda m: f"${order.index(m[1]) + 1}", command)
            self.connection.execute(numbered.replace("{name}", name).encode())
            self._prepared.add(name)
        return name, order

    def _set(self, settings: Mapping[str, str]) -> str:
        values = {"names": list(settings), "values": list(settings.values())}
        return self._bound(load("guard_set"), values)

    def _bound(self, query: str, values: Mapping[str, Any]) -> str:
        return ClientCursor(self.connection).mogrify(query.encode(), values)


SETTINGS = {
    "search_path": "pg_catalog",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}
"""Of a session that asks. No function of the database can then stand in for a built-in
one of ours, and names of its objects come back with their schema; and the answers to
questions that are prepared take less than planning or compiling them."""
