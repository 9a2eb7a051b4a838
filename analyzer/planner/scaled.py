"""A snapshot of the same database with some tables larger or smaller than they are.

Lengths and rows of a table and its indexes grow by the factor, and with them what
follows: heights of B-trees, pages that are all visible. What the statistics say about
values stays: shares, histograms, and the number of distinct values, which grows where
the statistics call it a ratio of the rows (``n_distinct`` below 0) and else does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analyzer.domain.catalog import Catalog, Relation, RelationKind
from analyzer.domain.index import Index, RelationName
from analyzer.domain.workload import NotSeen, some_of
from analyzer.embedded.files import BLOCK_BYTES
from analyzer.errors import UnknownRelation, UserError
from analyzer.planner.snapshot_file import PlannerSnapshot

MAX_FACTOR = 1e6


def scaled(
    snapshot: PlannerSnapshot, factors: Mapping[RelationName, float]
) -> PlannerSnapshot:
    """Suppose that tables had some times their rows.

    Args:
        snapshot: of the watched database.
        factors: above 0, by table; of a partitioned one for all its partitions.

    Raises:
        UnknownRelation: a table is not in the snapshot.
        UserError: it is a view, or a factor makes no sense.
    """
    wanted: dict[RelationName, float] = {}
    for name, factor in factors.items():
        if not 0 < factor <= MAX_FACTOR:
            raise UserError(
                f"{factor:g} is no factor for {name}",
                hint=f"Give one above 0 and up to {MAX_FACTOR:,.0f}.",
            )
        relation = snapshot.catalog.find(name)
        if relation is None:
            raise UnknownRelation(f'relation "{name}" does not exist')
        if relation.kind is RelationKind.VIEW:
            raise UserError(f"{relation.name} is a view; scale the tables below it")
        for part in _tree(relation, snapshot.catalog):
            wanted[part.name] = factor
    relations = tuple(
        _scaled(item, wanted[item.name]) if item.name in wanted else item
        for item in snapshot.catalog.relations
    )
    indexes = {
        index.name
        for item in snapshot.catalog.relations
        if item.name in wanted
        for index in item.indexes
    }
    return replace(
        snapshot,
        catalog=replace(snapshot.catalog, relations=relations),
        supposed_lengths=tuple(wanted),
        btree_heights={
            name: height
            for name, height in snapshot.btree_heights.items()
            if name not in indexes
        },
        not_seen=(*snapshot.not_seen, *_assumed(relations, wanted)),
    )


def _tree(relation: Relation, catalog: Catalog) -> list[Relation]:
    parts = catalog.partitions.get(relation.name, ())
    return [relation, *(below for part in parts for below in _tree(part, catalog))]


def _scaled(relation: Relation, factor: float) -> Relation:
    rows = relation.reltuples
    return replace(
        relation,
        reltuples=round(rows * factor) if rows > 0 else rows,
        relpages=_blks(relation.relpages, factor),
        size_bytes=_blks(relation.size_bytes // BLOCK_BYTES, factor) * BLOCK_BYTES,
        relallvisible=_blks(relation.relallvisible, factor),
        indexes=tuple(_scaled_index(index, factor) for index in relation.indexes),
    )


def _scaled_index(index: Index, factor: float) -> Index:
    # The metapage is there once, however large the index is.
    blks = index.size_bytes // BLOCK_BYTES
    blks = 1 + _blks(blks - 1, factor) if blks > 0 else 0
    return replace(index, size_bytes=blks * BLOCK_BYTES)


def _blks(blks: int, factor: float) -> int:
    return max(1, round(blks * factor)) if blks > 0 else 0


def _assumed(
    relations: tuple[Relation, ...], wanted: Mapping[RelationName, float]
) -> list[NotSeen]:
    fixed = [
        f"{relation.name}.{attribute.name}"
        for relation in relations
        if relation.name in wanted
        for attribute in relation.attributes
        if (attribute.n_distinct or 0) > 0
    ]
    if not fixed:
        return []
    return [
        NotSeen(
            what=f"how many distinct values there will be in {some_of(fixed)}",
            why="their number was taken to stay as it is, since the statistics do not "
            "call it a ratio of the rows",
        )
    ]
