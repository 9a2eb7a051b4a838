"""Tables that a what-if makes larger or smaller, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.explanation import ScaledTable
from analyzer.domain.index import RelationName
from analyzer.errors import UnknownRelation, UserError
from analyzer.statements.identifiers import is_named


def scale_factors(texts: Sequence[str], catalog: Catalog) -> dict[RelationName, float]:
    """Factors by table, of texts such as ``orders=10`` or ``sales.orders=0.5``.

    Raises:
        UserError: one is not of that form, or a table is named twice.
        UnknownRelation: there is no such table.

    The name stands as it is in the catalog, or as SQL writes it; a dot separates a
    schema where no relation is named like the whole.
    """
    found: dict[RelationName, float] = {}
    for text in texts:
        name, _, number = text.rpartition("=")
        relation = _relation(name.strip(), catalog)
        try:
            factor = float(number)
        except ValueError:
            raise UserError(
                f'"{text}" does not say how many times larger a table is',
                hint="Write for example --scale orders=10.",
            ) from None
        if relation.name in found:
            raise UserError(f"{relation.name} is scaled twice")
        found[relation.name] = factor
    return found


def _relation(name: str, catalog: Catalog) -> Relation:
    if not name:
        raise UserError(
            "a table to scale has no name", hint="Write for example --scale orders=10."
        )
    schema, dot, rest = name.partition(".")
    relation = catalog.find(RelationName("", name))
    if relation is None and dot:
        relation = catalog.find(RelationName(schema, rest))
    if relation is None:
        named = (item for item in catalog.relations if is_named(name, item.name))
        relation = next(named, None)
    if relation is None:
        raise UnknownRelation(f"there is no table {name}")
    return relation


def scaled_tables(
    factors: Mapping[RelationName, float], before: Catalog, after: Catalog
) -> Iterator[ScaledTable]:
    """Rows and sizes of the scaled tables, partitions summed up."""
    for name, factor in factors.items():
        own, other = (_leaves(name, catalog) for catalog in (before, after))
        yield ScaledTable(
            relation=name,
            factor=factor,
            rows_before=sum(max(item.reltuples, 0.0) for item in own),
            rows_after=sum(max(item.reltuples, 0.0) for item in other),
            table_bytes_before=sum(item.size_bytes for item in own),
            table_bytes_after=sum(item.size_bytes for item in other),
            index_bytes_before=_index_bytes(own),
            index_bytes_after=_index_bytes(other),
        )


def _leaves(name: RelationName, catalog: Catalog) -> list[Relation]:
    parts = [item for item in catalog.relations if item.partition_of == name]
    if not parts:
        return [catalog.by_name[name]]
    return [leaf for part in parts for leaf in _leaves(part.name, catalog)]


def _index_bytes(relations: Sequence[Relation]) -> int:
    return sum(index.size_bytes for item in relations for index in item.indexes)
