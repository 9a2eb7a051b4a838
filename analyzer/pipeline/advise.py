"""Facts to advice: run every advisor that can run, and say which could not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from analyzer.advisors.beside_indexes import weighed
from analyzer.advisors.combine import combine
from analyzer.advisors.contract import Advise, Advisor, Facts, Need
from analyzer.advisors.index import unused_index
from analyzer.advisors.page_remedies import with_one_page_remedy
from analyzer.advisors.registry import ADVISORS
from analyzer.advisors.standby import told_where
from analyzer.domain.ports import Progress
from analyzer.domain.recommendation import DidNotRun, NoAdvice, Recommendation
from analyzer.domain.workload import WorkloadItem
from analyzer.errors import AnalyzerError


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviseOptions:
    """What a caller may change.

    Attributes:
        advisors: who is asked, in this order.
        min_counter_age_s: age in seconds from which "never scanned" counts as
            evidence that an index is unused; none keeps the advisor's own threshold
            (days). A caller that knows the whole workload, as the demo does, passes
            less; 0 accepts counters that were never reset, whose age is not known.
        progress: told which advisor works.
    """

    advisors: tuple[Advisor, ...] = ADVISORS
    min_counter_age_s: float | None = None
    progress: Progress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What came out: positive answers, negative ones, and what could not be asked."""

    recommendations: tuple[Recommendation, ...] = ()
    no_advice: tuple[NoAdvice, ...] = ()
    did_not_run: tuple[DidNotRun, ...] = ()


def advise(facts: Facts, options: AdviseOptions | None = None) -> Advice:
    """Run every advisor that can run, and say which could not.

    An advisor that fails on these facts is reported as not run; the others go on.

    Args:
        facts: workload, catalog, sessions and planner, as far as there are any.
        options: which advisors, and their thresholds.

    Returns:
        Recommendations ranked by impact, combined and weighed; negative answers only
        for statements no recommendation touches.
    """
    chosen = options or AdviseOptions()
    facts, measured = _with_shares(facts), facts
    found: list[Recommendation | NoAdvice] = []
    waiting: list[DidNotRun] = []
    for done, advisor in enumerate(chosen.advisors):
        if chosen.progress:
            chosen.progress(f"asking {advisor.slug}", done / len(chosen.advisors))
        missing = advisor.why_not(facts)
        if missing:
            waiting.append(missing)
            continue
        try:
            found.extend(_function(advisor, chosen)(facts))
        except AnalyzerError as error:
            waiting.append(_failed(advisor, error))
    positives = [r for r in found if isinstance(r, Recommendation)]
    told = told_where(
        weighed(with_one_page_remedy(combine(positives)), facts), facts.catalog
    )
    recommendations = tuple(_with_measured_shares(rec, measured) for rec in told)
    negatives = [n for n in found if isinstance(n, NoAdvice)]
    return Advice(
        recommendations=recommendations,
        no_advice=tuple(_unanswered(negatives, recommendations)),
        did_not_run=tuple(waiting),
    )


def advise_on(
    asked: Sequence[WorkloadItem], facts: Facts, options: AdviseOptions
) -> Advice:
    """Advice on some statements, as if nothing else had run.

    Of a statement by itself no session tells anything, and advice on the rest of the
    database was not asked for.
    """
    advisors = tuple(a for a in options.advisors if Need.LOGS not in a.needs)
    workload = replace(facts.workload, items=tuple(asked))
    found = advise(
        replace(facts, workload=workload), replace(options, advisors=advisors)
    )
    names = {item.statement.fingerprint for item in asked}
    return replace(
        found,
        recommendations=tuple(
            recommendation
            for recommendation in found.recommendations
            if any(item.fingerprint in names for item in recommendation.affects)
        ),
    )


def _with_shares(facts: Facts) -> Facts:
    """Equal shares where there is no time to share, as for a submitted query.

    Without them a query that never ran would weigh nothing, and no advice would pay.
    """
    items = facts.workload.items
    untimed = any(
        "submitted" in item.sources and item.counters.total_exec_time_ms <= 0
        for item in items
    )
    if not items or not (untimed or all(i.exec_time_ratio <= 0 for i in items)):
        return facts
    share = 1.0 / len(items)
    shared = tuple(replace(item, exec_time_ratio=share) for item in items)
    return replace(facts, workload=replace(facts.workload, items=shared))


def _with_measured_shares(rec: Recommendation, facts: Facts) -> Recommendation:
    """The recommendation with the shares of time that were really seen."""
    known = facts.workload.by_fingerprint
    return replace(
        rec,
        affects=tuple(
            replace(item, exec_time_ratio=known[item.fingerprint].exec_time_ratio)
            if item.fingerprint in known
            else item
            for item in rec.affects
        ),
    )


def _function(advisor: Advisor, options: AdviseOptions) -> Advise:
    """The advisor with the thresholds that this call sets."""
    if advisor.slug != unused_index.ADVISOR.slug or options.min_counter_age_s is None:
        return advisor.advise
    thresholds = unused_index.Thresholds(min_counter_age_s=options.min_counter_age_s)
    return partial(unused_index.advise, thresholds=thresholds)


def _failed(advisor: Advisor, error: AnalyzerError) -> DidNotRun:
    why = error.message if not error.detail else f"{error.message}: {error.detail}"
    return DidNotRun(advisor=advisor.slug, why=why, hint=error.hint or "")


def _unanswered(
    negatives: Sequence[NoAdvice], recommendations: Sequence[Recommendation]
) -> Iterator[NoAdvice]:
    """One negative answer for each statement that got no positive one."""
    answered = {
        statement.fingerprint for rec in recommendations for statement in rec.affects
    }
    for negative in negatives:
        if negative.fingerprint not in answered:
            answered.add(negative.fingerprint)
            yield negative
