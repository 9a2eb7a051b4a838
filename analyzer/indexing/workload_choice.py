"""From a workload to the search for a set, and to what the set does to each query."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from analyzer.domain.catalog import Catalog
from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.statement import Fingerprint
from analyzer.domain.what_if import BulkWhatIfPlanner
from analyzer.domain.workload import Workload, WorkloadItem
from analyzer.errors import PlanningFailed
from analyzer.indexing.benefit import Configuration, StatementCost, WorkloadCosts
from analyzer.indexing.candidates import Candidate, candidates
from analyzer.indexing.choose import Choice, Chooser, narrows
from analyzer.indexing.constant_evidence import (
    ConstantEvidence,
    form,
    varying_constants,
)
from analyzer.indexing.cost_settings import CostSettings
from analyzer.indexing.limits import CandidateLimits
from analyzer.indexing.options import OptionTable, WeightedStatement
from analyzer.indexing.partitioned import with_whole_tables
from analyzer.indexing.programme import IndexFacts, SetLimits
from analyzer.indexing.subjects import (
    Prepared,
    prepare,
    read_shapes,
    why_none,
)
from analyzer.indexing.worths import (
    KEPT_RATIO,
    KEPT_TO_NARROW_RATIO,
    PlanWorths,
    Value,
)
from analyzer.indexing.writes import WritePrice, WritePrices
from analyzer.statements.facts import StatementShape

MAX_CALLS = 5_000
CHEAP_PAGES = 4.0
"""Pages read at random: the price of two lookups by a key, each of leaf and row."""

COVERED_LOOKUPS = 10.0
"""How many times as much may be lost of an index that only covers what a key finds."""

FEW_ROWS_MS = 0.05
"""Time to fetch a few rows from the cache; assumed."""

SKIP_SCANS_VERSION_NUM = 180_000
"""The first server that skips through the values of leading columns in a B-tree
(release notes of PostgreSQL 18)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceOptions:
    """What the search may use.

    Attributes:
        limits: of the set.
        candidates: of what is considered.
        weights: how often a statement counts; 1 where it is not in it.
        value: what a plan is worth; none is the planner's cost.
        max_calls: questions to the planner.
        max_statements: that are planned, the largest share of time first; what the
            others write is counted all the same.
        views: the queries of views, to see the tables that statements read by them.
    """

    limits: SetLimits = field(default_factory=SetLimits)
    candidates: CandidateLimits = field(default_factory=CandidateLimits)
    weights: Mapping[Fingerprint, float] = field(default_factory=dict)
    value: Value | None = None
    max_calls: int = MAX_CALLS
    max_statements: int | None = None
    views: Mapping[RelationName, str] = field(default_factory=dict)


class WorkloadChoice:
    """Statements that are ready, and the search over them."""

    def __init__(
        self,
        workload: Workload,
        catalog: Catalog,
        planner: BulkWhatIfPlanner,
        options: ChoiceOptions,
    ) -> None:
        """Plan every statement as it is, and make all candidates in the planner.

        Statements that cannot be understood or planned are in ``skipped``, with the
        reason; they never stop the rest.
        """
        self.catalog = with_whole_tables(catalog)
        self._options = options
        self._planner = planner
        self.shapes = read_shapes(workload, self.catalog, options.views)
        self.skipped: dict[Fingerprint, str] = dict(self.shapes.failures)
        self.costs = WorkloadCosts(planner)
        self.prices = WritePrices(workload, self.catalog, self.shapes.pairs(workload))
        self._sizes: dict[IndexDefinition, int] = {}
        self.prepared = self._prepare(workload)

    @property
    def calls(self) -> int:
        """Questions to the planner so far."""
        return self.costs.calls

    def value_by(self, value: Value, weights: Mapping[Fingerprint, float]) -> None:
        """Search by another worth of plans than their cost, and with other weights."""
        self._options = replace(self._options, value=value, weights=weights)

    def weigh_by(self, weights: Mapping[Fingerprint, float]) -> None:
        """Search with other weights."""
        self._options = replace(self._options, weights=weights)

    def leave_out(self, names: Collection[Fingerprint]) -> None:
        """Let these statements suggest no index; their plans count all the same."""
        self.prepared = [
            replace(item, candidates=()) if item.subject.fingerprint in names else item
            for item in self.prepared
        ]

    def _prepare(self, workload: Workload) -> list[Prepared]:
        offered: dict[Fingerprint, tuple[Candidate, ...]] = {}
        everything: dict[IndexDefinition, IndexDefinition] = {}
        planned = list(self._planned(workload))
        varying = varying_constants(known for _, known in planned)
        for item, known in planned:
            evidence = ConstantEvidence(
                is_bound=item.statement.parameter_count > 0,
                varying=varying[form(known)],
            )
            found = candidates(known, self.catalog, self._options.candidates, evidence)
            # Equal ones are made one, which is quicker to compare.
            offered[item.statement.fingerprint] = tuple(
                replace(c, definition=everything.setdefault(c.definition, c.definition))
                for c in found
            )
        refused = self._planner.make_indexes(list(everything))
        ready = []
        for item, known in planned:
            name = item.statement.fingerprint
            usable = tuple(
                candidate.definition
                for candidate in offered[name]
                if candidate.definition not in refused and self._is_rare(candidate)
            )
            why = (
                ""
                if usable
                else why_none(known, self.catalog, self._options.candidates)
            )
            try:
                prepared = prepare(item, known, self.costs, usable, why)
                ready.append(self._unless_cheap(self._as_watched(prepared)))
            except PlanningFailed as error:
                detail = f" ({error.detail.rstrip('.')})" if error.detail else ""
                self.skipped[name] = f"It cannot be planned: {error.message}{detail}"
        return ready

    def _is_rare(self, candidate: Candidate) -> bool:
        """Whether an index on one value is as small as it must be."""
        most = candidate.max_rows_ratio
        return most >= 1.0 or self._rows_ratio(candidate.definition) <= most

    def _as_watched(self, prepared: Prepared) -> Prepared:
        may_skip = self.catalog.server_version_num >= SKIP_SCANS_VERSION_NUM
        return replace(prepared, subject=replace(prepared.subject, may_skip=may_skip))

    def _planned(
        self, workload: Workload
    ) -> Iterator[tuple[WorkloadItem, StatementShape]]:
        """The statements within the bound; the others are skipped."""
        pairs = list(self.shapes.pairs(workload))
        most = self._options.max_statements
        if most is None or len(pairs) <= most:
            yield from pairs
            return
        pairs.sort(key=lambda pair: -pair[0].exec_time_ratio)
        yield from pairs[:most]
        for item, _ in pairs[most:]:
            self.skipped[item.statement.fingerprint] = (
                f"Only the {most} statements with the most time are searched for."
            )

    def _unless_cheap(self, prepared: Prepared) -> Prepared:
        """Without candidates, where a statement costs a few pages as it is.

        A search for the least cost would cover every column that a lookup by the
        primary key returns, for half of next to nothing.
        """
        cost = prepared.base.cost
        if cost > self.few_pages_cost or not prepared.candidates:
            return prepared
        why = f"It costs {cost:.1f} as it is, as much as reading a few pages."
        return replace(prepared, candidates=(), why_none=why)

    @property
    def few_pages_cost(self) -> float:
        """What it costs to read a few pages, in the planner's units."""
        settings = CostSettings.read(self.catalog.settings)
        return CHEAP_PAGES * settings.random_page_cost

    def weight(self, item: WorkloadItem) -> float:
        """How often a statement counts."""
        return self._options.weights.get(item.statement.fingerprint, 1.0)

    def search(self, is_over: Callable[[], bool]) -> tuple[Choice, Chooser]:
        """Choose the set; ``is_over`` is asked now and then whether the time is up."""
        limits = self._options.limits
        worths = PlanWorths(
            self._planner,
            value=self._options.value,
            # As many as the plans as they are took are asked to explain the answer.
            max_calls=max(0, self._options.max_calls - 2 * self.costs.calls),
            kept_ratio=KEPT_TO_NARROW_RATIO if narrows(limits) else KEPT_RATIO,
        )
        statements = []
        for prepared in self.prepared:
            worths.start(prepared.subject, prepared.base.sets)
            for wanted, cost in self.costs.known(prepared.subject):
                worths.learn(prepared.subject, wanted, cost.sets)
            weight = self.weight(prepared.subject.item)
            statements.append(WeightedStatement(prepared=prepared, weight=weight))
        table = OptionTable(statements, worths)
        total = sum(item.weight * table.base(item) for item in statements)
        shown = sum(p.subject.item.exec_time_ratio for p in self.prepared)
        # Writers' prices are shares of all time, also of what cannot be planned.
        self._whole = total / shown if shown > 0 else total
        chooser = Chooser(
            table,
            self.facts,
            limits,
            is_over=is_over,
            slack=self._slack,
        )
        return chooser.run(), chooser

    def _slack(self, definition: IndexDefinition) -> float:
        """What an execution may lose without a reason, in the measure of the search.

        An index that begins with a key finds no row that the key does not find; it
        saves the fetch of the row for each lookup, and more of these are no reason.
        """
        slack = FEW_ROWS_MS if self._options.value else self.few_pages_cost
        relation = self.catalog.by_name.get(definition.relation)
        begins_with_key = relation is not None and any(
            set(definition.attributes[: len(key)]) == set(key)
            for key in relation.unique_keys
        )
        return slack * (COVERED_LOOKUPS if begins_with_key else 1.0)

    def facts(self, definition: IndexDefinition) -> IndexFacts:
        """Size and prices of an index in the measure of the objective."""
        return IndexFacts(
            size_bytes=self.size_bytes(definition),
            price=self.price(definition).exec_time_ratio * self._whole,
            write_overhead_ratio=self.write_overhead_ratio(definition),
        )

    def size_bytes(self, definition: IndexDefinition) -> int:
        """Expected size, asked once."""
        if definition not in self._sizes:
            self._sizes[definition] = self.costs.size_bytes(definition)
        return self._sizes[definition]

    def price(self, definition: IndexDefinition) -> WritePrice:
        """What writers pay; a partial index takes part of the writes only."""
        return self.prices.price(definition, self._rows_ratio(definition))

    def _rows_ratio(self, definition: IndexDefinition) -> float:
        if not definition.predicate:
            return 1.0
        whole = self.size_bytes(replace(definition, predicate=""))
        return min(1.0, self.size_bytes(definition) / whole) if whole else 1.0

    def write_overhead_ratio(self, definition: IndexDefinition) -> float:
        """Bytes that go into the index for each byte that goes into its table.

        As pganalyze defines its Index Write Overhead; of an inserted row, by the sizes
        of index and table.
        """
        relation = self.catalog.by_name.get(definition.relation)
        if relation is None or relation.size_bytes <= 0:
            return 0.0
        return self.size_bytes(definition) / relation.size_bytes

    def under(self, prepared: Prepared, chosen: Configuration) -> StatementCost:
        """The plans of a statement under the set; as it is where there are none."""
        try:
            return self.costs.under(prepared.subject, chosen)
        except PlanningFailed:
            return prepared.base
