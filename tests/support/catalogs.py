"""Builders of catalogs, for tests of advice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from analyzer.domain.catalog import (
    Attribute,
    Catalog,
    ForeignKey,
    Relation,
    RelationActivity,
    RelationKind,
)
from analyzer.domain.index import Index, IndexDefinition, IndexKey, RelationName

READ_AT = datetime(2026, 11, 2, tzinfo=UTC)


def table(
    name: str,
    columns: Sequence[str],
    *,
    rows: float = 100_000,
    pages: int | None = None,
    indexes: Sequence[Index] = (),
    types: dict[str, str] | None = None,
    n_distinct: dict[str, float] | None = None,
    null_frac: dict[str, float] | None = None,
    analyzed: bool = True,
    unique: Sequence[tuple[str, ...]] = (),
    foreign_keys: Sequence[ForeignKey] = (),
    activity: RelationActivity | None = None,
    partition_of: RelationName | None = None,
) -> Relation:
    """A table of integers, about 100 rows a page, analyzed unless told otherwise."""
    attributes = tuple(
        Attribute(
            name=column,
            number=number,
            type_name=(types or {}).get(column, "integer"),
            n_distinct=(n_distinct or {}).get(column, -1.0) if analyzed else None,
            null_frac=(null_frac or {}).get(column, 0.0) if analyzed else None,
            avg_width_bytes=4 if analyzed else None,
        )
        for number, column in enumerate(columns, start=1)
    )
    size = pages if pages is not None else int(rows // 100)
    return Relation(
        name=RelationName("public", name),
        kind=RelationKind.TABLE,
        reltuples=rows,
        relpages=size,
        size_bytes=size * 8192,
        attributes=attributes,
        indexes=tuple(indexes),
        unique_keys=tuple(unique),
        foreign_keys=tuple(foreign_keys),
        activity=activity,
        partition_of=partition_of,
    )


def definition(relation: str, *keys: str, **options: object) -> IndexDefinition:
    """A B-tree on plain attributes."""
    return IndexDefinition(
        relation=RelationName("public", relation),
        keys=tuple(IndexKey(attribute=key) for key in keys),
        **options,  # type: ignore[arg-type]
    )


def index(name: str, made_of: IndexDefinition, **options: object) -> Index:
    """An existing index of 10 MB."""
    columns = ", ".join(made_of.attributes)
    given: dict[str, object] = {
        "size_bytes": 10_000_000,
        "ddl": f"CREATE INDEX {name} ON {made_of.relation} USING btree ({columns})",
        **options,
    }
    return Index(
        name=RelationName(made_of.relation.schema, name),
        definition=made_of,
        **given,  # type: ignore[arg-type]
    )


def catalog(*relations: Relation, counter_age_s: float | None = None) -> Catalog:
    """A database of these tables; the counters' age in seconds, none if unknown."""
    since = (
        None if counter_age_s is None else READ_AT - timedelta(seconds=counter_age_s)
    )
    return Catalog(
        server_id="test",
        server_version_num=180_000,
        database="test",
        read_at=READ_AT,
        relations=relations,
        stats_reset_at=since,
        replica_count=0,
    )
