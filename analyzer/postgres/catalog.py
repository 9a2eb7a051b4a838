"""Read the system catalogs of one database, in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from psycopg import errors
from psycopg.rows import namedtuple_row

from analyzer.domain.catalog import (
    Attribute,
    Catalog,
    ForeignKey,
    Relation,
    RelationActivity,
    RelationKind,
)
from analyzer.domain.index import Index, IndexDefinition, IndexKey, RelationName
from analyzer.domain.workload import NotSeen, some_of
from analyzer.postgres.connect import Connection
from analyzer.postgres.grants import reading_grant
from analyzer.postgres.pinned import pinned_search_path
from analyzer.postgres.queries import load
from analyzer.postgres.settings import read_settings
from analyzer.postgres.statistics import read_combined_statistics

_KINDS = {
    "r": RelationKind.TABLE,
    "p": RelationKind.PARTITIONED,
    "m": RelationKind.MATERIALIZED_VIEW,
    "v": RelationKind.VIEW,
    "f": RelationKind.FOREIGN,
}
_CONSTRAINTS = {"p": "primary key", "u": "unique", "x": "exclusion", "": ""}
_FK_ACTIONS = {
    "a": "no action",
    "r": "restrict",
    "c": "cascade",
    "n": "set null",
    "d": "set default",
}
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What belongs to each relation, by its oid."""

    attributes: Mapping[int, tuple[Attribute, ...]]
    indexes: Mapping[int, tuple[Any, ...]]
    foreign_keys: Mapping[int, tuple[ForeignKey, ...]]
    activity: Mapping[int, RelationActivity]
    combinations: Mapping[RelationName, tuple[tuple[tuple[str, ...], float], ...]]


def read_catalog(connection: Connection) -> tuple[Catalog, tuple[NotSeen, ...]]:
    """Everything about the relations of the connected database, and what was hidden.

    About ten queries, whatever the number of relations. It waits for no lock longer
    than the session's ``lock_timeout``. A relation that is locked exclusively is left
    out, since its indexes cannot be read; without them it would look as if it had none.

    Raises:
        psycopg.Error: within ``connect.session`` it becomes an error of our tree.
    """
    with pinned_search_path(connection) as search_path:
        for _attempt in range(_ATTEMPTS - 1):
            try:
                with connection.transaction():
                    return _read(connection, search_path)
            except errors.LockNotAvailable:
                # The lock came after our look at the lock table.
                continue
        return _read(connection, search_path)


def _read(
    connection: Connection, search_path: tuple[str, ...]
) -> tuple[Catalog, tuple[NotSeen, ...]]:
    database = _rows(connection, "database")[0]
    found = _rows(connection, "relations")
    relations = [row for row in found if not row.is_locked]
    oids = [row.oid for row in relations]
    parts = _Parts(
        attributes=_attributes(connection, relations, oids),
        indexes=_grouped(_rows(connection, "indexes", {"oids": oids})),
        foreign_keys=_foreign_keys(connection, oids),
        activity=_activity(connection, oids),
        combinations=_combinations(connection),
    )
    catalog = Catalog(
        server_id=database.server_id,
        server_version_num=database.server_version_num,
        database=database.database,
        read_at=database.read_at.astimezone(UTC),
        relations=tuple(_relation(row, parts) for row in relations),
        search_path=search_path,
        settings=read_settings(connection),
        extensions={row.name: row.version for row in _rows(connection, "extensions")},
        stats_reset_at=_utc(database.stats_reset_at),
        is_replica=database.is_replica,
        replica_count=database.replica_count,
    )
    unreadable = _not_seen(found, connection.info.user, connection.info.server_version)
    return catalog, (*unreadable, *_not_seen_on(catalog))


def _rows(
    connection: Connection, name: str, parameters: Mapping[str, Any] | None = None
) -> list[Any]:
    query = load(name, connection.info.server_version)
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(query, parameters or {}).fetchall()


def _grouped(rows: Iterable[Any]) -> dict[int, tuple[Any, ...]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.relation_oid].append(row)
    return {oid: tuple(items) for oid, items in groups.items()}


def _attributes(
    connection: Connection, relations: list[Any], oids: list[int]
) -> dict[int, tuple[Attribute, ...]]:
    statistics = {
        (row.schema, row.relation, row.name): row
        for row in _rows(connection, "column_statistics")
    }
    names = {row.oid: (row.schema, row.name) for row in relations}
    grouped = _grouped(_rows(connection, "attributes", {"oids": oids}))
    return {
        oid: tuple(
            _attribute(row, statistics.get((*names[oid], row.name))) for row in rows
        )
        for oid, rows in grouped.items()
    }


def _attribute(row: Any, statistics: Any | None) -> Attribute:
    known: dict[str, Any] = {}
    if statistics is not None:
        known = {
            name: getattr(statistics, name)
            for name in ("n_distinct", "null_frac", "avg_width_bytes", "correlation")
        }
        known["most_common_freqs"] = tuple(statistics.most_common_freqs)
    return Attribute(
        name=row.name,
        number=row.number,
        type_name=row.type_name,
        not_null=row.not_null,
        has_fuzzy_equality=row.has_fuzzy_equality,
        type_length=row.type_length,
        type_alignment=row.type_alignment,
        **known,
    )


def _foreign_keys(
    connection: Connection, oids: list[int]
) -> dict[int, tuple[ForeignKey, ...]]:
    grouped = _grouped(_rows(connection, "foreign_keys", {"oids": oids}))
    return {
        oid: tuple(
            ForeignKey(
                name=row.name,
                attributes=tuple(row.attributes),
                referenced=RelationName(row.referenced_schema, row.referenced_name),
                referenced_attributes=tuple(row.referenced_attributes),
                on_delete=_FK_ACTIONS[row.on_delete],
                on_update=_FK_ACTIONS[row.on_update],
                is_dependable=row.is_dependable,
            )
            for row in rows
        )
        for oid, rows in grouped.items()
    }


def _activity(connection: Connection, oids: list[int]) -> dict[int, RelationActivity]:
    result = {}
    for row in _rows(connection, "relation_activity", {"oids": oids}):
        values = row._asdict()
        oid = values.pop("relation_oid")
        for name in ("last_analyzed_at", "last_vacuumed_at"):
            values[name] = _utc(values[name])
        result[oid] = RelationActivity(**values)
    return result


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


def _combinations(
    connection: Connection,
) -> dict[RelationName, tuple[tuple[tuple[str, ...], float], ...]]:
    found: dict[RelationName, list[tuple[tuple[str, ...], float]]] = defaultdict(list)
    for item in read_combined_statistics(connection):
        found[item.relation].extend(item.n_distinct)
    return {relation: tuple(items) for relation, items in found.items()}


def _relation(row: Any, parts: _Parts) -> Relation:
    name = RelationName(row.schema, row.name)
    indexes = parts.indexes.get(row.oid, ())
    attributes = parts.attributes.get(row.oid, ())
    fuzzy = {item.name for item in attributes if item.has_fuzzy_equality}
    unique = [i for i in indexes if i.is_unique and i.is_valid and i.is_immediate]
    return Relation(
        name=name,
        kind=_KINDS[row.kind],
        reltuples=row.reltuples,
        relpages=row.relpages,
        size_bytes=row.size_bytes,
        relallvisible=row.relallvisible,
        attributes=attributes,
        indexes=tuple(_index(name, item) for item in indexes),
        foreign_keys=parts.foreign_keys.get(row.oid, ()),
        unique_keys=tuple(
            tuple(item.attributes[: item.key_count])
            for item in unique
            if not item.predicate
            and not any(item.expressions)
            and not row.has_children
            # An index may tell apart by its own collation what the column takes as one.
            and (item.constraint_type or not fuzzy & set(item.attributes))
        ),
        has_children=row.has_children,
        activity=parts.activity.get(row.oid),
        partition_of=_parent(row),
        distinct_combinations=parts.combinations.get(name, ()),
    )


def _parent(row: Any) -> RelationName | None:
    if row.parent_name is None:
        return None
    return RelationName(row.parent_schema, row.parent_name)


def _index(relation: RelationName, row: Any) -> Index:
    return Index(
        name=RelationName(row.schema, row.name),
        definition=IndexDefinition(
            relation=relation,
            keys=_keys(row),
            method=row.method,
            include=tuple(row.attributes[row.key_count :]),
            predicate=row.predicate,
            unique=row.is_unique,
            nulls_not_distinct=row.nulls_not_distinct,
        ),
        size_bytes=row.size_bytes,
        ddl=row.ddl,
        valid=row.is_valid,
        constraint_kind=_CONSTRAINTS[row.constraint_type],
        is_replica_identity=row.is_replica_identity,
        idx_scan=row.idx_scan,
        last_idx_scan_at=_utc(row.last_idx_scan_at),
        attached_to=_parent(row),
    )


class _Key(NamedTuple):
    attribute: str
    expression: str
    opclass: str
    collation: str
    option: int


def _keys(row: Any) -> tuple[IndexKey, ...]:
    attributes = row.attributes[: row.key_count]
    columns = (attributes, row.expressions, row.opclasses, row.collations, row.options)
    return tuple(_key(_Key(*values)) for values in zip(*columns, strict=True))


def _key(key: _Key) -> IndexKey:
    # Bits of indoption: 1 is DESC, 2 is NULLS FIRST (INDOPTION_* in pg_index.h).
    descending, nulls_first = bool(key.option & 1), bool(key.option & 2)
    return IndexKey(
        attribute=key.attribute,
        expression=key.expression,
        opclass=key.opclass,
        collation=key.collation,
        descending=descending,
        nulls_first=None if nulls_first == descending else nulls_first,
    )


def _not_seen(relations: list[Any], user: str, version_num: int) -> Iterable[NotSeen]:
    hidden = [
        f"{row.schema}.{row.name}"
        for row in relations
        if not row.may_select and row.kind in "rpm"
    ]
    if hidden:
        yield NotSeen(
            what=f"statistics of {len(hidden)} relations: {some_of(hidden)}",
            why="the role may not read these relations, and PostgreSQL shows "
            "statistics only to roles that may",
            hint=f"{reading_grant(version_num, _quoted(user))};",
        )
    locked = [f"{row.schema}.{row.name}" for row in relations if row.is_locked]
    if locked:
        yield NotSeen(
            what=f"{len(locked)} relations: {some_of(locked)}",
            why="another session holds an exclusive lock on them",
            hint="Run it again when the lock is gone.",
        )


def _not_seen_on(catalog: Catalog) -> Iterator[NotSeen]:
    if catalog.is_replica:
        yield NotSeen(
            what="what the primary runs and writes",
            why="this server is a standby, which counts its own statements only",
            hint="Scan the primary too: an index is built there, and its writers pay.",
        )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
