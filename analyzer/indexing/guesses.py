"""Options that no plan has shown yet, but that may be worth a look.

A solver that knows only what plans showed stays near it. Two kinds of guess lead on:

1. *stand-in*: an index that starts with the same key and holds all columns of another
   one may take its place in an option, for the same worth. So one wide index is thought
   of that serves several statements (Chaudhuri and Narasayya, "Index Merging", ICDE
   1999), though each of them alone would pick a narrower one.
2. *together*: two options on different relations save what both save.

A guess is never better than what was seen under a set that holds more, since a planner
that has more to choose from never does worse by its own measure. So every look at a
chosen set takes back what was promised too much there, and the search ends at a set
that keeps its promise. (CoPhy and INUM derive costs in the same spirit; here they are
bounded by what was seen, and never taken for an answer.)
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, islice

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.statement import Fingerprint
from analyzer.indexing.benefit import Configuration, sort_key
from analyzer.indexing.options import OptionTable, WeightedStatement
from analyzer.indexing.promises import Promises
from analyzer.indexing.seen_sets import SeenSets
from analyzer.indexing.stand_ins import Group, Use, stand_ins

SHARED_PER_ROUND = 300
SHARED_OF_SIZE = 6
SHARED_ALIKE = 2
SIZE_STEP = 0.12

MERGED_FROM_EACH = 6
MERGED_PARTS = 60
MERGE_LEVELS = 12
STAND_INS_PER_ROUND = 4_000
STAND_INS_OF_ALL = 60_000
PAIRED_OPTIONS = 8
PAIRS_PER_ROUND = 600
MIN_GAIN_RATIO = 0.002
"""Of a statement's worth: an option that gains less starts no guess."""

Guessed = Mapping[Fingerprint, Mapping[Configuration, float]]


_Start = tuple[RelationName, str, object]


@dataclass(slots=True, kw_only=True)
class Guesses:
    """Makes guesses from the options that are known so far.

    Attributes:
        table: the options.
        size_bytes: of an index.
        fits: whether an index may be chosen at all.
    """

    table: OptionTable
    size_bytes: Callable[[IndexDefinition], int]
    fits: Callable[[IndexDefinition], bool]
    _numbers: dict[IndexDefinition, int] = field(default_factory=dict)
    _masks: dict[Configuration, int] = field(default_factory=dict)
    _columns: dict[_Start, list[str]] = field(default_factory=dict)
    _merged: dict[tuple[IndexDefinition, int], IndexDefinition] = field(
        default_factory=dict
    )

    def propose(
        self,
        current: Configuration,
        relations: Container[RelationName],
        *,
        is_whole: bool = False,
    ) -> Guessed:
        """Guesses around the best set so far, each worth what it may be at best.

        Args:
            current: the best set so far.
            relations: on which other indexes than those of the set are thought of.
            is_whole: whether a relaxed programme chooses, which can take far more.
        """
        most = STAND_INS_OF_ALL if is_whole else STAND_INS_PER_ROUND
        groups = self._groups(relations)
        found: dict[Fingerprint, dict[Configuration, float]] = {
            item.fingerprint: {} for item in self.table.statements
        }
        for use, index in islice(self._stand_ins(groups, current), most):
            known = found[use.item.fingerprint]
            wanted = use.rest | {index}
            known[wanted] = min(use.worth, known.get(wanted, use.worth))
        for item, wanted, worth in self._together(relations):
            found[item.fingerprint].setdefault(wanted, worth)
        return {
            item.fingerprint: self._bounded(item, found[item.fingerprint])
            for item in self.table.statements
        }

    def _groups(self, relations: Container[RelationName]) -> dict[_Start, Group]:
        """B-trees in options that gain, by what they start with."""
        groups: dict[_Start, Group] = {}
        for item in self.table.statements:
            for option, worth in self._gaining(item):
                for index in option:
                    if index.relation not in relations or not _is_plain(index):
                        continue
                    start = (index.relation, index.predicate, index.keys[0])
                    group = groups.get(start)
                    if group is None:
                        known = self._columns.setdefault(start, [])
                        group = groups[start] = Group(columns=known)
                    if index not in group.held:
                        group.held[index] = group.mask(columns(index))
                    rest = option - {index}
                    use = Use(
                        item=item,
                        name=item.fingerprint,
                        index=index,
                        held=group.held[index],
                        rest=rest,
                        rest_bytes=sum(map(self.size_bytes, rest)),
                        worth=worth,
                        gain=self.table.base(item) - worth,
                    )
                    group.uses.append(use)
        return groups

    def _gaining(self, item: WeightedStatement) -> list[tuple[Configuration, float]]:
        least = self.table.base(item) * (1.0 - MIN_GAIN_RATIO)
        return [
            (option, worth)
            for option, worth in self.table.options(item).items()
            if option and worth < least
        ]

    def _stand_ins(
        self, groups: Mapping[_Start, Group], current: Configuration
    ) -> Iterator[tuple[Use, IndexDefinition]]:
        """Uses with the index that may take its place; those first that free most."""
        ranked = []
        for start, indexes in self._shared(groups, current).items():
            added: dict[Configuration, int] = {}
            for use, index in stand_ins(groups[start], indexes):
                rest = added.get(use.rest)
                if rest is None:
                    rest = sum(map(self.size_bytes, use.rest - current))
                    added[use.rest] = rest
                if index not in current and index not in use.rest:
                    rest += self.size_bytes(index)
                gain = use.item.weight * (self.table.base(use.item) - use.worth)
                ratio = gain / max(rest, 1) ** 0.5
                order = (-ratio, use.name, self._bit(use.index) | self._bit(index))
                ranked.append((order, use, index))
        ranked.sort(key=lambda entry: entry[0])
        for _, use, index in ranked:
            yield use, index

    def _shared(
        self, groups: Mapping[_Start, Group], current: Configuration
    ) -> dict[_Start, list[IndexDefinition]]:
        """The indexes that promise most by serving several statements."""
        scored = []
        for start, group in groups.items():
            scores = self._shared_of(group, current)
            scored += [
                (scores[index], index, start)
                for index in self._spread(group, scores)
                if scores[index] > 0
            ]
        scored.sort(key=lambda entry: (-entry[0], sort_key(entry[1])))
        found: dict[_Start, list[IndexDefinition]] = {}
        for _, index, start in scored[:SHARED_PER_ROUND]:
            found.setdefault(start, []).append(index)
        return found

    def _spread(
        self, group: Group, scores: Mapping[IndexDefinition, float]
    ) -> list[IndexDefinition]:
        """The best of each size, and of those that hold the same columns a few."""
        counts: Counter[int] = Counter()
        same: Counter[int] = Counter()
        found = []
        for index in sorted(scores, key=lambda i: (-scores[i], sort_key(i))):
            step = round(math.log(max(self.size_bytes(index), 1)) / SIZE_STEP)
            held = group.held[index]
            if counts[step] < SHARED_OF_SIZE and same[held] < SHARED_ALIKE:
                counts[step] += 1
                same[held] += 1
                found.append(index)
        return found

    def _shared_of(
        self, group: Group, current: Configuration
    ) -> dict[IndexDefinition, float]:
        """Indexes of a group, and merged ones, with what they promise."""
        # Those of the set that start alike would be replaced.
        others = current - group.held.keys()
        now = {
            name: self.table.known_best(item, others)
            for name, item in {use.name: use.item for use in group.uses}.items()
        }
        gaining = [
            (use, use.item.weight * (now[use.name] - use.worth))
            for use in group.uses
            if use.worth < now[use.name]
        ]
        gaining.sort(key=lambda entry: -entry[1])
        members = {use.index: use.held for use, _ in gaining}
        parts = _parts([use for use, _ in gaining])
        promises = Promises(
            [(use.name, use.held, use.rest_bytes, g) for use, g in gaining]
        )
        scores: dict[IndexDefinition, float] = {}
        new = members
        for _ in range(MERGE_LEVELS):
            found = self._promised(new, promises)
            scores |= {index: score for index, (score, _) in found.items()}
            group.held.update(new)
            best = sorted(found, key=lambda i: (-found[i][1], sort_key(i)))
            new = {}
            for one in best[:MERGED_FROM_EACH]:
                for held in {group.held[one] | part for part in parts}:
                    index = self._widened(one, held, group)
                    if index not in scores:
                        new[index] = held
        return scores

    def _widened(
        self, one: IndexDefinition, held: int, group: Group
    ) -> IndexDefinition:
        """An index with the same keys that holds these columns, made once."""
        index = self._merged.get((one, held))
        if index is None:
            rest = group.names(held) - {*one.attributes}
            index = self.table.same(replace(one, include=tuple(sorted(rest))))
            self._merged[(one, held)] = index
        return index

    def _promised(
        self, new: Mapping[IndexDefinition, int], promises: Promises
    ) -> dict[IndexDefinition, tuple[float, float]]:
        """What indexes could bring, see :class:`.promises.Promises`."""
        fitting = [index for index in new if self.fits(index)]
        sizes = [max(self.size_bytes(index), 1) for index in fitting]
        scores = promises.of([new[index] for index in fitting], sizes)
        return dict.fromkeys(new, (0.0, 0.0)) | dict(zip(fitting, scores, strict=True))

    def _together(
        self, relations: Container[RelationName]
    ) -> Iterator[tuple[WeightedStatement, Configuration, float]]:
        """Pairs of options that may add up, the most promising ones first."""
        ranked = []
        for item in self.table.statements:
            base = self.table.base(item)
            for wanted, worth in self._pairs(item):
                if not any(index.relation in relations for index in wanted):
                    continue
                size = sum(map(self.size_bytes, wanted))
                ratio = item.weight * (base - worth) / max(size, 1) ** 0.5
                order = (-ratio, item.fingerprint, self._mask(wanted))
                ranked.append((order, item, wanted, worth))
        ranked.sort(key=lambda entry: entry[0])
        for _, item, wanted, worth in ranked[:PAIRS_PER_ROUND]:
            yield item, wanted, worth

    def _pairs(self, item: WeightedStatement) -> Iterator[tuple[Configuration, float]]:
        base = self.table.base(item)
        ranked = [
            ((base - worth) / max(sum(map(self.size_bytes, used)), 1) ** 0.5, used)
            for used, worth in self._gaining(item)
        ]
        ranked.sort(key=lambda entry: (-entry[0], self._mask(entry[1])))
        known = self.table.options(item)
        best = [used for _, used in ranked[:PAIRED_OPTIONS]]
        for one, other in combinations(best, 2):
            if {i.relation for i in one}.isdisjoint(i.relation for i in other):
                yield one | other, max(0.0, known[one] + known[other] - base)

    def _bounded(
        self, item: WeightedStatement, found: Mapping[Configuration, float]
    ) -> dict[Configuration, float]:
        """Guesses that gain, none of them better than a larger set was seen to be."""
        if not found:
            return {}
        seen = SeenSets(
            [(self._mask(wanted), worth) for wanted, worth in self.table.seen(item)]
        )
        guesses = [[self._number(index) for index in wanted] for wanted in found]
        known = self.table.options(item)
        base = self.table.base(item)
        bounded = {}
        leasts = seen.leasts(guesses)
        for (wanted, worth), least in zip(found.items(), leasts, strict=True):
            guess = max(worth, least)
            if guess < known.get(wanted, base):
                bounded[wanted] = guess
        return bounded

    def _mask(self, wanted: Configuration) -> int:
        """A set of indexes with a bit for each, counted once."""
        mask = self._masks.get(wanted)
        if mask is None:
            mask = 0
            for index in wanted:
                mask |= self._bit(index)
            self._masks[wanted] = mask
        return mask

    def _bit(self, index: IndexDefinition) -> int:
        return 1 << self._number(index)

    def _number(self, index: IndexDefinition) -> int:
        return self._numbers.setdefault(index, len(self._numbers))


def _parts(uses: Iterable[Use]) -> list[int]:
    """Columns to merge with, as bits: the best use of each statement comes first.

    Else the many ways to serve one heavy statement would leave no place for others, and
    no index be thought of that serves them all.
    """
    seen: Counter[Fingerprint] = Counter()
    ranked: list[tuple[int, int]] = []
    for use in uses:
        ranked.append((seen[use.name], use.held))
        seen[use.name] += 1
    ranked.sort(key=lambda entry: entry[0])
    return list(dict.fromkeys(held for _, held in ranked))[:MERGED_PARTS]


def columns(index: IndexDefinition) -> frozenset[str]:
    """The columns an index holds; of an expression an empty string."""
    return frozenset((*index.attributes, *index.include))


def _is_plain(index: IndexDefinition) -> bool:
    return index.method == "btree" and bool(index.keys[0].attribute)
