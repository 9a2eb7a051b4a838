"""Build the indexes the workload would use, chosen together.

Rule: candidates come from conditions, joins, order and grouping of each statement;
    a what-if planner picks among all of them, and a solver takes the set whose saved
    share of time is largest, net of what writers pay, as ``pgproof indexes`` does.
Evidence: planner costs before and after, calls, execution time, size, rows, entries
    that writers add and HOT updates they lose; what each column is for.
Semantics: results never change. Writes to the table get slower, the database larger.
Silent when: the table is small or has no statistics, an existing index leads with
    the same keys, fewer than half of the parameter values gain, no statement saves a
    fifth of its cost, or writers pay more than readers gain.
Source: PostgreSQL manual, "Indexes" and "CREATE INDEX"; Valentin et al., "DB2 Advisor",
    ICDE 2000; Dash, Polyzotis and Ailamaki, "CoPhy", VLDB 2011.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from analyzer.advisors.affected import affected
from analyzer.advisors.contract import Advisor, Facts, Need
from analyzer.advisors.index_change import (
    columns,
    create_index,
    create_rollback,
    create_verify,
)
from analyzer.advisors.index_evidence import (
    build_caveats,
    build_evidence,
    build_title,
    mean_cost,
)
from analyzer.domain.catalog import Catalog
from analyzer.domain.recommendation import (
    Basis,
    Evidence,
    NoAdvice,
    Quantity,
    Recommendation,
)
from analyzer.indexing.partitioned import with_whole_tables
from analyzer.indexing.worthwhile import (
    StatementOutcome,
    Worthwhile,
    WorthwhileIndex,
    WorthwhileOptions,
    worthwhile,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When to speak.

    ``min_negative_share_ratio``: share of time from which a statement without advice
    is told why.
    """

    search: WorthwhileOptions = field(default_factory=WorthwhileOptions)
    min_negative_share_ratio: float = 0.005


_DEFAULTS = Thresholds()


def advise(
    facts: Facts, thresholds: Thresholds = _DEFAULTS
) -> Iterator[Recommendation | NoAdvice]:
    """The chosen indexes, and for heavy statements without one the reason."""
    planner = facts.what_if
    if facts.catalog is None or planner is None:
        return
    catalog = with_whole_tables(facts.catalog)
    facts = replace(facts, catalog=catalog)
    search = replace(thresholds.search, views=facts.views)
    found = worthwhile(facts.workload, catalog, planner, search)
    for index in found.indexes:
        yield _recommendation(index, facts, catalog, found)
    for outcome in found.unhelped:
        if outcome.item.exec_time_ratio >= thresholds.min_negative_share_ratio:
            yield _no_advice(outcome, found, thresholds)


def _recommendation(
    chosen: WorthwhileIndex, facts: Facts, catalog: Catalog, found: Worthwhile
) -> Recommendation:
    action = create_index(chosen.definition, chosen.size_bytes, catalog)
    source = f"what-if plans by {found.planner_source}"
    before, after = mean_cost(chosen)
    return Recommendation(
        advisor="missing_index",
        title=build_title(chosen),
        action=action,
        before=Quantity(
            value=before, unit="planner cost", basis=Basis.ESTIMATED, source=source
        ),
        after=Quantity(
            value=after, unit="planner cost", basis=Basis.ESTIMATED, source=source
        ),
        evidence=tuple(build_evidence(chosen, facts, found)),
        reasons=(f"Why these columns in this order: {chosen.why_this_order}.",),
        affects=tuple(
            affected(
                helped.item,
                cost_before=helped.before.cost,
                cost_after=helped.promised.cost,
            )
            for helped in sorted(
                chosen.helped, key=lambda helped: -helped.item.exec_time_ratio
            )
        ),
        rollback=create_rollback(action, catalog),
        verify=create_verify(action),
        refuted_by=(
            "EXPLAIN of an affected query that does not use the index once it is "
            "built, or a mean time that does not fall in the next window."
        ),
        caveats=tuple(build_caveats(chosen, facts, found)),
        impact_ratio=max(0.0, chosen.saved_ratio),
    )


def _no_advice(
    outcome: StatementOutcome, found: Worthwhile, thresholds: Thresholds
) -> NoAdvice:
    reason, evidence = outcome.why, list(_costs(outcome, found))
    if not reason:
        reason = _why_not_worth_it(outcome, thresholds)
    if not found.complete:
        reason += " The search ended at its bound on questions and may have missed one."
    return NoAdvice(
        fingerprint=outcome.item.statement.fingerprint,
        reason=reason,
        evidence=tuple(evidence),
    )


def _why_not_worth_it(outcome: StatementOutcome, thresholds: Thresholds) -> str:
    """The candidates were asked about, and none was chosen: the rule that failed."""
    base, offered = outcome.base, outcome.offered
    if base is None or offered is None or base.cost <= 0:
        return "No index could be tried on it."
    limits = thresholds.search.thresholds
    gain = 1.0 - offered.cost / base.cost
    many = outcome.candidate_count != 1
    count = f"{outcome.candidate_count} candidate {'indexes' if many else 'index'}"
    tried = f"{count} tried{' together' if many else ''}"
    if gain < limits.min_statement_gain_ratio:
        return (
            f"The planner is right: {tried} would lower its cost by "
            f"{gain:.0%}, less than {limits.min_statement_gain_ratio:.0%}."
        )
    if not outcome.improved_ratio:
        return (
            f"{tried} would lower its planner cost by {gain:.0%}, but still read a "
            "large part of the table: no gain to rely on."
        )
    if outcome.improved_ratio < limits.min_parameter_ratio:
        share = f"{outcome.improved_ratio:.0%}"
        few = "less than 1%" if outcome.improved_ratio < 0.01 else share
        return (
            f"{tried} would lower its cost by {gain:.0%} on the mean, but noticeably "
            f"for {few} of the parameter values only."
        )
    best = sorted(offered.used, key=columns)
    pays = sum(price.exec_time_ratio for price in outcome.prices.values())
    saved = outcome.item.exec_time_ratio * gain
    listed = " and ".join(f"{item.relation} {columns(item)}" for item in best)
    if saved - pays < limits.min_saved_ratio:
        return (
            f"It does not pay: {listed} would save {saved:.2%} of the workload's time "
            f"and cost writers {pays:.2%}."
        )
    return (
        f"No single index is worth it on its own: {listed} would lower its cost by "
        f"{gain:.0%} together, and the chosen set serves the workload better."
    )


def _costs(outcome: StatementOutcome, found: Worthwhile) -> Iterator[Evidence]:
    pairs = (
        ("planner cost now", outcome.base),
        (f"with all {outcome.candidate_count} candidates", outcome.offered),
    )
    for claim, cost in pairs:
        if cost is not None:
            yield Evidence(
                claim=claim,
                quantity=Quantity(
                    value=cost.cost,
                    unit="planner cost",
                    basis=Basis.ESTIMATED,
                    source=f"plans by {found.planner_source}",
                ),
            )


ADVISOR = Advisor(
    slug="missing_index",
    needs=(Need.CATALOG, Need.WHAT_IF),
    doc=__doc__,
    advise=advise,
)
