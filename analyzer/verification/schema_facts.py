"""What the tables of a loaded schema demand of their rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load

FOLDER = Path(__file__).parent / "sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column.

    ``base_type`` is the type below any domain, ``category`` as in pg_type,
    ``element_type`` that of an array, ``labels`` those of an enumeration, ``fields``
    the types within a composite one. A value for a column that is ``GENERATED ALWAYS
    AS IDENTITY`` has to be insisted on.
    """

    name: str
    type_name: str
    base_type: str
    category: str
    element_type: str
    not_null: bool
    is_generated: bool
    has_default: bool = False
    is_always_identity: bool = False
    labels: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A unique index; ``columns`` has an empty name for an expression."""

    columns: tuple[str, ...]
    expressions: tuple[str, ...]
    predicate: str
    nulls_not_distinct: bool
    is_immediate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A foreign key; ``target`` is the oid of the table it points to."""

    columns: tuple[str, ...]
    target: int
    target_columns: tuple[str, ...]
    is_validated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A condition that each row must fulfil, and the columns it reads, if known."""

    condition: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that rows are to be made for.

    ``stored`` are the columns that are given values, not computed.
    """

    oid: int
    schema: str
    name: str
    columns: tuple[Column, ...]
    keys: tuple[Key, ...] = ()
    references: tuple[Reference, ...] = ()
    checks: tuple[Check, ...] = ()
    stored: tuple[Column, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Asked for with each row that is made.
        stored = tuple(item for item in self.columns if not item.is_generated)
        object.__setattr__(self, "stored", stored)


PARAMETERS_OID = 0


def parameter_table(types: Sequence[str]) -> Table:
    """Parameters as the columns of a table that always has one row."""
    columns = tuple(
        Column(
            name=f"${number}",
            type_name=name,
            base_type=name,
            category="A" if name.endswith("[]") else "S",
            element_type=name.removesuffix("[]"),
            not_null=False,
            is_generated=False,
        )
        for number, name in enumerate(types, 1)
    )
    return Table(oid=PARAMETERS_OID, schema="", name="", columns=columns)


def read_tables(connection: Connection, relations: Sequence[int]) -> tuple[Table, ...]:
    """The tables that relations read, referenced tables before referencing ones.

    Args:
        connection: with ``pg_catalog`` alone in its search path.
        relations: oids of tables or views.
    """
    oids = [int(row[0]) for row in _rows(connection, "tables_of_queries", relations)]
    tables: dict[int, Table] = {}
    columns: dict[int, list[Column]] = {}
    for row in _rows(connection, "columns", oids):
        oid, schema, table, name, _number, *rest = row
        columns.setdefault(oid, []).append(_column(name, rest))
        tables[oid] = Table(oid=oid, schema=schema, name=table, columns=())
    keys = _grouped(_rows(connection, "keys", oids), _key)
    references = _grouped(_rows(connection, "references", oids), _reference)
    checks = _grouped(_rows(connection, "checks", oids), _check)
    filled = [
        replace(
            table,
            columns=tuple(columns[oid]),
            keys=tuple(keys.get(oid, ())),
            references=tuple(references.get(oid, ())),
            checks=tuple(checks.get(oid, ())),
        )
        for oid, table in tables.items()
    ]
    return _parents_first(filled)


def _rows(connection: Connection, name: str, values: Sequence[int]) -> list[Any]:
    statement = load(name, folder=FOLDER)
    return connection.execute(statement.encode(), {"oids": list(values)}).fetchall()


def _grouped(rows: Iterable[Any], make: Any) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = {}
    for row in rows:
        groups.setdefault(int(row[0]), []).append(make(row[1:]))
    return groups


def _column(name: str, rest: Sequence[Any]) -> Column:
    type_name, base_type, category, element_type, *flags, labels, fields = rest
    not_null, is_generated, has_default, is_always_identity = flags
    return Column(
        name=name,
        type_name=type_name,
        base_type=base_type,
        category=category,
        element_type=element_type,
        not_null=not_null,
        is_generated=is_generated,
        has_default=has_default,
        is_always_identity=is_always_identity,
        labels=tuple(labels),
        fields=tuple(fields),
    )


def _key(row: Sequence[Any]) -> Key:
    expressions, columns, predicate, nulls_not_distinct, is_immediate = row
    return Key(
        columns=tuple(columns),
        expressions=tuple(expressions),
        predicate=predicate,
        nulls_not_distinct=nulls_not_distinct,
        is_immediate=is_immediate,
    )


def _check(row: Sequence[Any]) -> Check:
    condition, columns = row
    return Check(condition=str(condition), columns=tuple(columns))


def _reference(row: Sequence[Any]) -> Reference:
    target, columns, target_columns, is_validated = row
    return Reference(
        columns=tuple(columns),
        target=int(target),
        target_columns=tuple(target_columns),
        is_validated=is_validated,
    )


def _parents_first(tables: Sequence[Table]) -> tuple[Table, ...]:
    """Order by foreign keys; a circle is cut where it is met."""
    waiting = {table.oid: table for table in tables}
    ordered: list[Table] = []
    while waiting:
        free = [
            table
            for table in waiting.values()
            if all(
                ref.target == table.oid or ref.target not in waiting
                for ref in table.references
            )
        ]
        for table in free or [next(iter(waiting.values()))]:
            ordered.append(waiting.pop(table.oid))
    return tuple(ordered)
