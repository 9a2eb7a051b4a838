"""A planner with a simple cost model of its own, for golden cases without a server.

It knows scans of whole tables, B-trees whose leading keys are searched, sorted reads
that end at a LIMIT, and NOT IN that reads its list again for every row. It is no model
of PostgreSQL: the same cases run against a real planner too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from analyzer.domain.catalog import Catalog
from analyzer.domain.index import IndexDefinition
from analyzer.statements.facts import (
    PredicateKind,
    QueryLevel,
    RelationUse,
    SideKind,
    StatementShape,
)
from analyzer.statements.shape import shape
from tests.support.recorded_planner import RecordedPlanner

_SELECTIVITY = {
    PredicateKind.EQUALITY: 0.001,
    PredicateKind.IN_LIST: 0.005,
    PredicateKind.RANGE: 0.1,
    PredicateKind.PREFIX: 0.01,
    PredicateKind.BOOLEAN: 0.5,
    PredicateKind.IS_NULL: 0.05,
}
_ROW_COST = 0.0125
_DEFAULT_OFFSET = 1000


def stub_planner(catalog: Catalog) -> RecordedPlanner:
    """A what-if planner on the row counts of a catalog."""

    def model(
        query: str,
        values: tuple[str | None, ...],
        create: Sequence[IndexDefinition],
        hidden: Sequence[str],
    ) -> tuple[float, Sequence[IndexDefinition]]:
        return _Model(catalog, create, hidden, values).cost(shape(query, catalog))

    return RecordedPlanner(model)


class _Model:
    def __init__(
        self,
        catalog: Catalog,
        create: Sequence[IndexDefinition],
        hidden: Sequence[str],
        values: Sequence[str | None],
    ) -> None:
        self._catalog = catalog
        self._create = create
        self._hidden = hidden
        self._values = values
        self._used: list[IndexDefinition] = []

    def cost(self, form: StatementShape) -> tuple[float, Sequence[IndexDefinition]]:
        total = 1.0
        for level in form.levels:
            for number in level.uses:
                total += self._access(form.uses[number], level)
        for predicate in form.predicates:
            if predicate.operator == "not in":
                total += self._rows(form.uses[predicate.use]) * 50
        return total, self._used

    def _rows(self, use: RelationUse) -> float:
        relation = self._catalog.find(use.relation)
        return max(relation.reltuples, 1.0) if relation else 1.0

    def _access(self, use: RelationUse, level: QueryLevel) -> float:
        rows = self._rows(use)
        best, chosen = rows * (_ROW_COST + 0.0125), None
        if level.order_by:
            best += rows * math.log2(rows + 2) * 0.005
        for index in self._indexes(use):
            cost = self._index_cost(use, level, index, rows)
            if cost is not None and cost < best:
                best, chosen = cost, index
        if chosen in self._create and chosen is not None:
            self._used.append(chosen)
        return best

    def _indexes(self, use: RelationUse) -> list[IndexDefinition]:
        relation = self._catalog.find(use.relation)
        existing = relation.indexes if relation else ()
        known = [i.definition for i in existing if i.name.name not in self._hidden]
        return known + [one for one in self._create if one.relation == use.relation]

    def _index_cost(
        self, use: RelationUse, level: QueryLevel, index: IndexDefinition, rows: float
    ) -> float | None:
        if index.predicate:
            return None
        share, depth = 1.0, 0
        for name in index.attributes:
            found = [
                _SELECTIVITY.get(item.kind, 1.0)
                for item in use.predicates
                if item.attribute == name and item.is_sargable and item.conjunct
            ]
            if not found:
                break
            share, depth = share * min(found), depth + 1
        wanted = tuple(key.attribute for key in level.order_by)
        start = index.attributes[: depth + len(wanted)]
        sorted_read = bool(wanted) and any(
            start[skip : skip + len(wanted)] == wanted for skip in range(depth + 1)
        )
        if sorted_read and level.limit.kind is not SideKind.NOTHING:
            return 5 + 0.02 * min(rows * share, 100 + self._offset(level))
        return 5 + rows * share * 0.02 if depth else None

    def _offset(self, level: QueryLevel) -> float:
        side = level.offset
        if side.kind is SideKind.CONSTANT:
            return float(side.value or 0)
        if side.kind is SideKind.PARAMETER and len(self._values) >= side.parameter:
            return float(self._values[side.parameter - 1] or 0)
        return 0.0 if side.kind is SideKind.NOTHING else _DEFAULT_OFFSET
