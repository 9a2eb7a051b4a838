"""Rewrite a condition on a computed value so that an index can search by it.

Rule: a function, cast or sum around a column hides it from a B-tree on the column.
    Where the same condition can be said of the bare column (a range of timestamps, a
    value instead of a cast), the index or the partition key serves again.
Evidence: planner costs of both texts for the same parameter values, with the indexes
    that exist or with one plain B-tree on the column, whose DDL is given then.
Semantics: the same rows, NULLs and duplicates included, under the conditions listed;
    none is listed where the types alone prove it. On timestamptz both texts use the
    session's TimeZone.
Silent when: no rule proves the range (lower(), LIKE '%x', functions we do not know,
    a unit or format hidden behind a parameter that no log shows), the column may be
    NULL where that matters, or the planner does not find the new text clearly cheaper.
Source: PostgreSQL manual, "Index Types" and "Indexes on Expressions"; Winand, "SQL
    Performance Explained", chapter 2, functions and obfuscated conditions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.advisors.affected import affected
from analyzer.advisors.contract import Advisor, Facts, Need
from analyzer.advisors.index_change import needed_index
from analyzer.advisors.rewrite_costs import (
    RewriteCosts,
    RewriteThresholds,
    compare_costs,
)
from analyzer.domain.catalog import Catalog
from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.domain.recommendation import (
    NoAdvice,
    Recommendation,
    RewriteQuery,
    Semantics,
)
from analyzer.domain.statement import StatementKind
from analyzer.domain.workload import WorkloadItem
from analyzer.errors import AnalyzerError
from analyzer.rewriting.parameters import constant_values, with_assumed
from analyzer.rewriting.sargable import SargableRewrite, sargable_rewrite
from analyzer.statements.facts import StatementShape
from analyzer.statements.shape import shape

_SLUG = "non_sargable_predicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When to speak: see :class:`RewriteThresholds`."""

    costs: RewriteThresholds = field(default_factory=RewriteThresholds)


_DEFAULTS = Thresholds()


def advise(
    facts: Facts, thresholds: Thresholds = _DEFAULTS
) -> Iterator[Recommendation | NoAdvice]:
    """One rewrite per statement, with all conditions that can be said better."""
    if facts.catalog is None or facts.what_if is None:
        return
    for item in facts.workload.items:
        found = _rewrite(item, facts.catalog)
        if found is None:
            continue
        form, rewrite = found
        costs = compare_costs(
            item,
            rewrite.query,
            facts.what_if,
            _candidates(rewrite, form),
            thresholds.costs,
        )
        if costs is not None:
            yield _recommendation(item, rewrite, form, costs, facts)


def _rewrite(
    item: WorkloadItem, catalog: Catalog
) -> tuple[StatementShape, SargableRewrite] | None:
    if item.statement.kind in (StatementKind.UTILITY, StatementKind.UNPARSED):
        return None
    try:
        form = shape(item.statement.normalized_query, catalog)
    except AnalyzerError:
        return None
    rewrite = sargable_rewrite(form, catalog, constant_values(item.parameter_sets))
    return (form, rewrite) if rewrite else None


def _candidates(
    rewrite: SargableRewrite, form: StatementShape
) -> tuple[IndexDefinition, ...]:
    """A plain B-tree on each column whose condition was changed."""
    found = (
        IndexDefinition(
            relation=form.uses[item.use].relation,
            keys=(IndexKey(attribute=item.attribute),),
        )
        for item in rewrite.predicates
    )
    return tuple(dict.fromkeys(found))


def _recommendation(
    item: WorkloadItem,
    rewrite: SargableRewrite,
    form: StatementShape,
    costs: RewriteCosts,
    facts: Facts,
) -> Recommendation:
    columns = dict.fromkeys(
        f"{form.uses[p.use].relation.name}.{p.attribute}" for p in rewrite.predicates
    )
    rules = dict.fromkeys(one.rule for one in rewrite.forms)
    conditions = (*rewrite.conditions, *needed_index(costs.index, facts))
    return Recommendation(
        advisor=_SLUG,
        title=(
            f"Say the condition on {', '.join(columns)} without a function around the "
            f"column ({', '.join(rules)}): planner cost {costs.before:,.0f} to "
            f"{costs.after:,.0f}"
        ),
        action=RewriteQuery(
            original=with_assumed(
                item.statement.normalized_query,
                constant_values(item.parameter_sets),
                rewrite.conditions,
            ),
            query=rewrite.query,
            needs_index=costs.index,
        ),
        before=costs.quantity(costs.before),
        after=costs.quantity(costs.after),
        evidence=costs.evidence(),
        affects=(affected(item, cost_before=costs.before, cost_after=costs.after),),
        semantics=Semantics.UNCHANGED_IF if rewrite.conditions else Semantics.UNCHANGED,
        conditions=conditions,
        verify=(
            "Run both texts with the same values and compare the rows, then EXPLAIN "
            "the new one: the column must stand in an Index Cond, or its partitions "
            "be pruned."
        ),
        refuted_by=(
            "EXPLAIN of the new text that still filters every row, or any value for "
            "which the two texts return different rows."
        ),
        caveats=(
            "The query is in the application's code; an ORM may have to be told in "
            "its own words.",
        ),
        impact_ratio=item.exec_time_ratio * costs.saved_ratio,
    )


ADVISOR = Advisor(
    slug=_SLUG, needs=(Need.CATALOG, Need.WHAT_IF), doc=__doc__, advise=advise
)
