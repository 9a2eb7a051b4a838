"""What-if planning on the target itself, with hypothetical indexes of hypopg."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.plan import Plan
from analyzer.domain.target import Address
from analyzer.domain.what_if import PlanCost, WhatIfQuestion
from analyzer.errors import (
    AnalyzerError,
    CatalogChanged,
    NotAllowedHere,
    PlanningFailed,
    Refusal,
    UserError,
)
from analyzer.indexing.definition import ddl
from analyzer.indexing.one_by_one import costs_of, plans_of, refused
from analyzer.planner.analyze import guard_statement, refuse_values
from analyzer.planner.explain import explain
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import planning
from analyzer.postgres.guard import Action, Place
from analyzer.postgres.guarded_session import Limits, become_reader, watchdog
from analyzer.postgres.hypothetical import HypotheticalIndex, HypotheticalIndexes
from analyzer.postgres.rolled_back import rolled_back
from analyzer.statements.identifiers import quote_relation
from analyzer.statements.safety import SafetyFacts, safety_facts

_TRIALS = 3
_MAX_REMEMBERED = 2_000
_LIMIT_S = 15.0
"""For one question; what the session's own limit has not ended by then is cancelled."""


class HypopgPlanner:
    """A :class:`~analyzer.domain.ports.WhatIfPlanner` in one session of the target.

    Each statement passes the guard first, since planning evaluates functions; the
    verdict is remembered by text. One that only reads is planned as
    ``pg_read_all_data`` where the role may become that, and each within limits of
    memory and time that are watched from outside. The session must not be behind a
    transaction pooler and must not be shared: hypothetical indexes belong to it.
    """

    def __init__(
        self, connection: Connection, address: Address, *, is_clone: bool = False
    ) -> None:
        """Plan in this session.

        Args:
            connection: idle and of one's own, read-only.
            address: of the session, from which one that heeds no limit is ended.
            is_clone: the server is a copy that nobody is served from.

        Raises:
            MissingExtension: hypopg is not installed in the database.
        """
        self._connection = connection
        self._address = address
        with planning():
            self._indexes = HypotheticalIndexes(connection)
        self._place = Place.CLONE if is_clone else Place.WATCHED
        self._guarded_facts: dict[str, tuple[SafetyFacts, Sequence[str]]] = {}
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
        for trial in range(_TRIALS):
            try:
                return self._planned(query, parameters, create, hide)
            except CatalogChanged as error:
                self._guarded_facts.pop(query, None)
                if trial == _TRIALS - 1:
                    raise _not_planned(error) from None
        raise AssertionError("unreachable")

    def _planned(
        self,
        query: str,
        parameters: Sequence[str | None],
        create: Sequence[IndexDefinition],
        hide: Sequence[RelationName],
    ) -> Plan:
        facts, checks = self._guarded(query)
        try:
            refuse_values(parameters)
        except Refusal as error:
            raise _not_planned(error) from None
        try:
            with planning():
                made = {self._create(item).name: item for item in create}
                for name in hide:
                    self._indexes.hide(quote_relation(name))
            with self._watched(), self._scope(facts):
                plan = explain(
                    self._connection,
                    facts.text,
                    parameters,
                    source=self._source,
                    checks=checks,
                )
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

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """End what needs too much memory or time; the next question is answered."""
        try:
            limit_bytes = Limits().memory_bytes
            with watchdog(self._connection, _LIMIT_S, self._address, limit_bytes):
                yield
        except NotAllowedHere as error:
            raise PlanningFailed(error.message, detail=error.detail) from None

    @contextmanager
    def _scope(self, facts: SafetyFacts) -> Iterator[None]:
        """A transaction that is rolled back, of a role that may do no more than read.

        EXPLAIN asks for the rights of a write, which such a role does not have.
        """
        with planning(), rolled_back(self._connection):
            if not (facts.writes or facts.locks_rows):
                become_reader(self._connection)
            yield

    def _guarded(self, query: str) -> tuple[SafetyFacts, Sequence[str]]:
        """A statement that has passed, and what fails if it no longer would."""
        if query in self._guarded_facts:
            return self._guarded_facts[query]
        try:
            facts = safety_facts(query)
            with self._watched(), self._scope(facts):
                catalog = guard_statement(
                    self._connection, facts, self._place, Action.PLAN
                )
        except CatalogChanged:
            raise
        except (Refusal, UserError) as error:
            raise _not_planned(error) from None
        if len(self._guarded_facts) >= _MAX_REMEMBERED:
            self._guarded_facts.clear()
        self._guarded_facts[query] = facts, catalog.checks
        return facts, catalog.checks


def _not_planned(error: Refusal | UserError) -> PlanningFailed:
    return PlanningFailed(
        "the statement is not planned on the target",
        detail=f"{error.message}: {error.detail or ''}".rstrip(": "),
        hint=error.hint,
    )
