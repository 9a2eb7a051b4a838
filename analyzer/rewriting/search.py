"""Which chain of rules makes a query cheapest: a search with a fixed order and bound.

The result of one rule may be what another one waits for, so every text found is tried
again, a few levels deep. Texts are ranked by planner cost, then by length and text, so
the same query gives the same answer each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from analyzer.domain.index import IndexDefinition
from analyzer.domain.plan import Plan
from analyzer.domain.ports import WhatIfPlanner
from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import CostPair, Rewrite, RewriteStep, Verdict
from analyzer.domain.workload import ParameterSet
from analyzer.errors import AnalyzerError
from analyzer.plans.as_tree import render_tree
from analyzer.plans.signature import Conditions, signature
from analyzer.rewriting.parameters import compacted
from analyzer.rewriting.protocol import Rule, Setting, subject

_UNDECIDED = Verdict(level="untested", reason="not checked yet")
_MAX_DROPPED = 20
_GENERIC = (ParameterSet(values=(), label="generic", source="no values known"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchLimits:
    """Bounds of the search, and when a rewrite pays; costs are planner units.

    Attributes:
        depth: rules in one chain.
        width: texts of one level that are looked at again.
        texts: texts planned in all.
        min_speedup: how many times cheaper, summed over the parameter sets.
        min_speedup_leaving_out: the same for rules that only take work out.
        min_speedup_by_rows: the same for rules that gain or lose by the number of rows,
            where a wrong estimate costs most.
        min_cost_before: mean cost below which nothing is worth a word.
        max_loss_ratio: how much dearer it may be for any one set.
        samples: parameter sets planned.
    """

    depth: int = 3
    width: int = 6
    texts: int = 80
    min_speedup: float = 1.5
    min_speedup_leaving_out: float = 1.1
    min_speedup_by_rows: float = 3.0
    min_cost_before: float = 100.0
    max_loss_ratio: float = 1.1
    samples: int = 5


@dataclass(slots=True, kw_only=True)
class Search:
    """What a search found: every text that pays, the cheapest first.

    ``dropped`` says of the others why they are not shown.
    """

    paying: list[Rewrite] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    before: tuple[Plan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    query: str
    steps: tuple[RewriteStep, ...]
    plans: tuple[Plan, ...]

    @property
    def cost(self) -> float:
        return sum(plan.total_cost for plan in self.plans)

    @property
    def rank(self) -> tuple[float, int, str]:
        return self.cost, len(self.query), self.query

    @property
    def is_final(self) -> bool:
        """Whether nothing may be built on it: it is not the same query any more."""
        last = self.steps[-1] if self.steps else None
        return bool(last and last.semantics is Semantics.CHANGED)


class Searcher:
    """Searches rewrites of one query with one planner."""

    def __init__(
        self,
        setting: Setting,
        rules: Sequence[Rule],
        planner: WhatIfPlanner,
        limits: SearchLimits | None = None,
    ) -> None:
        """Search with these rules, in their order."""
        self._setting = setting
        self._rules = rules
        self._by_slug = {rule.slug: rule for rule in rules}
        self._planner = planner
        self._limits = limits or SearchLimits()
        self._planned = 0

    def search(self, query: str, samples: Sequence[ParameterSet]) -> Search:
        """Every chain of rules that pays.

        Raises:
            QuerySyntaxError, UserError: the query cannot be read.
            PlanningFailed: the planner does not accept the query itself.
        """
        used = tuple(samples[: self._limits.samples]) or _GENERIC
        subject(query, self._setting)
        start = _State(query=query, steps=(), plans=self._plans(query, used))
        found = Search(before=start.plans)
        states = self._states(start, used, found)
        for state in sorted(states, key=lambda item: item.rank):
            self._judge(start, state, used, found)
        self._leave_out_idle_steps(found)
        found.paying.sort(key=_order)
        found.dropped = list(dict.fromkeys(found.dropped))[:_MAX_DROPPED]
        return found

    def _states(
        self, start: _State, samples: Sequence[ParameterSet], found: Search
    ) -> list[_State]:
        seen, all_states, level = {start.query}, [], [start]
        for _ in range(self._limits.depth):
            following: list[_State] = []
            for state in level:
                for step in self._steps(state):
                    if step.query in seen or self._planned >= self._limits.texts:
                        continue
                    seen.add(step.query)
                    new = self._planned_state(state, step, samples, found)
                    if new is not None:
                        following.append(new)
            all_states += following
            following.sort(key=lambda item: item.rank)
            level = [item for item in following if not item.is_final]
            level = level[: self._limits.width]
        return all_states

    def _steps(self, state: _State) -> Iterator[RewriteStep]:
        try:
            given = subject(state.query, self._setting)
        except AnalyzerError:
            return
        for rule in self._rules:
            yield from rule.steps(given)

    def _planned_state(
        self,
        state: _State,
        step: RewriteStep,
        samples: Sequence[ParameterSet],
        found: Search,
    ) -> _State | None:
        self._planned += 1
        try:
            plans = self._plans(step.query, samples)
        except AnalyzerError as error:
            found.dropped.append(
                f"{step.rule}: PostgreSQL does not accept the text ({error.message})"
            )
            return None
        return _State(query=step.query, steps=(*state.steps, step), plans=plans)

    def _plans(
        self,
        query: str,
        samples: Sequence[ParameterSet],
        create: Sequence[IndexDefinition] = (),
    ) -> tuple[Plan, ...]:
        plans = []
        for sample in samples:
            text, values = compacted(query, sample.values)
            plans.append(self._planner.plan_with(text, values, create=create))
        return tuple(plans)

    def _judge(
        self,
        start: _State,
        state: _State,
        samples: Sequence[ParameterSet],
        found: Search,
    ) -> None:
        name = " + ".join(step.rule for step in state.steps)
        if any(step.generic for step in state.steps) and samples != _GENERIC:
            start, state = self._replanned(start), self._replanned(state)
            samples = _GENERIC
        if samples == _GENERIC and "$" in start.query and self._needs_values(state):
            found.dropped.append(f"{name}: it depends on values, and none are known")
            return
        if self._is_same(start.plans, state.plans) and not _needs_index(state):
            found.dropped.append(f"{name}: the planner does it already, equal plans")
            return
        if self._pays(start.plans, state.plans, self._bar(state)):
            found.paying.append(_rewrite(state, start.plans, state.plans, samples))
            return
        indexed = self._with_index(start, state, samples)
        if indexed is not None:
            found.paying.append(indexed)
            return
        before, after = start.cost / len(samples), state.cost / len(samples)
        found.dropped.append(f"{name}: planner cost {before:,.0f} to {after:,.0f}")

    def _leave_out_idle_steps(self, found: Search) -> None:
        """Drop chains that are no cheaper than some of their steps, which pay too."""
        for item in tuple(found.paying):
            if self._by_slug[item.steps[-1].rule].is_hidden:
                continue
            if any(_is_as_cheap(other, item) for other in found.paying):
                found.paying.remove(item)
                name = " + ".join(step.rule for step in item.steps)
                found.dropped.append(f"{name}: one of its steps brings nothing more")

    def _replanned(self, state: _State) -> _State:
        """The same text under the plan that serves all values."""
        return replace(state, plans=self._plans(state.query, _GENERIC))

    def _with_index(
        self, start: _State, state: _State, samples: Sequence[ParameterSet]
    ) -> Rewrite | None:
        """The rewrite with one index it asks for, where the index alone is not it."""
        wanted = dict.fromkeys(d for step in state.steps for d in step.indexes)
        for definition in wanted:
            try:
                after = self._plans(state.query, samples, [definition])
                alone = self._plans(start.query, samples, [definition])
            except AnalyzerError:
                continue
            bar = self._bar(state)
            if self._pays(start.plans, after, bar) and self._pays(alone, after, bar):
                made = _rewrite(state, start.plans, after, samples)
                return replace(made, create=definition)
        return None

    def _is_same(self, before: Sequence[Plan], after: Sequence[Plan]) -> bool:
        return all(
            signature(one, Conditions.NONE) == signature(two, Conditions.NONE)
            and _conditions(one) == _conditions(two)
            and two.total_cost > one.total_cost / self._limits.min_speedup
            for one, two in zip(before, after, strict=True)
        )

    def _needs_values(self, state: _State) -> bool:
        return any(self._by_slug[step.rule].needs_values for step in state.steps)

    def _bar(self, state: _State) -> tuple[float, float]:
        """How many times cheaper a chain must be, and from which cost on."""
        rules = [self._by_slug[step.rule] for step in state.steps]
        if all(rule.is_hidden for rule in rules):
            return 1.0, 0.0
        bar = self._limits.min_speedup
        if all(rule.leaves_out for rule in rules):
            bar = self._limits.min_speedup_leaving_out
        if any(rule.needs_values for rule in rules):
            bar = self._limits.min_speedup_by_rows
        return bar, self._limits.min_cost_before

    def _pays(
        self, before: Sequence[Plan], after: Sequence[Plan], bar: tuple[float, float]
    ) -> bool:
        min_speedup, min_cost_before = bar
        total = sum(plan.total_cost for plan in before)
        if total / len(before) < min_cost_before:
            return False
        if total < sum(plan.total_cost for plan in after) * min_speedup:
            return False
        return all(
            new.total_cost <= old.total_cost * self._limits.max_loss_ratio
            for old, new in zip(before, after, strict=True)
        )


def _conditions(plan: Plan) -> list[str]:
    """What its index scans search by: the same nodes may search less of an index."""
    return [node.index_cond for node in plan.root.walk() if node.index_name]


def _needs_index(state: _State) -> bool:
    return any(step.indexes for step in state.steps)


def _rewrite(
    state: _State,
    before: Sequence[Plan],
    after: Sequence[Plan],
    samples: Sequence[ParameterSet],
) -> Rewrite:
    return Rewrite(
        query=state.query,
        steps=state.steps,
        verdict=_UNDECIDED,
        costs=tuple(
            CostPair(
                label=sample.label,
                values=sample.values,
                before=old.total_cost,
                after=new.total_cost,
            )
            for sample, old, new in zip(samples, before, after, strict=True)
        ),
        plan_before=render_tree(before[0]),
        plan_after=render_tree(after[0]),
    )


def _is_as_cheap(short: Rewrite, long: Rewrite) -> bool:
    """Whether fewer of a chain's rules ask no more and cost no more."""
    rules = iter([step.rule for step in long.steps])
    return (
        len(short.steps) < len(long.steps)
        and all(step.rule in rules for step in short.steps)
        and short.cost_after <= long.cost_after
        and (short.create is None or long.create is not None)
        and len(short.unproven) <= len(long.unproven)
    )


def _order(item: Rewrite) -> tuple[bool, bool, bool, float, int, str]:
    """Exact before approximate, without an index first, then the cheapest.

    Of equal costs the one with the fewest steps.
    """
    return (
        item.semantics is Semantics.CHANGED,
        bool(item.unproven),
        item.create is not None,
        round(item.cost_after, 2),
        len(item.steps),
        item.query,
    )
