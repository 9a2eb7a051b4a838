"""Give the relations of a shadow the lengths and heights of the watched ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path

from analyzer.domain.catalog import Relation, RelationKind
from analyzer.domain.index import Index, IndexDefinition, RelationName
from analyzer.embedded.files import (
    BLOCK_BYTES,
    lengthen,
    mark_first_block_visible,
    relation_path,
    write_brin_map,
    write_btree,
    write_gin_counts,
)
from analyzer.indexing.other_methods import brin_map_blks
from analyzer.indexing.size import btree_height
from analyzer.planner.shadow_cluster import ShadowServer
from analyzer.planner.snapshot_file import PlannerSnapshot
from analyzer.postgres.connect import Connection
from analyzer.postgres.shadow_database import (
    RelationLength,
    ShadowRelation,
    set_relation_lengths,
)


def set_lengths(
    server: ShadowServer,
    snapshot: PlannerSnapshot,
    relations: Mapping[int, ShadowRelation],
    leaves: Mapping[IndexDefinition, bytes],
) -> None:
    """Give every table and index the length, and B-trees the height, it has.

    Args:
        server: whose files are written.
        snapshot: with lengths and heights.
        relations: of the shadow, by oid.
        leaves: leaf pages of the indexes whose end values are known.
    """
    paths = {
        RelationName(item.schema, item.name): relation_path(
            server.data_dir, item.filepath
        )
        for item in relations.values()
        if item.filepath
    }
    kinds = (RelationKind.TABLE, RelationKind.MATERIALIZED_VIEW)
    for relation in snapshot.catalog.relations:
        path = paths.get(relation.name)
        if path is not None and relation.kind is RelationKind.FOREIGN:
            lengthen(path, relation.relpages)
        if path is not None and relation.kind in kinds:
            lengthen(path, relation.size_bytes // BLOCK_BYTES)
            if any(index.definition in leaves for index in relation.indexes):
                mark_first_block_visible(path)
        for index in relation.indexes:
            if index.name in paths:
                leaf = leaves.get(index.definition)
                _set_index_length(paths[index.name], index, relation, snapshot, leaf)


def _set_index_length(
    path: Path,
    index: Index,
    relation: Relation,
    snapshot: PlannerSnapshot,
    leaf: bytes | None,
) -> None:
    blks = index.size_bytes // BLOCK_BYTES
    if index.definition.method != "btree":
        lengthen(path, max(blks, path.stat().st_size // BLOCK_BYTES))
        contents = snapshot.gin_contents.get(index.name)
        if contents is not None:
            write_gin_counts(path, **asdict(contents))
        elif index.definition.method == "brin":
            write_brin_map(path, brin_map_blks(relation))
    elif blks > 1:
        height = snapshot.btree_heights.get(index.name)
        if height is None:
            height = btree_height(index.definition, relation, blks)
        write_btree(path, blks=blks, height=height, leaf=leaf)


def set_catalog_statistics(
    owner: Connection,
    snapshot: PlannerSnapshot,
    relations: Mapping[int, ShadowRelation],
    wanted: Collection[RelationName],
) -> None:
    """Rows and lengths as the catalog has them, which the dump's cannot be.

    Args:
        owner: of the shadow's relations.
        snapshot: with the catalog.
        relations: of the shadow, by oid.
        wanted: tables; their indexes are meant with them.
    """
    present = {RelationName(item.schema, item.name) for item in relations.values()}
    names = set(wanted) & present
    lengths = []
    for relation in snapshot.catalog.relations:
        if relation.name not in names or relation.reltuples < 0:
            continue
        rows = relation.reltuples
        visible = relation.relallvisible
        lengths.append(_length(relation.name, relation.relpages, rows, visible))
        lengths += [
            _length(index.name, index.size_bytes // BLOCK_BYTES, rows)
            for index in relation.indexes
            if index.name in present and not index.definition.predicate
        ]
    set_relation_lengths(owner, lengths)


def _length(
    name: RelationName, blks: int, rows: float, visible: int | None = None
) -> RelationLength:
    return RelationLength(
        schema=name.schema,
        name=name.name,
        blks=blks,
        rows=rows,
        all_visible_blks=visible,
    )
