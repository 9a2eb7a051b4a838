"""Statements that functions ran, as statements that can be planned by themselves."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace

from analyzer.domain.recommendation import NoAdvice
from analyzer.domain.workload import Workload, WorkloadItem
from analyzer.errors import AnalyzerError
from analyzer.planner.parameters import ParameterSource
from analyzer.statements.called_names import called_names
from analyzer.statements.describe import describe


def plannable(item: WorkloadItem, source: ParameterSource) -> WorkloadItem:
    """The item; one that a function ran with ``$n`` in the place of variables.

    Such a statement keeps its fingerprint, by which it is known everywhere else.
    """
    query = item.planned_query
    text = source.for_variables(query) if item.is_nested else query
    if text == query:
        return item
    statement = replace(describe(text), fingerprint=item.statement.fingerprint)
    return replace(item, statement=statement, parameter_sets=())


def within_functions(
    answers: Iterable[NoAdvice], workload: Workload, functions: Container[str]
) -> tuple[NoAdvice, ...]:
    """Negative answers; those for calls alone say where the functions' work is told.

    Args:
        answers: of any statements.
        workload: that they are of.
        functions: names of the database's own.
    """
    return tuple(_within(answer, workload, functions) for answer in answers)


def _within(
    answer: NoAdvice, workload: Workload, functions: Container[str]
) -> NoAdvice:
    item = workload.by_fingerprint.get(answer.fingerprint)
    if item is None or item.statement.relations:
        return answer
    try:
        called = called_names(item.planned_query)
    except AnalyzerError:
        return answer
    own = ", ".join(f"{name}()" for name in sorted(called) if name in functions)
    if not own:
        return answer
    where = (
        "is listed as statements of its own"
        if any(one.is_nested for one in workload.items)
        else "is counted only with pg_stat_statements.track = all"
    )
    return replace(answer, reason=f"It reads no table itself. What {own} runs {where}.")
