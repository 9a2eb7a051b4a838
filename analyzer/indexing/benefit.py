"""What a workload costs under a set of indexes, asked of a planner and remembered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.plan import Plan
from analyzer.domain.ports import WhatIfPlanner
from analyzer.domain.statement import Fingerprint
from analyzer.domain.workload import ParameterSet, WorkloadItem
from analyzer.errors import PlanningFailed

Configuration = frozenset[IndexDefinition]
NOTHING: Configuration = frozenset()

GENERIC = ParameterSet(
    values=(), label="generic", source="generic plan, no values known"
)

MAX_PARAMETER_SETS = ((0.05, 5), (0.01, 3), (0.0, 2))
"""From a share of the workload's time on: how many sets a statement is planned with."""


@lru_cache(maxsize=1 << 16)
def sort_key(definition: IndexDefinition) -> tuple[str, ...]:
    """A stable order of definitions, so that ties are always broken alike."""
    return (
        definition.relation.schema,
        definition.relation.name,
        definition.method,
        *(repr(key) for key in definition.keys),
        "include",
        *definition.include,
        definition.predicate,
    )


def heaviest(item: WorkloadItem) -> tuple[ParameterSet, ...]:
    """The parameter sets a statement is planned with, the heaviest first.

    A light statement is planned with fewer: its gain is small whichever they are.
    """
    count = next(n for share, n in MAX_PARAMETER_SETS if item.exec_time_ratio >= share)
    weighty = [one for one in item.parameter_sets if one.weight > 0]
    return tuple(sorted(weighty, key=lambda one: -one.weight)[:count])


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A statement to be planned, and where an index could matter to it.

    ``leading`` holds, per relation, the attributes an index useful to this statement
    could lead with; a relation that is not in it never matters. ``read`` holds the
    attributes it reads of a relation in one of its uses, where these are known.
    ``may_skip`` is false for servers without skip scans, which came with 18: there a
    condition on a later column alone does not search an index.
    """

    item: WorkloadItem
    leading: Mapping[RelationName, frozenset[str]] = field(default_factory=dict)
    read: Mapping[RelationName, tuple[frozenset[str], ...]] = field(
        default_factory=dict
    )
    may_skip: bool = True

    @property
    def fingerprint(self) -> Fingerprint:
        """Identity of the statement."""
        return self.item.statement.fingerprint

    def concerns(self, definition: IndexDefinition) -> bool:
        """Whether this index could change the plan of the statement."""
        attributes = self.leading.get(definition.relation)
        if attributes is None:
            return False
        first = definition.keys[0].attribute
        if not first or first in attributes:
            return True
        needs_skip = not attributes.isdisjoint(definition.attributes)
        if definition.method == "btree" and needs_skip and not self.may_skip:
            return False
        held = {*definition.attributes, *definition.include}
        return any(read <= held for read in self.read.get(definition.relation, ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSet:
    """The plan for one set of parameter values, and the weight of that set (0 to 1)."""

    weight_ratio: float
    parameters: ParameterSet
    plan: Plan

    @property
    def used(self) -> frozenset[IndexDefinition]:
        """Hypothetical indexes the plan uses."""
        names = self.plan.index_names()
        asked = self.plan.hypothetical_indexes
        return frozenset(asked[name] for name in names if name in asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementCost:
    """A statement under one configuration; cost in planner units, never time."""

    sets: tuple[PlannedSet, ...]

    @property
    def cost(self) -> float:
        """Mean over the parameter sets by their weights."""
        return sum(item.weight_ratio * item.plan.total_cost for item in self.sets)

    @property
    def used(self) -> frozenset[IndexDefinition]:
        """Hypothetical indexes that any of the plans uses."""
        return frozenset().union(*(item.used for item in self.sets))

    def improved_ratio(
        self, before: StatementCost, min_gain_ratio: Callable[[Plan], float]
    ) -> float:
        """Share of the parameter weight whose cost falls by at least that much."""
        return sum(
            new.weight_ratio
            for old, new in zip(before.sets, self.sets, strict=True)
            if new.plan.total_cost
            <= old.plan.total_cost * (1.0 - min_gain_ratio(new.plan))
        )


class WorkloadCosts:
    """Costs by statement and configuration, each question asked once.

    Only the indexes that can matter to a statement are part of a question. A plan is
    also the answer for any smaller configuration that still has all it uses, since a
    planner that could choose among more chose it (Siddiqui et al., "Wii", SIGMOD
    2024, use bounds of that kind).
    """

    def __init__(self, planner: WhatIfPlanner) -> None:
        self._planner = planner
        self._calls = 0
        self._sets: dict[Fingerprint, tuple[ParameterSet, ...]] = {}
        self._plans: dict[tuple[Fingerprint, int], dict[Configuration, Plan]] = {}

    @property
    def source(self) -> str:
        """Name and version of the planner asked."""
        return self._planner.source

    @property
    def calls(self) -> int:
        """Questions asked so far."""
        return self._calls

    def size_bytes(self, definition: IndexDefinition) -> int:
        """Estimated size of an index."""
        return self._planner.index_size_bytes(definition)

    def base(self, subject: Subject) -> StatementCost:
        """The cost with the indexes that exist.

        Raises:
            PlanningFailed: no parameter set, and no generic plan either, can be
                planned.
        """
        if subject.fingerprint not in self._sets:
            self._sets[subject.fingerprint] = self._plannable(subject)
        return self.under(subject, NOTHING)

    def under(
        self, subject: Subject, configuration: Iterable[IndexDefinition]
    ) -> StatementCost:
        """The cost as if ``configuration`` existed too; call :meth:`base` first."""
        relevant = frozenset(d for d in configuration if subject.concerns(d))
        sets = self._sets[subject.fingerprint]
        total = sum(item.weight for item in sets)
        return StatementCost(
            sets=tuple(
                PlannedSet(
                    weight_ratio=parameters.weight / total,
                    parameters=parameters,
                    plan=self._plan(subject, number, relevant),
                )
                for number, parameters in enumerate(sets)
            )
        )

    def known(self, subject: Subject) -> Iterator[tuple[Configuration, StatementCost]]:
        """The sets of relevant indexes that all its plans are known under."""
        count = len(self._sets[subject.fingerprint])
        plans = [self._plans[(subject.fingerprint, number)] for number in range(count)]
        for wanted in plans[0]:
            if all(wanted in known for known in plans):
                yield wanted, self.under(subject, wanted)

    def without(
        self, subject: Subject, hidden: Collection[RelationName]
    ) -> StatementCost:
        """The cost as if these existing indexes did not exist; not remembered."""
        base = self.base(subject)
        names = sorted(hidden)
        sets = []
        for item in base.sets:
            self._calls += 1
            plan = self._planner.plan_with(
                subject.item.planned_query,
                item.parameters.values,
                hide=names,
            )
            sets.append(
                PlannedSet(
                    weight_ratio=item.weight_ratio,
                    parameters=item.parameters,
                    plan=plan,
                )
            )
        return StatementCost(sets=tuple(sets))

    def _plannable(self, subject: Subject) -> tuple[ParameterSet, ...]:
        """The heaviest parameter sets that can be planned, else the generic plan."""
        offered = heaviest(subject.item)
        kept: list[ParameterSet] = []
        for parameters in offered:
            try:
                plan = self._ask(subject, parameters.values, NOTHING)
            except PlanningFailed:
                continue  # one odd value; the other sets still speak
            self._plans[(subject.fingerprint, len(kept))] = {NOTHING: plan}
            kept.append(parameters)
        if not kept:
            plan = self._ask(subject, (), NOTHING)
            self._plans[(subject.fingerprint, 0)] = {NOTHING: plan}
            kept.append(GENERIC)
        return tuple(kept)

    def _plan(self, subject: Subject, number: int, wanted: Configuration) -> Plan:
        known = self._plans[(subject.fingerprint, number)]
        if wanted not in known:
            known[wanted] = _implied(known, wanted) or self._ask(
                subject, self._sets[subject.fingerprint][number].values, wanted
            )
        return known[wanted]

    def _ask(
        self,
        subject: Subject,
        values: Sequence[str | None],
        create: Configuration,
    ) -> Plan:
        self._calls += 1
        return self._planner.plan_with(
            subject.item.planned_query,
            values,
            create=sorted(create, key=sort_key),
        )


def _implied(known: Mapping[Configuration, Plan], wanted: Configuration) -> Plan | None:
    """A plan already made with more choice that uses nothing outside ``wanted``."""
    for configuration, plan in known.items():
        if not wanted < configuration:
            continue
        asked = plan.hypothetical_indexes
        used = {asked[name] for name in plan.index_names() if name in asked}
        if used <= wanted:
            return plan
    return None
