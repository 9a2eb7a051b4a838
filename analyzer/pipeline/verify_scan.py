"""Measure the first recommendations of a scan on rows made from its statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from analyzer.domain.measurement import (
    Measurement,
    ProofVerdict,
    StatementMeasurement,
    Temperature,
)
from analyzer.domain.ports import Progress
from analyzer.domain.recommendation import (
    Basis,
    CreateIndex,
    DropIndex,
    Evidence,
    NoAdvice,
    Quantity,
    Recommendation,
)
from analyzer.domain.workload import NotSeen, Workload
from analyzer.errors import AnalyzerError
from analyzer.pipeline.generated_database import (
    GeneratedOptions,
    generated_database,
)
from analyzer.pipeline.measurable import measurable
from analyzer.pipeline.proof_places import ProofPlace, generated_place
from analyzer.pipeline.verify import GivenStatement, VerifyRequest, verify_on
from analyzer.planner.snapshot_file import PlannerSnapshot

SCAN_ROWS = 500_000
MAX_STATEMENTS = 30


@dataclass(slots=True, kw_only=True)
class Proven:
    """Recommendations after measuring: refuted ones are gone, with the reason."""

    recommendations: list[Recommendation] = field(default_factory=list)
    no_advice: list[NoAdvice] = field(default_factory=list)
    not_seen: list[NotSeen] = field(default_factory=list)


def prove(
    recommendations: Sequence[Recommendation],
    workload: Workload,
    snapshot: PlannerSnapshot,
    count: int,
    progress: Progress,
) -> Proven:
    """Measure the first recommendations that can be measured, on generated data.

    A confirmed one gets the times measured in place of costs, a refuted one becomes
    a negative answer, an inconclusive one a caveat.

    Args:
        recommendations: in their order.
        workload: with the statements they affect.
        snapshot: of the database.
        count: how many to measure at most.
        progress: told how far it is, 0 to 1.
    """
    measurable = [item for item in recommendations if _request(item, workload)][:count]
    proven = Proven()
    if not measurable:
        proven.recommendations += recommendations
        return proven
    queries = [
        found.statement.normalized_query
        for recommendation in measurable
        for affected in recommendation.affects
        if (found := workload.by_fingerprint.get(affected.fingerprint))
    ]
    progress("making rows from the statistics", 0.0)
    with (
        generated_database(snapshot, queries, GeneratedOptions(rows=SCAN_ROWS)) as made,
        generated_place(made) as place,
    ):
        done = 0
        for item in recommendations:
            if item not in measurable:
                proven.recommendations.append(item)
                continue
            progress(f"measuring: {item.title[:60]}", 0.3 + 0.7 * done / count)
            _prove(item, workload, place, proven)
            done += 1
    return proven


def _prove(
    item: Recommendation, workload: Workload, place: ProofPlace, proven: Proven
) -> None:
    request = _request(item, workload)
    try:
        if request is None:
            raise AnalyzerError("it has no statement to measure")
        found = verify_on(place, request)
    except AnalyzerError as error:
        proven.recommendations.append(item)
        why = f"{error.message}: {error.detail}" if error.detail else error.message
        proven.not_seen.append(NotSeen(what=f"a proof of: {item.title}", why=why))
        return
    if found.verdict is ProofVerdict.REFUTED:
        proven.no_advice += [
            NoAdvice(
                fingerprint=affected.fingerprint,
                reason=f"{_subject(item)} was measured and refuted: {found.reason}",
                evidence=(_evidence(found),) if found.saved_ratio is not None else (),
            )
            for affected in item.affects[:1]
        ]
    elif found.verdict is ProofVerdict.CONFIRMED:
        proven.recommendations.append(_confirmed(item, found))
    else:
        caveat = f"measured on generated data without a clear result: {found.reason}"
        proven.recommendations.append(replace(item, caveats=(*item.caveats, caveat)))


def _request(item: Recommendation, workload: Workload) -> VerifyRequest | None:
    change = measurable(item.action)
    if change is None:
        return None
    if change.rewritten is not None:
        known = [workload.by_fingerprint.get(a.fingerprint) for a in item.affects[:1]]
        rewritten = GivenStatement(
            name="the query",
            query=change.original,
            parameter_sets=known[0].parameter_sets if known and known[0] else (),
            rewritten=change.rewritten,
        )
        return VerifyRequest(indexes=change.indexes, statements=(rewritten,))
    statements = tuple(
        GivenStatement(
            name=str(affected.fingerprint),
            query=found.statement.normalized_query,
            weight=float(max(found.counters.calls, 1)),
            parameter_sets=found.parameter_sets,
        )
        for affected in item.affects[:MAX_STATEMENTS]
        if (found := workload.by_fingerprint.get(affected.fingerprint))
    )
    if not statements:
        return None
    return VerifyRequest(
        indexes=change.indexes, drop=change.drop, statements=statements
    )


def _subject(item: Recommendation) -> str:
    action = item.action
    if isinstance(action, CreateIndex):
        return f"the index {action.name}"
    if isinstance(action, DropIndex):
        return f"to drop {action.index}"
    return "a rewritten query"


def _confirmed(item: Recommendation, found: Measurement) -> Recommendation:
    warm = [s for s in found.statements if s.temperature is Temperature.WARM]
    total = sum(s.weight for s in warm) or 1.0
    before = sum(_ms(s, after=False) * s.weight for s in warm) / total
    after = sum(_ms(s, after=True) * s.weight for s in warm) / total
    slower = tuple(
        f"{s.name} became slower when measured: {s.time_ratio:.1f} times the time"
        for s in found.regressions
    )
    return replace(
        item,
        before=_time(before, found),
        after=_time(after, found),
        evidence=(_evidence(found), *item.evidence),
        caveats=(*slower, *item.caveats),
    )


def _ms(item: StatementMeasurement, *, after: bool) -> float:
    side = item.after if after else item.before
    return side.execution_ms if side.cpu_ms is None else side.cpu_ms


def _time(value_ms: float, found: Measurement) -> Quantity:
    return Quantity(
        value=value_ms, unit="ms", basis=Basis.MEASURED, source=_source(found)
    )


def _evidence(found: Measurement) -> Evidence:
    return Evidence(
        claim="share of the time that the changed statements save",
        quantity=Quantity(
            value=found.saved_ratio or 0.0,
            unit="ratio",
            basis=Basis.MEASURED,
            source=_source(found),
        ),
    )


def _source(found: Measurement) -> str:
    place = found.environment
    runs = sum(s.before.run_count for s in found.statements)
    return (
        f"{place.ground.value}, PostgreSQL {place.server_version}, {runs} pairs of runs"
    )
