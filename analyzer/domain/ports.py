"""Questions the pure core may ask the world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from analyzer.domain.index import IndexDefinition, RelationName
    from analyzer.domain.plan import Plan


class Planner(Protocol):
    """Something that plans a statement."""

    @property
    def source(self) -> str:
        """Name and version of the planner, shown beside each of its numbers."""

    def plan(self, query: str, parameters: Sequence[str | None] = ()) -> Plan:
        """Plan one statement.

        Args:
            query: one SELECT, INSERT, UPDATE, DELETE or MERGE, with ``$n`` allowed.
            parameters: values for ``$1`` … as text; fewer than needed means a
                generic plan.

        Raises:
            PlanningFailed: the server cannot plan it; the message is ours.
        """


class WhatIfPlanner(Planner, Protocol):
    """A planner that also answers "what if this index existed, or did not"."""

    def plan_with(
        self,
        query: str,
        parameters: Sequence[str | None] = (),
        *,
        create: Sequence[IndexDefinition] = (),
        hide: Sequence[RelationName] = (),
    ) -> Plan:
        """Plan as if ``create`` existed and ``hide`` (names of indexes) did not.

        ``Plan.hypothetical_indexes`` says which name stands for which definition.
        Only the given ``create`` are visible, never those of earlier questions.
        """

    def index_size_bytes(self, definition: IndexDefinition) -> int:
        """The size the index would have, from statistics."""


class Progress(Protocol):
    """Somebody who wants to know how far long work has come."""

    def __call__(self, stage: str, done_ratio: float) -> None:
        """Take note: what is being done, and the share done so far, 0 to 1."""
