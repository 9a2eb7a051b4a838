"""A statistics object for a wrong estimate, tried in a shadow before it is advised.

The shadow has no rows to gather from, but the run has told what is true: how many rows
or groups there are. The degree of dependency, or the number of distinct combinations,
that would have made the planner expect as many is put into the shadow's catalog, and
the statement is planned anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from analyzer.domain.explanation import ChangeKind, Finding
from analyzer.domain.index import RelationName
from analyzer.domain.plan import Plan
from analyzer.errors import PlanningFailed
from analyzer.planner.shadow import ShadowCluster, build, cluster_for
from analyzer.planner.snapshot import PlannerSnapshot
from analyzer.planner.snapshot_file import ExtendedStatistics
from analyzer.plans.compare import compare
from analyzer.plans.statistics_candidates import (
    StatisticsCandidate,
    statistics_candidate,
)
from analyzer.statements.identifiers import quote_identifier, quote_relation

TRIAL_NAME = "pgproof_trial"
MIN_GAIN = 1.5
"""By how many times an estimate must come nearer to be told."""
_CHANGES = 2
_AS_IT_RAN = {"max_parallel_workers_per_gather": "0"}
"""Guarded runs have no workers, whose rows a plan gives for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedStatement:
    """What is to be planned anew, and from what."""

    query: str
    values: tuple[str | None, ...]
    snapshot: PlannerSnapshot


def with_tried_statistics(
    found: Sequence[Finding], measured: Plan, tried: TriedStatement
) -> tuple[Finding, ...]:
    """The findings, the first wrong estimate with what its statistics would change."""
    for place, finding in enumerate(found):
        candidate = statistics_candidate(measured, finding)
        if candidate is None:
            continue
        try:
            sentence = _tried(candidate, tried)
        except PlanningFailed:
            return tuple(found)
        told = replace(finding, remedy=f"{finding.remedy} {sentence}".strip())
        return (*found[:place], told, *found[place + 1 :])
    return tuple(found)


def _tried(candidate: StatisticsCandidate, tried: TriedStatement) -> str:
    with cluster_for(tried.snapshot) as cluster:
        before = _planned(cluster, tried, tried.snapshot)
        if candidate.group_keys:
            degree = candidate.actual_rows
        else:
            whole = _planned(cluster, tried, _with(tried.snapshot, candidate, 1.0))
            degree = _degree(candidate, before, whole)
        after = _planned(cluster, tried, _with(tried.snapshot, candidate, degree))
    return _sentence(candidate, before, after)


def _planned(
    cluster: ShadowCluster, tried: TriedStatement, snapshot: PlannerSnapshot
) -> Plan:
    # One with a statistics object of ours is of use to nobody else.
    is_real = snapshot is tried.snapshot
    with build(cluster, snapshot, keep=is_real) as planner:
        return planner.plan_with(tried.query, tried.values, settings=_AS_IT_RAN)


def _degree(candidate: StatisticsCandidate, before: Plan, whole: Plan) -> float:
    """The dependency by which as many rows are expected as there are.

    Of two columns the estimate is linear in it (dependencies.c): without one it is the
    product of both shares, with a whole one the smaller share.
    """
    none, most = candidate.expected_rows(before), candidate.expected_rows(whole)
    if none is None or most is None or most <= none:
        return 1.0
    return min(max((candidate.actual_rows - none) / (most - none), 0.0), 1.0)


def _with(
    snapshot: PlannerSnapshot, candidate: StatisticsCandidate, value: float
) -> PlannerSnapshot:
    name = RelationName(candidate.relation.schema, TRIAL_NAME)
    kind = "ndistinct" if candidate.group_keys else "dependencies"
    keys = ", ".join(map(quote_identifier, candidate.columns))
    create = (
        f"CREATE STATISTICS {quote_relation(name)} ({kind}) ON {keys}"
        f" FROM {quote_relation(candidate.relation)};"
    )
    pairs = tuple((pair, value) for pair in permutations(candidate.columns, 2))
    made = ExtendedStatistics(
        name=name,
        relation=candidate.relation,
        columns=candidate.columns,
        n_distinct=((candidate.columns, value),) if candidate.group_keys else (),
        dependencies=() if candidate.group_keys else pairs,
    )
    return replace(
        snapshot,
        schema_sql=f"{snapshot.schema_sql}\n{create}\n",
        extended_statistics=(*snapshot.extended_statistics, made),
    )


def _sentence(candidate: StatisticsCandidate, before: Plan, after: Plan) -> str:
    old, new = candidate.expected_rows(before), candidate.expected_rows(after)
    if old is None or new is None:
        return ""
    actual = max(candidate.actual_rows, 1.0)
    if _error(old, actual) < MIN_GAIN * _error(new, actual):
        return "Tried in a shadow, it would not mend this estimate."
    diff = compare(before, after)
    changes = [c.what for c in diff.changes if c.kind is not ChangeKind.ESTIMATED_ANEW]
    then = "; ".join(changes[:_CHANGES]) or "the planner makes the same choices"
    return (
        f"Tried in a shadow: {new:,.0f} rows are then expected instead of {old:,.0f}"
        f" ({actual:,.0f} were found), and {then}."
    )


def _error(expected: float, actual: float) -> float:
    expected = max(expected, 1.0)
    return max(expected / actual, actual / expected)
