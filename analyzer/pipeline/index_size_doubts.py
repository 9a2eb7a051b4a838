"""Sizes of proposed indexes that hang on whether columns depend on one another."""

from __future__ import annotations

from analyzer.domain.catalog import Catalog
from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.index_advice import SizeDoubt
from analyzer.indexing.combinations import with_bounds
from analyzer.indexing.definition import MAX_NAME_BYTES
from analyzer.indexing.joined_keys import JoinedKey
from analyzer.indexing.size_range import SizeRange, size_range
from analyzer.statements.identifiers import quote_identifier, quote_relation


def size_doubt(
    definition: IndexDefinition,
    expected_bytes: int,
    catalog: Catalog,
    joined: tuple[JoinedKey, ...],
) -> SizeDoubt | None:
    """Why the size of an index is not certain; none where it is."""
    relation = catalog.by_name.get(definition.relation)
    if relation is None or definition.method != "btree":
        return None
    found = size_range(
        definition, with_bounds(relation, catalog), expected_bytes, joined
    )
    if found is None:
        return None
    names = ", ".join(quote_identifier(name) for name in found.attributes)
    table = quote_relation(definition.relation)
    # Before PostgreSQL 16 the object needs a name.
    name = "_".join(("stat", definition.relation.name, *found.attributes))
    cut = name.encode()[:MAX_NAME_BYTES].decode(errors="ignore")
    stat = quote_relation(RelationName(definition.relation.schema, cut))
    return SizeDoubt(
        least_bytes=found.least_bytes,
        most_bytes=found.most_bytes,
        why=_why(found, names),
        settled_by=f"CREATE STATISTICS {stat} (ndistinct) ON {names} FROM {table}; "
        f"ANALYZE {table};",
    )


def _why(found: SizeRange, names: str) -> str:
    if found.assumed is None:
        return (
            f"nothing tells whether {names} depend on one another; the size is that "
            "of independent ones."
        )
    parts = ", ".join(quote_identifier(name) for name in found.assumed.attributes)
    return (
        f"queries join {parts} to the key of {quote_relation(found.assumed.referenced)}"
        ", so they are taken to hold its values; no foreign key says so."
    )
