"""A what-if planner with answers given beforehand, for tests without a server."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.plan import Plan, PlanNode
from analyzer.domain.what_if import PlanCost, WhatIfQuestion
from analyzer.errors import AnalyzerError, PlanningFailed
from analyzer.indexing.one_by_one import costs_of, plans_of, refused

Answer = tuple[float, Sequence[IndexDefinition]]
"""Cost, and which of the offered indexes the plan uses."""

Model = Callable[
    [str, tuple[str | None, ...], Sequence[IndexDefinition], Sequence[str]], Answer
]


def keys_of(definition: IndexDefinition) -> tuple[str, ...]:
    """Attributes and expressions of the keys, in order."""
    return tuple(key.attribute or key.expression for key in definition.keys)


class RecordedPlanner:
    """Asks a model: query, values, offered indexes, hidden names → cost and used."""

    source = "recorded"

    def __init__(
        self,
        model: Model,
        *,
        size_bytes: Callable[[IndexDefinition], int] | None = None,
        refused: Sequence[str] = (),
        rows: float = 10.0,
    ) -> None:
        self._model = model
        self._size_bytes = size_bytes or (lambda d: 1_000_000 * _width(d))
        self._refused = refused
        self._rows = rows
        self.questions: list[tuple[str, tuple[IndexDefinition, ...]]] = []
        self.cost_questions: list[tuple[str, tuple[IndexDefinition, ...]]] = []

    def plan(self, query: str, parameters: Sequence[str | None] = ()) -> Plan:
        return self.plan_with(query, parameters)

    def plan_with(
        self,
        query: str,
        parameters: Sequence[str | None] = (),
        *,
        create: Sequence[IndexDefinition] = (),
        hide: Sequence[RelationName] = (),
    ) -> Plan:
        self.questions.append((query, tuple(create)))
        if any(text in query for text in self._refused):
            raise PlanningFailed("it cannot be planned")
        hidden = [name.name for name in hide]
        cost, used = self._model(query, tuple(parameters), create, hidden)
        names = {f"h{number}": item for number, item in enumerate(create)}
        children = tuple(
            PlanNode(
                node_type="Index Scan",
                startup_cost=0.0,
                total_cost=cost,
                plan_rows=self._rows,
                index_name=name,
            )
            for name, item in names.items()
            if item in used
        )
        root = PlanNode(
            node_type="Result",
            startup_cost=0.0,
            total_cost=cost,
            plan_rows=self._rows,
            children=children,
        )
        return Plan(root=root, source=self.source, hypothetical_indexes=names)

    def make_indexes(
        self, definitions: Sequence[IndexDefinition]
    ) -> dict[IndexDefinition, AnalyzerError]:
        return refused(self, definitions)

    def costs_with(
        self, questions: Sequence[WhatIfQuestion]
    ) -> list[PlanCost | AnalyzerError]:
        """Kept apart from the plans that are asked for one by one."""
        count = len(self.questions)
        answers = costs_of(self, questions)
        self.cost_questions += self.questions[count:]
        del self.questions[count:]
        return answers

    def plans_with(
        self, questions: Sequence[WhatIfQuestion]
    ) -> list[Plan | AnalyzerError]:
        return plans_of(self, questions)

    def index_size_bytes(self, definition: IndexDefinition) -> int:
        return self._size_bytes(definition)


def _width(definition: IndexDefinition) -> int:
    return len(definition.keys) + 2 * len(definition.include)


def by_keys(table: dict[tuple[str, ...], float], *, base: float) -> Model:
    """A model for one query: the cheapest offered index by its keys, else ``base``."""

    def answer(
        query: str,
        values: tuple[str | None, ...],
        create: Sequence[IndexDefinition],
        hidden: Sequence[str],
    ) -> Answer:
        known = [
            (table[keys_of(item)], number, item)
            for number, item in enumerate(create)
            if not item.include and not item.predicate and keys_of(item) in table
        ]
        cost, _, used = min(known, default=(base, 0, None), key=lambda entry: entry[:2])
        return (cost, [used]) if used is not None and cost < base else (base, [])

    return answer
