"""Rewrites held against the indexes that are recommended for the same statements.

Both remove the same cost, so each alone promises nearly all of it. The planner is asked
for both texts with the indexes: a new text that still pays beside them stays, one that
does about as much without them is an alternative, any other is no longer worth a change
of the application.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.advisors.contract import Facts
from analyzer.advisors.rewrite_costs import (
    RewriteThresholds,
    cost_quantity,
    costs_with,
    mean_cost,
    pays,
    samples_of,
)
from analyzer.domain.ports import WhatIfPlanner
from analyzer.domain.recommendation import (
    CreateIndex,
    Evidence,
    Recommendation,
    RewriteQuery,
)
from analyzer.domain.workload import WorkloadItem
from analyzer.errors import AnalyzerError
from analyzer.rewriting.parameters import used_parameters

ALTERNATIVE_RATIO = 0.9
"""Of the cost that the indexes save: a text that saves it alone does what they do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """Mean planner costs with the recommended indexes."""

    query: float
    rewritten: float
    pays: bool


def weighed(
    found: Sequence[Recommendation], facts: Facts
) -> tuple[Recommendation, ...]:
    """The recommendations without rewrites that the recommended indexes make needless.

    Args:
        found: ranked; the order stays, but for a text that is an alternative and needs
            no index: it comes before those that it makes needless, since it takes no
            space and costs writers nothing.
        facts: with the planner that is asked; without one nothing changes.

    Returns:
        What stays; an index tells of the text that it beats, and alternatives name
        each other.
    """
    if facts.what_if is None:
        return tuple(found)
    gone: set[str] = set()
    told: dict[str, list[str]] = {}
    caveats: dict[str, list[str]] = {}
    evidence: dict[str, tuple[Evidence, ...]] = {}
    order = list(found)
    for rec in found:
        rivals = _rivals(rec, found)
        costs = _asked(rec, rivals, facts, facts.what_if) if rivals else None
        if costs is None:
            continue
        if _is_alternative(rec, costs):
            for one, other in [(rec, x) for x in rivals] + [(x, rec) for x in rivals]:
                caveats.setdefault(one.identity, []).append(
                    "Alternative for the same query, one of the two is enough: "
                    f"{other.title}"
                )
            order = _cheaper_first(order, rec, rivals)
        elif costs.pays:
            evidence[rec.identity] = _evidence(costs, facts.what_if)
        else:
            gone.add(rec.identity)
            for rival in rivals:
                told.setdefault(rival.identity, []).append(_beaten(rec, costs))
    return tuple(
        replace(
            rec,
            caveats=(*rec.caveats, *caveats.get(rec.identity, ())),
            reasons=(*rec.reasons, *told.get(rec.identity, ())),
            evidence=(*rec.evidence, *evidence.get(rec.identity, ())),
        )
        for rec in order
        if rec.identity not in gone
    )


def _cheaper_first(
    order: list[Recommendation], rec: Recommendation, rivals: list[Recommendation]
) -> list[Recommendation]:
    """The order with a new text that needs no index before those that do the same."""
    if not isinstance(rec.action, RewriteQuery) or rec.action.needs_index:
        return order
    first = min(map(order.index, rivals))
    if order.index(rec) < first:
        return order
    rest = [other for other in order if other is not rec]
    return [*rest[:first], rec, *rest[first:]]


def _rivals(
    rec: Recommendation, found: Sequence[Recommendation]
) -> list[Recommendation]:
    """The recommended indexes for the statement that a rewrite is for."""
    if not isinstance(rec.action, RewriteQuery):
        return []
    theirs = {item.fingerprint for item in rec.affects}
    return [
        other
        for other in found
        if isinstance(other.action, CreateIndex)
        and any(item.fingerprint in theirs for item in other.affects)
    ]


def _asked(
    rec: Recommendation,
    rivals: Sequence[Recommendation],
    facts: Facts,
    planner: WhatIfPlanner,
) -> _Beside | None:
    """Both texts with the indexes; none where they do not take the same values."""
    action = rec.action
    items = [facts.workload.by_fingerprint.get(one.fingerprint) for one in rec.affects]
    item = items[0] if len(items) == 1 else None
    if item is None or not isinstance(action, RewriteQuery):
        return None
    if not _takes_its_values(action.query, item):
        return None
    create = [r.action.definition for r in rivals if isinstance(r.action, CreateIndex)]
    needed = [action.needs_index] if action.needs_index else []
    thresholds = RewriteThresholds()
    samples = samples_of(item, thresholds.max_samples)
    try:
        before = costs_with(planner, action.original, samples, create)
        after = costs_with(
            planner, action.query, samples, list(dict.fromkeys(create + needed))
        )
    except AnalyzerError:
        return None  # it was planned without them; what is promised still holds
    return _Beside(
        query=mean_cost(before, samples),
        rewritten=mean_cost(after, samples),
        pays=pays(before, after, thresholds),
    )


def _takes_its_values(query: str, item: WorkloadItem) -> bool:
    return max(used_parameters(query), default=0) <= item.statement.parameter_count


def _is_alternative(rec: Recommendation, costs: _Beside) -> bool:
    """Whether the text alone does what the indexes do, and gains little by them."""
    if rec.before is None or rec.after is None:
        return False
    saved = rec.before.value - rec.after.value
    is_enough = saved >= ALTERNATIVE_RATIO * (rec.before.value - costs.query)
    gains_more = costs.rewritten * RewriteThresholds().min_speedup < rec.after.value
    return is_enough and not (costs.pays and gains_more)


def _evidence(costs: _Beside, planner: WhatIfPlanner) -> tuple[Evidence, ...]:
    return (
        Evidence(
            claim="Cost of the query as it is with the indexes recommended for it",
            quantity=cost_quantity(costs.query, planner.source),
        ),
        Evidence(
            claim="Cost of the new text with them",
            quantity=cost_quantity(costs.rewritten, planner.source),
        ),
    )


def _beaten(rec: Recommendation, costs: _Beside) -> str:
    after = rec.after.value if rec.after else costs.rewritten
    return (
        f"Why not another text instead ({rec.advisor}): it would cost {after:,.0f}, "
        f"the query as it is {costs.query:,.0f} with the indexes recommended for it."
    )
