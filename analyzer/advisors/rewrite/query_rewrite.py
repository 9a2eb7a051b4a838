"""Ask the same with another text that the planner answers more cheaply.

Rule: more than thirty rules, one of which takes OR apart, moves conditions into
    subqueries, turns counts into EXISTS or leaves out what keys make needless, combined
    by a bounded search (``analyzer/rewriting/rules`` has a page for each).
Evidence: planner costs of both texts for the same parameter values, with the indexes
    that exist or with one that the new text needs.
Semantics: the same rows under the facts listed, each with its proof from the catalog or
    the query. A scan tests the rewrite on generated databases before it shows it.
Silent when: a fact is not proved (the constraint that would prove it is named), the
    planner does it by itself, or the new text is not cheaper for all parameter values.
Source: the page of each rule names its own; PostgreSQL manual, "Performance Tips".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.advisors.affected import affected
from analyzer.advisors.contract import Advisor, Facts, Need
from analyzer.advisors.index_change import needed_index
from analyzer.advisors.rewrite_costs import cost_quantity
from analyzer.domain.recommendation import (
    Evidence,
    NoAdvice,
    Recommendation,
    RewriteQuery,
    Semantics,
)
from analyzer.domain.rewriting import Condition, Rewrite
from analyzer.domain.statement import StatementKind
from analyzer.domain.workload import WorkloadItem
from analyzer.errors import AnalyzerError
from analyzer.rewriting.parameters import constant_values, with_assumed
from analyzer.rewriting.protocol import Setting
from analyzer.rewriting.registry import RULES
from analyzer.rewriting.search import Searcher, SearchLimits

_SLUG = "query_rewrite"
_HAVE_ADVISORS = frozenset({"sargable_range", "not_in", "keyset_page"})
_UNREADABLE = (StatementKind.UTILITY, StatementKind.UNPARSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When to speak.

    Attributes:
        min_time_ratio: share of the workload's time below which a statement is not
            searched.
        max_statements: searched in one scan, the heaviest first.
        search: bounds of each search.
    """

    min_time_ratio: float = 0.0005
    max_statements: int = 200
    search: SearchLimits = field(default_factory=lambda: SearchLimits(texts=40))


_DEFAULTS = Thresholds()


def advise(
    facts: Facts, thresholds: Thresholds = _DEFAULTS
) -> Iterator[Recommendation | NoAdvice]:
    """The best rewrite of each statement that no other advisor speaks of."""
    if facts.catalog is None or facts.what_if is None:
        return
    heavy = [
        item
        for item in facts.workload.items
        if item.exec_time_ratio >= thresholds.min_time_ratio
        and item.statement.kind not in _UNREADABLE
    ]
    heavy.sort(key=lambda item: -item.exec_time_ratio)
    source = facts.what_if.source
    for item in heavy[: thresholds.max_statements]:
        found = _paying(item, facts, thresholds)
        proved = [one for one in found if not one.unproven]
        if proved:
            yield _recommendation(item, proved[0], facts, source)
        elif found:
            yield _no_proof(item, found[0], source)


def _paying(item: WorkloadItem, facts: Facts, thresholds: Thresholds) -> list[Rewrite]:
    """Rewrites that pay and keep the question as it is."""
    if facts.catalog is None or facts.what_if is None:
        return []
    known = constant_values(item.parameter_sets)
    setting = Setting(
        catalog=facts.catalog,
        known=known,
        functions=facts.functions,
        views=facts.views,
    )
    searcher = Searcher(setting, RULES, facts.what_if, thresholds.search)
    try:
        found = searcher.search(item.statement.normalized_query, item.parameter_sets)
    except AnalyzerError:
        return []  # what cannot be planned is told by the scan itself
    return [
        one
        for one in found.paying
        if one.semantics is not Semantics.CHANGED
        and not {step.rule for step in one.steps} <= _HAVE_ADVISORS
    ]


def _recommendation(
    item: WorkloadItem, best: Rewrite, facts: Facts, source: str
) -> Recommendation:
    what = "; then ".join(step.what for step in best.steps)
    index = needed_index(best.create, facts)
    return Recommendation(
        advisor=_SLUG,
        title=(
            f"Rewrite the query ({what}): planner cost {best.cost_before:,.0f} to "
            f"{best.cost_after:,.0f}"
        ),
        action=RewriteQuery(
            original=with_assumed(
                item.statement.normalized_query,
                constant_values(item.parameter_sets),
                [one.claim for one in best.conditions],
            ),
            query=best.query,
            needs_index=best.create,
        ),
        before=cost_quantity(best.cost_before, source),
        after=cost_quantity(best.cost_after, source),
        evidence=_evidence(best, source),
        affects=(
            affected(item, cost_before=best.cost_before, cost_after=best.cost_after),
        ),
        semantics=best.semantics,
        conditions=(*map(_told, best.conditions), *index),
        verify="Run both texts with the same values and compare the rows and plans.",
        refuted_by="Any value for which the two texts return different rows.",
        caveats=(
            *best.caveats,
            "The proof ends if a constraint it rests on is dropped.",
            "The query is in the application's code; an ORM may have to be told in "
            "its own words.",
        ),
        impact_ratio=item.exec_time_ratio
        * max(0.0, 1 - best.cost_after / best.cost_before),
    )


def _told(item: Condition) -> str:
    return f"{item.claim}: {item.proof}"


def _no_proof(item: WorkloadItem, best: Rewrite, source: str) -> NoAdvice:
    missing = "; ".join(
        f"{one.claim}{' (' + one.ddl + ')' if one.ddl else ''}" for one in best.unproven
    )
    what = "; then ".join(step.what for step in best.steps)
    return NoAdvice(
        fingerprint=item.statement.fingerprint,
        reason=f"A much cheaper text ({what}) would give the same only if {missing}",
        evidence=_evidence(best, source),
    )


def _evidence(best: Rewrite, source: str) -> tuple[Evidence, ...]:
    """Both costs for each kind of values, the mean where there are several sets."""
    claims = []
    for label in dict.fromkeys(cost.label for cost in best.costs):
        costs = [cost for cost in best.costs if cost.label == label]
        many = len(costs)
        values = (
            f"mean of {many} sets of {label} values" if many > 1 else f"{label} values"
        )
        pairs = (
            ("the query as it is", [cost.before for cost in costs]),
            ("the new text", [cost.after for cost in costs]),
        )
        claims += [
            Evidence(
                claim=f"Cost of {text}, {values}",
                quantity=cost_quantity(sum(found) / many, source),
            )
            for text, found in pairs
        ]
    return tuple(claims)


ADVISOR = Advisor(
    slug=_SLUG, needs=(Need.CATALOG, Need.WHAT_IF), doc=__doc__, advise=advise
)
