"""Analyze tables whose statistics no longer describe their rows.

Rule: the planner chooses by statistics; where most rows changed since ANALYZE, or it
    never ran, estimates are wrong and so may be plans.
Evidence: rows changed since the last ANALYZE, live rows, time of the last ANALYZE,
    share of time of the statements that touch the table.
Semantics: results never change; plans may.
Silent when: the table is small, no statement of the workload touches it, few rows
    changed, somewhat more did but ANALYZE ran within a day, or the counters claim
    inserts that ANALYZE must have seen.
Source: PostgreSQL manual, "Updating Planner Statistics" and "The Autovacuum Daemon".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.advisors.affected import affected, items_touching
from analyzer.advisors.contract import Advisor, Facts, Need
from analyzer.domain.catalog import Catalog, Relation, RelationActivity, RelationKind
from analyzer.domain.recommendation import (
    Basis,
    Evidence,
    Quantity,
    Recommendation,
    RunMaintenance,
)
from analyzer.statements.identifiers import quote_relation

_DAY_S = 86_400.0
_BLOCK_BYTES = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When statistics are stale; ratios are of the live rows.

    Beyond ``much_changed_ratio`` at once; beyond ``changed_ratio`` where ANALYZE is
    older than ``max_age_s``. Autovacuum's own default is a ratio of 0.1.
    """

    min_rows: int = 1000
    much_changed_ratio: float = 0.5
    changed_ratio: float = 0.2
    max_age_s: float = _DAY_S


_DEFAULTS = Thresholds()


def advise(
    facts: Facts, thresholds: Thresholds = _DEFAULTS
) -> Iterator[Recommendation]:
    """ANALYZE for each table the workload touches and the statistics misjudge."""
    catalog = facts.catalog
    if catalog is None:
        return
    for relation in catalog.relations:
        if relation.kind not in (RelationKind.TABLE, RelationKind.MATERIALIZED_VIEW):
            continue
        activity = relation.activity
        if activity is None or activity.n_live_tup < thresholds.min_rows:
            continue
        why = _why_stale(relation, activity, catalog, thresholds)
        if why and items_touching(facts, relation.name):
            yield _recommendation(relation, activity, facts, why)


def _why_stale(
    relation: Relation,
    activity: RelationActivity,
    catalog: Catalog,
    thresholds: Thresholds,
) -> str:
    if _never_analyzed(relation, activity, catalog):
        return "it was never analyzed"
    if _is_contradicted(relation, activity):
        return ""
    ratio = activity.n_mod_since_analyze / activity.n_live_tup
    if ratio >= thresholds.much_changed_ratio:
        return f"{ratio:.0%} of its rows changed since the last ANALYZE"
    if ratio < thresholds.changed_ratio or activity.last_analyzed_at is None:
        return ""
    age_s = (catalog.read_at - activity.last_analyzed_at).total_seconds()
    if age_s < thresholds.max_age_s:
        return ""
    return (
        f"{ratio:.0%} of its rows changed since the last ANALYZE "
        f"{age_s / _DAY_S:.1f} days ago"
    )


def _is_contradicted(relation: Relation, activity: RelationActivity) -> bool:
    """Rows counted as inserted since ANALYZE, which ANALYZE has seen all the same.

    A session reports its writes up to a second late, so a load that is analyzed at
    once counts as changed, and as more live rows, afterwards (see
    ``pgstat_report_analyze`` in pgstat_relation.c). Had the rows come later, the table
    would be longer than ANALYZE noted; only a VACUUM since then could have noted the
    new length too.
    """
    analyzed_at, vacuumed_at = activity.last_analyzed_at, activity.last_vacuumed_at
    if analyzed_at is None or (vacuumed_at is not None and vacuumed_at > analyzed_at):
        return False
    not_inserted = activity.n_tup_upd + 2 * activity.n_tup_del
    inserted = activity.n_mod_since_analyze - not_inserted
    if inserted <= 0 or relation.relpages <= 0 or relation.reltuples <= 0:
        return False
    longer_ratio = relation.size_bytes / (relation.relpages * _BLOCK_BYTES) - 1
    return longer_ratio < inserted / relation.reltuples / 2


def _never_analyzed(
    relation: Relation, activity: RelationActivity, catalog: Catalog
) -> bool:
    """No trace of an ANALYZE, and statistics of other tables show that we may look."""
    if activity.last_analyzed_at is not None or _has_statistics(relation):
        return False
    may_look = any(_has_statistics(other) for other in catalog.relations)
    return relation.reltuples < 0 or may_look


def _has_statistics(relation: Relation) -> bool:
    return any(item.n_distinct is not None for item in relation.attributes)


def _recommendation(
    relation: Relation, activity: RelationActivity, facts: Facts, why: str
) -> Recommendation:
    source = "pg_stat_all_tables"
    items = items_touching(facts, relation.name)
    share = sum(item.exec_time_ratio for item in items)
    return Recommendation(
        advisor="stale_statistics",
        title=(
            f"Analyze {relation.name}: {why}; {len(items)} "
            f"{'query' if len(items) == 1 else 'queries'} with {share:.0%} of the "
            "workload's time depend on its statistics"
        ),
        action=RunMaintenance(
            ddl=f"ANALYZE {quote_relation(relation.name)}", relation=relation.name
        ),
        before=Quantity(
            value=float(_changed(relation, activity)),
            unit="rows changed since ANALYZE",
            basis=Basis.MEASURED,
            source=source,
        ),
        after=Quantity(
            value=0.0,
            unit="rows changed since ANALYZE",
            basis=Basis.ESTIMATED,
            source="what ANALYZE does",
        ),
        evidence=tuple(_evidence(relation, activity, share)),
        affects=tuple(affected(item) for item in items),
        verify=(
            "EXPLAIN (ANALYZE) of the affected queries: estimated rows must come close "
            "to actual rows."
        ),
        refuted_by="The same plans and estimates after ANALYZE as before.",
        caveats=(
            "How much time it saves cannot be told before; plans may also stay as "
            "they are.",
            "Autovacuum does this by itself unless it is off, behind, or the table "
            "sets its own thresholds; look for the reason.",
        ),
    )


def _changed(relation: Relation, activity: RelationActivity) -> int:
    if relation.reltuples < 0:
        return max(activity.n_mod_since_analyze, activity.n_live_tup)
    return activity.n_mod_since_analyze


def _evidence(
    relation: Relation, activity: RelationActivity, share: float
) -> Iterator[Evidence]:
    def quantity(value: float, unit: str, basis: Basis, source: str) -> Quantity:
        return Quantity(value=value, unit=unit, basis=basis, source=source)

    yield Evidence(
        claim="rows changed since the last ANALYZE",
        quantity=quantity(
            float(activity.n_mod_since_analyze),
            "rows",
            Basis.MEASURED,
            "pg_stat_all_tables",
        ),
    )
    yield Evidence(
        claim="live rows",
        quantity=quantity(
            float(activity.n_live_tup), "rows", Basis.MEASURED, "pg_stat_all_tables"
        ),
    )
    yield Evidence(
        claim="rows the planner believes in (−1: it was never told)",
        quantity=quantity(
            relation.reltuples, "rows", Basis.MEASURED, "pg_class.reltuples"
        ),
    )
    yield Evidence(
        claim="share of the workload's time in statements that touch it",
        quantity=quantity(share, "ratio", Basis.MEASURED, "pg_stat_statements and log"),
    )


ADVISOR = Advisor(
    slug="stale_statistics",
    needs=(Need.CATALOG, Need.ACTIVITY),
    doc=__doc__,
    advise=advise,
)
