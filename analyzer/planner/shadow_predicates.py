"""How many rows a partial index holds, from the statistics that a shadow has."""

from __future__ import annotations

import re

from analyzer.domain.catalog import Attribute, Relation
from analyzer.domain.index import RelationName
from analyzer.errors import PlanningFailed, TimedOut
from analyzer.indexing.definition import bare
from analyzer.planner.explain import explain
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import planning
from analyzer.postgres.rolled_back import rolled_back
from analyzer.statements.identifiers import quote_relation

_NAME = r'(?:[a-z_][a-z0-9_$]*|"(?:[^"]|"")+")'
_TWO_COLUMNS = re.compile(rf"({_NAME})\s*(<|<=|>|>=)\s*({_NAME})", re.IGNORECASE)


class PredicateRows:
    """Rows of a relation for which a predicate holds, estimated once each."""

    def __init__(self, owner: Connection) -> None:
        """Ask a session of a shadow."""
        self._owner = owner
        self._known: dict[tuple[RelationName, str], float] = {}

    def of(self, predicate: str, relation: Relation) -> float:
        """Rows as the planner estimates them.

        It takes a third of the rows for a comparison of two columns; where that is the
        whole predicate, their histograms say more.

        Raises:
            PlanningFailed: the predicate is not accepted by PostgreSQL.
        """
        key = (relation.name, predicate)
        if key not in self._known:
            table = quote_relation(relation.name)
            query = f"SELECT FROM ONLY {table} WHERE ({predicate})"
            rows = explain(self._owner, query, source="shadow").root.plan_rows
            ratio = self._ratio(predicate, relation)
            if ratio is not None and relation.reltuples > 0:
                rows = ratio * relation.reltuples
            self._known[key] = rows
        return self._known[key]

    def _ratio(self, predicate: str, relation: Relation) -> float | None:
        match = _TWO_COLUMNS.fullmatch(bare(predicate))
        if match is None:
            return None
        left, right = (_attribute(relation, match[n]) for n in (1, 3))
        if left is None or right is None or left.type_name != right.type_name:
            return None
        text = _COMPARED.format(type=left.type_name, operator=match[2])
        values = (relation.name.schema, relation.name.name, left.name, right.name)
        try:
            with planning(), rolled_back(self._owner):
                found = extended.run(self._owner, text, values)[0][0]
        except (PlanningFailed, TimedOut):
            # The type's values cannot be read back from the statistics.
            return None
        return None if found is None else float(found)


def _attribute(relation: Relation, text: str) -> Attribute | None:
    name = text[1:-1].replace('""', '"') if text.startswith('"') else text.lower()
    return relation.attribute(name)


_COMPARED = """
WITH held AS (
    SELECT attname, histogram_bounds::text::{type}[] AS bounds
      FROM pg_catalog.pg_stats
     WHERE schemaname = $1 AND tablename = $2 AND attname IN ($3, $4)
), one (value) AS (SELECT unnest(bounds) FROM held WHERE attname = $3),
other (value) AS (SELECT unnest(bounds) FROM held WHERE attname = $4)
SELECT avg((one.value {operator} other.value)::int) FROM one, other
"""
