"""What every recommendation to build or drop an index carries: DDL, way back, check."""

from __future__ import annotations

import re

from analyzer.advisors.contract import Facts
from analyzer.domain.catalog import Catalog
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
DROP_CAVEATS = (
    "DROP INDEX CONCURRENTLY cannot run inside a transaction block and waits for "
    "transactions that use the table.",
)

_CREATE = re.compile(r"\ACREATE (UNIQUE )?INDEX (?!CONCURRENTLY)")


def create_index(
    definition: IndexDefinition, size_bytes: int, catalog: Catalog
) -> CreateIndex:
    """Build it without blocking writers, under an explicit name that is free."""
    name = index_name(definition, _taken(catalog))
    return CreateIndex(
        ddl=ddl(definition, name=name, concurrently=True),
        definition=definition,
        name=name,
        size_bytes=size_bytes,
    )


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


def create_rollback(action: CreateIndex) -> str:
    """The statement that undoes a build."""
    return drop_statement(RelationName(action.definition.relation.schema, action.name))


def create_verify(action: CreateIndex) -> str:
    """SQL that shows whether the build ended well, and what EXPLAIN must show then."""
    name = RelationName(action.definition.relation.schema, action.name)
    literal = quote_literal(quote_relation(name))
    needs_analyze = any(key.expression for key in action.definition.keys)
    table = quote_relation(action.definition.relation)
    return (
        (f"ANALYZE {table};\n" if needs_analyze else "")
        + f"SELECT indisvalid FROM pg_index WHERE indexrelid = {literal}::regclass;\n"
        f"-- must be true; then EXPLAIN of the affected queries must show "
        f"{quote_identifier(action.name)}."
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
