"""What a planner reads of a database beside its catalogs, for a snapshot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import namedtuple_row

from analyzer.domain.index import RelationName
from analyzer.domain.snapshot_parts import CommonCombination, ExpressionValues
from analyzer.indexing.gin_size import GinContents
from analyzer.postgres.connect import Connection
from analyzer.postgres.pinned import pinned_search_path
from analyzer.postgres.queries import load, marked

EXPRESSIONS_VERSION_NUM = 140_000
"""The first server with statistics of expressions (release notes of PostgreSQL 14)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """How a database was made: version, sorting and block size.

    ``locale_provider`` is ``c`` (libc), ``i`` (ICU) or ``b`` (builtin).
    """

    server_version: str
    encoding: str
    lc_collate: str
    lc_ctype: str
    locale_provider: str
    locale: str
    block_size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedStatistics:
    """One statistics object: values by names of columns, as its view shows them."""

    name: RelationName
    relation: RelationName
    n_distinct: tuple[tuple[tuple[str, ...], float], ...]
    dependencies: tuple[tuple[tuple[str, ...], float], ...]
    columns: tuple[str, ...]
    most_common: tuple[CommonCombination, ...]
    inherited: bool
    expressions: tuple[ExpressionValues, ...] = ()


def read_database_facts(connection: Connection) -> DatabaseFacts:
    """How the connected database was made."""
    row = _rows(connection, "database")[0]
    return DatabaseFacts(
        server_version=connection.info.parameter_status("server_version") or "",
        encoding=row.encoding,
        lc_collate=row.lc_collate,
        lc_ctype=row.lc_ctype,
        locale_provider=row.locale_provider,
        locale=row.locale,
        block_size_bytes=row.block_size,
    )


def read_unreadable_relations(connection: Connection) -> tuple[RelationName, ...]:
    """Relations that the role may not read, which pg_dump cannot dump."""
    rows = _rows(connection, "unreadable_relations")
    return tuple(RelationName(row.schema, row.name) for row in rows)


def read_locked_relations(connection: Connection) -> tuple[RelationName, ...]:
    """Relations that somebody holds or wants exclusively."""
    rows = _rows(connection, "locked_relations")
    return tuple(RelationName(row.schema, row.name) for row in rows)


def read_btree_heights(connection: Connection) -> dict[RelationName, int] | None:
    """Levels above the leaves of every B-tree; None where they cannot be read.

    It needs the extension pageinspect and a superuser.
    """
    schema = _schema_of(connection, _INSPECT)
    if schema is None:
        return None
    rows = _rows(connection, "btree_indexes")
    query = sql.SQL(
        marked("SELECT ({}(name)).level FROM unnest(%s::text[]) AS name")
    ).format(sql.Identifier(schema, "bt_metap"))
    try:
        with connection.transaction():
            found = connection.execute(query, ([row.quoted for row in rows],))
            levels = [int(level) for (level,) in found.fetchall()]
    except psycopg.errors.Error:
        return None
    names = [RelationName(row.schema, row.name) for row in rows]
    return dict(zip(names, levels, strict=True))


def read_combined_statistics(connection: Connection) -> tuple[CombinedStatistics, ...]:
    """What CREATE STATISTICS gathered, as far as the role may see it."""
    known = _expression_values(connection)
    return tuple(
        _combined(row, known) for row in _rows(connection, "extended_statistics")
    )


_Place = tuple[str, str, bool, str]
"""Schema and name of a statistics object, whether inherited, and an expression."""


def _expression_values(connection: Connection) -> dict[_Place, ExpressionValues]:
    if connection.info.server_version < EXPRESSIONS_VERSION_NUM:
        return {}
    return {
        (row.statistics_schema, row.name, row.inherited, row.expression): (
            ExpressionValues(
                expression=row.expression,
                null_frac=row.null_frac,
                avg_width_bytes=row.avg_width,
                n_distinct=row.n_distinct,
                correlation=row.correlation,
                most_common_values=row.most_common_vals,
                most_common_frequencies=tuple(row.most_common_freqs or ()),
                histogram_bounds=row.histogram_bounds,
                most_common_elements=row.most_common_elems,
                element_frequencies=tuple(row.most_common_elem_freqs or ()),
                element_count_histogram=tuple(row.elem_count_histogram or ()),
            )
        )
        for row in _rows(connection, "expression_statistics")
    }


def _combined(row: Any, known: Mapping[_Place, ExpressionValues]) -> CombinedStatistics:
    place = (row.statistics_schema, row.name, row.inherited)
    expressions = tuple(
        known.get((*place, text), ExpressionValues(expression=text))
        for text in row.expressions or ()
    )
    # The first expression is number -1 (extended_stats.c).
    names = dict(row.attributes) | {
        str(-number): item.expression
        for number, item in enumerate(expressions, start=1)
    }
    return CombinedStatistics(
        name=RelationName(row.statistics_schema, row.name),
        relation=RelationName(row.schema, row.relation),
        n_distinct=_by_names(row.n_distinct, names),
        dependencies=_by_names(row.dependencies, names),
        columns=tuple(row.names or ()),
        most_common=_most_common(row),
        inherited=row.inherited,
        expressions=expressions,
    )


def read_gin_contents(connection: Connection) -> dict[RelationName, GinContents]:
    """What the metapages of GIN indexes say; empty where they cannot be read.

    It needs the extension pageinspect and a superuser.
    """
    schema = _schema_of(connection, _INSPECT)
    rows = _rows(connection, "gin_indexes")
    if schema is None or not rows:
        return {}
    query = sql.SQL(marked(_GIN_METAPAGES)).format(
        sql.Identifier(schema, "gin_metapage_info"),
        sql.Identifier(schema, "get_raw_page"),
    )
    try:
        with connection.transaction():
            found = connection.execute(query, ([row.quoted for row in rows],))
            counts = [[int(number) for number in row] for row in found.fetchall()]
    except psycopg.errors.Error:
        return {}
    return {
        RelationName(row.schema, row.name): GinContents(
            total_blks=total, entry_blks=entry, data_blks=data, entry_count=entries
        )
        for row, (total, entry, data, entries) in zip(rows, counts, strict=True)
    }


_GIN_METAPAGES = """SELECT m.n_total_pages, m.n_entry_pages, m.n_data_pages, m.n_entries
  FROM unnest(%s::text[]) WITH ORDINALITY AS n (name, place),
       LATERAL {}({}(n.name, 0)) AS m
 ORDER BY n.place"""
_INSPECT = "pageinspect"


def _schema_of(connection: Connection, extension: str) -> str | None:
    rows = _rows(connection, "extensions")
    return next((row.schema for row in rows if row.name == extension), None)


def _most_common(row: Any) -> tuple[CommonCombination, ...]:
    if row.frequencies is None:
        return ()
    return tuple(
        CommonCombination(
            values=tuple(values), frequency=frequency, base_frequency=base_frequency
        )
        for values, frequency, base_frequency in zip(
            json.loads(row.combinations),
            row.frequencies,
            row.base_frequencies,
            strict=True,
        )
    )


def _by_names(
    text: str | None, attributes: dict[str, str]
) -> tuple[tuple[tuple[str, ...], float], ...]:
    """Of ``{"1, 2": 7}`` or ``{"1 => 2": 0.5}`` with numbers of columns, the names.

    >>> _by_names('{"1, 3": 7}', {"1": "a", "3": "b"})
    ((('a', 'b'), 7.0),)
    """
    found = []
    for key, value in json.loads(text or "{}").items():
        numbers = key.replace("=>", ",").split(",")
        names = [attributes.get(number.strip()) for number in numbers]
        if not all(names):
            return ()
        found.append((tuple(str(name) for name in names), float(value)))
    return tuple(found)


def _rows(connection: Connection, name: str) -> list[Any]:
    query = load(name, connection.info.server_version)
    with (
        pinned_search_path(connection),
        connection.cursor(row_factory=namedtuple_row) as cursor,
    ):
        return cursor.execute(query, {}).fetchall()
