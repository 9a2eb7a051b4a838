"""Questions around a set that show what no plan has shown yet.

1. *doubt*: what a statement would do without an index of the set that it uses; else
   the solver believes that it falls back to an option it knows.
2. *beside*: the indexes outside the set that promise most for their size, and those
   merged from a member and another index that starts alike, each beside the whole set.
3. *mix*: heavy statements pick from the set and half of their candidates.

Each is asked about a bounded number of times, the heaviest first, since every question
is one less for what comes after.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.statement import Fingerprint
from analyzer.indexing.benefit import Configuration, sort_key
from analyzer.indexing.options import Asked, OptionTable, WeightedStatement
from analyzer.indexing.programme import IndexFacts

TRIALS_PER_ROUND = 30
STATEMENTS_PER_TRIAL = 5
DOUBTS_PER_ROUND = 80
HALVINGS = 8
MIN_MIXED_SHARE_RATIO = 0.005
"""Of the workload: a lighter statement is not asked about with halves."""

MIN_GAIN_RATIO = 0.002
"""Of a statement's worth: what could gain less is not asked about."""


@dataclass(slots=True, kw_only=True)
class Explorer:
    """Asks around one set after another.

    Attributes:
        table: learns what is asked.
        facts: size and prices of an index.
        fits: whether an index may be chosen at all.
        ask: puts questions, as many as are left; how many that were.
    """

    table: OptionTable
    facts: Callable[[IndexDefinition], IndexFacts]
    fits: Callable[[IndexDefinition], bool]
    ask: Callable[[Sequence[Asked]], int]
    _merged_from: dict[IndexDefinition, Configuration] = field(default_factory=dict)
    _tried: set[tuple[Configuration, IndexDefinition]] = field(default_factory=set)
    _candidates: dict[Fingerprint, Configuration] = field(default_factory=dict)
    _mixed: int = 0

    def around(self, current: Configuration) -> int:
        """Ask about sets around one; how many questions that were."""
        return self._doubt(current) + self._try_beside(current) + self._mix(current)

    def _doubt(self, current: Configuration) -> int:
        """Ask what statements would do without each member; how many were asked.

        Without that the solver believes that they fall back to an option it knows.
        """
        used = self.table.used(current)
        doubts = [
            (item.weight * self.table.known_best(item, current - {index}), item, index)
            for item in self.table.statements
            for index in sorted(used[item.fingerprint], key=sort_key)
        ]
        doubts.sort(key=lambda entry: -entry[0])
        asked = [(item, current - {index}) for _, item, index in doubts]
        new = [one for one in asked if not self.table.is_seen(*one)]
        return self.ask(new[:DOUBTS_PER_ROUND])

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
        return self.ask(asked)

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
                origins.isdisjoint(self._own(item)),
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
            if not self.fits(index):
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
        least = self.table.base(item) * MIN_GAIN_RATIO
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
                    merged = self.table.same(merged)
                    parts = {member, index, *self._merged_from.get(member, ())}
                    self._merged_from.setdefault(merged, frozenset(parts))
        return sorted(self._merged_from.keys() - current, key=sort_key)

    def _mix(self, current: Configuration) -> int:
        """Let heavy statements pick from a set and halves of their other candidates.

        What all of them together would always pick hides what comes second; a half
        without it shows that. How many questions were asked.
        """
        total = sum(i.weight * self.table.base(i) for i in self.table.statements)
        least = MIN_MIXED_SHARE_RATIO * total
        self._mixed += 1
        asked = [
            (item, current | half)
            for item in self.table.statements
            if item.weight * self.table.base(item) >= least
            for half in halves(
                filter(self.fits, item.prepared.candidates), self._mixed % HALVINGS
            )
        ]
        return self.ask(asked)

    def _own(self, item: WeightedStatement) -> Configuration:
        """The candidates that a statement was given by its own shape."""
        if item.fingerprint not in self._candidates:
            found = frozenset(item.prepared.candidates)
            self._candidates[item.fingerprint] = found
        return self._candidates[item.fingerprint]


def halves(candidates: Iterable[IndexDefinition], bit: int) -> Iterator[Configuration]:
    """One of eight ways to part candidates in two, always the same for the same."""
    digests = {
        index: hashlib.blake2b(repr(index).encode(), digest_size=1).digest()[0]
        for index in candidates
    }
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
