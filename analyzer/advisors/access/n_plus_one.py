"""Ask once for all rows instead of once for each row of another query.

Rule: a session that runs the same statement many times in a row, each time with
    another value and right after a statement that returned those values, is a loop in
    the application (N+1). One statement for all values saves the round trips.
Evidence: from the log: calls in such runs, their time together, the longest run, the
    number of sessions, and the statement just before.
Semantics: the application asks differently; the rows are the same, put together.
Silent when: no log with sessions was read, runs are short or few, the values repeat,
    or they took no share of the time and of all calls worth a change.
Source: Fowler, "Patterns of Enterprise Application Architecture", Lazy Load (ripple
    loading); ORM manuals on eager loading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzer.advisors.affected import affected
from analyzer.advisors.contract import Advisor, Facts, Need
from analyzer.domain.recommendation import (
    AffectedStatement,
    Basis,
    ChangeApplication,
    Evidence,
    NoAdvice,
    Quantity,
    Recommendation,
    Semantics,
)
from analyzer.domain.statement import Fingerprint, StatementKind
from analyzer.domain.workload import StatementRun, WorkloadItem
from analyzer.errors import AnalyzerError
from analyzer.rewriting.batch import batched
from analyzer.statements.shape import shape

_SLUG = "n_plus_one"
_SOURCE = "log: runs of one statement within a session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When to speak.

    ``min_longest_calls``: calls in the longest run. ``min_calls``: calls in all runs.
    ``min_distinct_ratio``: share of calls in a run with values of their own.
    ``min_time_ratio``: share of the workload's time. ``min_call_ratio``: share of its
    calls that is worth a word whatever the server's time: each is a round trip, for
    which the application waits longer than a look-up by key takes.
    """

    min_longest_calls: int = 10
    min_calls: int = 20
    min_distinct_ratio: float = 0.5
    min_time_ratio: float = 0.001
    min_call_ratio: float = 0.05


_DEFAULTS = Thresholds()


def advise(
    facts: Facts, thresholds: Thresholds = _DEFAULTS
) -> Iterator[Recommendation | NoAdvice]:
    """One change per repeated statement, all its runs together."""
    calls = sum(item.counters.calls for item in facts.workload.items)
    for run in _per_statement(facts.runs or ()):
        item = facts.workload.by_fingerprint.get(run.fingerprint)
        if item is None or item.statement.kind is not StatementKind.SELECT:
            continue
        is_long = run.longest >= thresholds.min_longest_calls
        is_loop = run.distinct_parameter_ratio >= thresholds.min_distinct_ratio
        if not (is_long and is_loop and run.call_count >= thresholds.min_calls):
            continue
        is_heavy = _time_ratio(run, item) >= thresholds.min_time_ratio
        if is_heavy or run.call_count >= thresholds.min_call_ratio * calls:
            yield _recommendation(run, item, facts)


def _per_statement(runs: tuple[StatementRun, ...]) -> list[StatementRun]:
    """Runs of one statement as one, under the parent that most calls follow."""
    merged: dict[Fingerprint, StatementRun] = {}
    for run in sorted(runs, key=lambda one: (-one.call_count, one.fingerprint)):
        known = merged.get(run.fingerprint)
        if known is None:
            merged[run.fingerprint] = run
            continue
        calls = known.call_count + run.call_count
        distinct = (
            known.distinct_parameter_ratio * known.call_count
            + run.distinct_parameter_ratio * run.call_count
        )
        merged[run.fingerprint] = replace(
            known,
            run_count=known.run_count + run.run_count,
            call_count=calls,
            total_ms=known.total_ms + run.total_ms,
            longest=max(known.longest, run.longest),
            distinct_parameter_ratio=distinct / calls if calls else 0.0,
            session_count=max(known.session_count, run.session_count),
        )
    return list(merged.values())


def _time_ratio(run: StatementRun, item: WorkloadItem) -> float:
    """Share of the workload's time in these runs, as far as the log tells."""
    total_ms = item.latency.total_ms if item.latency else 0.0
    total_ms = max(total_ms, item.counters.total_exec_time_ms, run.total_ms)
    return item.exec_time_ratio * (run.total_ms / total_ms if total_ms else 0.0)


def _recommendation(
    run: StatementRun, item: WorkloadItem, facts: Facts
) -> Recommendation:
    query, instruction = _batched(item, facts)
    parent = facts.workload.by_fingerprint.get(run.parent) if run.parent else None
    after = f"the {run.run_count:,} runs seen, one statement each"
    return Recommendation(
        advisor=_SLUG,
        title=(
            f"Ask once instead of {run.longest:,} times in a row: "
            f"{run.call_count:,} calls in {run.run_count:,} loops"
        ),
        action=ChangeApplication(instruction=instruction, query=query),
        before=_quantity(run.call_count, "calls", Basis.MEASURED),
        after=Quantity(
            value=run.run_count, unit="calls", basis=Basis.ESTIMATED, source=after
        ),
        evidence=tuple(_evidence(run, parent)),
        affects=_affected(item, parent),
        semantics=Semantics.UNCHANGED_IF,
        conditions=(
            "the application assigns the rows to their values by the column compared",
            "the rows may all be read at one moment instead of one after the other",
        ),
        verify=(
            "In the log of the next window the statement must no longer run many "
            "times in a row within one session."
        ),
        refuted_by="A caller that needs only the first few of those rows each time.",
        caveats=(
            "The time is the server's; the round trips saved are not in it, so the "
            "application gains more than is shown.",
        ),
        impact_ratio=_time_ratio(run, item)
        * max(0.0, 1.0 - run.run_count / run.call_count),
    )


def _batched(item: WorkloadItem, facts: Facts) -> tuple[str, str]:
    """The statement for all values and how to use it; without, only in words."""
    in_words = (
        "Load these rows together with the rows they belong to: with a JOIN or a "
        "LATERAL subquery in the statement before, or with the ORM's eager loading."
    )
    if facts.catalog is None:
        return "", in_words
    try:
        found = batched(shape(item.statement.normalized_query, facts.catalog))
    except AnalyzerError:
        return "", in_words
    if found is None:
        return "", in_words
    query, predicate = found
    return query, (
        f"Collect the values first, then send this once with an array of all of them "
        f"as {predicate.other.text}, and assign the rows by {predicate.attribute}; "
        "or use a JOIN, or the ORM's eager loading."
    )


def _evidence(run: StatementRun, parent: WorkloadItem | None) -> Iterator[Evidence]:
    total = _quantity(round(run.total_ms, 3), "ms", Basis.MEASURED)
    yield Evidence(claim="Time of the calls in loops", quantity=total)
    longest = _quantity(run.longest, "calls", Basis.MEASURED)
    yield Evidence(claim="Calls in the longest loop", quantity=longest)
    sessions = _quantity(run.session_count, "sessions", Basis.MEASURED)
    yield Evidence(claim="Sessions with such a loop", quantity=sessions)
    if parent is not None:
        text = " ".join(parent.statement.normalized_query.split())
        shown = text if len(text) <= 200 else f"{text[:200]} …"
        loops = _quantity(run.run_count, "loops", Basis.MEASURED)
        yield Evidence(claim=f"Loops that follow: {shown}", quantity=loops)


def _affected(
    item: WorkloadItem, parent: WorkloadItem | None
) -> tuple[AffectedStatement, ...]:
    """The repeated statement first: the identity of the advice rests on it."""
    own = affected(item)
    return (own, affected(parent)) if parent is not None else (own,)


def _quantity(value: float, unit: str, basis: Basis) -> Quantity:
    return Quantity(value=value, unit=unit, basis=basis, source=_SOURCE)


ADVISOR = Advisor(slug=_SLUG, needs=(Need.LOGS,), doc=__doc__, advise=advise)
