"""Take a snapshot of a watched database: what its planner knows, none of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzer.domain.catalog import Catalog
from analyzer.domain.index import RelationName
from analyzer.domain.snapshot_parts import IndexExtremes
from analyzer.domain.target import Address
from analyzer.domain.workload import NotSeen, some_of
from analyzer.errors import MissingPrivilege
from analyzer.indexing.gin_size import GinContents
from analyzer.planner.catalog_ddl import catalog_ddl
from analyzer.planner.dump import Dump, dump
from analyzer.planner.range_histograms import range_histograms_sql
from analyzer.planner.schema_secrets import without_remote_options
from analyzer.planner.snapshot_file import (
    ExtendedStatistics,
    ExtensionUse,
    Locale,
    PlannerSnapshot,
    load,
    save,
)
from analyzer.postgres.capabilities import Extension, read_extensions
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.grants import reading_grant
from analyzer.postgres.index_probes import read_extremes, read_planned_heights
from analyzer.postgres.settings import read_planner_settings
from analyzer.postgres.statistics import (
    CombinedStatistics,
    DatabaseFacts,
    read_btree_heights,
    read_combined_statistics,
    read_database_facts,
    read_gin_contents,
    read_locked_relations,
    read_unreadable_relations,
)

__all__ = ["PlannerSnapshot", "load", "save", "take_snapshot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dumped:
    """The scripts, and the relations that are in them without statistics."""

    dump: Dump
    from_catalog: tuple[RelationName, ...]
    not_seen: tuple[NotSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What one session read."""

    catalog: Catalog
    facts: DatabaseFacts
    unreadable: tuple[RelationName, ...]
    locked: tuple[RelationName, ...]
    heights: dict[RelationName, int]
    gin_contents: dict[RelationName, GinContents]
    extremes: tuple[IndexExtremes, ...]
    settings: dict[str, str]
    extensions: tuple[Extension, ...]
    combined: tuple[CombinedStatistics, ...]
    ranges_sql: str
    not_seen: tuple[NotSeen, ...]


def take_snapshot(address: Address, catalog: Catalog | None = None) -> PlannerSnapshot:
    """Read schema, statistics, sizes and settings of a database.

    Rows are not read, except the first and last value of indexed columns whose
    statistics are older than the last write.

    It takes ACCESS SHARE locks, as pg_dump does, and waits for none longer than two
    seconds. What the role may not see is left out and listed in ``not_seen``.

    Args:
        address: of the watched database.
        catalog: of the same database, if it was read already.

    Raises:
        TargetError: by its branches.
    """
    with session(address) as connection:
        read = _read(connection, catalog)
    dumped = _dump(address, read)
    return PlannerSnapshot(
        taken_at=read.catalog.read_at,
        server_version=read.facts.server_version,
        catalog=read.catalog,
        schema_sql=without_remote_options(dumped.dump.schema_sql),
        statistics_sql=dumped.dump.statistics_sql + read.ranges_sql,
        locale=_locale(read.facts),
        block_size_bytes=read.facts.block_size_bytes,
        btree_heights=read.heights,
        gin_contents=read.gin_contents,
        extremes=read.extremes,
        planner_settings=read.settings,
        extensions=tuple(
            ExtensionUse(name=item.name, version=item.version, schema=item.schema)
            for item in read.extensions
        ),
        extended_statistics=tuple(_extended(item) for item in read.combined),
        from_catalog=dumped.from_catalog,
        not_seen=(*read.not_seen, *dumped.not_seen),
    )


def _read(connection: Connection, catalog: Catalog | None) -> _Read:
    not_seen: tuple[NotSeen, ...] = ()
    if catalog is None:
        catalog, not_seen = read_catalog(connection)
    unreadable = read_unreadable_relations(connection)
    ranges_sql, unseen_ranges = range_histograms_sql(connection)
    heights = read_btree_heights(connection)
    if heights is None:
        heights = read_planned_heights(connection, catalog)
    return _Read(
        catalog=catalog,
        facts=read_database_facts(connection),
        unreadable=unreadable,
        locked=read_locked_relations(connection),
        heights=heights,
        gin_contents=read_gin_contents(connection),
        extremes=read_extremes(connection, catalog, unreadable),
        settings=read_planner_settings(connection),
        extensions=read_extensions(connection),
        combined=read_combined_statistics(connection),
        ranges_sql=ranges_sql,
        not_seen=(*not_seen, *unseen_ranges),
    )


def _dump(address: Address, read: _Read) -> _Dumped:
    try:
        dumped = dump(address, excluded=(*read.unreadable, *read.locked))
    except MissingPrivilege as error:
        return _without_dump(read, error)
    extra = catalog_ddl(read.catalog, read.unreadable)
    return _Dumped(
        dump=replace(dumped, schema_sql=f"{dumped.schema_sql}\n{extra}"),
        from_catalog=read.unreadable,
        not_seen=tuple(_from_catalog(read)),
    )


def _without_dump(read: _Read, error: MissingPrivilege) -> _Dumped:
    # Something else than a relation is closed to us; the catalogs are readable.
    everything = tuple(relation.name for relation in read.catalog.relations)
    missing = NotSeen(
        what="the schema as pg_dump writes it, and all statistics",
        why=error.detail or error.message,
        hint=f"{reading_grant(read.catalog.server_version_num)}.",
    )
    return _Dumped(
        dump=Dump(schema_sql=catalog_ddl(read.catalog, everything), statistics_sql=""),
        from_catalog=everything,
        not_seen=(missing,),
    )


def _from_catalog(read: _Read) -> Iterator[NotSeen]:
    names = read.unreadable
    if not names:
        return
    yield NotSeen(
        what=f"the full definition of {some_of([str(name) for name in names])}",
        why="the role may not read them, so pg_dump cannot lock them; columns and "
        "indexes are taken from the catalogs, without statistics",
        hint=f"{reading_grant(read.catalog.server_version_num)}.",
    )


def _extended(item: CombinedStatistics) -> ExtendedStatistics:
    return ExtendedStatistics(
        name=item.name,
        relation=item.relation,
        n_distinct=item.n_distinct,
        dependencies=item.dependencies,
        inherited=item.inherited,
        columns=item.columns,
        most_common=item.most_common,
        expressions=item.expressions,
    )


def _locale(facts: DatabaseFacts) -> Locale:
    return Locale(
        encoding=facts.encoding,
        lc_collate=facts.lc_collate,
        lc_ctype=facts.lc_ctype,
        provider=facts.locale_provider,
        name=facts.locale,
    )
