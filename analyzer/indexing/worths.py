"""What a statement is worth under a set of indexes, each question asked once.

By default a plan is worth its cost, in the planner's units.
With a ``value`` of one's own (predicted time, say) the plan itself is asked for: the
planner still chooses it, as the watched server will, and ``value`` prices it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from analyzer.domain.plan import Plan
from analyzer.domain.statement import Fingerprint
from analyzer.domain.what_if import BulkWhatIfPlanner, PlanCost, WhatIfQuestion
from analyzer.domain.workload import ParameterSet
from analyzer.errors import AnalyzerError
from analyzer.indexing.benefit import Configuration, PlannedSet, Subject, sort_key

KEPT_RATIO = 0.12
"""Of the questions: kept for leaving out idle members of the last set, and for saying
what each member is good for."""

KEPT_TO_NARROW_RATIO = 0.45
"""The same where members are narrowed too, each of which takes questions of its own."""

Value = Callable[[Fingerprint, Plan], float]
"""Of a plan of a statement."""

Worth = tuple[float, Configuration]
"""What a statement is worth, and the hypothetical indexes its plans use."""

_Key = tuple[Fingerprint, int, Configuration]


class PlanWorths:
    """Worths by statement and relevant indexes; remembers, and counts the questions.

    A plan is also the answer for any smaller set that still has all it uses, since a
    planner that could choose among more chose it.
    """

    def __init__(
        self,
        planner: BulkWhatIfPlanner,
        *,
        value: Value | None = None,
        max_calls: int = 5_000,
        kept_ratio: float = KEPT_RATIO,
    ) -> None:
        """Start with nothing known.

        Args:
            planner: that is asked.
            value: of a plan, none for its cost.
            max_calls: questions in all.
            kept_ratio: share of them that the search leaves for what follows it.
        """
        self._planner = planner
        self._value = value
        self._max_calls = max_calls
        self._searching = int(max_calls * (1.0 - kept_ratio))
        self._sets: dict[Fingerprint, tuple[ParameterSet, ...]] = {}
        self._known: dict[tuple[Fingerprint, int], dict[Configuration, Worth]] = {}
        self.calls = 0
        self.unplanned: dict[Fingerprint, str] = {}
        """Statements that could not be planned with some set of indexes, and why."""

    @property
    def remaining(self) -> int:
        """How many questions the search may still ask; some are kept for its end."""
        return max(0, self._searching - self.calls)

    @property
    def kept(self) -> int:
        """How many questions are left in all, for the last look at the answer."""
        return max(0, self._max_calls - self.calls)

    @property
    def exhausted(self) -> bool:
        """Whether the search has used up its questions."""
        return self.remaining == 0

    def sets(self, subject: Subject) -> int:
        """How many questions one about this statement is: its parameter sets."""
        return len(self._sets[subject.fingerprint])

    @property
    def source(self) -> str:
        """Name and version of the planner asked."""
        return self._planner.source

    def start(self, subject: Subject, sets: Sequence[PlannedSet]) -> None:
        """Note the parameter sets of a statement, with their plans as it is."""
        self._sets[subject.fingerprint] = tuple(item.parameters for item in sets)
        for number in range(len(sets)):
            self._known[(subject.fingerprint, number)] = {}
        self.learn(subject, frozenset(), sets)

    def learn(
        self, subject: Subject, wanted: Configuration, sets: Sequence[PlannedSet]
    ) -> None:
        """Note the plans of a statement under a set of relevant indexes."""
        for number, item in enumerate(sets):
            worth = item.plan.total_cost
            if self._value:
                worth = self._value(subject.fingerprint, item.plan)
            self._known[(subject.fingerprint, number)][wanted] = (worth, item.used)

    def of(self, asked: Sequence[tuple[Subject, Configuration]]) -> list[Worth]:
        """What statements are worth under sets of relevant indexes, in order.

        Of several parameter sets the worth is the mean by their weights. A set of
        indexes under which a statement cannot be planned is worth nothing better than
        the statement as it is.
        """
        self._fill(asked)
        return [self._mean(subject, wanted) for subject, wanted in asked]

    def _mean(self, subject: Subject, wanted: Configuration) -> Worth:
        sets = self._sets[subject.fingerprint]
        total = sum(item.weight for item in sets)
        answers = [
            self._known[(subject.fingerprint, n)][wanted] for n in range(len(sets))
        ]
        worth = sum(
            item.weight / total * answer[0]
            for item, answer in zip(sets, answers, strict=True)
        )
        return worth, frozenset().union(*(answer[1] for answer in answers))

    def _fill(self, asked: Sequence[tuple[Subject, Configuration]]) -> None:
        """Ask the planner what is not known yet, statement by statement."""
        missing: dict[_Key, Subject] = {}
        for subject, wanted in asked:
            for number in range(len(self._sets[subject.fingerprint])):
                if not self._is_known(subject, number, wanted):
                    missing.setdefault((subject.fingerprint, number, wanted), subject)
        keys = sorted(missing, key=lambda key: (key[0], key[1]))
        self.calls += len(keys)
        answers = self._answers([(missing[key], key) for key in keys])
        for key, answer in zip(keys, answers, strict=True):
            known = self._known[key[:2]]
            if isinstance(answer, AnalyzerError):
                # As if none of the indexes existed.
                known[key[2]] = known[frozenset()]
                self.unplanned.setdefault(key[0], f"{answer.message} ({answer.detail})")
            else:
                known[key[2]] = answer

    def _is_known(self, subject: Subject, number: int, wanted: Configuration) -> bool:
        known = self._known[(subject.fingerprint, number)]
        if wanted in known:
            return True
        for configuration, answer in known.items():
            if wanted < configuration and answer[1] <= wanted:
                known[wanted] = answer
                return True
        return False

    def _answers(
        self, asked: Sequence[tuple[Subject, _Key]]
    ) -> list[Worth | AnalyzerError]:
        questions = [
            WhatIfQuestion(
                query=subject.item.planned_query,
                parameters=self._sets[key[0]][key[1]].values,
                create=tuple(sorted(key[2], key=sort_key)),
            )
            for subject, key in asked
        ]
        value = self._value
        if value is None:
            return [_worth(answer) for answer in self._planner.costs_with(questions)]
        plans = self._planner.plans_with(questions)
        return [
            plan
            if isinstance(plan, AnalyzerError)
            else (value(subject.fingerprint, plan), _used(plan))
            for (subject, _), plan in zip(asked, plans, strict=True)
        ]


def _used(plan: Plan) -> Configuration:
    asked = plan.hypothetical_indexes
    return frozenset(asked[name] for name in plan.index_names() if name in asked)


def _worth(answer: PlanCost | AnalyzerError) -> Worth | AnalyzerError:
    if isinstance(answer, AnalyzerError):
        return answer
    return answer.total_cost, answer.created
