"""Partitioned tables as the one table that statements name.

The server keeps sizes and counters with the partitions, and autovacuum analyzes those
alone (PostgreSQL manual, "Routine Vacuuming", "Updating Planner Statistics"), so what
is known of the whole is put together from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzer.domain.catalog import (
    Attribute,
    Catalog,
    Relation,
    RelationActivity,
    RelationKind,
)


def with_whole_tables(catalog: Catalog) -> Catalog:
    """The catalog with sizes, counters and statistics of partitioned tables filled in.

    Rows, pages and counters are sums over the partitions that hold rows. Statistics of
    columns are those of the tree, where it was analyzed, else of the largest partition.
    """
    if all(item.kind is not RelationKind.PARTITIONED for item in catalog.relations):
        return catalog
    relations = tuple(
        _whole(item, catalog.leaves(item.name))
        if item.kind is RelationKind.PARTITIONED
        else item
        for item in catalog.relations
    )
    return replace(catalog, relations=relations)


def _whole(table: Relation, leaves: Sequence[Relation]) -> Relation:
    analyzed = [leaf for leaf in leaves if leaf.reltuples >= 0]
    if not analyzed:
        return table
    largest = max(analyzed, key=lambda leaf: (leaf.reltuples, leaf.name))
    return replace(
        table,
        reltuples=sum(leaf.reltuples for leaf in analyzed),
        relpages=sum(leaf.relpages for leaf in leaves),
        relallvisible=sum(leaf.relallvisible for leaf in leaves),
        size_bytes=sum(leaf.size_bytes for leaf in leaves),
        attributes=tuple(_known(item, largest) for item in table.attributes),
        activity=_summed([leaf.activity for leaf in leaves if leaf.activity]),
    )


def _known(item: Attribute, largest: Relation) -> Attribute:
    """The attribute with statistics of a partition, if it has none of its own."""
    theirs = largest.attribute(item.name)
    if item.n_distinct is not None or theirs is None:
        return item
    return replace(theirs, number=item.number, not_null=item.not_null)


def _summed(activities: Sequence[RelationActivity]) -> RelationActivity | None:
    if not activities:
        return None
    analyzed = [item.last_analyzed_at for item in activities if item.last_analyzed_at]
    vacuumed = [item.last_vacuumed_at for item in activities if item.last_vacuumed_at]
    return RelationActivity(
        seq_scan=sum(item.seq_scan for item in activities),
        idx_scan=sum(item.idx_scan for item in activities),
        n_tup_ins=sum(item.n_tup_ins for item in activities),
        n_tup_upd=sum(item.n_tup_upd for item in activities),
        n_tup_hot_upd=sum(item.n_tup_hot_upd for item in activities),
        n_tup_del=sum(item.n_tup_del for item in activities),
        n_live_tup=sum(item.n_live_tup for item in activities),
        n_dead_tup=sum(item.n_dead_tup for item in activities),
        n_mod_since_analyze=sum(item.n_mod_since_analyze for item in activities),
        last_analyzed_at=min(analyzed, default=None),
        last_vacuumed_at=min(vacuumed, default=None),
    )
