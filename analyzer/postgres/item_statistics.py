"""Items of GIN keys, counted in what the planner's statistics hold of a column.

For arrays and documents PostgreSQL keeps the most common elements. For anything else
the column's frequent values and histogram bounds are a sample, whose items are taken
out as the operator class would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from analyzer.indexing.gin_size import GinItems
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load
from analyzer.statements.identifiers import quote_identifier

MIN_VALUES = 10
_INT_BYTES = 4.0
_RARE_RATIO = 0.5
"""Items that are not among the most common ones are taken as half as frequent as the
least of these."""


class Items(StrEnum):
    """What an operator class takes out of a value; ``items_….sql`` does."""

    TRIGRAM = "trigram"
    JSONB = "jsonb"
    JSONB_PATH = "jsonb_path"
    ARRAY = "array"
    WORDS = "words"


_HASHED = frozenset({Items.TRIGRAM, Items.JSONB_PATH})
"""Kept as a number of four bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledKey:
    """A key of an index: an expression of one column, perhaps the column itself."""

    schema: str
    relation: str
    attribute: str
    type_name: str
    expression: str


def common_elements(connection: Connection, key: SampledKey) -> GinItems | None:
    """Items of an array or document column, from its most common elements.

    Args:
        connection: of a role that may see the statistics.
        key: whose expression is not looked at.
    """
    place = (key.schema, key.relation, key.attribute)
    row = connection.execute(load("common_elements"), place).fetchone()
    if row is None or not row[0]:
        return None
    shares, per_row, element_bytes, is_array, avg_width = row
    # The list ends with the least and the largest share, of arrays also with NULLs'.
    least = shares[-3 if is_array else -2]
    shares = shares[: -3 if is_array else -2]
    if per_row is None:
        # A tsvector: a word entry of 4 bytes, the word, and mostly one position.
        per_row = max(avg_width - 8, 0) / (element_bytes + 8)
    rest = max(per_row - sum(shares), 0.0)
    rare = max(least * _RARE_RATIO, 1e-9)
    return GinItems(
        shares=tuple(shares),
        rest_count=rest / rare,
        rest_per_row=rest,
        width_bytes=element_bytes + 1 if not is_array or element_bytes > 8 else 8.0,
    )


def sampled_items(
    connection: Connection, key: SampledKey, items: Items
) -> GinItems | None:
    """Items of the values that the statistics of a column hold; none if too few.

    Items seen once stand for all that are as rare: their number is what Chao's
    estimator of unseen species says (Chao, Scandinavian J. of Statistics 11, 1984).

    Raises:
        PlanningFailed, psycopg.Error: an expression fails for a value.
    """
    text = _SAMPLE.format(
        type=key.type_name,
        attribute=quote_identifier(key.attribute),
        expression=key.expression,
        extract=load(f"items_{items}"),
    )
    rows = extended.run(connection, text, (key.schema, key.relation, key.attribute))
    found = [tuple(float(value or 0) for value in row) for row in rows]
    if not found or found[0][3] < MIN_VALUES:
        return None
    width = sum(row[2] for row in found) / len(found)
    often = [row for row in found if row[1] > 1]
    once = len(found) - len(often)
    twice = sum(row[1] == 2 for row in often)
    return GinItems(
        shares=tuple(min(row[0], 1.0) for row in often),
        rest_count=once + _unseen(once, twice),
        rest_per_row=sum(row[0] for row in found if row[1] == 1),
        width_bytes=_INT_BYTES if items in _HASHED else width + 2,
    )


def _unseen(once: int, twice: int) -> float:
    """Chao's lower bound of the species not seen, in its bias-corrected form.

    >>> _unseen(10, 4)
    9.0
    """
    return once * (once - 1) / (2 * (twice + 1))


def items_of(opclass: str, type_name: str) -> Items | None:
    """What a GIN operator class takes out of a value of a type.

    >>> items_of("gin_trgm_ops", "text"), items_of("", "integer[]")
    (<Items.TRIGRAM: 'trigram'>, <Items.ARRAY: 'array'>)
    """
    name = opclass.rpartition(".")[2].strip('"')
    if name == "gin_trgm_ops":
        return Items.TRIGRAM
    if name == "jsonb_path_ops":
        return Items.JSONB_PATH
    if type_name.endswith("[]"):
        return Items.ARRAY
    return {"jsonb": Items.JSONB, "tsvector": Items.WORDS}.get(type_name)


def expression_type(connection: Connection, key: SampledKey) -> str:
    """The type of an expression's values; empty where the statistics hold none."""
    text = _TYPE.format(
        type=key.type_name,
        attribute=quote_identifier(key.attribute),
        expression=key.expression,
    )
    rows: Sequence[tuple[str | None, ...]] = extended.run(connection, text)
    return rows[0][0] or "" if rows else ""


_TYPE = """
SELECT pg_typeof(({expression}))::text
  FROM (SELECT NULL::{type}) AS one ({attribute})
"""

_SAMPLE = """
WITH held AS (
    SELECT most_common_vals::text::{type}[] AS frequent,
           most_common_freqs AS shares,
           histogram_bounds::text::{type}[] AS bounds,
           greatest(1 - null_frac, 1e-6) AS present
      FROM pg_catalog.pg_stats
     WHERE schemaname = $1 AND tablename = $2 AND attname = $3
     LIMIT 1
), weighed ({attribute}, share) AS (
    SELECT f.value, f.share / present
      FROM held, unnest(frequent, shares) AS f (value, share)
    UNION ALL
    SELECT b.value,
           greatest(present - COALESCE((SELECT sum(s) FROM unnest(shares) AS s), 0), 0)
           / present / cardinality(bounds)
      FROM held, unnest(bounds) AS b (value)
), sample (value, share, number) AS (
    SELECT ({expression}), share, row_number() OVER () FROM weighed
), items AS (
    SELECT s.number, s.share, i.item
      FROM sample AS s, LATERAL (SELECT DISTINCT * FROM ({extract}) AS e) AS i (item)
)
SELECT sum(share), count(*), max(octet_length(item)), (SELECT count(*) FROM sample)
  FROM items
 WHERE item IS NOT NULL
 GROUP BY item
"""
