"""What statements would use if they had all their candidates, asked some times.

Each statement is planned with every candidate of a class at once; what the planner uses
is an option, and is taken away for the next round (Valentin et al., "DB2 Advisor", ICDE
2000). Classes are all candidates, those without INCLUDE, those of one key, and with a
budget small ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from analyzer.domain.index import IndexDefinition
from analyzer.domain.statement import Fingerprint
from analyzer.indexing.benefit import NOTHING, Configuration
from analyzer.indexing.options import Asked, OptionTable
from analyzer.indexing.worths import Worth

PICK_ROUNDS = 8
NARROW_ROUNDS = 3
MORE_ROUNDS = 8
"""Of each class, where there are many questions for the statements: an index that a
statement picks late serves others too, or fits into a small budget."""

SMALL_BUDGET_RATIOS = (0.3, 0.15, 0.08, 0.04, 0.02)
"""Sizes, as shares of the budget, below which a statement picks once more."""

MIN_PICK_GAIN_RATIO = 0.002
MAX_PICKING_RATIO = 0.6
MAX_MORE_PICKING_RATIO = 0.25
"""Of the questions of the search: what picks may use, and up to where there are more
rounds of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picker:
    """Puts the questions; the table learns the answers.

    Attributes:
        table: the statements.
        fits: whether an index may be chosen at all.
        size_bytes: of an index.
        asked: questions with their answers, as many as there is time for.
    """

    table: OptionTable
    fits: Callable[[IndexDefinition], bool]
    size_bytes: Callable[[IndexDefinition], int]
    asked: Callable[[Sequence[Asked]], Iterator[tuple[Asked, Worth]]]

    def pick(self, budget_bytes: int | None) -> None:
        """Let each statement pick among the candidates of each class, some times.

        Every class has a round before any has another. Where statements are so many
        that they would use up the questions, picking ends early; where they are few,
        it goes on.
        """
        worths = self.table.worths
        questions = worths.remaining
        least = questions * (1.0 - MAX_PICKING_RATIO)
        least_for_more = questions * (1.0 - MAX_MORE_PICKING_RATIO)
        classes = self._classes(budget_bytes)
        offers = [(rounds, self._offered(keep)) for keep, rounds in classes]
        for number in range(max(rounds for rounds, _ in offers) + MORE_ROUNDS):
            for rounds, offered in offers:
                enough = least if number < rounds else least_for_more
                if number < rounds + MORE_ROUNDS and worths.remaining > enough:
                    self._pick_once(offered)

    def _offered(
        self, keep: Callable[[IndexDefinition], bool]
    ) -> dict[Fingerprint, Configuration]:
        return {
            item.fingerprint: frozenset(
                index
                for index in item.prepared.candidates
                if self.fits(index) and keep(index)
            )
            for item in self.table.statements
        }

    def _pick_once(self, offered: dict[Fingerprint, Configuration]) -> None:
        """One question for each statement; what is used is no longer offered."""
        asked = [
            (item, offered[item.fingerprint])
            for item in self.table.statements
            if offered[item.fingerprint]
        ]
        for (item, _), (worth, used) in self.asked(asked):
            gains = worth < self.table.base(item) * (1.0 - MIN_PICK_GAIN_RATIO)
            rest = offered[item.fingerprint] - used
            offered[item.fingerprint] = rest if gains and used else NOTHING

    def _classes(
        self, budget_bytes: int | None
    ) -> Iterator[tuple[Callable[[IndexDefinition], bool], int]]:
        yield (lambda index: True), PICK_ROUNDS
        yield (lambda index: not index.include), NARROW_ROUNDS
        yield (lambda index: len(index.keys) == 1 and not index.include), NARROW_ROUNDS
        for ratio in SMALL_BUDGET_RATIOS if budget_bytes is not None else ():
            yield partial(self._is_within, ratio * (budget_bytes or 0)), NARROW_ROUNDS

    def _is_within(self, most_bytes: float, index: IndexDefinition) -> bool:
        return self.size_bytes(index) <= most_bytes
