"""Statistics for keys that are expressions, where they follow from a column's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.domain.catalog import Attribute, Relation
from analyzer.domain.index import IndexDefinition, RelationName
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


class ExpressionStatistics:
    """Statistics of expression keys, derived once for each expression of a relation."""

    def __init__(self, owner: Connection, caveats: list[str]) -> None:
        """Derive in a session of a shadow.

        Args:
            owner: of the role that owns the shadow's relations.
            caveats: gets one sentence for each key about which nothing is known.
        """
        self._owner = owner
        self._caveats = caveats
        self._known: dict[tuple[RelationName, str], _Derived | None] = {}

    def give(
        self,
        definition: IndexDefinition,
        relation: Relation,
        made: Sequence[ShadowRelation],
    ) -> None:
        """Give expression keys the number of distinct values they most likely have.

        ``lower(x)`` and its like have about as many values as ``x``. An expression that
        makes few values of the column's frequent values and histogram bounds, as
        ``extract(dow FROM x)`` does, has those. Nothing is claimed about others: the
        planner's default (0.5% of the rows are equal) stays, which ANALYZE will replace
        once the index exists.

        Args:
            definition: of the index.
            relation: it is on.
            made: the index in the shadow, and its parts on partitions.
        """
        for number, key in enumerate(definition.keys):
            if not key.expression:
                continue
            derived = self._of(key.expression, relation)
            if derived is None:
                continue
            for item in made:
                names = index_column_names(self._owner, item.oid)
                set_attribute_statistics(
                    self._owner,
                    (item.schema, item.name, names[number]),
                    null_frac=derived.null_frac,
                    avg_width_bytes=derived.avg_width_bytes,
                    n_distinct=derived.n_distinct,
                )

    def _of(self, expression: str, relation: Relation) -> _Derived | None:
        key = (relation.name, expression)
        if key not in self._known:
            self._known[key] = _derived(self._owner, expression, relation)
            if self._known[key] is None:
                self._caveats.append(
                    f"nothing is known about the values of {expression}; the planner's "
                    "default selectivity was used"
                )
        return self._known[key]


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
