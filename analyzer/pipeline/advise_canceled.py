"""Advice on statements that were always cancelled, beside that on those that ended.

No time of theirs is known, so they can be weighed neither against the others nor
among these: each is advised as a submitted query is, and ranks behind what time was
measured for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analyzer.advisors.affected import affected
from analyzer.advisors.combine import combine
from analyzer.advisors.contract import Facts
from analyzer.domain.index import IndexDefinition
from analyzer.domain.recommendation import (
    Basis,
    CreateIndex,
    Evidence,
    Quantity,
    Recommendation,
)
from analyzer.domain.what_if import BulkWhatIfPlanner, PlanCost, WhatIfQuestion
from analyzer.domain.workload import WorkloadItem
from analyzer.pipeline.advise import Advice, AdviseOptions, advise, advise_on

MENDED_RATIO = 0.1
"""Share of its cost below which a statement needs no index of its own any more."""


def advise_also_on_canceled(facts: Facts, options: AdviseOptions) -> Advice:
    """Ask about what ran to its end, then about what never did.

    A statement that the indexes for the others mend joins those that they serve. What
    is advised for both becomes one recommendation, of which the second is evidence.
    """
    items = facts.workload.items
    unfinished = [item for item in items if item.never_done]
    if not unfinished:
        return advise(facts, options)
    finished = tuple(item for item in items if not item.never_done)
    workload = replace(facts.workload, items=finished)
    found = advise(replace(facts, workload=workload), options)
    known, waiting = _served(found.recommendations, unfinished, facts.what_if)
    also = advise_on(waiting, facts, replace(options, progress=None))
    told = [_told(rec, waiting) for rec in also.recommendations]
    return Advice(
        recommendations=combine([*known, *told]) if told else known,
        no_advice=(*found.no_advice, *also.no_advice),
        did_not_run=tuple(dict.fromkeys((*found.did_not_run, *also.did_not_run))),
    )


def _served(
    found: tuple[Recommendation, ...],
    unfinished: list[WorkloadItem],
    planner: BulkWhatIfPlanner | None,
) -> tuple[tuple[Recommendation, ...], list[WorkloadItem]]:
    """The recommendations with the statements they mend, and the other statements."""
    create = tuple(
        rec.action.definition for rec in found if isinstance(rec.action, CreateIndex)
    )
    if planner is None or not create:
        return found, unfinished
    waiting = []
    for item in unfinished:
        now, then = planner.costs_with(_questions(item, create))
        if not isinstance(now, PlanCost) or not isinstance(then, PlanCost):
            waiting.append(item)
        elif then.total_cost <= MENDED_RATIO * now.total_cost:
            found = tuple(_serving(rec, item, now, then) for rec in found)
        else:
            waiting.append(item)
    return found, waiting


def _questions(
    item: WorkloadItem, create: tuple[IndexDefinition, ...]
) -> list[WhatIfQuestion]:
    values = item.parameter_sets[0].values if item.parameter_sets else ()
    return [
        WhatIfQuestion(query=item.planned_query, parameters=values, create=indexes)
        for indexes in ((), create)
    ]


def _serving(
    rec: Recommendation, item: WorkloadItem, now: PlanCost, then: PlanCost
) -> Recommendation:
    if not isinstance(rec.action, CreateIndex):
        return rec
    if rec.action.definition not in then.created:
        return rec
    served = affected(item, cost_before=now.total_cost, cost_after=then.total_cost)
    evidence = _cancelled(item.canceled_count)
    return replace(
        rec,
        affects=(*rec.affects, served),
        evidence=(*rec.evidence, evidence),
    )


def _told(rec: Recommendation, unfinished: Iterable[WorkloadItem]) -> Recommendation:
    touched = {item.fingerprint for item in rec.affects}
    count = sum(
        item.canceled_count
        for item in unfinished
        if item.statement.fingerprint in touched
    )
    times = "once" if count == 1 else f"{count:,} times"
    return replace(
        rec,
        title=f"{rec.title}, cancelled {times}",
        evidence=(_cancelled(count), *rec.evidence),
        impact_ratio=0.0,
    )


def _cancelled(count: int) -> Evidence:
    return Evidence(
        claim="executions of its statements that were cancelled before their end",
        quantity=Quantity(
            value=count, unit="executions", basis=Basis.MEASURED, source="log"
        ),
    )
