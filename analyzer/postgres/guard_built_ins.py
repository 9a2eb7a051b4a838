"""Whether PostgreSQL's own functions and views still are what initdb made of them.

A superuser, also one who has lost that since, may replace, rename or alter a function
of pg_catalog. Operators, casts, aggregates, types and texts of other functions call it
without its name in the statement, so all are compared with a register of genuine ones
(``built_ins.txt``, made by ``tools/built-ins`` from servers of each version).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from psycopg.rows import dict_row, scalar_row

from analyzer.postgres.connect import Connection
from analyzer.postgres.guard_names import READABLE_CATALOGS
from analyzer.postgres.queries import load, marked

REGISTER = Path(__file__).parent / "built_ins.txt"
"""A line each: majors from and to, digest, key; see the SQL of the two questions."""
_WHOLE = marked(
    "SELECT pg_catalog.md5(pg_catalog.string_agg(digest, '' ORDER BY key COLLATE"
    ' pg_catalog."C")) FROM ({rows}) AS built_in'
)
_VIEW = "view "


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIns:
    """What differs from what initdb makes.

    Attributes:
        replaced: names of functions that are not what they were.
        added: oids of functions below the first of the database's own that PostgreSQL
            does not have: of its variants, or put there by changing the catalog.
    """

    replaced: tuple[str, ...] = ()
    added: frozenset[int] = frozenset()


def built_ins(connection: Connection) -> BuiltIns:
    """Compare the functions of PostgreSQL's own with the register.

    A major version that the register does not know is not compared.

    Args:
        connection: with the search_path ``pg_catalog``.

    Raises:
        psycopg.Error: the catalog cannot be read.
    """
    version = connection.info.server_version
    known = genuine(version // 10_000)
    if not known:
        return BuiltIns()
    query = load("guard_built_ins", version)
    with connection.cursor(row_factory=scalar_row) as cursor:
        whole = cursor.execute(_WHOLE.replace("{rows}", query).encode()).fetchone()
    if whole == _digest_of(version // 10_000):
        return BuiltIns()
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query.encode()).fetchall()
    differing = [row for row in rows if known.get(row["key"]) != row["digest"]]
    return BuiltIns(
        replaced=tuple(sorted(r["name"] for r in differing if r["key"] in known)),
        added=frozenset(r["oid"] for r in differing if r["key"] not in known),
    )


def replaced_views(connection: Connection) -> tuple[str, ...]:
    """Names of readable system views whose queries are not PostgreSQL's own.

    Args:
        connection: with the search_path ``pg_catalog``.

    Raises:
        psycopg.Error: the catalog cannot be read.
    """
    known = genuine(connection.info.server_version // 10_000)
    if not known:
        return ()
    rows = view_rows(connection)
    found = (r["name"] for r in rows if known.get(_VIEW + r["name"]) != r["digest"])
    return tuple(sorted(found))


def view_rows(connection: Connection) -> list[dict[str, Any]]:
    """Name and digest of each readable system view of the server.

    Raises:
        psycopg.Error: the catalog cannot be read.
    """
    asked = [(s, n) for s, names in READABLE_CATALOGS.items() for n in sorted(names)]
    values = {"schemas": [s for s, _ in asked], "names": [n for _, n in asked]}
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(load("guard_built_in_views"), values).fetchall()


@cache
def genuine(major: int) -> Mapping[str, str]:
    """Digest by key of a major version; empty where the register has none."""
    found = {}
    for line in REGISTER.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        majors, digest, key = line.split(" ", 2)
        first, _, last = majors.partition("-")
        if int(first) <= major <= int(last):
            found[key] = digest
    return found


@cache
def _digest_of(major: int) -> str:
    functions = {k: d for k, d in genuine(major).items() if not k.startswith(_VIEW)}
    joined = "".join(functions[key] for key in sorted(functions, key=str.encode))
    return hashlib.md5(joined.encode(), usedforsecurity=False).hexdigest()
