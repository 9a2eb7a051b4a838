"""Rows for a schema that bite: NULLs, duplicates, ties and keys that meet."""

from __future__ import annotations

from collections.abc import Mapping

from psycopg import sql

from analyzer.domain.catalog import Attribute, Catalog, Relation
from analyzer.postgres.connect import Connection
from analyzer.statements.type_names import base_type

MAX_ROWS = 30_000

_BY_TYPE = {
    "smallint": "g * 7919 % 1000",
    "integer": "g * 7919 % 1000",
    "bigint": "g::bigint * 7919 % 1000",
    "numeric": "(g * 7919 % 1000) / 10.0",
    "double precision": "(g * 7919 % 1000) / 8.0",
    "text": "'v' || g * 7919 % 1000",
    "character varying": "'v' || g * 7919 % 1000",
    "boolean": "g % 3 = 0",
    "uuid": "md5((g % 1000)::text)::uuid",
    "date": "date '2024-01-01' + g * 37 % 700",
    "timestamp without time zone": (
        "timestamp '2024-01-01' + (g * 37 % 1000000) * interval '1 minute'"
    ),
    "timestamp with time zone": (
        "timestamptz '2024-01-01' + (g * 37 % 1000000) * interval '1 minute'"
    ),
}


def fill(
    connection: Connection,
    catalog: Catalog,
    rows: Mapping[str, int],
    expressions: Mapping[tuple[str, str], str],
) -> None:
    """Insert rows into every table of a catalog, up to a limit, and ANALYZE.

    ``expressions`` overrule the generated ones; ``g`` counts the rows from 1.
    """
    counts = {
        relation.name.name: min(rows.get(relation.name.name, 1000), MAX_ROWS)
        for relation in catalog.relations
        if relation.partition_of is None
    }
    for relation in catalog.relations:
        count = counts.get(relation.name.name, 0)
        if not count:
            continue
        columns = [
            expressions.get((relation.name.name, item.name))
            or _expression(relation, item, counts)
            for item in relation.attributes
        ]
        connection.execute(
            sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} ").format(
                sql.Identifier(relation.name.schema, relation.name.name),
                sql.SQL(", ").join(sql.Identifier(a.name) for a in relation.attributes),
                sql.SQL(", ".join(columns)),
            )
            + sql.SQL("FROM generate_series(1, {}) AS g").format(sql.Literal(count))
        )
    names = [r.name for r in catalog.relations if counts.get(r.name.name)]
    tables = (sql.Identifier(name.schema, name.name) for name in names)
    connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.SQL(", ").join(tables)))


def _expression(relation: Relation, column: Attribute, counts: dict[str, int]) -> str:
    kind = base_type(column.type_name)
    for key in relation.foreign_keys:
        if column.name in key.attributes:
            parents = counts.get(key.referenced.name, 1)
            return _nullable(column, f"1 + g * 7919 % {max(parents, 1)}")
    firsts = {key[0] for key in relation.unique_keys}
    if column.name in firsts:
        unique = {"text": "'k' || g", "uuid": "md5(g::text)::uuid"}
        return unique.get(kind, "g")
    return _nullable(column, _BY_TYPE.get(kind, "NULL"))


def _nullable(column: Attribute, expression: str) -> str:
    if column.not_null:
        return expression
    return f"CASE WHEN g % 10 = 0 THEN NULL ELSE {expression} END"
