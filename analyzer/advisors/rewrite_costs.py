"""What a planner says of a query and of its rewrite, with and without one index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.domain.index import IndexDefinition
from analyzer.domain.ports import WhatIfPlanner
from analyzer.domain.recommendation import Basis, Evidence, Quantity
from analyzer.domain.workload import ParameterSet, WorkloadItem
from analyzer.errors import AnalyzerError
from analyzer.rewriting.parameters import compacted

COST_UNIT = "planner cost"


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteThresholds:
    """When a rewrite is worth a word; costs are planner units.

    ``max_loss_ratio``: how much dearer the rewrite may be for any one of the values.
    ``max_samples``: parameter sets that are planned for one statement.
    """

    min_speedup: float = 1.5
    min_cost_before: float = 100.0
    max_loss_ratio: float = 1.1
    max_samples: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteCosts:
    """Costs of a query and its rewrite, averaged over the same parameter values.

    ``index`` is the index both were planned with, none for those that exist.
    """

    before: float
    after: float
    source: str
    sample_count: int
    index: IndexDefinition | None = None

    def quantity(self, value: float) -> Quantity:
        """A cost as a quantity with its source."""
        return cost_quantity(value, self.source)

    def evidence(self) -> tuple[Evidence, ...]:
        """Both costs, each with what was planned."""
        values = "a generic plan"
        if self.sample_count:
            values = f"the mean of {self.sample_count} sets of parameter values"
        suffix = " with the index it needs" if self.index else ""
        return (
            Evidence(
                claim=f"Cost of the query as it is, {values}",
                quantity=self.quantity(self.before),
            ),
            Evidence(
                claim=f"Cost of the rewritten query{suffix}, {values}",
                quantity=self.quantity(self.after),
            ),
        )

    @property
    def saved_ratio(self) -> float:
        """Share of the cost saved, 0 to 1."""
        return max(0.0, 1.0 - self.after / self.before) if self.before else 0.0


def cost_quantity(value: float, source: str) -> Quantity:
    """A planner cost as a quantity; ``source`` is the planner's."""
    return Quantity(
        value=round(value, 2), unit=COST_UNIT, basis=Basis.ESTIMATED, source=source
    )


def compare_costs(
    item: WorkloadItem,
    rewritten: str,
    planner: WhatIfPlanner,
    candidates: Sequence[IndexDefinition],
    thresholds: RewriteThresholds,
) -> RewriteCosts | None:
    """The cheapest proof that a rewrite pays: as things are, else with one new index.

    An index counts only if the original query cannot use it to the same end; then the
    index alone is the answer, and another advisor's.

    Returns:
        None where the rewrite does not pay or one of the two cannot be planned.
    """
    query = item.planned_query
    samples = samples_of(item, thresholds.max_samples)
    options: list[tuple[IndexDefinition, ...]] = [(), *((one,) for one in candidates)]
    try:
        before = costs_with(planner, query, samples, ())
        for create in options:
            after = costs_with(planner, rewritten, samples, create)
            same = costs_with(planner, query, samples, create) if create else before
            if pays(before, after, thresholds) and pays(same, after, thresholds):
                return RewriteCosts(
                    before=mean_cost(before, samples),
                    after=mean_cost(after, samples),
                    source=planner.source,
                    sample_count=len(item.parameter_sets[: thresholds.max_samples]),
                    index=create[0] if create else None,
                )
    except AnalyzerError:
        return None
    return None


def samples_of(item: WorkloadItem, limit: int) -> tuple[ParameterSet, ...]:
    """At most ``limit`` sets of its values; one without values if none are known."""
    generic = ParameterSet(values=(), label="generic", source="no values known")
    return item.parameter_sets[:limit] or (generic,)


def costs_with(
    planner: WhatIfPlanner,
    query: str,
    samples: Sequence[ParameterSet],
    create: Sequence[IndexDefinition],
) -> list[float]:
    """The planner cost for each of the samples with some new indexes.

    Raises:
        PlanningFailed: the query cannot be planned with one of them.
    """
    found = []
    for sample in samples:
        text, values = compacted(query, sample.values)
        found.append(planner.plan_with(text, values, create=create).total_cost)
    return found


def pays(
    before: Sequence[float], after: Sequence[float], thresholds: RewriteThresholds
) -> bool:
    """Clearly cheaper in the mean, and dearer for none of the values."""
    total = sum(before)
    if total / len(before) < thresholds.min_cost_before:
        return False
    if total < sum(after) * thresholds.min_speedup:
        return False
    return all(
        new <= old * thresholds.max_loss_ratio
        for old, new in zip(before, after, strict=True)
    )


def mean_cost(costs: Sequence[float], samples: Sequence[ParameterSet]) -> float:
    """The mean over the samples by their weights."""
    weights = [max(sample.weight, 0.0) for sample in samples]
    total = sum(weights)
    if not total:
        return sum(costs) / len(costs)
    return sum(c * w for c, w in zip(costs, weights, strict=True)) / total
