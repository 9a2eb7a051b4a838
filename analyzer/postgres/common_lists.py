"""Lists of most common combinations, made by the server of a table that has each once.

``pg_mcv_list`` takes no input either, and its layout depends on the columns' types. So
the combinations are put into a scratch table whose columns are like the real ones, the
shadow's own ANALYZE makes the list, and only the frequencies in it are replaced: the
items stand at the end, each with a flag per column, frequency, base frequency, and an
index per column (``statext_mcv_serialize`` in ``mcv.c`` of PostgreSQL 13 to 18).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from analyzer.domain.index import RelationName
from analyzer.domain.snapshot_parts import CommonCombination
from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load
from analyzer.statements.identifiers import quote_identifier, quote_relation

_SCHEMA = "pgproof_common"
_FREQUENCIES = struct.Struct("<dd")
_INDEX_BYTES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonValues:
    """Frequent combinations of values of some columns of a relation.

    Values of ``expressions``, as the shadow prints them, follow those of the columns.
    """

    relation: RelationName
    attributes: tuple[str, ...]
    combinations: tuple[CommonCombination, ...]
    expressions: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Of the columns of a scratch table, those of the expressions at the end."""
        return [f"c{n}" for n in range(len(self.attributes) + len(self.expressions))]


def common_lists(
    owner: Connection, admin: Connection, wanted: Sequence[CommonValues]
) -> list[bytes | None]:
    """The bytes of each list; none where there is nothing, or it cannot be made.

    Args:
        owner: of the role that owns the shadow's relations.
        admin: of the shadow's superuser.
        wanted: in the order of the answers.
    """
    if not any(item.combinations for item in wanted):
        return [None] * len(wanted)
    schema = sql.Identifier(_SCHEMA)
    owner.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
    try:
        return [
            _made(owner, admin, number, item) if item.combinations else None
            for number, item in enumerate(wanted)
        ]
    finally:
        owner.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(schema))


def _made(
    owner: Connection, admin: Connection, number: int, item: CommonValues
) -> bytes | None:
    name = f"common_{number}"
    try:
        with owner.transaction():
            _analyze(owner, name, item)
    except psycopg.errors.Error:
        # A value cannot be read back, or a column is missing in the shadow.
        return None
    row = admin.execute(load("common_list"), (name, _SCHEMA)).fetchone()
    if row is None or row[0] is None:
        return None
    return _with_frequencies(row[0], [json.loads(text) for text in row[1]], item)


def _analyze(owner: Connection, name: str, item: CommonValues) -> None:
    table = sql.Identifier(_SCHEMA, name)
    columns = sql.SQL(", ").join(map(sql.Identifier, item.names))
    values = (*map(quote_identifier, item.attributes), *item.expressions)
    make_scratch(owner, table, item.names, values, item.relation)
    places = sql.SQL(", ").join([sql.Placeholder()] * len(item.names))
    insert = sql.SQL("INSERT INTO {} VALUES ({})").format(table, places)
    with owner.cursor() as cursor:
        cursor.executemany(insert, [one.values for one in item.combinations])
    owner.execute(
        sql.SQL("CREATE STATISTICS {} (mcv) ON {} FROM {}").format(
            sql.Identifier(_SCHEMA, name), columns, table
        )
    )
    owner.execute(
        sql.SQL("ALTER STATISTICS {} SET STATISTICS 10000").format(
            sql.Identifier(_SCHEMA, name)
        )
    )
    owner.execute(sql.SQL("ANALYZE {}").format(table))


def make_scratch(
    owner: Connection,
    table: sql.Identifier,
    names: Sequence[str],
    values: Sequence[str],
    relation: RelationName,
) -> None:
    """An empty table whose columns are typed and sorted as values of a relation are.

    Args:
        owner: of the role that owns the shadow's relations.
        table: that is made.
        names: of its columns.
        values: SQL of each, a name or an expression as the shadow prints it.
        relation: that they are values of.
    """
    command = sql.SQL("CREATE TABLE {} ({}) AS ").format(
        table, sql.SQL(", ").join(map(sql.Identifier, names))
    )
    selected = ", ".join(f"({value})" for value in values)
    query = f"SELECT {selected} FROM ONLY {quote_relation(relation)} LIMIT 0"
    owner.execute(command.as_bytes(owner) + query.encode())


def _with_frequencies(
    content: bytes, order: list[list[str | None]], item: CommonValues
) -> bytes | None:
    known: Mapping[tuple[str | None, ...], CommonCombination] = {
        one.values: one for one in item.combinations
    }
    width = len(item.names)
    item_bytes = width * (1 + _INDEX_BYTES) + _FREQUENCIES.size
    patched = bytearray(content)
    start = len(content) - len(order) * item_bytes
    for number, values in enumerate(order):
        found = known.get(tuple(values))
        if found is None:
            return None
        _FREQUENCIES.pack_into(
            patched,
            start + number * item_bytes + width,
            found.frequency,
            found.base_frequency,
        )
    return bytes(patched)
