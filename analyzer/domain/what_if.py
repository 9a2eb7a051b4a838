"""What-if questions in bulk, and their short answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.plan import Plan
from analyzer.domain.ports import WhatIfPlanner
from analyzer.errors import AnalyzerError


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfQuestion:
    """What would a statement cost if some indexes existed and some did not?

    Attributes:
        query: one statement, with ``$n`` allowed.
        parameters: values for ``$1`` … as text; fewer than needed mean a generic plan.
        create: hypothetical indexes; only these are visible, of all that were made.
        hide: names of existing indexes.
        settings: of the planner, for this question only.
    """

    query: str
    parameters: tuple[str | None, ...] = ()
    create: tuple[IndexDefinition, ...] = ()
    hide: tuple[RelationName, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCost:
    """The cost of a plan in planner units, and the indexes it uses.

    ``created`` are those of the question's hypothetical indexes that the plan uses;
    ``index_names`` are the names of all, as the planner shows them.
    """

    total_cost: float
    created: frozenset[IndexDefinition] = frozenset()
    index_names: frozenset[str] = frozenset()


class BulkWhatIfPlanner(WhatIfPlanner, Protocol):
    """A planner that answers thousands of what-if questions a second."""

    def make_indexes(
        self, definitions: Sequence[IndexDefinition]
    ) -> dict[IndexDefinition, AnalyzerError]:
        """Make many hypothetical indexes at once; what could not be made, and why."""

    def costs_with(
        self, questions: Sequence[WhatIfQuestion]
    ) -> list[PlanCost | AnalyzerError]:
        """Answer questions in order, each by itself; an error stands in its place."""

    def plans_with(
        self, questions: Sequence[WhatIfQuestion]
    ) -> list[Plan | AnalyzerError]:
        """The same with whole plans, which are slower to read."""
