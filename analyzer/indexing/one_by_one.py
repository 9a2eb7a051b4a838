"""Bulk questions for planners that answer one at a time."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.domain.index import IndexDefinition
from analyzer.domain.plan import Plan
from analyzer.domain.ports import WhatIfPlanner
from analyzer.domain.what_if import PlanCost, WhatIfQuestion
from analyzer.errors import AnalyzerError, PlanningFailed, Refusal, UserError

_ANSWERS = (PlanningFailed, UserError, Refusal)
"""Errors that are about one question; any other means that the planner was lost."""


def refused(
    planner: WhatIfPlanner, definitions: Sequence[IndexDefinition]
) -> dict[IndexDefinition, AnalyzerError]:
    """The indexes that a planner does not accept, and why; its size is asked of each.

    Raises:
        TargetError: the planner was lost.
    """
    found: dict[IndexDefinition, AnalyzerError] = {}
    for definition in dict.fromkeys(definitions):
        try:
            planner.index_size_bytes(definition)
        except _ANSWERS as error:
            found[definition] = error
    return found


def costs_of(
    planner: WhatIfPlanner, questions: Sequence[WhatIfQuestion]
) -> list[PlanCost | AnalyzerError]:
    """Answers in the order of the questions; an error stands in its place.

    Raises:
        TargetError: the planner was lost.
    """
    return [_answer(planner, question) for question in questions]


def plans_of(
    planner: WhatIfPlanner, questions: Sequence[WhatIfQuestion]
) -> list[Plan | AnalyzerError]:
    """The same with whole plans.

    Raises:
        TargetError: the planner was lost.
    """
    return [_plan(planner, question) for question in questions]


def _plan(planner: WhatIfPlanner, question: WhatIfQuestion) -> Plan | AnalyzerError:
    if question.settings:
        return PlanningFailed("this planner cannot change settings for one question")
    try:
        return planner.plan_with(
            question.query,
            question.parameters,
            create=question.create,
            hide=question.hide,
        )
    except _ANSWERS as error:
        return error


def _answer(
    planner: WhatIfPlanner, question: WhatIfQuestion
) -> PlanCost | AnalyzerError:
    plan = _plan(planner, question)
    if isinstance(plan, AnalyzerError):
        return plan
    names = plan.index_names()
    asked = plan.hypothetical_indexes
    return PlanCost(
        total_cost=plan.total_cost,
        created=frozenset(asked[name] for name in names if name in asked),
        index_names=names,
    )
