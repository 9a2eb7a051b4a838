"""Statistics for keys that are expressions, where they follow from a column's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.domain.catalog import Attribute, Relation
from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.errors import PlanningFailed, TimedOut
from analyzer.indexing.key_statistics import (
    distinct_values,
    expression_attribute,
    keeps_values,
)
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import planning
from analyzer.postgres.expression_statistics import is_gathered
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
class _Sampled:
    """An expression's values, where the column's are those its statistics hold.

    ``once_count`` is the number of values that came of one value of the column only;
    ``is_whole`` says that the statistics hold all values of the column.
    """

    column: Attribute
    count: float
    distinct_count: float
    once_count: float
    null_count: float
    width_bytes: float
    is_whole: bool
    type_name: str
    type_length: int
    type_alignment: str

    @property
    def is_claimed(self) -> bool:
        """Whether so few values were made that there are hardly any others."""
        few = self.distinct_count <= MAX_DISTINCT_RATIO * self.count
        return self.distinct_count > 0 and (
            self.is_whole or (self.count >= MIN_SAMPLE and few)
        )

    def n_distinct(self, rows: float) -> float:
        """How many values there are, as pg_stats has it.

        Where not all are seen, by the estimator Duj1 of Haas and Stokes for a small
        sample, d / (1 − f1 / n), and never more than the column has.
        """
        own = distinct_values(self.column, rows) or rows
        if self.is_whole:
            return self.distinct_count
        if self.once_count >= self.count or not self.count:
            return self.column.n_distinct or own
        return min(self.distinct_count / (1 - self.once_count / self.count), own)


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
        self._known: dict[tuple[RelationName, str], _Sampled | None] = {}
        self._gathered: dict[tuple[RelationName, str], bool] = {}

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
        once the index exists. Where CREATE STATISTICS has gathered the expression, the
        index gets nothing: its statistics would come first (selfuncs.c).

        Args:
            definition: of the index.
            relation: it is on.
            made: the index in the shadow, and its parts on partitions.
        """
        for number, key in enumerate(definition.keys):
            if not key.expression or self._is_gathered(key, number, relation, made):
                continue
            derived = self._claimed(key.expression, relation)
            if derived is None:
                continue
            for item in made:
                names = index_column_names(self._owner, item.oid)
                set_attribute_statistics(
                    self._owner,
                    (item.schema, item.name, names[number]),
                    null_frac=derived.null_frac or 0.0,
                    avg_width_bytes=derived.avg_width_bytes or 0,
                    n_distinct=derived.n_distinct or 0.0,
                )

    def _is_gathered(
        self,
        key: IndexKey,
        number: int,
        relation: Relation,
        made: Sequence[ShadowRelation],
    ) -> bool:
        place = (relation.name, key.expression)
        if place not in self._gathered:
            self._gathered[place] = is_gathered(
                self._owner, relation.name, made[0].oid, number + 1
            )
        return self._gathered[place]

    def with_expressions(
        self, definition: IndexDefinition, relation: Relation
    ) -> tuple[IndexDefinition, Relation]:
        """The index as if its expressions were columns, to estimate its size.

        Unlike :meth:`give` this takes a guess from a sample for better than nothing.
        """
        keys, attributes = list(definition.keys), list(relation.attributes)
        for number, key in enumerate(keys):
            found = self._guessed(key.expression, relation) if key.expression else None
            if found is not None:
                keys[number] = replace(key, attribute=found.name, expression="")
                attributes.append(found)
        return (
            replace(definition, keys=tuple(keys)),
            replace(relation, attributes=tuple(attributes)),
        )

    def _guessed(self, expression: str, relation: Relation) -> Attribute | None:
        column = expression_attribute(expression, relation)
        if column is None or not column.n_distinct:
            return None
        if keeps_values(expression):
            return replace(column, name=expression)
        sampled = self._sample(expression, relation, column)
        if sampled is None or not sampled.count:
            return None
        return Attribute(
            name=expression,
            number=0,
            type_name=sampled.type_name,
            n_distinct=sampled.n_distinct(relation.reltuples),
            null_frac=max(column.null_frac or 0.0, sampled.null_count / sampled.count),
            avg_width_bytes=math.floor(sampled.width_bytes),
            type_length=sampled.type_length,
            type_alignment=sampled.type_alignment,
        )

    def _claimed(self, expression: str, relation: Relation) -> Attribute | None:
        column = expression_attribute(expression, relation)
        found: Attribute | None = None
        if column is not None and column.n_distinct:
            if keeps_values(expression):
                found = column
            else:
                sampled = self._sample(expression, relation, column)
                if sampled is not None and sampled.is_claimed:
                    found = replace(
                        column,
                        n_distinct=sampled.distinct_count,
                        avg_width_bytes=round(sampled.width_bytes),
                    )
        if found is None:
            self._tell_unknown(expression)
        return found

    def _tell_unknown(self, expression: str) -> None:
        caveat = (
            f"nothing is known about the values of {expression}; the planner's "
            "default selectivity was used"
        )
        if caveat not in self._caveats:
            self._caveats.append(caveat)

    def _sample(
        self, expression: str, relation: Relation, column: Attribute
    ) -> _Sampled | None:
        key = (relation.name, expression)
        if key not in self._known:
            try:
                with planning(), rolled_back(self._owner):
                    found = _sampled(self._owner, expression, relation, column)
            except (PlanningFailed, TimedOut):
                # The expression fails for some value; then nothing is known about it.
                found = None
            self._known[key] = found
        return self._known[key]


def _sampled(
    owner: Connection, expression: str, relation: Relation, column: Attribute
) -> _Sampled:
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
    row = extended.run(owner, text, place)[0]
    numbers = [float(value or 0) for value in row[:5]]
    return _Sampled(
        column=column,
        count=numbers[0],
        distinct_count=numbers[1],
        once_count=numbers[2],
        null_count=numbers[3],
        width_bytes=numbers[4],
        is_whole=row[5] == "t",
        type_name=row[6] or "",
        type_length=int(row[7] or 8),
        type_alignment=row[8] or "d",
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
), made (value) AS (
    SELECT ({expression}) FROM sample
), counted AS (
    SELECT value, count(*) AS times FROM made WHERE value IS NOT NULL GROUP BY value
), kind AS (
    SELECT t.oid, t.typlen, t.typalign
      FROM pg_catalog.pg_type AS t
     WHERE t.oid = (SELECT pg_typeof(({expression}))
                      FROM (SELECT NULL::{type}) AS one ({attribute}))
)
SELECT (SELECT count(*) FROM made),
       (SELECT count(*) FROM counted),
       (SELECT count(*) FROM counted WHERE times = 1),
       (SELECT count(*) FROM made WHERE value IS NULL),
       (SELECT avg(pg_column_size(value)) FROM made),
       (SELECT bounds IS NULL FROM held),
       (SELECT format_type(oid, NULL) FROM kind),
       (SELECT typlen FROM kind),
       (SELECT typalign FROM kind)
"""
