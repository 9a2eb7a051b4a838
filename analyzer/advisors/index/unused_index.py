"""Drop indexes that no query has used for a long time.

Rule: an index whose scan counter is zero since counters that are old enough costs
    every writer, the cache, VACUUM and backups, and serves nobody.
Evidence: idx_scan, age of the counters, size, rows written to the table, planner
    costs of the workload without it.
Semantics: results never change. A query that does need it gets slower.
Silent when: the counters are young or their age is unknown, the index backs a
    constraint, is unique, is the replica identity, belongs to a partitioned index,
    alone supports a foreign key, is small, or the planner wants it for the workload.
Source: PostgreSQL manual, "The Cumulative Statistics System", pg_stat_all_indexes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.advisors.contract import Advisor, Facts, Need
from analyzer.advisors.droppable import (
    advised_tables,
    is_droppable,
    supports_foreign_key,
)
from analyzer.advisors.index_change import (
    DROP_CAVEATS,
    drop_index,
    restore_statement,
)
from analyzer.advisors.without_index import WithoutIndex, without_index
from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.index import Index
from analyzer.domain.recommendation import Basis, Evidence, Quantity, Recommendation

_DAY_S = 86_400.0
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When a zero counts as proof.

    ``min_counter_age_s`` is a week, so that weekly jobs were seen; a caller that knows
    the whole workload (a demo, a replayed load) may pass less. Zero also accepts
    counters that were never reset, whose age PostgreSQL does not tell.
    """

    min_counter_age_s: float = 7 * _DAY_S
    min_size_bytes: int = _MIB
    max_rise_ratio: float = 0.02


_DEFAULTS = Thresholds()


def advise(
    facts: Facts, thresholds: Thresholds = _DEFAULTS
) -> Iterator[Recommendation]:
    """Indexes never scanned, on counters old enough to tell."""
    catalog = facts.catalog
    if catalog is None or not _old_enough(catalog, thresholds):
        return
    for relation in advised_tables(catalog):
        for index in relation.indexes:
            if not _is_unused(index, relation, thresholds):
                continue
            check = without_index(facts, index)
            if check is None or check.worst_rise_ratio <= thresholds.max_rise_ratio:
                yield _recommendation(index, relation, catalog, check)


def _old_enough(catalog: Catalog, thresholds: Thresholds) -> bool:
    if thresholds.min_counter_age_s <= 0:
        return True
    age_s = _counter_age_s(catalog)
    return age_s is not None and age_s >= thresholds.min_counter_age_s


def _counter_age_s(catalog: Catalog) -> float | None:
    if catalog.stats_reset_at is None:
        return None
    return (catalog.read_at - catalog.stats_reset_at).total_seconds()


def _is_unused(index: Index, relation: Relation, thresholds: Thresholds) -> bool:
    return (
        index.idx_scan == 0
        and index.last_idx_scan_at is None
        and index.size_bytes >= thresholds.min_size_bytes
        and relation.partition_of is None
        and is_droppable(index)
        and not supports_foreign_key(index, relation)
    )


def _recommendation(
    index: Index, relation: Relation, catalog: Catalog, check: WithoutIndex | None
) -> Recommendation:
    size = f"{index.size_bytes / _MIB:,.1f} MiB"
    return Recommendation(
        advisor="unused_index",
        title=f"Drop {index.name}: no scan since the counters began, {size}",
        action=drop_index(index),
        before=_measured(index.size_bytes, "bytes", "pg_relation_size"),
        after=Quantity(
            value=0.0, unit="bytes", basis=Basis.ESTIMATED, source="DROP INDEX"
        ),
        evidence=tuple(_evidence(relation, catalog, check)),
        rollback=restore_statement(index),
        verify=(
            "Watch the mean times of the queries on the table for one full cycle of "
            "the business; none may rise."
        ),
        refuted_by="A report, a monthly job or a standby that scans the index.",
        caveats=tuple(_caveats(catalog)),
    )


def _measured(value: float, unit: str, source: str) -> Quantity:
    return Quantity(value=float(value), unit=unit, basis=Basis.MEASURED, source=source)


def _evidence(
    relation: Relation, catalog: Catalog, check: WithoutIndex | None
) -> Iterator[Evidence]:
    source = "pg_stat_all_indexes"
    yield Evidence(
        claim="scans of the index since the counters began",
        quantity=_measured(0, "scans", source),
    )
    age_s = _counter_age_s(catalog)
    if age_s is not None:
        yield Evidence(
            claim="age of the counters", quantity=_measured(age_s, "s", "stats_reset")
        )
    if relation.activity is not None:
        yield Evidence(
            claim="rows written to its table in that time",
            quantity=_measured(
                relation.activity.write_count, "rows", "pg_stat_all_tables"
            ),
        )
    if check is not None:
        yield from check.evidence()


def _caveats(catalog: Catalog) -> Iterator[str]:
    if catalog.stats_reset_at is None:
        yield "The counters were never reset; how old they are is not known."
    else:
        yield "A job that runs more rarely than the counters are old was not seen."
    if catalog.is_replica:
        yield (
            "These are the counters of a standby; the primary keeps its own. Check "
            "idx_scan there too: an index exists on all or none."
        )
    elif catalog.replica_count is None:
        yield "Whether standbys exist could not be seen; each keeps its own counters."
    elif catalog.replica_count:
        yield (
            f"{catalog.replica_count} standby servers keep counters of their own: "
            "check idx_scan on each before you drop it."
        )
    yield from DROP_CAVEATS


ADVISOR = Advisor(
    slug="unused_index",
    needs=(Need.CATALOG, Need.ACTIVITY),
    doc=__doc__,
    advise=advise,
)
