"""A snapshot of a database that exists only as DDL, with sizes that are assumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from analyzer.domain.catalog import Relation
from analyzer.domain.workload import NotSeen
from analyzer.planner.snapshot_file import PlannerSnapshot
from analyzer.statements.ddl import catalog_from_ddl

ASSUMED_ROWS = 1_000_000
_ENTRY_BYTES = 24


def snapshot_of_schema(schema_sql: str, rows: int = ASSUMED_ROWS) -> PlannerSnapshot:
    """What a shadow is built from where there is only a schema.

    Args:
        schema_sql: CREATE TABLE, CREATE INDEX and so on, for the schema public.
        rows: that every table is assumed to have. There are no statistics of columns,
            so costs tell plans that differ in kind, and no more.

    Raises:
        QuerySyntaxError: a statement does not parse.
    """
    catalog = catalog_from_ddl(schema_sql)
    relations = tuple(_sized(item, rows) for item in catalog.relations)
    return PlannerSnapshot(
        taken_at=datetime.now(UTC),
        server_version="18.0",
        catalog=replace(catalog, relations=relations),
        schema_sql=schema_sql,
        statistics_sql="",
        schema_search_path="public",
        from_catalog=tuple(item.name for item in relations),
        not_seen=(
            NotSeen(
                what="sizes and statistics",
                why=f"there is only a schema; every table is assumed to have {rows:,} "
                "rows",
                hint="Give --target or --snapshot for costs that mean something.",
            ),
        ),
    )


def _sized(relation: Relation, rows: int) -> Relation:
    pages = rows * 100 // 8192
    indexes = tuple(
        replace(
            index,
            size_bytes=max(rows * _ENTRY_BYTES // 8192, 1) * 8192,
        )
        for index in relation.indexes
    )
    return replace(
        relation,
        reltuples=float(rows),
        relpages=pages,
        size_bytes=pages * 8192,
        indexes=indexes,
    )
