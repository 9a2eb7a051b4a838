"""One set of indexes for a whole workload, within a budget: pick, solve, verify, look.

1. *Picks*: every statement is planned with all its candidates at once; what the planner
   uses is an option. The used ones are taken away and it picks again, also among
   smaller ones (:mod:`.picks`). What is picked anywhere is the pool.
2. *Solve*: a set by the options known, of a relaxed programme (:mod:`.solver`); then
   better ones on a few tables at a time (:mod:`.neighbourhoods`), by guesses too
   (:mod:`.guesses`).
3. *Verify*: the statements that a better set was only guessed for are planned under it,
   those first that promise most, and no more once it cannot be better any longer.
4. *Look*: what is verified is planned for all statements, for a planner does better
   with the whole set than with the options it was made of.
5. *Explore*: where that brings little, statements are asked about sets around the best
   one (:mod:`.explore`), and new options lead back to 2. It ends when nothing new is
   found, or when the caller's time or the bound on questions is over; the best set so
   far is the answer any time. Some questions are kept for the last look.

The worth of a set is always that of real plans under the whole set. Deterministic for
the same answers of the planner, unless the caller stops it by the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.domain.index import IndexDefinition
from analyzer.indexing.benefit import NOTHING, Configuration
from analyzer.indexing.explore import Explorer
from analyzer.indexing.guesses import Guessed, Guesses
from analyzer.indexing.narrowing import Sizing, narrowed
from analyzer.indexing.neighbourhoods import improve, part, refine
from analyzer.indexing.options import Asked, OptionTable
from analyzer.indexing.picks import Picker
from analyzer.indexing.programme import IndexFacts, Offer, SetLimits
from analyzer.indexing.solver import Solution, offers_of, relax, worths_of
from analyzer.indexing.worths import Worth

QUESTIONS_AT_ONCE = 256
MAX_ROUNDS = 200
MAX_FRUITLESS_ROUNDS = 10
"""Questions around the best set that led to nothing, before the search ends."""

MAX_TRIES = 5
"""Of other tables in turn, before questions are asked around the best set."""

RELAXED_EACH = 3
"""Each so many steps all tables are looked at, by a relaxed programme."""

MAX_LOOKS = 2
"""At all tables by guesses, after each round of questions, as long as they find a set.
They take ten times as long as on some tables, and the third brings next to nothing."""

VERIFIED_AT_ONCE = 8
MIN_HOPED_GAIN_RATIO = 0.0002
"""What promises less is not verified."""

MIN_GUESSED_RATIO = 1e-9
"""How much better than known a hope must be to be a guess."""

MIN_ROUND_GAIN_RATIO = 0.001
"""A round that gains less is followed by questions, not by another round."""

REASONS_EACH = 2
"""Questions that explain one member."""

MIN_PARTIAL_FACTOR = 10.0
"""A partial index must be so many times smaller than the whole one to be worth the
risk that the constant in its predicate changes."""

MIN_NULL_TEST_FACTOR = 2.0
"""The same where the predicate tests for NULL: there is no constant to change."""

_NULL_TESTS = (" IS NOT NULL", " IS NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The chosen set; worths are in the measure of the objective.

    ``bound`` is the least any set could be worth by the options that were found within
    the limits, ``floor`` with no limits at all.
    """

    chosen: Configuration
    before: float
    after: float
    bound: float
    floor: float
    complete: bool


def narrows(limits: SetLimits) -> bool:
    """Whether members must earn their width: with a budget, space within it is free."""
    return limits.budget_bytes is None


class Chooser:
    """The search, with what it knows of each index."""

    def __init__(
        self,
        table: OptionTable,
        facts_of: Callable[[IndexDefinition], IndexFacts],
        limits: SetLimits,
        *,
        is_over: Callable[[], bool] = lambda: False,
        slack: Callable[[IndexDefinition], float] = lambda _: 0.0,
    ) -> None:
        """Prepare a search.

        Args:
            table: the statements, with their base plans.
            facts_of: size and prices of an index, from statistics.
            limits: of the set.
            is_over: asked now and then whether the time is up.
            slack: see :class:`.narrowing.Sizing`.
        """
        self.table = table
        self._slack = slack
        self._facts_of = facts_of
        self._limits = limits
        self._is_over = is_over
        self._facts: dict[IndexDefinition, IndexFacts] = {}
        self._fitting: dict[IndexDefinition, bool] = {}
        self._best = NOTHING
        self._best_worth = float("inf")
        self._guesses = Guesses(
            table=table,
            size_bytes=lambda index: self.facts(index).size_bytes,
            fits=self._fits,
        )
        self._explorer = Explorer(
            table=table,
            facts=self.facts,
            fits=self._fits,
            ask=lambda asked: sum(1 for _ in self._asked(asked)),
        )
        self._refuted: set[Configuration] = set()
        self._is_small = False
        self._looks_left = MAX_LOOKS

    def facts(self, definition: IndexDefinition) -> IndexFacts:
        """Size and prices, asked once."""
        found = self._facts.get(definition)
        if found is None:
            found = self._facts[definition] = self._facts_of(definition)
        return found

    def run(self) -> Choice:
        """Search, and give the best set found."""
        before = self._total(NOTHING)
        picker = Picker(
            table=self.table,
            fits=self._fits,
            size_bytes=lambda index: self.facts(index).size_bytes,
            asked=self._asked,
        )
        picker.pick(self._limits.budget_bytes)
        bound = self._improve()
        chosen = self._without_idle(self._best)
        if narrows(self._limits):
            chosen = self._narrowed(chosen)
        after = self._total(chosen)
        return Choice(
            chosen=chosen,
            before=before,
            after=after,
            bound=min(max(bound, self.table.floor()), after),
            floor=self.table.floor(),
            complete=self._has_time,
        )

    @property
    def _has_time(self) -> bool:
        return not (self._is_over() or self.table.worths.exhausted)

    def _asked(self, asked: Sequence[Asked]) -> Iterator[tuple[Asked, Worth]]:
        """Questions with their answers, as many as there is time for."""
        rest = asked
        while rest and self._has_time:
            chunk = self.table.some(rest, QUESTIONS_AT_ONCE)
            if not chunk:
                return
            yield from zip(chunk, self.table.ask(chunk), strict=True)
            rest = rest[len(chunk) :]

    def _fits(self, index: IndexDefinition) -> bool:
        """Whether an index may be chosen at all, counted once."""
        known = self._fitting.get(index)
        if known is None:
            known = self._fitting[index] = self._may_fit(index)
        return known

    def _may_fit(self, index: IndexDefinition) -> bool:
        size = self.facts(index).size_bytes
        budget = self._limits.budget_bytes
        if budget is not None and size > budget:
            return False
        if index.predicate:
            whole = self.facts(replace(index, predicate="")).size_bytes
            is_null_test = index.predicate.endswith(_NULL_TESTS)
            factor = MIN_NULL_TEST_FACTOR if is_null_test else MIN_PARTIAL_FACTOR
            return size * factor <= whole
        return True

    def _improve(self) -> float:
        """Solve, look and explore until nothing gets better; the last bound."""
        self._consider(NOTHING)
        if self._best_worth <= 0.0:
            return 0.0  # No statement, or none that costs anything.
        self._consider(self._relaxed().chosen)
        fruitless = tries = 0
        for number in range(MAX_ROUNDS):
            if fruitless >= MAX_FRUITLESS_ROUNDS or not self._has_time:
                break
            before = self._best_worth
            found, tries = self._step(number), tries + 1
            if found is not None:
                self._verify(*found)
            if number % RELAXED_EACH == 0:
                self._looks_left = max(0, self._looks_left - 1) if found else 0
            if 1.0 - self._best_worth / before >= MIN_ROUND_GAIN_RATIO:
                fruitless = tries = 0
            elif tries >= MAX_TRIES or (found is None and self._is_small):
                fruitless, tries = fruitless + 1, 0
                self._explorer.around(self._best)
                self._looks_left = MAX_LOOKS
        return self._relaxed().bound

    def _relaxed(self) -> Solution:
        """A start by what plans have shown, and the bound of all sets by it."""
        facts = self._known_facts()
        return relax(offers_of(self.table, facts), facts, self._limits)

    def _known_facts(self) -> dict[IndexDefinition, IndexFacts]:
        facts = {i: self.facts(i) for i in self.table.indexes() if self._fits(i)}
        return facts | {index: self.facts(index) for index in self._best}

    def _step(self, number: int) -> tuple[Configuration, list[float]] | None:
        """A set that is better if what is guessed holds, and each statement's worth.

        It differs from the best so far on a few tables, or in indexes that a relaxed
        programme takes part of; none if there is no such set.
        """
        facts = self._known_facts()
        is_whole = number % RELAXED_EACH == 0
        everywhere = frozenset(index.relation for index in facts)
        free = everywhere if is_whole else part(facts, number)
        guessed: Guessed = {}
        if self._looks_left or not is_whole:
            guessed = self._guesses.propose(self._best, free, is_whole=is_whole)
        for options in guessed.values():
            for index in frozenset().union(*options):
                facts.setdefault(index, self.facts(index))
        offers = offers_of(self.table, facts, guessed)
        start = self._start(offers)
        if is_whole:
            found = refine(offers, facts, self._limits, start)
        else:
            self._is_small = free == everywhere
            found = improve(offers, facts, self._limits, start, free)
        hoped = worths_of(offers, found.chosen)
        least = self._best_worth * (1.0 - MIN_HOPED_GAIN_RATIO)
        worth = sum(hoped) + self._prices(found.chosen)
        if found.chosen in self._refuted or worth > least:
            return None
        return found.chosen, hoped

    def _start(self, offers: Sequence[Offer]) -> Solution:
        worth = sum(worths_of(offers, self._best)) + self._prices(self._best)
        return Solution(chosen=self._best, worth=worth, bound=0.0)

    def _verify(self, chosen: Configuration, hoped: Sequence[float]) -> None:
        """Look at a set, first where it was guessed, as long as it may be the best."""
        least = self._best_worth * (1.0 - MIN_HOPED_GAIN_RATIO) - self._prices(chosen)
        hopes = list(hoped)
        statements = self.table.statements
        while True:
            known = [
                item.weight * self.table.known_best(item, chosen) for item in statements
            ]
            if sum(map(min, known, hopes)) > least:
                return
            missing = {
                number: known[number] - hope
                for number, hope in enumerate(hopes)
                if known[number] > hope * (1.0 + MIN_GUESSED_RATIO)
            }
            if not missing:
                break
            heaviest = sorted(missing, key=lambda number: (-missing[number], number))
            asked = [(statements[n], chosen) for n in heaviest[:VERIFIED_AT_ONCE]]
            if sum(1 for _ in self._asked(asked)) < len(asked):
                return
            for number in heaviest[:VERIFIED_AT_ONCE]:
                # What was asked about is known now.
                hopes[number] = float("inf")
        if not self._consider(chosen):
            self._refuted.add(chosen)  # the planner is not monotonous

    def _prices(self, chosen: Configuration) -> float:
        return sum(self.facts(index).price for index in chosen)

    def _consider(self, chosen: Configuration) -> bool:
        """Look at a set as it really is; whether it is the best so far."""
        worth = self._total(chosen)
        if worth < self._best_worth * (1.0 - 1e-6):
            self._best, self._best_worth = chosen, worth
            self._refuted = {chosen}
            return True
        return False

    def _total(self, chosen: Configuration) -> float:
        return self.table.total(chosen) + self._prices(chosen)

    def _narrowed(self, chosen: Configuration) -> Configuration:
        candidates = (item.prepared.candidates for item in self.table.statements)
        pool = self.table.indexes().union(*candidates)
        fitting = [index for index in pool if self._fits(index)]
        sizing = Sizing(table=self.table, facts=self.facts, slack=self._slack)
        return narrowed(chosen, fitting, sizing)

    def _without_idle(self, chosen: Configuration) -> Configuration:
        """Without the members that nothing uses or that do not pay for themselves."""
        current = frozenset().union(*self.table.used(chosen).values())
        # About as many as saying what each member is good for takes.
        reserve = REASONS_EACH * len(current)
        most = 1e-6 * self._total(current)
        for index in sorted(current, key=lambda i: -self.facts(i).size_bytes):
            if self.table.worths.kept < reserve + len(self.table.concerned(index)):
                break
            if self._loss_without(index, current) <= most:
                current -= {index}
        return current

    def _loss_without(self, index: IndexDefinition, current: Configuration) -> float:
        """What leaving a member out costs; only statements it concerns can lose."""
        items = self.table.concerned(index)
        now = self.table.ask([(item, current) for item in items])
        then = self.table.ask([(item, current - {index}) for item in items])
        lost = sum(
            item.weight * (without - worth)
            for item, (worth, _), (without, _) in zip(items, now, then, strict=True)
        )
        return lost - self.facts(index).price
