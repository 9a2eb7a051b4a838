"""Continue after the last row seen instead of counting rows off with OFFSET.

Rule: OFFSET n makes the server produce and throw away n rows, so page k costs k pages.
    A condition on the sort keys of the last row (keyset) starts where the page starts.
Evidence: the OFFSET the application sends, rows thrown away per call, and planner costs
    of the query as it is and of the keyset page, with the index it needs.
Semantics: changed: pages follow a row, not a number; rows inserted meanwhile no longer
    shift pages. The order is made total by a unique key that is NOT NULL.
Silent when: the OFFSET is small or not known, the table has no such key, a sort column
    may be NULL, rows come from several tables, are grouped, distinct or sorted by an
    expression, or the planner sees no gain.
Source: Winand, "SQL Performance Explained", chapter 7, fetching the next page;
    PostgreSQL manual, "LIMIT and OFFSET".
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
from analyzer.advisors.seen_offsets import SeenOffsets, seen_offsets
from analyzer.domain.catalog import Catalog
from analyzer.domain.recommendation import (
    ChangeApplication,
    NoAdvice,
    Recommendation,
    Semantics,
)
from analyzer.domain.statement import StatementKind
from analyzer.domain.workload import WorkloadItem
from analyzer.errors import AnalyzerError
from analyzer.rewriting.keyset import KeysetRewrite, keyset_rewrite
from analyzer.statements.shape import shape

_SLUG = "offset_pagination"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When to speak. ``min_offset_rows``: the largest OFFSET seen, in rows."""

    min_offset_rows: int = 1000
    costs: RewriteThresholds = field(default_factory=RewriteThresholds)


_DEFAULTS = Thresholds()


def advise(
    facts: Facts, thresholds: Thresholds = _DEFAULTS
) -> Iterator[Recommendation | NoAdvice]:
    """One keyset page per statement whose OFFSET is large."""
    if facts.catalog is None or facts.what_if is None:
        return
    for item in facts.workload.items:
        if item.statement.kind is not StatementKind.SELECT:
            continue
        found = _found(item, facts.catalog, thresholds)
        if found is None:
            continue
        rewrite, offsets = found
        costs = compare_costs(
            item, rewrite.query, facts.what_if, (rewrite.index,), thresholds.costs
        )
        if costs is None:
            continue
        if rewrite.nullable:
            yield _no_proof(item, rewrite, costs)
        else:
            yield _recommendation(item, (rewrite, offsets), costs, facts)


def _found(
    item: WorkloadItem, catalog: Catalog, thresholds: Thresholds
) -> tuple[KeysetRewrite, SeenOffsets] | None:
    try:
        form = shape(item.statement.normalized_query, catalog)
    except AnalyzerError:
        return None
    if not form.levels:
        return None
    offsets = seen_offsets(form.levels[0].offset, item)
    if offsets is None or offsets.largest < thresholds.min_offset_rows:
        return None
    rewrite = keyset_rewrite(form, catalog)
    return (rewrite, offsets) if rewrite else None


def _no_proof(
    item: WorkloadItem, rewrite: KeysetRewrite, costs: RewriteCosts
) -> NoAdvice:
    names = ", ".join(rewrite.nullable)
    return NoAdvice(
        fingerprint=item.statement.fingerprint,
        reason=(
            f"Keyset pages would be much cheaper than OFFSET, but {names} may be NULL "
            "and rows with NULL would be lost. Declare it NOT NULL, or sort by "
            "something that is."
        ),
        evidence=costs.evidence(),
    )


def _recommendation(
    item: WorkloadItem,
    found: tuple[KeysetRewrite, SeenOffsets],
    costs: RewriteCosts,
    facts: Facts,
) -> Recommendation:
    rewrite, offsets = found
    return Recommendation(
        advisor=_SLUG,
        title=(
            f"Page by key instead of OFFSET (up to {offsets.largest:,} rows thrown "
            f"away per call): planner cost {costs.before:,.0f} to {costs.after:,.0f}"
        ),
        action=ChangeApplication(
            instruction=_instruction(rewrite), query=rewrite.query
        ),
        before=costs.quantity(costs.before),
        after=costs.quantity(costs.after),
        evidence=(offsets.evidence(), *costs.evidence()),
        affects=(affected(item, cost_before=costs.before, cost_after=costs.after),),
        semantics=Semantics.CHANGED,
        conditions=_conditions(rewrite, costs, facts),
        verify=(
            "Walk through all pages both ways on a copy: the rows must be the same in "
            "the same order. EXPLAIN of a late page must cost as much as of an early."
        ),
        refuted_by="A late keyset page that reads as many buffers as the OFFSET page.",
        caveats=(
            "Jumping to page number n is no longer possible, only next and previous; "
            "the first page is the query without the new condition.",
        ),
        impact_ratio=item.exec_time_ratio * costs.saved_ratio,
    )


def _instruction(rewrite: KeysetRewrite) -> str:
    passed = ", ".join(
        f"${rewrite.first_parameter + number} = {name}"
        for number, name in enumerate(rewrite.keys)
    )
    select = ""
    if rewrite.missing:
        select = f" Select {', '.join(rewrite.missing)} as well."
    return (
        "Keep the sort keys of the last row of a page and pass them for the next "
        f"page ({passed} of that row), instead of an OFFSET.{select}"
    )


def _conditions(
    rewrite: KeysetRewrite, costs: RewriteCosts, facts: Facts
) -> tuple[str, ...]:
    found = ["the application passes the keys of the last row it got"]
    if rewrite.added:
        found.append(
            f"ORDER BY is completed by {', '.join(rewrite.added)}, which only orders "
            "rows that had no order among themselves"
        )
    return (*found, *needed_index(costs.index, facts))


ADVISOR = Advisor(
    slug=_SLUG, needs=(Need.CATALOG, Need.WHAT_IF), doc=__doc__, advise=advise
)
