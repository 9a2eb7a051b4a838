"""What only the watched server's indexes tell: their heights and their end values.

The height of a B-tree stands on its metapage, which only a superuser with pageinspect
may read. But the planner reads it too and charges for it, so the start-up cost of a
scan of the whole index gives it away: ``btcostestimate`` in selfuncs.c adds
``ceil(log2(rows))`` and ``50 * (height + 1)`` times cpu_operator_cost.

The end values matter where statistics are older than the rows: the planner looks up
the real smallest and largest value of an indexed column when it estimates a range
(``get_actual_variable_range``), which a shadow without rows cannot do.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterator
from contextlib import suppress

import psycopg
from psycopg import sql

from analyzer.domain.catalog import Catalog, Relation, RelationKind
from analyzer.domain.index import Index, RelationName
from analyzer.domain.snapshot_parts import IndexExtremes
from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import marked
from analyzer.postgres.rolled_back import rolled_back

MAX_INDEXES = 2_000
DEADLINE_S = 5.0
PROBE_TIMEOUT_MS = 500

_PAGE_MULTIPLIER = 50.0
"""DEFAULT_PAGE_CPU_MULTIPLIER of selfuncs.c, the same in versions 13 to 18."""

_ONLY_INDEX_SCANS = {
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_sort": "off",
    "enable_incremental_sort": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "statement_timeout": str(PROBE_TIMEOUT_MS),
}


def read_planned_heights(
    connection: Connection, catalog: Catalog
) -> dict[RelationName, int]:
    """Levels above the leaves of B-trees, from what the planner charges for them.

    Nothing is run: one plain EXPLAIN for each of the largest indexes. An index the
    planner does not choose for its own order is left out.
    """
    unit = _operator_cost(connection)
    if unit <= 0:
        return {}
    found: dict[RelationName, int] = {}
    deadline = time.monotonic() + DEADLINE_S
    with rolled_back(connection, _ONLY_INDEX_SCANS):
        for relation, index in _plain_btrees(catalog):
            if time.monotonic() > deadline:
                break
            height = _height(connection, relation, index, unit)
            if height is not None:
                found[index.name] = height
    return found


def read_extremes(
    connection: Connection, catalog: Catalog, unreadable: Collection[RelationName]
) -> tuple[IndexExtremes, ...]:
    """Smallest and largest value of leading index columns, where rows have changed.

    One descent of the index for each end; relations that nothing has written since
    their last ANALYZE are left alone, and so are those the role may not read.
    """
    hidden = frozenset(unreadable)
    found: dict[tuple[RelationName, str], IndexExtremes] = {}
    deadline = time.monotonic() + DEADLINE_S
    settings = {"statement_timeout": str(PROBE_TIMEOUT_MS), "enable_seqscan": "off"}
    for relation, index in _plain_btrees(catalog):
        name = index.definition.keys[0].attribute
        key = (relation.name, name)
        if time.monotonic() > deadline:
            break
        if key in found or relation.name in hidden or not _has_changed(relation):
            continue
        # Row security, a lock or a slow end of the index: the statistics must do.
        with suppress(psycopg.Error), rolled_back(connection, settings):
            ends = connection.execute(_ends(relation.name, name)).fetchone()
            if ends is not None and ends[0] is not None and ends[1] is not None:
                found[key] = IndexExtremes(
                    relation=relation.name,
                    attribute=name,
                    smallest=ends[0],
                    largest=ends[1],
                )
    return tuple(found.values())


def _operator_cost(connection: Connection) -> float:
    row = connection.execute(
        marked("SELECT current_setting('cpu_operator_cost')::float8")
    ).fetchone()
    return float(row[0]) if row else 0.0


def _plain_btrees(catalog: Catalog) -> Iterator[tuple[Relation, Index]]:
    """Valid B-trees on columns only, of tables, the largest first."""
    pairs = [
        (relation, index)
        for relation in catalog.relations
        if relation.kind in (RelationKind.TABLE, RelationKind.MATERIALIZED_VIEW)
        for index in relation.indexes
        if index.valid
        and index.definition.method == "btree"
        and not index.definition.predicate
        and all(index.definition.attributes)
    ]
    pairs.sort(key=lambda pair: (-pair[1].size_bytes, pair[1].name))
    yield from pairs[:MAX_INDEXES]


def _height(
    connection: Connection, relation: Relation, index: Index, unit: float
) -> int | None:
    try:
        with connection.transaction():
            row = connection.execute(_whole_scan(relation.name, index)).fetchone()
    except psycopg.errors.Error:
        return None
    node = row[0][0]["Plan"] if row else {}
    if node.get("Index Name") != index.name.name:
        return None
    return _height_from_cost(float(node["Startup Cost"]), node["Plan Rows"], unit)


def _height_from_cost(startup_cost: float, rows: float, unit: float) -> int | None:
    """The height for which a scan starts at that cost, as EXPLAIN prints it.

    >>> _height_from_cost(0.42, 1_000_000, 0.0025)
    2
    >>> _height_from_cost(7.0, 10, 0.0025) is None
    True
    """
    comparisons = math.ceil(math.log2(rows)) if rows > 1 else 0
    levels = (startup_cost / unit - comparisons) / _PAGE_MULTIPLIER - 1
    height = round(levels)
    # Two digits are printed; with odd cost settings they may not tell levels apart.
    if abs(levels - height) > 0.25 or not 0 <= height <= 10:
        return None
    return height


def _whole_scan(relation: RelationName, index: Index) -> sql.Composed:
    keys = [
        sql.SQL("{} {} {}").format(
            sql.Identifier(key.attribute),
            sql.SQL("DESC" if key.descending else "ASC"),
            sql.SQL(_nulls(key.descending, key.nulls_first)),
        )
        for key in index.definition.keys
    ]
    columns = [sql.Identifier(name) for name in index.definition.attributes]
    return sql.SQL(_WHOLE_SCAN).format(
        sql.SQL(", ").join(columns), _identifier(relation), sql.SQL(", ").join(keys)
    )


_WHOLE_SCAN = marked("EXPLAIN (FORMAT JSON) SELECT {} FROM ONLY {} ORDER BY {}")


def _nulls(descending: bool, nulls_first: bool | None) -> str:
    first = descending if nulls_first is None else nulls_first
    return "NULLS FIRST" if first else "NULLS LAST"


def _has_changed(relation: Relation) -> bool:
    return relation.activity is None or relation.activity.n_mod_since_analyze > 0


def _ends(relation: RelationName, attribute: str) -> sql.Composed:
    return sql.SQL(marked(_ENDS)).format(
        column=sql.Identifier(attribute), relation=_identifier(relation)
    )


_ENDS = """SELECT
    (SELECT r.{column}::text FROM ONLY {relation} AS r
      WHERE r.{column} IS NOT NULL ORDER BY r.{column} LIMIT 1),
    (SELECT r.{column}::text FROM ONLY {relation} AS r
      WHERE r.{column} IS NOT NULL ORDER BY r.{column} DESC LIMIT 1)"""
# Without the alias ORDER BY would mean the output column, which is sorted as text.


def _identifier(relation: RelationName) -> sql.Identifier:
    return sql.Identifier(relation.schema, relation.name)
