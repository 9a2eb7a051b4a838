"""Existing indexes that a workload does not need beside a new set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.index import Index, RelationName
from analyzer.domain.index_advice import ProposedDrop
from analyzer.domain.what_if import BulkWhatIfPlanner, PlanCost, WhatIfQuestion
from analyzer.indexing.benefit import Configuration, sort_key
from analyzer.indexing.existing import leads
from analyzer.indexing.subjects import Prepared
from analyzer.indexing.workload_choice import WorkloadChoice

MIN_COUNTER_AGE_S = 7 * 86_400.0
MAX_WORKLOAD_RISE_RATIO = 0.005
MAX_STATEMENT_RISE_RATIO = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suspect:
    index: Index
    relation: Relation
    reason: str


def index_drops(
    choice: WorkloadChoice, chosen: Configuration, planner: BulkWhatIfPlanner
) -> tuple[ProposedDrop, ...]:
    """Indexes to drop, each proved needless by plans without it and those before it.

    Suspected are invalid ones, those that an existing or a proposed index leads, and
    those that nothing scanned since counters that are old enough. One that enforces a
    constraint, serves a foreign key or identifies rows is never dropped.
    """
    proof = _Proof(choice, chosen, planner)
    found: list[ProposedDrop] = []
    hidden: list[RelationName] = []
    for suspect in _suspects(choice.catalog, chosen):
        if not suspect.index.valid:
            found.append(_drop(suspect, choice.catalog, 0.0))
            continue
        rise = proof.rise_ratio(suspect, hidden)
        if rise is not None:
            hidden.append(suspect.index.name)
            found.append(_drop(suspect, choice.catalog, max(rise, 0.0)))
    return tuple(found)


def _suspects(catalog: Catalog, chosen: Configuration) -> Iterator[_Suspect]:
    for relation in advised_tables(catalog):
        leading: list[Index] = list(relation.indexes)
        for index in sorted(relation.indexes, key=lambda i: (i.size_bytes, i.name)):
            reason = _reason(index, relation, leading, catalog, chosen)
            if reason:
                leading.remove(index)
                yield _Suspect(index=index, relation=relation, reason=reason)


def _reason(
    index: Index,
    relation: Relation,
    others: Sequence[Index],
    catalog: Catalog,
    chosen: Configuration,
) -> str:
    if not index.valid:
        return "" if index.constraint_kind else "It is invalid: a build of it failed."
    if not is_droppable(index) or relation.partition_of is not None:
        return ""
    led = _led_by(index, others, chosen)
    if led:
        return led
    if _is_unused(index, catalog) and not supports_foreign_key(index, relation):
        return "Nothing has scanned it since the counters began."
    return ""


def _led_by(index: Index, others: Sequence[Index], chosen: Configuration) -> str:
    """Which other index does its work."""
    for definition in sorted(chosen, key=sort_key):
        if leads(definition, index.definition):
            return "A proposed index begins with all its columns."
    for other in others:
        if other is index or not other.valid:
            continue
        if other.definition == index.definition:
            return f"{other.name} is the same."
        if leads(other.definition, index.definition):
            return f"{other.name} begins with all its columns."
    return ""


def _is_unused(index: Index, catalog: Catalog) -> bool:
    if index.idx_scan != 0 or index.last_idx_scan_at or not catalog.stats_reset_at:
        return False
    age_s = (catalog.read_at - catalog.stats_reset_at).total_seconds()
    return age_s >= MIN_COUNTER_AGE_S


class _Proof:
    """Plans of the workload with the set, without some existing indexes."""

    def __init__(
        self,
        choice: WorkloadChoice,
        chosen: Configuration,
        planner: BulkWhatIfPlanner,
    ) -> None:
        self._choice = choice
        self._chosen = chosen
        self._planner = planner
        self._total = sum(self._cost(item) for item in choice.prepared) or 1.0

    def _cost(self, item: Prepared) -> float:
        weight = self._choice.weight(item.subject.item)
        return weight * self._choice.under(item, self._chosen).cost

    def rise_ratio(
        self, suspect: _Suspect, hidden: Sequence[RelationName]
    ) -> float | None:
        """What the workload loses without it, none if that is too much."""
        lost = 0.0
        for item in self._choice.prepared:
            if suspect.relation.name not in item.subject.leading:
                continue
            now = self._choice.under(item, self._chosen).cost
            then = self._without(item, [*hidden, suspect.index.name])
            if then is None or then > now * (1.0 + MAX_STATEMENT_RISE_RATIO):
                return None
            lost += self._choice.weight(item.subject.item) * (then - now)
        rise = lost / self._total
        return rise if rise <= MAX_WORKLOAD_RISE_RATIO else None

    def _without(self, item: Prepared, hidden: Sequence[RelationName]) -> float | None:
        sets = item.base.sets
        answers = self._planner.costs_with(
            [
                WhatIfQuestion(
                    query=item.subject.item.planned_query,
                    parameters=one.parameters.values,
                    create=tuple(sorted(self._relevant(item), key=sort_key)),
                    hide=tuple(hidden),
                )
                for one in sets
            ]
        )
        cost = 0.0
        for one, answer in zip(sets, answers, strict=True):
            if not isinstance(answer, PlanCost):
                return None
            cost += one.weight_ratio * answer.total_cost
        return cost

    def _relevant(self, item: Prepared) -> Configuration:
        return frozenset(i for i in self._chosen if item.subject.concerns(i))


def _drop(suspect: _Suspect, catalog: Catalog, rise_ratio: float) -> ProposedDrop:
    action = drop_index(suspect.index)
    return ProposedDrop(
        index=suspect.index.name,
        ddl=action.ddl,
        restore_ddl=restore_statement(suspect.index),
        size_bytes=suspect.index.size_bytes,
        reason=suspect.reason,
        cost_rise_ratio=rise_ratio,
        caveats=(*_replicas(catalog), *DROP_CAVEATS),
    )


def _replicas(catalog: Catalog) -> Iterator[str]:
    if catalog.is_replica:
        yield "These are the counters of a standby; the primary keeps its own."
    elif catalog.replica_count is None:
        yield "Whether standbys exist could not be seen; each keeps its own counters."
    elif catalog.replica_count:
        yield (
            f"{catalog.replica_count} standby servers keep counters of their own: "
            "check idx_scan there before you drop it."
        )
