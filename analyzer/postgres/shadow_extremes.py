"""The page of a B-tree that holds two given end values, made by PostgreSQL itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.snapshot_parts import IndexExtremes
from analyzer.indexing.definition import ddl
from analyzer.postgres.connect import Connection

SCRATCH_SCHEMA = "pgproof_ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedEnds:
    """An index whose leading column has known ends."""

    definition: IndexDefinition
    extremes: IndexExtremes


def make_scratch(owner: Connection) -> None:
    """Make the schema that scratch tables live in."""
    owner.execute(
        sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCRATCH_SCHEMA))
    )


def drop_scratch(owner: Connection) -> None:
    """Drop all scratch tables with their indexes."""
    owner.execute(
        sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(
            sql.Identifier(SCRATCH_SCHEMA)
        )
    )


def make_scratch_index(
    owner: Connection, number: int, wanted: WantedEnds
) -> str | None:
    """Index the two ends in a table of their own; the path of the index's file.

    The first key is of the same type, operator class and direction, so the index's one
    page holds what the real index has at its ends. Other columns are NULL: an index
    tuple marks them in a bitmap of fixed length, so one NULL column stands for any
    number. None where PostgreSQL does not accept a value or the definition.

    Args:
        owner: a session of the role that owns the shadow's relations.
        number: makes names unique.
        wanted: a B-tree on plain columns, and the ends of the first.
    """
    table = RelationName(SCRATCH_SCHEMA, f"ends_{number}")
    try:
        with owner.transaction():
            return _make(owner, table, wanted)
    except psycopg.errors.Error:
        return None


def page_like(definition: IndexDefinition) -> tuple[RelationName, IndexKey, bool]:
    """What the page of :func:`make_scratch_index` depends on.

    Relation, first key, and whether there are other columns.
    """
    more = len(definition.keys) > 1 or bool(definition.include)
    return definition.relation, definition.keys[0], more


def _make(owner: Connection, table: RelationName, wanted: WantedEnds) -> str | None:
    relation, key, more = page_like(wanted.definition)
    target = sql.Identifier(table.schema, table.name)
    column = sql.Identifier(key.attribute)
    rest = _REST if key.attribute != _REST else f"{_REST}_2"
    owner.execute(
        sql.SQL(
            "CREATE TABLE {} AS SELECT {}, NULL::int AS {} FROM ONLY {} LIMIT 0"
        ).format(
            target,
            column,
            sql.Identifier(rest),
            sql.Identifier(relation.schema, relation.name),
        )
    )
    insert = sql.SQL("INSERT INTO {} ({}) VALUES (%s), (%s)").format(target, column)
    owner.execute(insert, (wanted.extremes.smallest, wanted.extremes.largest))
    keys = (key, IndexKey(attribute=rest)) if more else (key,)
    name = f"{table.name}_idx"
    owner.execute(ddl(IndexDefinition(relation=table, keys=keys), name=name).encode())
    path = owner.execute(
        "SELECT pg_catalog.pg_relation_filepath(%s::regclass)",
        (f'"{SCRATCH_SCHEMA}"."{name}"',),
    ).fetchone()
    return str(path[0]) if path else None


_REST = "pgproof_rest"


def ends_by_column(
    extremes: Sequence[IndexExtremes],
) -> dict[tuple[RelationName, str], IndexExtremes]:
    """End values by relation and column."""
    return {(item.relation, item.attribute): item for item in extremes}
