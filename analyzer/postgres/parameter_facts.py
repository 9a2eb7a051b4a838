"""What a server knows about parameters: their types, and values of their columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psycopg.rows import namedtuple_row

from analyzer.domain.index import RelationName
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.pinned import pinned_search_path
from analyzer.postgres.queries import load
from analyzer.postgres.rolled_back import rolled_back

Column = tuple[RelationName, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterType:
    """Type of a parameter; of an array, the name and kind of its elements.

    ``kind`` is as in pg_type.typtype; ``first_label`` is a value of an enum.
    """

    name: str
    kind: str = "b"
    is_array: bool = False
    first_label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnValues:
    """Values of a column by its statistics, as text.

    Attributes:
        common: the most common values, the most frequent first.
        frequencies: their shares of all rows, 0 to 1.
        bounds: of a histogram of the other values, ascending.
    """

    common: tuple[str, ...] = ()
    frequencies: tuple[float, ...] = ()
    bounds: tuple[str, ...] = ()


def read_parameter_types(
    connection: Connection, query: str
) -> tuple[ParameterType, ...]:
    """The types the server infers for ``$1`` …, without planning the statement.

    Raises:
        psycopg.Error, PlanningFailed: the server does not accept the statement.
    """
    with rolled_back(connection):
        oids = extended.parameter_types(connection, query)
        rows = {
            row.oid: row for row in _rows(connection, "parameter_types", oids=[*oids])
        }
    return tuple(_type(rows[oid]) for oid in oids)


def read_column_values(
    connection: Connection, columns: Iterable[Column]
) -> dict[Column, ColumnValues]:
    """What pg_stats knows of some columns; those without statistics are left out."""
    asked = list(columns)
    values = {
        "schemas": [relation.schema for relation, _name in asked],
        "relations": [relation.name for relation, _name in asked],
        "names": [name for _relation, name in asked],
    }
    rows = _rows(connection, "value_statistics", **values) if asked else []
    return {
        (RelationName(row.schema, row.relation), row.name): ColumnValues(
            common=tuple(row.common),
            frequencies=tuple(row.frequencies),
            bounds=tuple(row.bounds),
        )
        for row in rows
    }


def _type(row: Any) -> ParameterType:
    return ParameterType(
        name=row.name,
        kind=row.kind,
        is_array=row.is_array,
        first_label=row.first_label,
    )


def _rows(connection: Connection, question: str, **values: Any) -> list[Any]:
    query = load(question, connection.info.server_version)
    with (
        pinned_search_path(connection),
        connection.cursor(row_factory=namedtuple_row) as cursor,
    ):
        return cursor.execute(query, values).fetchall()
