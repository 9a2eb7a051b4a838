"""Statistics of expressions that CREATE STATISTICS gathered, for a shadow.

The catalog holds them as rows of ``pg_statistic`` (``serialize_expr_stats`` in
``extended_stats.c``), which SQL has no function to load before 19. So an empty scratch
table gets a column like each expression, its columns get the statistics as any column
does, and their rows of the catalog are the values wanted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from analyzer.domain.index import RelationName
from analyzer.domain.snapshot_parts import ExpressionValues
from analyzer.postgres.common_lists import make_scratch
from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load

_SCHEMA = "pgproof_expressions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expressions:
    """The expressions of one statistics object.

    Attributes:
        relation: it is on.
        values: what is known of each, in their order.
        texts: the same expressions as the shadow prints them.
    """

    relation: RelationName
    values: tuple[ExpressionValues, ...]
    texts: tuple[str, ...]


def is_gathered(
    owner: Connection, relation: RelationName, index_oid: int, key_number: int
) -> bool:
    """Whether an object of the relation has statistics of an index's key.

    Args:
        owner: of the role that owns the shadow's relations.
        relation: that the index is on.
        index_oid: of the index.
        key_number: 1 for the first.
    """
    row = owner.execute(
        load("gathered_expression"),
        (relation.schema, relation.name, index_oid, key_number),
    ).fetchone()
    return row is not None and bool(row[0])


@contextmanager
def expression_tables(
    owner: Connection, wanted: Sequence[Expressions]
) -> Iterator[list[str | None]]:
    """For each object a table whose columns have its statistics, inside of the block.

    None where there is no expression, one of which nothing is known, or the shadow does
    not take what is known.

    Args:
        owner: of the role that owns the shadow's relations.
        wanted: in the order of the answers.
    """
    if not any(item.values for item in wanted):
        yield [None] * len(wanted)
        return
    schema = sql.Identifier(_SCHEMA)
    owner.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
    try:
        yield [_made(owner, number, item) for number, item in enumerate(wanted)]
    finally:
        owner.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(schema))


def _made(owner: Connection, number: int, item: Expressions) -> str | None:
    if not item.values or not all(one.is_known for one in item.values):
        return None
    table = f"of_{number}"
    names = [f"c{place}" for place in range(len(item.texts))]
    try:
        with owner.transaction():
            place = sql.Identifier(_SCHEMA, table)
            make_scratch(owner, place, names, item.texts, item.relation)
            for name, values in zip(names, item.values, strict=True):
                _give(owner, table, name, values)
    except psycopg.errors.Error:
        # An expression that fails here, or a value that cannot be read back.
        return None
    return f"{_SCHEMA}.{table}"


def _give(owner: Connection, table: str, name: str, values: ExpressionValues) -> None:
    pairs: list[tuple[str, str, object]] = [
        ("null_frac", "real", values.null_frac),
        ("avg_width", "int", values.avg_width_bytes),
        ("n_distinct", "real", values.n_distinct),
        ("correlation", "real", values.correlation),
        ("most_common_vals", "text", values.most_common_values),
        ("most_common_freqs", "real[]", list(values.most_common_frequencies) or None),
        ("histogram_bounds", "text", values.histogram_bounds),
        ("most_common_elems", "text", values.most_common_elements),
        ("most_common_elem_freqs", "real[]", list(values.element_frequencies) or None),
        (
            "elem_count_histogram",
            "real[]",
            list(values.element_count_histogram) or None,
        ),
    ]
    known = [pair for pair in pairs if pair[2] is not None]
    arguments = ", ".join(f"'{key}', %s::{kind}" for key, kind, _ in known)
    owner.execute(
        "SELECT pg_catalog.pg_restore_attribute_stats('schemaname', %s::text,"
        " 'relname', %s::text, 'attname', %s::text, 'inherited', false,"
        f" {arguments})".encode(),
        (_SCHEMA, table, name, *(value for _, _, value in known)),
    )
