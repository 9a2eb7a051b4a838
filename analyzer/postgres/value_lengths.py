"""How long the values of columns are, as far as the planner's statistics hold them."""

from __future__ import annotations

from analyzer.domain.index import RelationName
from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load

Lengths = tuple[tuple[int, float], ...]
"""Bytes without header, ascending, each with its share; shares add up to 1."""


def value_lengths(connection: Connection, relation: RelationName) -> dict[str, Lengths]:
    """The lengths of texts and exact numbers, by column.

    Args:
        connection: of a role that may see the statistics.
        relation: a table, not the parent of others.
    """
    found: dict[str, list[tuple[int, float]]] = {}
    place = {"schema": relation.schema, "relation": relation.name}
    for name, length_bytes, share in connection.execute(load("value_lengths"), place):
        found.setdefault(name, []).append((length_bytes, share))
    return {
        name: tuple((length, share / total) for length, share in lengths)
        for name, lengths in found.items()
        if (total := sum(share for _, share in lengths)) > 0
    }
