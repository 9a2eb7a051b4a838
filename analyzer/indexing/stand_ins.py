"""Indexes that may take the place of others which start alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from analyzer.domain.index import IndexDefinition
from analyzer.domain.statement import Fingerprint
from analyzer.indexing.benefit import Configuration
from analyzer.indexing.options import WeightedStatement
from analyzer.indexing.promises import as_words, word_count

STAND_INS_EACH = 2
"""Uses of one statement in which an index is tried, by either order of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """An index in an option of a statement, and what the option is worth.

    ``held`` has a bit for each column of the index.
    """

    item: WeightedStatement
    name: Fingerprint
    index: IndexDefinition
    held: int
    rest: Configuration
    rest_bytes: int
    worth: float
    gain: float


@dataclass(slots=True, kw_only=True)
class Group:
    """Indexes that start alike, with their uses."""

    held: dict[IndexDefinition, int] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)

    def mask(self, names: Iterable[str]) -> int:
        """A bit for each column."""
        found = 0
        for name in sorted(names):
            if name not in self.columns:
                self.columns.append(name)
            found |= 1 << self.columns.index(name)
        return found

    def names(self, mask: int) -> set[str]:
        """The columns that the bits of a mask stand for."""
        return {name for n, name in enumerate(self.columns) if mask >> n & 1}


def stand_ins(
    group: Group, indexes: Iterable[IndexDefinition]
) -> Iterator[tuple[Use, IndexDefinition]]:
    """Indexes that may take the place of another one in a use of it.

    They must hold all its columns. Of each statement the best uses are taken, and those
    that gain most for the space of their other indexes: what is best alone may need
    much beside it.
    """
    orders = [
        _Order(group.uses, lambda use: use.worth),
        _Order(group.uses, lambda use: -use.gain / (use.rest_bytes + 1) ** 0.5),
    ]
    numbers: dict[IndexDefinition, list[int]] = {}
    for number, use in enumerate(group.uses):
        numbers.setdefault(use.index, []).append(number)
    for index in indexes:
        own = numbers.get(index, [])
        held = group.held[index]
        for number in sorted({n for order in orders for n in order.first(held, own)}):
            yield group.uses[number], index


class _Order:
    """Uses statement by statement, the best of each first."""

    def __init__(self, uses: Sequence[Use], rank: Callable[[Use], float]) -> None:
        keys = [(use.name, rank(use)) for use in uses]
        order = sorted(range(len(uses)), key=keys.__getitem__)
        self._numbers = np.array(order, dtype=np.int64)
        self._places = np.argsort(self._numbers)
        needed = [uses[number].held for number in order]
        self._words = word_count(needed)
        self._needed = as_words(needed, self._words)
        starts = [0] * len(order)
        for place in range(1, len(order)):
            is_same = uses[order[place]].name == uses[order[place - 1]].name
            starts[place] = starts[place - 1] if is_same else place
        self._starts = np.array(starts, dtype=np.int64)

    def first(self, held: int, without: Sequence[int]) -> list[int]:
        """The first uses of each statement that need no other columns than these.

        Args:
            held: the columns, as bits.
            without: numbers of uses that do not count.
        """
        lacking = np.zeros(len(self._numbers), dtype=bool)
        mine = as_words([held], self._words)
        for word, needed in zip(mine, self._needed, strict=True):
            lacking |= (needed & ~word) != 0
        fits = ~lacking
        fits[self._places[list(without)]] = False
        counts = np.cumsum(fits)
        before = counts[self._starts] - fits[self._starts]
        taken = fits & (counts - before <= STAND_INS_EACH)
        found: list[int] = self._numbers[taken].tolist()
        return found
