"""What statements are worth under sets of indexes, as far as a planner has told.

An *option* of a statement is a set of hypothetical indexes that a plan uses, and what
the statement is worth with it. A statement takes the best option whose indexes exist,
so the options bound the worth of any set from above: a planner with more to choose from
never chooses worse (by its own measure). They are the atomic costs of Papadomanolakis,
Dash and Ailamaki ("Efficient Use of the Query Optimizer for Automated Physical Design",
VLDB 2007) and CoPhy (Dash, Polyzotis, Ailamaki, VLDB 2011).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analyzer.domain.index import IndexDefinition
from analyzer.domain.statement import Fingerprint
from analyzer.indexing.benefit import NOTHING, Configuration, sort_key
from analyzer.indexing.subjects import Prepared
from analyzer.indexing.worths import PlanWorths

MIN_OPTION_GAIN_RATIO = 0.001
"""Of a statement's worth: an option that gains less is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedStatement:
    """A statement ready for the choice; ``weight`` is how often it counts."""

    prepared: Prepared
    weight: float

    @property
    def fingerprint(self) -> Fingerprint:
        """Identity of the statement."""
        return self.prepared.subject.fingerprint


Asked = tuple[WeightedStatement, Configuration]


class Frontier:
    """Options, the best ones first, without those that a smaller set beats."""

    def __init__(self, options: Mapping[Configuration, float], least: float) -> None:
        """Take the options that are worth less than ``least``."""
        self.options: list[tuple[Configuration, float]] = []
        self._by_member: dict[IndexDefinition, list[Configuration]] = {}
        self._worths: dict[Configuration, float] = {}
        self._least = least
        self._take(options)

    def with_guesses(
        self, guessed: Mapping[Configuration, float]
    ) -> list[tuple[Configuration, float]]:
        """The options and the guesses that neither an option nor a guess beats."""
        if not guessed:
            return self.options
        both = Frontier({}, self._least)
        both._by_member = {i: list(found) for i, found in self._by_member.items()}
        both._worths = dict(self._worths)
        both._take(guessed)
        return sorted((*self.options, *both.options), key=lambda option: option[1])

    def _take(self, options: Mapping[Configuration, float]) -> None:
        gaining = [
            (used, worth)
            for used, worth in options.items()
            if used and worth < self._least
        ]
        # Of those worth as much, a smaller set comes first and beats what holds it.
        gaining.sort(key=lambda option: (option[1], len(option[0])))
        for used, worth in gaining:
            if not self._is_beaten(used, worth):
                self.options.append((used, worth))
                self._worths[used] = worth
                # What holds this set holds any of its members.
                member = min(used, key=sort_key)
                self._by_member.setdefault(member, []).append(used)

    def _is_beaten(self, used: Configuration, worth: float) -> bool:
        return any(
            other <= used and self._worths[other] <= worth
            for index in used
            for other in self._by_member.get(index, ())
        )


class OptionTable:
    """The options of all statements; a question to the planner adds one."""

    def __init__(
        self, statements: Sequence[WeightedStatement], worths: PlanWorths
    ) -> None:
        """Start with each statement as it is.

        Args:
            statements: what is chosen for.
            worths: who tells what a statement is worth.
        """
        self.statements = statements
        self.worths = worths
        self._options: dict[Fingerprint, dict[Configuration, float]] = {
            item.fingerprint: {} for item in statements
        }
        self._seen: dict[Fingerprint, dict[Configuration, float]] = {
            item.fingerprint: {} for item in statements
        }
        self._by_index: dict[IndexDefinition, list[WeightedStatement]] = {}
        self._same: dict[IndexDefinition, IndexDefinition] = {}
        self._concerns: dict[Fingerprint, dict[IndexDefinition, bool]] = {
            item.fingerprint: {} for item in statements
        }
        self._frontiers: dict[Fingerprint, Frontier] = {}
        self.ask([(item, NOTHING) for item in statements])

    def same(self, definition: IndexDefinition) -> IndexDefinition:
        """The first definition that is equal to one: comparing it is quicker then."""
        return self._same.setdefault(definition, definition)

    def base(self, item: WeightedStatement) -> float:
        """The worth of a statement with the indexes that exist."""
        return self._options[item.fingerprint][NOTHING]

    def options(self, item: WeightedStatement) -> Mapping[Configuration, float]:
        """What is known of one statement; the empty set is always in it."""
        return self._options[item.fingerprint]

    def seen(self, item: WeightedStatement) -> Iterable[tuple[Configuration, float]]:
        """The sets that a statement was asked about, with its true worth."""
        return self._seen[item.fingerprint].items()

    def is_seen(self, item: WeightedStatement, wanted: Configuration) -> bool:
        """Whether the worth of a statement under a set was asked about."""
        return self._relevant(item, wanted) in self._seen[item.fingerprint]

    def _relevant(
        self, item: WeightedStatement, wanted: Configuration
    ) -> Configuration:
        """The indexes of a set that could change the plan of a statement."""
        known = self._concerns[item.fingerprint]
        found = []
        for index in wanted:
            concerns = known.get(index)
            if concerns is None:
                concerns = known[index] = item.prepared.subject.concerns(index)
            if concerns:
                found.append(index)
        return frozenset(found)

    def ask(self, asked: Sequence[Asked]) -> list[tuple[float, Configuration]]:
        """The true worth of statements under sets of indexes, and what they use."""
        questions = [
            (item.prepared.subject, self._relevant(item, wanted))
            for item, wanted in asked
        ]
        answers = self.worths.of(questions)
        for (item, _), (_, wanted), (worth, used) in zip(
            asked, questions, answers, strict=True
        ):
            self._seen[item.fingerprint][wanted] = worth
            known = self._options[item.fingerprint]
            if worth < known.get(used, float("inf")):
                known[used] = worth
                self._frontiers.pop(item.fingerprint, None)
        return answers

    def frontier(self, item: WeightedStatement) -> Frontier:
        """The options of a statement that gain and that no smaller one beats."""
        found = self._frontiers.get(item.fingerprint)
        if found is None:
            least = self.base(item) * (1.0 - MIN_OPTION_GAIN_RATIO)
            found = Frontier(self._options[item.fingerprint], least)
            self._frontiers[item.fingerprint] = found
        return found

    def some(self, asked: Sequence[Asked], most: int) -> Sequence[Asked]:
        """The first of some questions: at most so many, and no more than are left."""
        left = self.worths.remaining
        for position, (item, _) in enumerate(asked[:most]):
            left -= self.worths.sets(item.prepared.subject)
            if left < 0:
                return asked[:position]
        return asked[:most]

    def can_ask(self, items: Sequence[WeightedStatement]) -> bool:
        """Whether one question about each of some statements is left, if new."""
        left = self.worths.kept
        return left >= sum(self.worths.sets(item.prepared.subject) for item in items)

    def total(self, wanted: Configuration) -> float:
        """The true worth of the workload under a set of indexes."""
        answers = self.ask([(item, wanted) for item in self.statements])
        return sum(
            item.weight * worth
            for item, (worth, _) in zip(self.statements, answers, strict=True)
        )

    def used(self, wanted: Configuration) -> dict[Fingerprint, Configuration]:
        """For each statement the indexes of a set that its plans use."""
        answers = self.ask([(item, wanted) for item in self.statements])
        return {
            item.fingerprint: used
            for item, (_, used) in zip(self.statements, answers, strict=True)
        }

    def known_best(self, item: WeightedStatement, wanted: Configuration) -> float:
        """The worth under a set, as far as known: never better than the true one."""
        known = self._options[item.fingerprint]
        return min(worth for used, worth in known.items() if used <= wanted)

    def least(self, item: WeightedStatement) -> float:
        """The best worth known of a statement under any set."""
        return min(self._options[item.fingerprint].values())

    def indexes(self) -> frozenset[IndexDefinition]:
        """All indexes that any option that gains something uses."""
        return frozenset(
            index
            for item in self.statements
            for used, worth in self.options(item).items()
            if worth < self.base(item)
            for index in used
        )

    def concerned(self, definition: IndexDefinition) -> list[WeightedStatement]:
        """Statements whose plan an index could change."""
        if definition not in self._by_index:
            self._by_index[definition] = [
                item
                for item in self.statements
                if item.prepared.subject.concerns(definition)
            ]
        return self._by_index[definition]

    def floor(self) -> float:
        """What the workload would be worth if every statement had its best option."""
        return sum(item.weight * self.least(item) for item in self.statements)
