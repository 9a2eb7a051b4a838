"""From a snapshot and a workload to what rows are generated from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from analyzer.domain.catalog import Catalog, RelationKind
from analyzer.domain.index import RelationName
from analyzer.errors import AnalyzerError
from analyzer.planner.snapshot_file import ExtendedStatistics, PlannerSnapshot
from analyzer.postgres.connect import Connection
from analyzer.postgres.fill import read_generator_columns
from analyzer.statements.shape import shape
from analyzer.verification.key_links import Join
from analyzer.verification.table_statistics import (
    ColumnStatistics,
    CombinedStatistics,
    Link,
    TableStatistics,
)

ROWS_OF_UNKNOWN = 1_000
"""Rows of a table that was never analyzed."""


def tables_of(
    connection: Connection, snapshot: PlannerSnapshot
) -> tuple[TableStatistics, ...]:
    """Statistics of all tables, as a database holds them that they were loaded into."""
    columns = columns_of(connection)
    combined = defaultdict(list)
    for item in snapshot.extended_statistics:
        # Of values of expressions no column can be made.
        if not item.inherited and not item.expressions:
            combined[item.relation].append(_combined(item))
    found = []
    for relation in snapshot.catalog.relations:
        if relation.kind is not RelationKind.TABLE or relation.name not in columns:
            continue
        rows = relation.reltuples
        found.append(
            TableStatistics(
                name=relation.name,
                rows=round(rows) if rows >= 0 else ROWS_OF_UNKNOWN,
                columns=tuple(columns[relation.name]),
                unique_keys=relation.unique_keys,
                combined=tuple(combined[relation.name]),
            )
        )
    return tuple(found)


def columns_of(connection: Connection) -> dict[RelationName, list[ColumnStatistics]]:
    """Statistics of all columns of ordinary tables, by table."""
    columns: dict[RelationName, list[ColumnStatistics]] = defaultdict(list)
    for row in read_generator_columns(connection):
        columns[RelationName(row.schema, row.relation)].append(_column(row))
    return columns


def _column(row: Any) -> ColumnStatistics:
    return ColumnStatistics(
        name=row.name,
        type_name=row.base_name if "(" not in row.type_name else row.type_name,
        not_null=row.not_null,
        null_frac=row.null_frac,
        avg_width_bytes=row.avg_width,
        n_distinct=row.n_distinct,
        common=tuple(row.common),
        frequencies=tuple(row.frequencies),
        bounds=tuple(row.bounds),
        correlation=row.correlation,
        labels=tuple(row.labels),
        is_known=row.is_known,
    )


def _combined(item: ExtendedStatistics) -> CombinedStatistics:
    names = [n for names, _ in (*item.n_distinct, *item.dependencies) for n in names]
    return CombinedStatistics(
        columns=item.columns or tuple(dict.fromkeys(names)),
        n_distinct=item.n_distinct,
        dependencies=item.dependencies,
        common=tuple((one.values, one.frequency) for one in item.most_common),
    )


def links_of(catalog: Catalog) -> Iterator[Link]:
    """The declared foreign keys."""
    for relation in catalog.relations:
        for key in relation.foreign_keys:
            yield Link(
                child=relation.name,
                columns=key.attributes,
                parent=key.referenced,
                parent_columns=key.referenced_attributes,
            )


def joins_of(queries: Sequence[str], catalog: Catalog) -> Iterator[Join]:
    """Columns that the workload compares with each other for equality."""
    for query in queries:
        try:
            found = shape(query, catalog)
        except AnalyzerError:
            continue  # it cannot be measured either, and is reported there
        by_number = {use.number: use for use in found.uses}
        for use in found.uses:
            for item in use.predicates:
                other = by_number.get(item.other.use or -1)
                if item.other.use is not None:
                    other = by_number.get(item.other.use)
                if item.is_join and item.operator == "=" and other is not None:
                    yield (
                        (use.relation, item.attribute),
                        (other.relation, item.other.attribute),
                    )
