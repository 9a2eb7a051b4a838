"""DDL made from a catalog, for relations that pg_dump may not read."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from analyzer.domain.catalog import Attribute, Catalog, Relation, RelationKind
from analyzer.domain.index import RelationName
from analyzer.statements.identifiers import quote_identifier, quote_relation

_TABLES = frozenset(
    {RelationKind.TABLE, RelationKind.MATERIALIZED_VIEW, RelationKind.FOREIGN}
)


def catalog_ddl(
    catalog: Catalog, names: Collection[RelationName], *, schemas: bool = True
) -> str:
    """CREATE TABLE and CREATE INDEX statements of some relations.

    Args:
        catalog: they are in.
        names: of the relations.
        schemas: create their schemas too.

    Columns, NOT NULL and indexes are there; defaults, checks, foreign keys and the
    partition tree are not. A partition becomes a table of its own.
    """
    wanted = set(names)
    relations = [r for r in catalog.relations if r.name in wanted and r.kind in _TABLES]
    places = sorted({relation.name.schema for relation in relations} - {"public"})
    places = places if schemas else []
    lines = [f"CREATE SCHEMA {quote_identifier(item)};" for item in places]
    for relation in relations:
        lines.extend(_relation(relation))
    return "".join(f"{line}\n" for line in lines)


def _relation(relation: Relation) -> Iterator[str]:
    columns = ", ".join(_column(attribute) for attribute in relation.attributes)
    yield f"CREATE TABLE {quote_relation(relation.name)} ({columns});"
    for index in relation.indexes:
        yield f"{index.ddl};"


def _column(attribute: Attribute) -> str:
    not_null = " NOT NULL" if attribute.not_null else ""
    return f"{quote_identifier(attribute.name)} {attribute.type_name}{not_null}"
