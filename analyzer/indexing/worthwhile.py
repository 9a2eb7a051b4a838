"""The indexes worth recommending unasked, of the set that the search chooses.

The search is that of ``pgproof indexes`` (:mod:`.workload_choice`), with statements
weighted by their share of the workload's time. Its set is then held against doubts
(:mod:`.doubts`): members that bring too little, believed gains alone counted, go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from analyzer.domain.catalog import Catalog
from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.statement import Fingerprint
from analyzer.domain.what_if import BulkWhatIfPlanner
from analyzer.domain.workload import Workload, WorkloadItem
from analyzer.indexing.benefit import Configuration, StatementCost, sort_key
from analyzer.indexing.doubts import Doubts, WorthThresholds
from analyzer.indexing.limits import CandidateLimits
from analyzer.indexing.options import OptionTable
from analyzer.indexing.savings import Savings, kept_members
from analyzer.indexing.set_reasons import why_this_order
from analyzer.indexing.subjects import Prepared
from analyzer.indexing.workload_choice import ChoiceOptions, WorkloadChoice
from analyzer.indexing.writes import WritePrice

MIN_ATTRIBUTED_GAIN_RATIO = 0.05
"""Of a statement's cost: below it, a statement is not listed with an index."""

MIN_ALONE_RATIO = 0.5
"""Of what all save together: from it on, an index is promised for its part alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthwhileOptions:
    """Bounds of the search, and when an index is worth it.

    ``max_statements`` are looked at, the largest share of time first. ``views`` has the
    queries of views, to see the tables that statements read by them.
    """

    thresholds: WorthThresholds = field(default_factory=WorthThresholds)
    limits: CandidateLimits = field(default_factory=CandidateLimits)
    max_statements: int = 300
    max_calls: int = 6_000
    views: Mapping[RelationName, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpedStatement:
    """A statement with one index alone, and with all chosen ones together."""

    item: WorkloadItem
    before: StatementCost
    alone: StatementCost
    together: StatementCost

    @property
    def promised(self) -> StatementCost:
        """What building this index brings: alone, unless it needs the others."""
        saved = self.before.cost - self.together.cost
        saved_alone = self.before.cost - self.alone.cost
        enough = saved_alone >= saved * MIN_ALONE_RATIO
        return self.alone if enough else self.together


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthwhileIndex:
    """A member of the set.

    ``saved_ratio`` is its part of the workload's time saved by the whole set, net of
    what the writers pay; ``write_overhead_ratio`` the bytes written to it for each byte
    written to its table; ``why_this_order`` says what each column is for.
    """

    definition: IndexDefinition
    size_bytes: int
    price: WritePrice
    write_overhead_ratio: float
    saved_ratio: float
    why_this_order: str
    helped: tuple[HelpedStatement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOutcome:
    """What the search found out about one statement that no chosen index helps.

    ``offered`` is its cost with every candidate at once, the best that any of them
    could do; none where it could not be planned or had no candidate. ``prices`` are of
    the indexes it would use.
    """

    item: WorkloadItem
    base: StatementCost | None = None
    offered: StatementCost | None = None
    improved_ratio: float = 0.0
    """Weight of the parameter sets that would gain noticeably from them."""
    candidate_count: int = 0
    prices: Mapping[IndexDefinition, WritePrice] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worthwhile:
    """The set, what it does, and what it does not do."""

    indexes: tuple[WorthwhileIndex, ...]
    unhelped: tuple[StatementOutcome, ...]
    planner_source: str
    what_if_calls: int
    complete: bool
    """False where the bound on what-if calls ended the search early."""


def worthwhile(
    workload: Workload,
    catalog: Catalog,
    planner: BulkWhatIfPlanner,
    options: WorthwhileOptions | None = None,
) -> Worthwhile:
    """Choose indexes for the whole workload, and keep those worth recommending.

    The benefit of a statement is its share of the workload's time multiplied by the
    share of its planner cost that is saved; the price is what writers pay, in the
    same currency. Deterministic for the same answers of the planner.

    Args:
        workload: statements with their shares of time and parameter sets.
        catalog: what exists.
        planner: asked what each statement would cost.
        options: bounds of the search.
    """
    bounds = options or WorthwhileOptions()
    choice = WorkloadChoice(
        workload,
        catalog,
        planner,
        ChoiceOptions(
            candidates=bounds.limits,
            max_calls=bounds.max_calls,
            max_statements=bounds.max_statements,
            views=bounds.views,
        ),
    )
    rows = {relation.name: relation.reltuples for relation in choice.catalog.relations}
    doubts = Doubts(
        thresholds=bounds.thresholds, rows=rows, few_pages_cost=choice.few_pages_cost
    )
    believed = _Believed(choice, doubts)
    prepared = choice.prepared
    choice.leave_out(believed.hopeless())
    choice.weigh_by(
        {
            item.subject.fingerprint: item.subject.item.exec_time_ratio / item.base.cost
            for item in prepared
            if item.base.cost > 0
        }
    )
    found, chooser = choice.search(lambda: False)
    indexes = believed.indexes(believed.kept(found.chosen, chooser.table))
    helped = {h.item.statement.fingerprint for one in indexes for h in one.helped}
    return Worthwhile(
        indexes=indexes,
        unhelped=(
            *believed.unhelped(prepared, helped, chooser.table.worths.unplanned),
            *_not_searched(workload, choice),
        ),
        planner_source=choice.costs.source,
        what_if_calls=choice.calls + chooser.table.worths.calls,
        complete=found.complete,
    )


def _not_searched(
    workload: Workload, choice: WorkloadChoice
) -> Iterator[StatementOutcome]:
    for item in workload.items:
        why = choice.skipped.get(item.statement.fingerprint)
        if why is not None:
            yield StatementOutcome(item=item, why=why)


class _Believed:
    """A choice seen through doubts."""

    def __init__(self, choice: WorkloadChoice, doubts: Doubts) -> None:
        self._choice = choice
        self._doubts = doubts
        self._limits = doubts.thresholds

    def hopeless(self) -> set[Fingerprint]:
        """Statements that all their candidates together help too little to believe."""
        least = self._limits.min_potential_ratio
        return {
            item.subject.fingerprint
            for item in self._choice.prepared
            if item.candidates
            and self._doubts.gain_ratio(item.base, self._offered(item)) < least
        }

    def _offered(self, item: Prepared) -> StatementCost:
        return self._choice.under(item, frozenset(item.candidates))

    def kept(self, chosen: Configuration, table: OptionTable) -> Configuration:
        """The members that bring enough, without INCLUDE where the keys alone do."""
        doubted = {
            item.subject.fingerprint
            for item in self._choice.prepared
            if self._gain(item, chosen) <= 0
        }
        savings = Savings(
            table=table,
            doubted=doubted,
            price_ratio=lambda index: self._choice.price(index).exec_time_ratio,
            few_pages_cost=self._doubts.few_pages_cost,
        )
        plain = savings.plain(chosen, self._limits)
        return kept_members(plain, savings, self._limits)

    def _gain(self, item: Prepared, chosen: Configuration) -> float:
        return self._doubts.gain_ratio(item.base, self._choice.under(item, chosen))

    def indexes(self, chosen: Configuration) -> tuple[WorthwhileIndex, ...]:
        """Each member with the statements it helps and its part of what is saved."""
        parts: dict[IndexDefinition, float] = dict.fromkeys(chosen, 0.0)
        helped: dict[IndexDefinition, list[HelpedStatement]] = {
            index: [] for index in chosen
        }
        for item in self._choice.prepared:
            self._attribute(item, parts, helped)
        members = sorted(chosen, key=lambda index: (-parts[index], sort_key(index)))
        return tuple(
            self._index(index, parts[index], helped[index])
            for index in members
            if helped[index]
        )

    def _attribute(
        self,
        item: Prepared,
        parts: dict[IndexDefinition, float],
        helped: dict[IndexDefinition, list[HelpedStatement]],
    ) -> None:
        """Divide what a statement saves among the indexes its plans use."""
        chosen = frozenset(parts)
        saved = self._gain(item, chosen)
        if saved < MIN_ATTRIBUTED_GAIN_RATIO:
            return
        together = self._choice.under(item, chosen)
        used = sorted(together.used, key=sort_key)
        alone = {index: self._choice.under(item, frozenset([index])) for index in used}
        gains = {
            index: max(0.0, 1.0 - cost.cost / item.base.cost)
            for index, cost in alone.items()
        }
        total = sum(gains.values())
        for index in used:
            share = gains[index] / total if total > 0 else 1.0 / len(used)
            parts[index] += item.subject.item.exec_time_ratio * saved * share
            helped[index].append(
                HelpedStatement(
                    item=item.subject.item,
                    before=item.base,
                    alone=alone[index],
                    together=together,
                )
            )

    def _index(
        self, index: IndexDefinition, part: float, helped: list[HelpedStatement]
    ) -> WorthwhileIndex:
        price = self._choice.price(index)
        shapes = self._choice.shapes.shapes
        return WorthwhileIndex(
            definition=index,
            size_bytes=self._choice.size_bytes(index),
            price=price,
            write_overhead_ratio=self._choice.write_overhead_ratio(index),
            saved_ratio=part - price.exec_time_ratio,
            why_this_order=why_this_order(
                index, [shapes[h.item.statement.fingerprint] for h in helped]
            ),
            helped=tuple(helped),
        )

    def unhelped(
        self,
        prepared: list[Prepared],
        helped: set[Fingerprint],
        unplanned: Mapping[Fingerprint, str],
    ) -> Iterator[StatementOutcome]:
        """What the candidates could do for statements that no chosen index helps."""
        for item in prepared:
            if item.subject.fingerprint in helped:
                continue
            if not item.candidates:
                yield StatementOutcome(
                    item=item.subject.item, base=item.base, why=item.why_none
                )
                continue
            if item.subject.fingerprint in unplanned:
                reason = unplanned[item.subject.fingerprint]
                yield StatementOutcome(
                    item=item.subject.item,
                    base=item.base,
                    why=f"It cannot be planned with new indexes: {reason}.",
                )
                continue
            offered = self._offered(item)
            yield StatementOutcome(
                item=item.subject.item,
                base=item.base,
                offered=offered,
                improved_ratio=self._doubts.improved_ratio(item.base, offered),
                candidate_count=len(item.candidates),
                prices={index: self._choice.price(index) for index in offered.used},
            )
