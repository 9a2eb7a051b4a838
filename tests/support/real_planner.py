"""A what-if planner that really builds its indexes: slow, and always right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.plan import Plan
from analyzer.domain.what_if import PlanCost, WhatIfQuestion
from analyzer.errors import AnalyzerError, PlanningFailed
from analyzer.indexing.definition import ddl
from analyzer.indexing.one_by_one import costs_of, plans_of, refused
from analyzer.planner.explain import explain
from analyzer.postgres.connect import Connection


class RealPlanner:
    """Indexes are built once, kept invalid, and valid only while a question lasts."""

    source = "real indexes"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names: dict[IndexDefinition, str] = {}
        self.questions = 0
        connection.execute("SET allow_system_table_mods = on")
        connection.execute("SET statement_timeout = 0")
        connection.execute("SET lock_timeout = 0")

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
        self.questions += 1
        shown = {self._built(definition): definition for definition in create}
        with self._switched(list(shown), hide):
            plan = explain(self._connection, query, parameters, source=self.source)
        return Plan(
            root=plan.root,
            source=self.source,
            generic=plan.generic,
            hypothetical_indexes=shown,
        )

    def make_indexes(
        self, definitions: Sequence[IndexDefinition]
    ) -> dict[IndexDefinition, AnalyzerError]:
        return refused(self, definitions)

    def costs_with(
        self, questions: Sequence[WhatIfQuestion]
    ) -> list[PlanCost | AnalyzerError]:
        return costs_of(self, questions)

    def plans_with(
        self, questions: Sequence[WhatIfQuestion]
    ) -> list[Plan | AnalyzerError]:
        return plans_of(self, questions)

    def index_size_bytes(self, definition: IndexDefinition) -> int:
        row = self._connection.execute(
            "SELECT pg_relation_size(%s::regclass)",
            (f"{definition.relation.schema}.{self._built(definition)}",),
        ).fetchone()
        assert row is not None
        return int(row[0])

    def name(self, definition: IndexDefinition) -> str:
        """The name an index was built under."""
        return self._names[definition]

    def _built(self, definition: IndexDefinition) -> str:
        if definition not in self._names:
            name = f"what_if_{len(self._names)}"
            try:
                self._connection.execute(ddl(definition, name=name))
            except Exception as error:
                raise PlanningFailed(str(error)) from error
            self._connection.execute(
                "UPDATE pg_index SET indisvalid = false "
                "WHERE indexrelid = %s::regclass",
                (f"{definition.relation.schema}.{name}",),
            )
            self._names[definition] = name
        return self._names[definition]

    @contextmanager
    def _switched(
        self, shown: Sequence[str], hidden: Sequence[RelationName]
    ) -> Iterator[None]:
        try:
            with self._connection.transaction(force_rollback=True):
                self._connection.execute(
                    "UPDATE pg_index SET indisvalid = true FROM pg_class AS c "
                    "WHERE c.oid = indexrelid AND c.relname = ANY(%s)",
                    (list(shown),),
                )
                self._connection.execute(
                    "UPDATE pg_index SET indisvalid = false FROM pg_class AS c "
                    "WHERE c.oid = indexrelid AND c.relname = ANY(%s)",
                    ([name.name for name in hidden],),
                )
                yield
        except AnalyzerError as error:
            if isinstance(error, PlanningFailed):
                raise
            raise PlanningFailed(error.message) from error
