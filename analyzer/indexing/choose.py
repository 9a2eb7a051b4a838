"""One set of indexes for a whole workload, within a budget: solver first, then polish.

1. *Picks*: every statement is planned with all its candidates at once; what the planner
   uses is an option. The used ones are taken away and it picks again; then the same
   among indexes without INCLUDE, of one key, and small ones (Valentin et al., "DB2
   Advisor", ICDE 2000). What is picked anywhere is the pool.
2. *Solve*: the best set by the options known and by guesses made from them
   (:mod:`.guesses`), exactly (:mod:`.solver`).
3. *Look*: each statement is planned under the set, for a planner does better with all
   of it than with the options it was made of, and worse than some guesses. What was
   seen leads back to 2, until the set is one that was looked at already.
4. *Polish*: each member is taken out, the indexes outside the set that promise most
   are tried beside it, and those of one key with different INCLUDE are tried as one;
   new options lead back to 2. It ends when nothing new is found, or when the caller's
   time or the bound on questions is over; the best set so far is the answer any time.
   Some questions are kept for the last look, so the bound holds.

The worth of a set is always that of real plans under the whole set. Deterministic for
the same answers of the planner, unless the caller stops it by the clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.statement import Fingerprint
from analyzer.indexing.benefit import NOTHING, Configuration, sort_key
from analyzer.indexing.guesses import Guesses
from analyzer.indexing.narrowing import Sizing, narrowed
from analyzer.indexing.options import Asked, OptionTable, WeightedStatement
from analyzer.indexing.solver import IndexFacts, SetLimits, Solution, greedy, solve
from analyzer.indexing.worths import Worth

PICK_ROUNDS = 8
NARROW_ROUNDS = 3
SMALL_BUDGET_RATIOS = (0.3, 0.15, 0.08, 0.04, 0.02)
"""Sizes, as shares of the budget, below which a statement picks once more."""

TRIALS_PER_ROUND = 60
STATEMENTS_PER_TRIAL = 8
QUESTIONS_AT_ONCE = 256
HALVINGS = 4
MIN_MIXED_SHARE_RATIO = 0.005
"""Of the workload: a lighter statement is not asked about with halves."""

MAX_ROUNDS = 120
MAX_FRUITLESS_ROUNDS = 6
MIN_PICK_GAIN_RATIO = 0.002
MIN_PARTIAL_FACTOR = 10.0
"""A partial index must be so many times smaller than the whole one to be worth the
risk that the constant in its predicate changes."""


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


class Chooser:
    """The search, with what it knows of each index."""

    def __init__(
        self,
        table: OptionTable,
        facts_of: Callable[[IndexDefinition], IndexFacts],
        limits: SetLimits,
        *,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        """Prepare a search.

        Args:
            table: the statements, with their base plans.
            facts_of: size and prices of an index, from statistics.
            limits: of the set.
            is_over: asked now and then whether the time is up.
        """
        self.table = table
        self._facts_of = facts_of
        self._limits = limits
        self._is_over = is_over
        self._facts: dict[IndexDefinition, IndexFacts] = {}
        self._best = NOTHING
        self._best_worth = float("inf")
        self._guesses = Guesses(
            table=table,
            size_bytes=lambda index: self.facts(index).size_bytes,
            fits=self._fits,
        )
        self._merged_from: dict[IndexDefinition, Configuration] = {}
        self._candidates = {
            item.fingerprint: frozenset(item.prepared.candidates)
            for item in table.statements
        }
        self._looked_at: set[Configuration] = set()
        self._tried: set[tuple[Configuration, IndexDefinition | None]] = set()

    def facts(self, definition: IndexDefinition) -> IndexFacts:
        """Size and prices, asked once."""
        if definition not in self._facts:
            self._facts[definition] = self._facts_of(definition)
        return self._facts[definition]

    def run(self) -> Choice:
        """Search, and give the best set found."""
        before = self._total(NOTHING)
        for keep, rounds in self._classes():
            self._pick(keep, rounds)
        bound = self._improve()
        chosen = self._without_idle(self._best)
        if self._limits.budget_bytes is None:
            chosen = self._narrowed(chosen)
        after = self._total(chosen)
        return Choice(
            chosen=chosen,
            before=before,
            after=after,
            bound=min(bound, after),
            floor=self.table.floor(),
            complete=self._has_time,
        )

    @property
    def _has_time(self) -> bool:
        return not (self._is_over() or self.table.worths.exhausted)

    def _pick(self, keep: Callable[[IndexDefinition], bool], rounds: int) -> None:
        """Let each statement pick among the candidates of one class, some times."""
        offered: dict[Fingerprint, Configuration] = {
            item.fingerprint: frozenset(
                index
                for index in item.prepared.candidates
                if self._fits(index) and keep(index)
            )
            for item in self.table.statements
        }
        for _ in range(rounds):
            asked = [
                (item, offered[item.fingerprint])
                for item in self.table.statements
                if offered[item.fingerprint]
            ]
            for (item, _), (worth, used) in self._asked(asked):
                gains = worth < self.table.base(item) * (1.0 - MIN_PICK_GAIN_RATIO)
                rest = offered[item.fingerprint] - used
                offered[item.fingerprint] = rest if gains and used else NOTHING

    def _asked(self, asked: Sequence[Asked]) -> Iterator[tuple[Asked, Worth]]:
        """Questions with their answers, as many as there is time for."""
        rest = asked
        while rest and self._has_time:
            chunk = self.table.some(rest, QUESTIONS_AT_ONCE)
            if not chunk:
                return
            yield from zip(chunk, self.table.ask(chunk), strict=True)
            rest = rest[len(chunk) :]

    def _classes(self) -> Iterator[tuple[Callable[[IndexDefinition], bool], int]]:
        yield (lambda index: True), PICK_ROUNDS
        yield (lambda index: not index.include), NARROW_ROUNDS
        yield (lambda index: len(index.keys) == 1 and not index.include), NARROW_ROUNDS
        budget = self._limits.budget_bytes
        for ratio in SMALL_BUDGET_RATIOS if budget is not None else ():
            yield partial(self._is_within, ratio * (budget or 0)), NARROW_ROUNDS

    def _is_within(self, most_bytes: float, index: IndexDefinition) -> bool:
        return self.facts(index).size_bytes <= most_bytes

    def _fits(self, index: IndexDefinition) -> bool:
        size = self.facts(index).size_bytes
        budget = self._limits.budget_bytes
        if budget is not None and size > budget:
            return False
        if index.predicate:
            whole = self.facts(replace(index, predicate="")).size_bytes
            return size * MIN_PARTIAL_FACTOR <= whole
        return True

    def _improve(self) -> float:
        """Solve, look and polish until nothing gets better; the last bound."""
        bound = float("inf")
        fruitless = 0
        for _ in range(MAX_ROUNDS):
            solution = self._solve()
            bound = solution.bound
            is_new = not self._is_seen(solution.chosen)
            is_better = self._consider(solution.chosen)
            if is_new and self._has_time:
                continue
            fruitless = 0 if is_better else fruitless + 1
            if fruitless >= MAX_FRUITLESS_ROUNDS or not self._has_time:
                break
            around = solution.chosen if is_better else self._best
            asked = self._doubt(around) + self._try_beside(around)
            if not is_better:
                asked += self._mix(around)
            if not (is_better or asked):
                break
        return bound

    def _solve(self) -> Solution:
        facts = {
            index: self.facts(index)
            for index in self.table.indexes()
            if self._fits(index)
        }
        start = self._best or greedy(self.table, facts, self._limits)
        guessed = self._guesses.propose(start)
        for options in guessed.values():
            for index in frozenset().union(*options):
                facts.setdefault(index, self.facts(index))
        return solve(self.table, facts, self._limits, start=start, guessed=guessed)

    def _consider(self, chosen: Configuration) -> bool:
        """Look at a set as it really is; whether it is the best so far."""
        worth = self._total(chosen)
        if worth < self._best_worth * (1.0 - 1e-6):
            self._best, self._best_worth = chosen, worth
            return True
        return False

    def _is_seen(self, chosen: Configuration) -> bool:
        """Whether a set was looked at already."""
        is_new = chosen not in self._looked_at
        self._looked_at.add(chosen)
        return not is_new

    def _total(self, chosen: Configuration) -> float:
        prices = sum(self.facts(index).price for index in chosen)
        return self.table.total(chosen) + prices

    def _doubt(self, current: Configuration) -> int:
        """Ask what statements would do without each member; how many were asked.

        Without that the solver believes that they fall back to an option it knows.
        """
        used = self.table.used(current)
        asked = [
            (item, current - {index})
            for item in self.table.statements
            for index in sorted(used[item.fingerprint], key=sort_key)
        ]
        return sum(1 for _ in self._asked(asked))

    def _mix(self, current: Configuration) -> int:
        """Let heavy statements pick from a set and halves of their other candidates.

        What all of them together would always pick hides what comes second; a half
        without it shows that. How many questions were asked.
        """
        if (current, None) in self._tried:
            return 0
        self._tried.add((current, None))
        least = MIN_MIXED_SHARE_RATIO * self._total(NOTHING)
        asked = [
            (item, current | half)
            for item in self.table.statements
            if item.weight * self.table.base(item) >= least
            for half in halves(filter(self._fits, item.prepared.candidates))
        ]
        return sum(1 for _ in self._asked(asked))

    def _try_beside(self, current: Configuration) -> int:
        """Ask about the most promising indexes beside a set; how many questions."""
        asked = []
        gains = {
            item.fingerprint: self._could_gain(item, current)
            for item in self.table.statements
        }
        for index in self._promising(current, gains)[:TRIALS_PER_ROUND]:
            self._tried.add((current, index))
            asked += [(item, current | {index}) for item in self._wanting(index, gains)]
        return sum(1 for _ in self._asked(asked))

    def _wanting(
        self, index: IndexDefinition, gains: Mapping[Fingerprint, float]
    ) -> list[WeightedStatement]:
        """Statements that could gain by an index, those first that it was made for."""
        origins = self._merged_from.get(index, frozenset({index}))
        found = [
            item for item in self.table.concerned(index) if gains[item.fingerprint] > 0
        ]
        found.sort(
            key=lambda item: (
                origins.isdisjoint(self._candidates[item.fingerprint]),
                -gains[item.fingerprint] * item.weight,
                item.fingerprint,
            )
        )
        return found[:STATEMENTS_PER_TRIAL]

    def _promising(
        self, current: Configuration, gains: Mapping[Fingerprint, float]
    ) -> list[IndexDefinition]:
        """Indexes outside a set by what they could bring for their size."""
        found: dict[IndexDefinition, float] = {}
        pool = self.table.indexes()
        for index in (*pool, *self._merged(current, pool)):
            if index in current or (current, index) in self._tried:
                continue
            if not self._fits(index):
                continue
            gain = sum(
                item.weight * gains[item.fingerprint]
                for item in self._wanting(index, gains)
            )
            if gain > 0:
                found[index] = gain / max(self.facts(index).size_bytes, 1) ** 0.5
        return sorted(found, key=lambda index: (-found[index], sort_key(index)))

    def _could_gain(self, item: WeightedStatement, current: Configuration) -> float:
        """The most a statement could gain by one more index, by what is known."""
        now = self.table.known_best(item, current)
        best = self.table.least(item)
        least = self.table.base(item) * MIN_PICK_GAIN_RATIO
        return now - best if now - best > least else 0.0

    def _merged(
        self, current: Configuration, pool: Iterable[IndexDefinition]
    ) -> list[IndexDefinition]:
        """A member and an index of the pool that start alike, as one index."""
        by_start: dict[tuple[RelationName, str, object], list[IndexDefinition]] = {}
        for index in current:
            by_start.setdefault(_start(index), []).append(index)
        for index in pool:
            for member in by_start.get(_start(index), []):
                merged = merge(member, index)
                if merged is not None:
                    parts = {member, index, *self._merged_from.get(member, ())}
                    self._merged_from.setdefault(merged, frozenset(parts))
        return sorted(self._merged_from.keys() - current, key=sort_key)

    def _narrowed(self, chosen: Configuration) -> Configuration:
        pool = self.table.indexes().union(*self._candidates.values())
        fitting = [index for index in pool if self._fits(index)]
        return narrowed(chosen, fitting, Sizing(table=self.table, facts=self.facts))

    def _without_idle(self, chosen: Configuration) -> Configuration:
        """Without the members that nothing uses or that do not pay for themselves."""
        current = frozenset().union(*self.table.used(chosen).values())
        for index in sorted(current, key=lambda i: -self.facts(i).size_bytes):
            if self.table.worths.kept < 2 * len(self.table.statements):
                break
            rest = current - {index}
            if self._total(rest) <= self._total(current) * (1.0 + 1e-6):
                current = rest
        return current


def halves(candidates: Iterable[IndexDefinition]) -> Iterator[Configuration]:
    """Some ways to part candidates in two, always the same for the same ones."""
    digests = {
        index: hashlib.blake2b(repr(index).encode(), digest_size=1).digest()[0]
        for index in candidates
    }
    for bit in range(HALVINGS):
        for value in (0, 1):
            yield frozenset(i for i, d in digests.items() if (d >> bit) & 1 == value)


def _start(index: IndexDefinition) -> tuple[RelationName, str, object]:
    return index.relation, index.predicate, index.keys[0]


def merge(one: IndexDefinition, other: IndexDefinition) -> IndexDefinition | None:
    """One index that does what two do, where the keys of one lead the other's.

    The longer keys stay, and INCLUDE holds whatever else either holds (Chaudhuri and
    Narasayya, "Index Merging", ICDE 1999).
    """
    if len(one.keys) < len(other.keys):
        one, other = other, one
    is_led = one.keys[: len(other.keys)] == other.keys
    if one.method != "btree" or other.method != "btree" or not is_led or one == other:
        return None
    held = set(one.attributes)
    rest = sorted({*one.include, *other.include, *other.attributes} - held - {""})
    merged = replace(one, include=tuple(rest))
    return None if merged in (one, other) else merged
