"""Histograms of ranges in the form of the dump's statistics, for servers before 17."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.domain.workload import NotSeen, some_of
from analyzer.postgres.connect import Connection
from analyzer.postgres.grants import reading_grant
from analyzer.postgres.range_statistics import (
    SHOWN_SINCE,
    RangeHistograms,
    read_range_columns,
    read_range_histograms,
)
from analyzer.statements.identifiers import quote_literal


def range_histograms_sql(connection: Connection) -> tuple[str, tuple[NotSeen, ...]]:
    """Statements for what the dump of such a server lacks, and what was not seen."""
    if connection.info.server_version >= SHOWN_SINCE:
        return "", ()
    columns = read_range_columns(connection)
    if not columns:
        return "", ()
    found = read_range_histograms(connection)
    if found is not None:
        return restoring(found, connection.info.server_version), ()
    names = [f"{relation}.{attribute}" for relation, attribute in columns]
    missing = NotSeen(
        what=f"histograms of the ranges in {some_of(names)}",
        why="pg_stats shows them from PostgreSQL 17 on, and the role may not read "
        "pg_statistic",
        hint=f"{reading_grant(connection.info.server_version, catalog=True)}.",
    )
    return "", (missing,)


def restoring(items: Iterable[RangeHistograms], server_version_num: int) -> str:
    """Statements that add the histograms to the statistics of their columns.

    Other statistics of a column stay (manual 9.28.5, pg_restore_attribute_stats).
    """
    return "".join(_statement(item, server_version_num) for item in items)


def _statement(item: RangeHistograms, server_version_num: int) -> str:
    pairs = [
        ("version", str(server_version_num), "::integer"),
        ("schemaname", item.relation.schema, ""),
        ("relname", item.relation.name, ""),
        ("attname", item.attribute, ""),
        ("inherited", "t" if item.inherited else "f", "::boolean"),
    ]
    if item.lengths is not None:
        pairs += [
            ("range_length_histogram", item.lengths, "::text"),
            ("range_empty_frac", str(item.empty_ratio), "::real"),
        ]
    if item.bounds is not None:
        pairs.append(("range_bounds_histogram", item.bounds, "::text"))
    lines = (f"\n\t'{key}', {quote_literal(text)}{cast}" for key, text, cast in pairs)
    return (
        f"SELECT * FROM pg_catalog.pg_restore_attribute_stats({','.join(lines)}\n);\n"
    )
