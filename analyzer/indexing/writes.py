"""What writers pay for one more index, in the currency of the workload: its time.

An entry is priced from the measured inserts: the time of an inserted row is shared
evenly between the table, its write-ahead log and each of its indexes, so an entry
costs ``time per row / (indexes + 2)``. Where no insert was seen the price of an entry
is assumed. Rows come from the statements of the workload; where none of them writes
the table, from the counters of pg_stat_all_tables, scaled to the window.

An update writes an entry unless it is HOT (heap-only tuple). An index that holds a
column the updates assign ends HOT for them, and then each of them writes an entry into
*every* index (PostgreSQL manual, "Heap-Only Tuples"). A deleted row leaves its
entry to VACUUM, which is priced at a quarter of writing it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analyzer.domain.catalog import Catalog, Relation, RelationActivity
from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.recommendation import Basis
from analyzer.domain.statement import StatementKind
from analyzer.domain.workload import Workload, WorkloadItem
from analyzer.statements.facts import StatementShape

ASSUMED_ENTRY_MS = 0.01
"""Of an index entry where no insert was measured: cached pages, a short WAL record."""

VACUUM_SHARE = 0.25
_OLD_ENOUGH_S = 86_400.0
_LOG_ONLY_ROWS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationWrites:
    """What was written to one table in the window; rows are counts."""

    inserted: float = 0.0
    updated: float = 0.0
    deleted: float = 0.0
    hot_ratio: float = 0.0
    updated_by_attribute: Mapping[str, float] = field(default_factory=dict)
    """Rows of the updates that assign each attribute."""
    index_count: int = 0
    entry_ms: float = ASSUMED_ENTRY_MS
    basis: Basis = Basis.ASSUMED
    source: str = "no write was seen"

    @property
    def rows(self) -> float:
        """Rows written in all."""
        return self.inserted + self.updated + self.deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePrice:
    """The price of keeping one index; ratios are shares of the workload's time."""

    exec_time_ratio: float
    entries: float
    hot_updates_lost: float
    basis: Basis
    source: str


FREE = WritePrice(
    exec_time_ratio=0.0,
    entries=0.0,
    hot_updates_lost=0.0,
    basis=Basis.ASSUMED,
    source="no write was seen",
)
UNSEEN = replace(FREE, source="a standby does not see the writes of its primary")


class WritePrices:
    """Prices of indexes for one workload."""

    def __init__(
        self,
        workload: Workload,
        catalog: Catalog,
        shapes: Iterable[tuple[WorkloadItem, StatementShape]],
    ) -> None:
        self._none_seen = UNSEEN if catalog.is_replica else FREE
        self._total_ms = _total_ms(workload)
        self._writes = _writes(workload, catalog, tuple(shapes))

    def writes(self, relation: RelationName) -> RelationWrites:
        """What was written to a table."""
        return self._writes.get(relation, RelationWrites())

    def price(self, definition: IndexDefinition, rows_ratio: float = 1.0) -> WritePrice:
        """What keeping this index costs the writers of its table.

        Args:
            definition: the index.
            rows_ratio: share of the table's rows it holds, 1 unless it is partial.
        """
        writes = self._writes.get(definition.relation)
        if writes is None or not writes.rows:
            return self._none_seen
        touching = _updates_touching(definition, writes)
        lost = touching * writes.hot_ratio
        cold = (writes.updated - touching) * (1.0 - writes.hot_ratio)
        own = (
            writes.inserted
            + cold
            + touching
            + VACUUM_SHARE * (writes.deleted + cold + touching)
        ) * rows_ratio
        entries = own + lost * writes.index_count
        return WritePrice(
            exec_time_ratio=entries * writes.entry_ms / self._total_ms
            if self._total_ms
            else 0.0,
            entries=entries,
            hot_updates_lost=lost,
            basis=writes.basis,
            source=writes.source,
        )


def _updates_touching(definition: IndexDefinition, writes: RelationWrites) -> float:
    """Rows of updates that assign a column the index holds or tests."""
    held = {*definition.attributes, *definition.include} - {""}
    texts = (definition.predicate, *(key.expression for key in definition.keys))
    touching = max(
        (
            count
            for name, count in writes.updated_by_attribute.items()
            if name in held or any(name in text for text in texts if text)
        ),
        default=0.0,
    )
    return min(touching, writes.updated)


def _total_ms(workload: Workload) -> float:
    """Execution time of the window, also of what the items do not show."""
    total = sum(item.counters.total_exec_time_ms for item in workload.items)
    shown = sum(item.exec_time_ratio for item in workload.items)
    return total / shown if shown > 0 else 0.0


def _writes(
    workload: Workload,
    catalog: Catalog,
    shapes: Sequence[tuple[WorkloadItem, StatementShape]],
) -> dict[RelationName, RelationWrites]:
    by_relation: dict[RelationName, list[tuple[WorkloadItem, StatementShape]]]
    by_relation = defaultdict(list)
    for item, shape in shapes:
        for use in shape.uses:
            if use.is_target:
                by_relation[use.relation].append((item, shape))
    fallback_ms = _fallback_entry_ms(by_relation, catalog)
    result: dict[RelationName, RelationWrites] = {}
    for relation in catalog.relations:
        writers = by_relation.get(relation.name)
        found = (
            _from_statements(relation, writers, fallback_ms)
            if writers
            else _from_activity(relation, catalog, workload)
        )
        if found:
            result[relation.name] = found
    return result


def _from_statements(
    relation: Relation,
    writers: Sequence[tuple[WorkloadItem, StatementShape]],
    fallback_ms: float,
) -> RelationWrites:
    rows: dict[StatementKind, float] = defaultdict(float)
    assigned: dict[str, float] = defaultdict(float)
    for item, shape in writers:
        count = _row_count(item)
        rows[shape.kind] += count
        for name in {name for use in shape.uses for name in use.written}:
            assigned[name] += count
    entry_ms = _entry_ms(relation, writers)
    source = ", measured inserts" if entry_ms else ", measured inserts of other tables"
    entry_ms = entry_ms or fallback_ms
    return RelationWrites(
        inserted=rows[StatementKind.INSERT],
        updated=rows[StatementKind.UPDATE] + rows[StatementKind.MERGE],
        deleted=rows[StatementKind.DELETE],
        hot_ratio=_hot_ratio(relation.activity),
        updated_by_attribute=dict(assigned),
        index_count=len(relation.indexes),
        entry_ms=entry_ms or ASSUMED_ENTRY_MS,
        basis=Basis.ESTIMATED if entry_ms else Basis.ASSUMED,
        source="statements of the workload that write the table"
        + (source if entry_ms else f"; {ASSUMED_ENTRY_MS} ms an entry"),
    )


def _entry_ms(
    relation: Relation, writers: Sequence[tuple[WorkloadItem, StatementShape]]
) -> float:
    """The price of an entry by the cheapest measured insert, 0 where none was."""
    per_row_ms = [
        item.counters.total_exec_time_ms / count
        for item, shape in writers
        if shape.kind is StatementKind.INSERT and (count := _row_count(item))
    ]
    return min(per_row_ms, default=0.0) / (len(relation.indexes) + 2)


def _fallback_entry_ms(
    by_relation: Mapping[RelationName, Sequence[tuple[WorkloadItem, StatementShape]]],
    catalog: Catalog,
) -> float:
    """The median over all tables with measured inserts, 0 where there is none."""
    prices = sorted(
        price
        for relation in catalog.relations
        if (price := _entry_ms(relation, by_relation.get(relation.name, ())))
    )
    return prices[len(prices) // 2] if prices else 0.0


def _row_count(item: WorkloadItem) -> float:
    """Rows written; a log does not tell them, so each execution counts as one."""
    if "pg_stat_statements" in item.sources:
        return float(item.counters.rows)
    return float(max(item.counters.rows, item.counters.calls * _LOG_ONLY_ROWS))


def _from_activity(
    relation: Relation, catalog: Catalog, workload: Workload
) -> RelationWrites | None:
    """Counters scaled to the window; not young ones, which a load would dominate."""
    activity, since = relation.activity, catalog.stats_reset_at
    if activity is None or since is None or not activity.write_count:
        return None
    age_s = (catalog.read_at - since).total_seconds()
    if age_s < _OLD_ENOUGH_S:
        return None
    scale = workload.window.duration_s / age_s
    return RelationWrites(
        inserted=activity.n_tup_ins * scale,
        updated=activity.n_tup_upd * scale,
        deleted=activity.n_tup_del * scale,
        hot_ratio=_hot_ratio(activity),
        index_count=len(relation.indexes),
        source="pg_stat_all_tables, scaled to the window; "
        f"{ASSUMED_ENTRY_MS} ms an entry",
    )


def _hot_ratio(activity: RelationActivity | None) -> float:
    if activity is None or not activity.n_tup_upd:
        return 0.0
    return min(1.0, activity.n_tup_hot_upd / activity.n_tup_upd)
