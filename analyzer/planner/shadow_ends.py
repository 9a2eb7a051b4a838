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
    asked = [WantedEnds(definition=d, extremes=e) for d, e in wanted]
    if not asked:
        return {}
    make_scratch(owner)
    try:
        paths = {
            item.definition: make_scratch_index(owner, number, item)
            for number, item in enumerate(asked)
        }
        forget_cached_pages(admin)
        return {
            definition: leaf_of_scratch(relation_path(data_dir, path))
            for definition, path in paths.items()
            if path is not None
        }
    finally:
        drop_scratch(owner)


def ends_of(definition: IndexDefinition, ends: Ends) -> IndexExtremes | None:
    """The known ends of an index's first column, for a B-tree on plain columns."""
    if definition.method != "btree" or definition.predicate:
        return None
    if not all(definition.attributes):
        return None
    return ends.get((definition.relation, definition.attributes[0]))
