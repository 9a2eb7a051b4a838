"""Turn NOT IN (SELECT …) into NOT EXISTS where nothing can be NULL.

Rule: PostgreSQL before 19 cannot plan NOT IN as an anti-join. While the list fits into
    work_mem it is hashed; beyond, it is read again for every row. NOT EXISTS is an
    anti-join at any size.
Evidence: planner costs of both texts for the same parameter values.
Semantics: the same rows, because neither column can be NULL: declared NOT NULL, or
    another condition of the query leaves no NULL. With a NULL in the list NOT IN finds
    nothing and NOT EXISTS finds rows, so without that proof nothing is rewritten.
Silent when: either column may be NULL (then the missing constraint is named, if it
    would pay), the subquery limits, groups or sorts, or the planner sees no gain.
Source: PostgreSQL manual, "Subquery Expressions"; PostgreSQL wiki, "Don't Do This",
    NOT IN.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.advisors.affected import affected
from analyzer.advisors.contract import Advisor, Facts, Need
from analyzer.advisors.rewrite_costs import (
    RewriteCosts,
    RewriteThresholds,
    compare_costs,
)
from analyzer.domain.catalog import Catalog
from analyzer.domain.recommendation import (
    NoAdvice,
    Recommendation,
    RewriteQuery,
    Semantics,
)
from analyzer.domain.statement import StatementKind
from analyzer.domain.workload import WorkloadItem
from analyzer.errors import AnalyzerError
from analyzer.rewriting.not_in import NotInRewrite, not_in_rewrites
from analyzer.statements.shape import shape

_SLUG = "not_in_subquery"
_PLANS_ITSELF = 190000


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When to speak: see :class:`RewriteThresholds`."""

    costs: RewriteThresholds = field(default_factory=RewriteThresholds)


_DEFAULTS = Thresholds()


def advise(
    facts: Facts, thresholds: Thresholds = _DEFAULTS
) -> Iterator[Recommendation | NoAdvice]:
    """The first NOT IN of each statement that pays as NOT EXISTS."""
    catalog, planner = facts.catalog, facts.what_if
    if catalog is None or planner is None:
        return
    if catalog.server_version_num >= _PLANS_ITSELF:
        return
    for item in facts.workload.items:
        for rewrite in _rewrites(item, catalog):
            costs = compare_costs(item, rewrite.query, planner, (), thresholds.costs)
            if costs is not None:
                yield (
                    _no_proof(item, rewrite, costs)
                    if rewrite.unproven
                    else _recommendation(item, rewrite, costs)
                )
                break


def _rewrites(item: WorkloadItem, catalog: Catalog) -> list[NotInRewrite]:
    if item.statement.kind in (StatementKind.UTILITY, StatementKind.UNPARSED):
        return []
    try:
        form = shape(item.statement.normalized_query, catalog)
    except AnalyzerError:
        return []
    return list(not_in_rewrites(form, catalog))


def _no_proof(
    item: WorkloadItem, rewrite: NotInRewrite, costs: RewriteCosts
) -> NoAdvice:
    names = " and ".join(str(side) for side in rewrite.unproven)
    return NoAdvice(
        fingerprint=item.statement.fingerprint,
        reason=(
            f"NOT IN could become the much cheaper NOT EXISTS, but {names} may be "
            "NULL, and then the two return different rows. If it never is, declare "
            "it NOT NULL, or add IS NOT NULL to the query where that is meant."
        ),
        evidence=costs.evidence(),
    )


def _recommendation(
    item: WorkloadItem, rewrite: NotInRewrite, costs: RewriteCosts
) -> Recommendation:
    return Recommendation(
        advisor=_SLUG,
        title=(
            f"Ask with NOT EXISTS instead of NOT IN for {rewrite.outer}: planner "
            f"cost {costs.before:,.0f} to {costs.after:,.0f}"
        ),
        action=RewriteQuery(
            original=item.statement.normalized_query,
            query=rewrite.query,
            needs_index=costs.index,
        ),
        before=costs.quantity(costs.before),
        after=costs.quantity(costs.after),
        evidence=costs.evidence(),
        affects=(affected(item, cost_before=costs.before, cost_after=costs.after),),
        semantics=Semantics.UNCHANGED,
        conditions=tuple(dict.fromkeys((rewrite.outer.proof, rewrite.inner.proof))),
        verify=(
            "EXPLAIN of the new text must show an Anti Join; both texts must return "
            "the same rows."
        ),
        refuted_by="A new plan without Anti Join, or a NULL in either column.",
        caveats=("The proof ends if a NOT NULL constraint it rests on is dropped.",),
        impact_ratio=item.exec_time_ratio * costs.saved_ratio,
    )


ADVISOR = Advisor(
    slug=_SLUG, needs=(Need.CATALOG, Need.WHAT_IF), doc=__doc__, advise=advise
)
