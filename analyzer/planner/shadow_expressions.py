"""Statistics for keys that are expressions, where they follow from a column's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.domain.catalog import Attribute, Relation
from analyzer.domain.index import IndexDefinition
from analyzer.errors import PlanningFailed, TimedOut
from analyzer.indexing.key_statistics import expression_attribute, keeps_values
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import planning
from analyzer.postgres.rolled_back import rolled_back
from analyzer.postgres.shadow_database import (
    ShadowRelation,
    index_column_names,
    set_attribute_statistics,
)
from analyzer.statements.identifiers import quote_identifier

MIN_SAMPLE = 20
MAX_DISTINCT_RATIO = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Derived:
    """What is known about the values of an expression."""

    null_frac: float
    avg_width_bytes: int
    n_distinct: float


def derive_statistics(
    owner: Connection,
    definition: IndexDefinition,
    relation: Relation,
    made: Sequence[ShadowRelation],
) -> list[str]:
    """Give expression keys the number of distinct values they most likely have.

    ``lower(x)`` and its like have about as many values as ``x``. An expression that
    makes few values of the column's frequent values and histogram bounds, as
    ``extract(dow FROM x)`` does, has those. Nothing is claimed about others: the
    planner's default (0.5% of the rows are equal) stays, which ANALYZE will replace
    once the index exists.

    Returns:
        One caveat for each key about which nothing could be said.
    """
    caveats = []
    for number, key in enumerate(definition.keys):
        if not key.expression:
            continue
        derived = _derived(owner, key.expression, relation)
        if derived is None:
            caveats.append(
                f"nothing is known about the values of {key.expression}; the planner's "
                "default selectivity was used"
            )
            continue
        for item in made:
            names = index_column_names(owner, item.oid)
            set_attribute_statistics(
                owner,
                (item.schema, item.name, names[number]),
                null_frac=derived.null_frac,
                avg_width_bytes=derived.avg_width_bytes,
                n_distinct=derived.n_distinct,
            )
    return caveats


def _derived(owner: Connection, expression: str, relation: Relation) -> _Derived | None:
    column = expression_attribute(expression, relation)
    if column is None or not column.n_distinct:
        return None
    if keeps_values(expression):
        return _Derived(
            null_frac=column.null_frac or 0.0,
            avg_width_bytes=column.avg_width_bytes or 0,
            n_distinct=column.n_distinct,
        )
    try:
        with planning(), rolled_back(owner):
            return _sampled(owner, expression, relation, column)
    except (PlanningFailed, TimedOut):
        # The expression fails for some value; then nothing is known about it.
        return None


def _sampled(
    owner: Connection, expression: str, relation: Relation, column: Attribute
) -> _Derived | None:
    """Apply the expression to the values that the column's statistics hold.

    Histogram bounds are quantiles, so a value that is missing among their images is
    rare. Where most images differ, there may be any number of them.
    """
    place = (relation.name.schema, relation.name.name, column.name)
    text = _SAMPLE.format(
        type=column.type_name,
        attribute=quote_identifier(column.name),
        expression=expression,
    )
    rows = extended.run(owner, text, place)
    sample, distinct, width = (float(value or 0) for value in rows[0][:3])
    is_whole = rows[0][3] == "t"
    saturated = sample >= MIN_SAMPLE and distinct <= MAX_DISTINCT_RATIO * sample
    if not distinct or not (is_whole or saturated):
        return None
    return _Derived(
        null_frac=column.null_frac or 0.0,
        avg_width_bytes=round(width),
        n_distinct=distinct,
    )


_SAMPLE = """
WITH held AS (
    SELECT most_common_vals::text::{type}[] AS frequent,
           histogram_bounds::text::{type}[] AS bounds
      FROM pg_catalog.pg_stats
     WHERE schemaname = $1 AND tablename = $2 AND attname = $3
     LIMIT 1
), sample ({attribute}) AS (
    SELECT unnest(frequent) FROM held UNION ALL SELECT unnest(bounds) FROM held
)
SELECT count(*), count(DISTINCT ({expression})), avg(pg_column_size(({expression}))),
       (SELECT bounds IS NULL FROM held)
  FROM sample
"""
