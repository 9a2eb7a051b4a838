"""Leaf pages with the real end values, for the B-trees of a shadow.

To estimate a range, or the part of an index a merge join reads, the planner may look up
the smallest and largest value of an indexed column (``get_actual_variable_range`` in
selfuncs.c). It takes them from the index alone if the visibility map says that the
row's page is visible to all. So two index entries and one bit of the map do for a table
without rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.snapshot_parts import IndexExtremes
from analyzer.embedded.files import leaf_of_scratch, relation_path
from analyzer.planner.snapshot_file import PlannerSnapshot
from analyzer.postgres.connect import Connection
from analyzer.postgres.shadow_database import forget_cached_pages
from analyzer.postgres.shadow_extremes import (
    WantedEnds,
    drop_scratch,
    ends_by_column,
    make_scratch,
    make_scratch_index,
    page_like,
)

Ends = dict[tuple[RelationName, str], IndexExtremes]


def leaves_of_snapshot(
    owner: Connection, admin: Connection, data_dir: Path, snapshot: PlannerSnapshot
) -> dict[IndexDefinition, bytes]:
    """Leaf pages of the existing indexes whose ends the snapshot knows."""
    ends = ends_by_column(snapshot.extremes)
    wanted = [
        (index.definition, found)
        for relation in snapshot.catalog.relations
        for index in relation.indexes
        if (found := ends_of(index.definition, ends)) is not None
    ]
    return leaf_pages(owner, admin, data_dir, wanted)


def leaf_pages(
    owner: Connection,
    admin: Connection,
    data_dir: Path,
    wanted: Iterable[tuple[IndexDefinition, IndexExtremes]],
) -> dict[IndexDefinition, bytes]:
    """The leaf page of each index that could be made; the scratch is gone afterwards.

    Args:
        owner: a session of the role that owns the shadow's relations.
        admin: the superuser's, which can write out cached pages.
        data_dir: of the shadow cluster.
        wanted: B-trees on plain columns, with the ends of their first column.
    """
    pairs = list(wanted)
    like = {definition: page_like(definition) for definition, _ in pairs}
    asked = {
        like[definition]: WantedEnds(definition=definition, extremes=extremes)
        for definition, extremes in pairs
    }
    if not asked:
        return {}
    make_scratch(owner)
    try:
        paths = {
            page: make_scratch_index(owner, number, item)
            for number, (page, item) in enumerate(asked.items())
        }
        forget_cached_pages(admin)
        pages = {
            page: leaf_of_scratch(relation_path(data_dir, path))
            for page, path in paths.items()
            if path is not None
        }
    finally:
        drop_scratch(owner)
    return {d: pages[page] for d, page in like.items() if page in pages}


def ends_of(definition: IndexDefinition, ends: Ends) -> IndexExtremes | None:
    """The known ends of an index's first column, for a B-tree on plain columns."""
    if definition.method != "btree" or definition.predicate:
        return None
    if not all(definition.attributes):
        return None
    return ends.get((definition.relation, definition.attributes[0]))
