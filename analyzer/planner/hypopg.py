"""What-if planning on the target itself, with hypothetical indexes of hypopg."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.plan import Plan
from analyzer.domain.what_if import PlanCost, WhatIfQuestion
from analyzer.errors import AnalyzerError, PlanningFailed, Refusal, UserError
from analyzer.indexing.definition import ddl
from analyzer.indexing.one_by_one import costs_of, plans_of, refused
from analyzer.planner.analyze import guard_statement
from analyzer.planner.explain import explain
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import planning
from analyzer.postgres.guard import Action, Place
from analyzer.postgres.hypothetical import HypotheticalIndex, HypotheticalIndexes
from analyzer.postgres.rolled_back import rolled_back
from analyzer.statements.identifiers import quote_relation
from analyzer.statements.safety import safety_facts

_MAX_REMEMBERED = 2_000


class HypopgPlanner:
    """A :class:`~analyzer.domain.ports.WhatIfPlanner` in one session of the target.

    Each statement passes the guard first, since planning evaluates functions; the
    verdict is remembered by text. The session must not be behind a transaction pooler
    and must not be shared: hypothetical indexes belong to it.
    """

    def __init__(self, connection: Connection, *, is_clone: bool = False) -> None:
        """Plan in this session.

        Args:
            connection: idle and of one's own, read-only.
            is_clone: the server is a copy that nobody is served from.

        Raises:
            MissingExtension: hypopg is not installed in the database.
        """
        self._connection = connection
        with planning():
            self._indexes = HypotheticalIndexes(connection)
        self._place = Place.CLONE if is_clone else Place.WATCHED
        self._texts: dict[str, str] = {}
        version = connection.info.parameter_status("server_version") or ""
        self._source = f"hypopg {self._indexes.version} on target {version.split()[0]}"

    @property
    def source(self) -> str:
        """Name and version of the planner."""
        return self._source

    @property
    def can_hide(self) -> bool:
        """Whether this hypopg can hide indexes that exist (1.4 and newer)."""
        return self._indexes.can_hide

    def plan(self, query: str, parameters: Sequence[str | None] = ()) -> Plan:
        """Plan one statement as the target is; see :class:`domain.ports.Planner`."""
        return self.plan_with(query, parameters)

    def plan_with(
        self,
        query: str,
        parameters: Sequence[str | None] = (),
        *,
        create: Sequence[IndexDefinition] = (),
        hide: Sequence[RelationName] = (),
    ) -> Plan:
        """Plan as if ``create`` existed and ``hide`` did not.

        Raises:
            NotAllowedHere: this hypopg cannot hide indexes.
            PlanningFailed: the guard refuses the statement, or the server cannot plan
                it or an index.
        """
        text = self._guarded(query)
        try:
            with planning():
                made = {self._create(item).name: item for item in create}
                for name in hide:
                    self._indexes.hide(quote_relation(name))
            plan = explain(self._connection, text, parameters, source=self._source)
        finally:
            self._reset()
        return replace(plan, hypothetical_indexes=made)

    def make_indexes(
        self, definitions: Sequence[IndexDefinition]
    ) -> dict[IndexDefinition, AnalyzerError]:
        """What hypopg does not accept, and why; it makes indexes for each question."""
        return refused(self, definitions)

    def costs_with(
        self, questions: Sequence[WhatIfQuestion]
    ) -> list[PlanCost | AnalyzerError]:
        """Answer questions in order, each by itself; an error stands in its place."""
        return costs_of(self, questions)

    def plans_with(
        self, questions: Sequence[WhatIfQuestion]
    ) -> list[Plan | AnalyzerError]:
        """The same with whole plans."""
        return plans_of(self, questions)

    def index_size_bytes(self, definition: IndexDefinition) -> int:
        """The size hypopg expects the index to have.

        Raises:
            PlanningFailed: the server cannot make such an index.
        """
        try:
            with planning():
                return self._indexes.size_bytes(self._create(definition))
        finally:
            self._reset()

    def _create(self, definition: IndexDefinition) -> HypotheticalIndex:
        try:
            text = ddl(definition)
        except UserError as error:
            raise PlanningFailed(error.message, detail=error.detail) from None
        return self._indexes.create(text)

    def _reset(self) -> None:
        if not self._connection.closed:
            with planning():
                self._indexes.reset()

    def _guarded(self, query: str) -> str:
        """The text to plan: printed from its tree after it has passed the guard."""
        if query in self._texts:
            return self._texts[query]
        try:
            facts = safety_facts(query)
            with planning(), rolled_back(self._connection):
                guard_statement(self._connection, facts, self._place, Action.PLAN)
        except (Refusal, UserError) as error:
            raise PlanningFailed(
                "the statement is not planned on the target",
                detail=f"{error.message}: {error.detail or ''}".rstrip(": "),
                hint=error.hint,
            ) from None
        if len(self._texts) >= _MAX_REMEMBERED:
            self._texts.clear()
        self._texts[query] = facts.text
        return facts.text
