"""What every recommendation to build or drop an index carries: DDL, way back, check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from analyzer.advisors.contract import Facts
from analyzer.domain.catalog import Catalog, RelationKind
from analyzer.domain.index import Index, IndexDefinition, RelationName
from analyzer.domain.recommendation import CreateIndex, DropIndex
from analyzer.indexing.definition import ddl, index_name
from analyzer.statements.identifiers import (
    quote_identifier,
    quote_literal,
    quote_relation,
)

BUILD_CAVEATS = (
    "CREATE INDEX CONCURRENTLY cannot run inside a transaction block and waits for "
    "every older transaction of the database; do not give it a short lock_timeout.",
    "A build that fails or is cancelled leaves an invalid index: drop it with the "
    "rollback statement, then build again.",
)
PARTITIONED_CAVEATS = (
    "The statements build an index on each partition without blocking writers and "
    "attach it to that of the partitioned table, which is valid once all are attached; "
    "a partition made meanwhile gets its own. One that fails is dropped and built "
    "again by itself.",
    *BUILD_CAVEATS[:1],
)
BLOCKING_CAVEATS = (
    "One statement builds it on all partitions and blocks writers meanwhile: there are "
    "too many to list here, or some are foreign. To avoid that, build it on each "
    "partition CONCURRENTLY first, and it attaches those that it finds.",
)
DROP_CAVEATS = (
    "DROP INDEX CONCURRENTLY cannot run inside a transaction block and waits for "
    "transactions that use the table.",
)

MAX_LISTED_PARTITIONS = 100

_CREATE = re.compile(r"\ACREATE (UNIQUE )?INDEX (?!CONCURRENTLY)")


def create_index(
    definition: IndexDefinition, size_bytes: int, catalog: Catalog
) -> CreateIndex:
    """Build it without blocking writers, under an explicit name that is free.

    CONCURRENTLY cannot be said of a partitioned table, but of each of its partitions
    (PostgreSQL manual, "CREATE INDEX", and "ALTER INDEX … ATTACH PARTITION").
    """
    taken = _taken(catalog)
    name = index_name(definition, taken)
    if not _is_partitioned(definition, catalog):
        statements = [ddl(definition, name=name, concurrently=True)]
    elif _is_listed(definition, catalog):
        statements = list(_by_partition(definition, name, catalog, taken))
    else:
        statements = [ddl(definition, name=name)]
    return CreateIndex(
        ddl=";\n".join(statements),
        definition=definition,
        name=name,
        size_bytes=size_bytes,
    )


def creation_caveats(definition: IndexDefinition, catalog: Catalog) -> tuple[str, ...]:
    """What to know before building it."""
    if not _is_partitioned(definition, catalog):
        return BUILD_CAVEATS
    return PARTITIONED_CAVEATS if _is_listed(definition, catalog) else BLOCKING_CAVEATS


def _is_partitioned(definition: IndexDefinition, catalog: Catalog) -> bool:
    relation = catalog.by_name.get(definition.relation)
    return relation is not None and relation.kind is RelationKind.PARTITIONED


def _is_listed(definition: IndexDefinition, catalog: Catalog) -> bool:
    """Whether a statement for each partition is shown."""
    leaves = catalog.leaves(definition.relation)
    plain = all(leaf.kind is RelationKind.TABLE for leaf in leaves)
    return plain and len(leaves) <= MAX_LISTED_PARTITIONS


def _by_partition(
    definition: IndexDefinition, name: str, catalog: Catalog, taken: frozenset[str]
) -> Iterator[str]:
    """An index on a partitioned table alone, and on each partition, attached to it."""
    yield ddl(definition, name=name, only=True)
    own = quote_relation(RelationName(definition.relation.schema, name))
    for part in catalog.partitions.get(definition.relation, ()):
        below = replace(definition, relation=part.name)
        its_name = index_name(below, taken)
        if part.kind is RelationKind.PARTITIONED:
            yield from _by_partition(below, its_name, catalog, taken)
        else:
            yield ddl(below, name=its_name, concurrently=True)
        attached = quote_relation(RelationName(part.name.schema, its_name))
        yield f"ALTER INDEX {own} ATTACH PARTITION {attached}"


def needed_index(definition: IndexDefinition | None, facts: Facts) -> tuple[str, ...]:
    """The condition that an index exists which a rewrite needs, as words with its DDL.

    Empty where none is needed.
    """
    if definition is None or facts.what_if is None or facts.catalog is None:
        return ()
    size_bytes = facts.what_if.index_size_bytes(definition)
    change = create_index(definition, size_bytes, facts.catalog)
    return (f"this index exists (about {size_bytes / 2**20:,.1f} MiB): {change.ddl}",)


def _taken(catalog: Catalog) -> frozenset[str]:
    """Names of all relations and indexes, which share one name space per schema."""
    relations = {relation.name.name for relation in catalog.relations}
    return frozenset(relations).union(
        index.name.name for relation in catalog.relations for index in relation.indexes
    )


def drop_statement(name: RelationName) -> str:
    """Drop an index without blocking, whether or not it is there."""
    return f"DROP INDEX CONCURRENTLY IF EXISTS {quote_relation(name)}"


def create_rollback(action: CreateIndex, catalog: Catalog) -> str:
    """The statement that undoes a build, of a partitioned index with its parts."""
    name = RelationName(action.definition.relation.schema, action.name)
    if _is_partitioned(action.definition, catalog):
        return f"DROP INDEX IF EXISTS {quote_relation(name)}"
    return drop_statement(name)


def create_verify(action: CreateIndex) -> str:
    """SQL that shows whether the build ended well, and what EXPLAIN must show then."""
    name = RelationName(action.definition.relation.schema, action.name)
    literal = quote_literal(quote_relation(name))
    shown = f"show {quote_identifier(action.name)}"
    if "\n" in action.ddl:
        shown = "show the indexes of its partitions"
    needs_analyze = any(key.expression for key in action.definition.keys)
    table = quote_relation(action.definition.relation)
    return (
        (f"ANALYZE {table};\n" if needs_analyze else "")
        + f"SELECT indisvalid FROM pg_index WHERE indexrelid = {literal}::regclass;\n"
        f"-- must be true; then EXPLAIN of the affected queries must {shown}."
    )


def drop_index(index: Index) -> DropIndex:
    """Drop an existing index without blocking."""
    return DropIndex(
        ddl=drop_statement(index.name), index=index.name, size_bytes=index.size_bytes
    )


def restore_statement(index: Index) -> str:
    """The statement that builds a dropped index again, as the server printed it."""
    return _CREATE.sub(
        lambda match: f"CREATE {match[1] or ''}INDEX CONCURRENTLY ", index.ddl
    )


def columns(definition: IndexDefinition) -> str:
    """The keys of an index for a sentence, as ``(status, created_at DESC)``."""
    keys = [
        " ".join(
            part
            for part in (
                key.attribute or key.expression,
                key.opclass,
                "DESC" if key.descending else "",
            )
            if part
        )
        for key in definition.keys
    ]
    include = (
        f" INCLUDE ({', '.join(definition.include)})" if definition.include else ""
    )
    where = f" WHERE {definition.predicate}" if definition.predicate else ""
    return f"({', '.join(keys)}){include}{where}"
