"""What existing GIN indexes hold, where their metapages could not be read.

The planner reads numbers of pages and entries there, and takes nine pages in ten for
entries where it finds none (``gincostestimate`` in ``selfuncs.c``); lists of rows may
well be the most of an index. The items of the statistics tell how it divides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

from analyzer.domain.catalog import Relation
from analyzer.domain.index import Index, RelationName
from analyzer.embedded.files import BLOCK_BYTES, relation_path, write_gin_counts
from analyzer.indexing.gin_size import GinContents
from analyzer.indexing.other_methods import gin_of_items
from analyzer.planner.shadow_cluster import ShadowServer
from analyzer.planner.shadow_items import ItemStatistics
from analyzer.planner.snapshot_file import PlannerSnapshot
from analyzer.postgres.connect import Connection
from analyzer.postgres.shadow_database import ShadowRelation


def write_expected_gins(
    server: ShadowServer,
    owner: Connection,
    snapshot: PlannerSnapshot,
    relations: Mapping[int, ShadowRelation],
) -> None:
    """Write into metapages what the statistics let expect, at the index's true length.

    Args:
        server: whose files are written; no session has read the metapages yet.
        owner: a session in the shadow, whose statistics are loaded.
        snapshot: with the indexes; those whose metapages it has are left alone.
        relations: of the shadow, by oid.
    """
    paths = {
        RelationName(item.schema, item.name): item.filepath
        for item in relations.values()
        if item.filepath and item.method == "gin"
    }
    items = ItemStatistics(owner)
    for relation in snapshot.catalog.relations:
        for index in relation.indexes:
            if index.name not in paths or index.name in snapshot.gin_contents:
                continue
            found = _expected(index, relation, items)
            if found is not None:
                path = relation_path(server.data_dir, paths[index.name])
                write_gin_counts(path, **asdict(found))


def _expected(
    index: Index, relation: Relation, items: ItemStatistics
) -> GinContents | None:
    blks = index.size_bytes // BLOCK_BYTES
    if index.definition.predicate or relation.reltuples <= 0 or blks <= 1:
        return None
    known = items.of(index.definition, relation)
    if not known:
        return None
    built = gin_of_items(index.definition, relation, relation.reltuples, known)
    return _as_long(built, blks)


def _as_long(built: GinContents, blks: int) -> GinContents:
    """The same in so many blocks: an index grows in both kinds of pages.

    >>> found = GinContents(total_blks=11, entry_blks=4, data_blks=6, entry_count=9)
    >>> _as_long(found, 21)
    GinContents(total_blks=21, entry_blks=8, data_blks=12, entry_count=9)
    """
    share = built.entry_blks / max(built.entry_blks + built.data_blks, 1)
    entry_blks = max(round((blks - 1) * share), 1)
    return replace(
        built,
        total_blks=blks,
        entry_blks=entry_blks,
        data_blks=max(blks - 1 - entry_blks, 0),
    )
