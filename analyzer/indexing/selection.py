"""Choose one set of indexes for a whole workload, weighted by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from analyzer.domain.catalog import Catalog
from analyzer.domain.index import IndexDefinition
from analyzer.domain.ports import WhatIfPlanner
from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import Workload, WorkloadItem
from analyzer.errors import PlanningFailed
from analyzer.indexing.benefit import (
    Configuration,
    StatementCost,
    WorkloadCosts,
    sort_key,
)
from analyzer.indexing.gains import Gains, SearchThresholds
from analyzer.indexing.limits import CandidateLimits
from analyzer.indexing.pool import pool
from analyzer.indexing.search import Search
from analyzer.indexing.subjects import Prepared, Shapes, prepare, read_shapes
from analyzer.indexing.writes import WritePrice, WritePrices

MIN_ATTRIBUTED_GAIN_RATIO = 0.05
"""Of a statement's cost: below it, a statement is not listed with an index."""

MIN_ALONE_RATIO = 0.5
"""Of what all save together: from it on, an index is promised for its part alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionOptions:
    """Bounds of the search.

    ``max_statements`` are looked at, the largest share of time first; a statement
    below ``min_share_ratio`` of the time is priced but suggests no index.
    """

    search: SearchThresholds = field(default_factory=SearchThresholds)
    limits: CandidateLimits = field(default_factory=CandidateLimits)
    max_statements: int = 300
    min_share_ratio: float = 0.0005
    max_calls: int = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpedStatement:
    """A statement with one index alone, and with all chosen ones together."""

    item: WorkloadItem
    before: StatementCost
    alone: StatementCost
    together: StatementCost

    @property
    def promised(self) -> StatementCost:
        """What building this index brings: alone, unless it needs the others."""
        saved = self.before.cost - self.together.cost
        saved_alone = self.before.cost - self.alone.cost
        enough = saved_alone >= saved * MIN_ALONE_RATIO
        return self.alone if enough else self.together


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenIndex:
    """A member of the chosen set.

    ``saved_ratio`` is its part of the workload's time saved by the whole set, net of
    what the writers pay.
    """

    definition: IndexDefinition
    size_bytes: int
    price: WritePrice
    saved_ratio: float
    helped: tuple[HelpedStatement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOutcome:
    """What the search found out about one statement that no chosen index helps.

    ``offered`` is its cost with every candidate at once, the best that any of them
    could do; none where it could not be planned or had no candidate.
    """

    item: WorkloadItem
    base: StatementCost | None = None
    offered: StatementCost | None = None
    improved_ratio: float = 0.0
    """Weight of the parameter sets that would gain noticeably from them."""
    candidate_count: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The chosen set, what it does, and what it does not do."""

    chosen: tuple[ChosenIndex, ...]
    unhelped: tuple[StatementOutcome, ...]
    prices: Mapping[IndexDefinition, WritePrice]
    planner_source: str
    what_if_calls: int
    complete: bool
    """False where the bound on what-if calls ended the search early."""


def select(
    workload: Workload,
    catalog: Catalog,
    planner: WhatIfPlanner,
    options: SelectionOptions | None = None,
) -> Selection:
    """Choose indexes for the whole workload.

    The benefit of a statement is its share of the workload's time multiplied by the
    share of its planner cost that is saved; the price is what writers pay, in the
    same currency. Deterministic for the same answers of the planner.

    Args:
        workload: statements with their shares of time and parameter sets.
        catalog: what exists.
        planner: asked what each statement would cost.
        options: bounds of the search.
    """
    chosen_options = options or SelectionOptions()
    costs = WorkloadCosts(planner, max_calls=chosen_options.max_calls)
    shapes = read_shapes(workload, catalog)
    ready, failures = _prepared(workload, catalog, shapes, (costs, chosen_options))
    prices = WritePrices(workload, catalog, shapes.pairs(workload))
    gains = Gains(
        statements=[item for item in ready if item.base.cost > 0],
        costs=costs,
        prices=prices,
        rows={relation.name: relation.reltuples for relation in catalog.relations},
        thresholds=chosen_options.search,
    )
    wanted = [
        item
        for item in ready
        if item.subject.item.exec_time_ratio >= chosen_options.min_share_ratio
    ]
    offered = pool(wanted, costs)
    configuration = Search(gains).run(offered)
    chosen = _chosen(configuration, ready, gains)
    helped = {h.item.statement.fingerprint for c in chosen for h in c.helped}
    unhelped = [
        *_unhelped(ready, helped, gains),
        *(failures[f] for f in failures if f not in helped),
    ]
    return Selection(
        chosen=chosen,
        unhelped=tuple(unhelped),
        prices={definition: gains.price(definition) for definition in offered},
        planner_source=costs.source,
        what_if_calls=costs.calls,
        complete=not costs.exhausted,
    )


def _prepared(
    workload: Workload,
    catalog: Catalog,
    shapes: Shapes,
    tools: tuple[WorkloadCosts, SelectionOptions],
) -> tuple[list[Prepared], dict[Fingerprint, StatementOutcome]]:
    """Statements ready to be searched, and why the others are not."""
    costs, options = tools
    ready: list[Prepared] = []
    failures: dict[Fingerprint, StatementOutcome] = {}
    ranked = sorted(workload.items, key=lambda item: -item.exec_time_ratio)
    for number, item in enumerate(ranked):
        fingerprint = item.statement.fingerprint
        known = shapes.shapes.get(fingerprint)
        why = shapes.failures.get(fingerprint, "")
        if known is not None and (number >= options.max_statements or costs.exhausted):
            why = "Beyond the bound on statements or questions of one scan."
        elif known is not None:
            try:
                ready.append(prepare(item, known, catalog, costs, options.limits))
            except PlanningFailed as error:
                why = f"The statement could not be planned: {error.message}"
        if why:
            failures[fingerprint] = StatementOutcome(item=item, why=why)
    return ready, failures


def _chosen(
    configuration: Configuration, ready: Sequence[Prepared], gains: Gains
) -> tuple[ChosenIndex, ...]:
    """Each member with the statements it helps and its part of what is saved."""
    parts: dict[IndexDefinition, float] = dict.fromkeys(configuration, 0.0)
    helped: dict[IndexDefinition, list[HelpedStatement]] = {
        definition: [] for definition in configuration
    }
    for prepared in ready:
        _attribute(prepared, gains, parts, helped)
    members = sorted(configuration, key=lambda d: (-parts[d], sort_key(d)))
    return tuple(
        ChosenIndex(
            definition=definition,
            size_bytes=gains.size_bytes(definition),
            price=gains.price(definition),
            saved_ratio=parts[definition] - gains.price(definition).exec_time_ratio,
            helped=tuple(helped[definition]),
        )
        for definition in members
        if helped[definition]
    )


def _attribute(
    prepared: Prepared,
    gains: Gains,
    parts: dict[IndexDefinition, float],
    helped: dict[IndexDefinition, list[HelpedStatement]],
) -> None:
    """Divide what a statement saves among the indexes its plans use."""
    configuration = frozenset(parts)
    together = gains.costs.under(prepared.subject, configuration)
    saved = gains.statement_gain(prepared, configuration)
    if saved < MIN_ATTRIBUTED_GAIN_RATIO:
        return
    used = sorted(together.used, key=sort_key)
    alone = {
        item: 1.0
        - gains.costs.under(prepared.subject, [item]).cost / prepared.base.cost
        for item in used
    }
    total = sum(max(gain, 0.0) for gain in alone.values())
    for item in used:
        share = max(alone[item], 0.0) / total if total > 0 else 1.0 / len(used)
        parts[item] += prepared.subject.item.exec_time_ratio * saved * share
        helped[item].append(
            HelpedStatement(
                item=prepared.subject.item,
                before=prepared.base,
                alone=gains.costs.under(prepared.subject, [item]),
                together=together,
            )
        )


def _unhelped(
    ready: Sequence[Prepared], helped: set[Fingerprint], gains: Gains
) -> list[StatementOutcome]:
    """What the candidates could do for statements that no chosen index helps."""
    result = []
    for prepared in ready:
        if prepared.subject.fingerprint in helped:
            continue
        outcome = StatementOutcome(
            item=prepared.subject.item,
            base=prepared.base,
            candidate_count=len(prepared.candidates),
            why=prepared.why_none,
        )
        if prepared.candidates:
            offered = gains.costs.under(prepared.subject, prepared.candidates)
            improved = offered.improved_ratio(prepared.base, gains.min_gain_ratio)
            outcome = replace(outcome, offered=offered, improved_ratio=improved)
        result.append(outcome)
    return result
