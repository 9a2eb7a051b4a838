"""Greedy search over sets of indexes by true what-if costs, with a round of doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.domain.index import IndexDefinition
from analyzer.indexing.benefit import NOTHING, Configuration, sort_key
from analyzer.indexing.existing import leads
from analyzer.indexing.gains import Gains

MAX_ALTERNATIVES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """A step from one configuration to another; ratios are of the workload's time."""

    added: IndexDefinition
    target: Configuration
    net_ratio: float
    best_statement_gain_ratio: float
    size_bytes: int


class Search:
    """Steps from no index to a set of indexes, each the best at hand."""

    def __init__(self, gains: Gains) -> None:
        self._gains = gains
        self._thresholds = gains.thresholds

    def run(self, pool: Sequence[IndexDefinition]) -> Configuration:
        """The configuration to recommend; empty where none is worth it."""
        first = self._greedy(NOTHING, pool)
        return self._pruned(self._refilled(self._pruned(first), pool))

    @property
    def _is_over(self) -> bool:
        """Whether the bound on questions is reached."""
        return self._gains.costs.exhausted

    def _greedy(
        self, start: Configuration, pool: Sequence[IndexDefinition]
    ) -> Configuration:
        """Add the best index again and again, looking only where it can be.

        What an index brought once bounds what it brings later (lazy greedy: Minoux,
        1978), and no index saves more than a statement saves with all its candidates.
        Two indexes that need each other break the first bound, so the search ends
        only when a last look without it finds nothing.
        """
        current = start
        seen: dict[IndexDefinition, float] = {}
        while not self._is_over:
            best = self._best_move(current, pool, seen)
            if best is None and seen:
                seen = {}
                best = self._best_move(current, pool, seen)
            if best is None:
                break
            moves = self._alternatives(best, current, pool, seen)
            current = self._preferred(moves).target
        return current

    def _best_move(
        self,
        current: Configuration,
        pool: Sequence[IndexDefinition],
        seen: dict[IndexDefinition, float],
    ) -> _Move | None:
        best: _Move | None = None
        for bound, definition in self._bounded(current, pool, seen):
            worth = best.net_ratio if best else self._thresholds.min_saved_ratio
            if bound < worth or self._is_over:
                break
            move = self._move(current, definition, worth)
            seen[definition] = move.net_ratio
            if self._is_worth_it(move, worth) and (best is None or _better(move, best)):
                best = move
        return best

    def _bounded(
        self,
        current: Configuration,
        pool: Sequence[IndexDefinition],
        seen: Mapping[IndexDefinition, float],
    ) -> list[tuple[float, IndexDefinition]]:
        """Candidates with the most they can bring, the most promising first."""
        open_ones = [
            definition
            for definition in pool
            if definition not in current
            and not any(leads(member, definition) for member in current)
        ]
        bounds = [
            (
                min(seen.get(definition, 1.0), self._ceiling(current, definition)),
                definition,
            )
            for definition in open_ones
        ]
        return sorted(bounds, key=lambda entry: (-entry[0], sort_key(entry[1])))

    def _ceiling(self, current: Configuration, definition: IndexDefinition) -> float:
        """The most an index can bring, writes left aside."""
        concerned = self._gains.concerned(definition)
        return sum(self._gains.left(item, current) for item in concerned)

    def _alternatives(
        self,
        best: _Move,
        current: Configuration,
        pool: Sequence[IndexDefinition],
        seen: dict[IndexDefinition, float],
    ) -> list[_Move]:
        """The best move, and those on the same columns that may be preferred to it."""
        moves = [best]
        least = best.net_ratio * self._thresholds.plain_enough_ratio
        for bound, definition in self._bounded(current, pool, seen):
            if bound < least or len(moves) > MAX_ALTERNATIVES or self._is_over:
                break
            if definition != best.added and _are_related(definition, best.added):
                move = self._move(current, definition, least)
                seen[definition] = move.net_ratio
                if self._is_worth_it(move, least):
                    moves.append(move)
        return moves

    def _is_worth_it(self, move: _Move, worth: float) -> bool:
        limits = self._thresholds
        return (
            move.net_ratio >= max(worth, limits.min_saved_ratio)
            and move.best_statement_gain_ratio >= limits.min_statement_gain_ratio
        )

    def _move(
        self, current: Configuration, definition: IndexDefinition, worth: float
    ) -> _Move:
        """The step that adds this index in place of those it makes needless.

        Statements are asked about in the order of what they can bring; once the rest
        cannot make up for ``worth``, the bound reached so far is the answer.
        """
        superseded = {member for member in current if leads(definition, member)}
        target = (current - superseded) | {definition}
        changed = self._gains.changed(current, target)
        changed.sort(key=lambda item: -self._gains.left(item, current))
        left = sum(self._gains.left(item, current) for item in changed)
        net, best = -self._gains.price_change(current, target), 0.0
        for item in changed:
            left -= self._gains.left(item, current)
            gain = self._gains.gain_change(item, current, target)
            net += item.subject.item.exec_time_ratio * gain
            best = max(best, gain)
            if net + left < worth:
                break
        return _Move(
            added=definition,
            target=target,
            net_ratio=net + max(left, 0.0),
            best_statement_gain_ratio=best,
            size_bytes=self._gains.size_bytes(definition),
        )

    def _preferred(self, moves: Sequence[_Move]) -> _Move:
        """The largest net, or a narrower index on the same table nearly as good."""
        best = moves[0]
        if best.added.include:
            plain = [
                move
                for move in moves
                if not move.added.include
                and move.added.relation == best.added.relation
                and move.net_ratio
                >= best.net_ratio * self._thresholds.plain_enough_ratio
            ]
            if plain:
                best = max(plain, key=lambda m: (m.net_ratio, -m.size_bytes))
        narrower = [
            move
            for move in moves
            if move.size_bytes < best.size_bytes and self._nearly_as_good(move, best)
        ]
        return min([best, *narrower], key=lambda m: (m.size_bytes, sort_key(m.added)))

    def _nearly_as_good(self, move: _Move, best: _Move) -> bool:
        """Compares what is left of the cost too: 1% against 0.1% is ten times more."""
        near = self._thresholds.near_equal_ratio
        if (
            move.added.relation != best.added.relation
            or bool(move.added.include) > bool(best.added.include)
            or move.net_ratio < best.net_ratio * near
        ):
            return False
        concerned = [
            item
            for item in self._gains.concerned(best.added)
            if self._gains.statement_gain(item, best.target) > 0
        ]
        shares = sum(item.subject.item.exec_time_ratio for item in concerned)

        def remaining(target: Configuration) -> float:
            return sum(
                item.subject.item.exec_time_ratio
                * (1.0 - self._gains.statement_gain(item, target))
                for item in concerned
            )

        return remaining(move.target) <= 1.25 * remaining(best.target) + 0.001 * shares

    def _pruned(self, configuration: Configuration) -> Configuration:
        """Without the members that bring too little beside the others."""
        current = configuration
        while current:
            total = self._gains.net(NOTHING, current)
            floor = max(
                self._thresholds.min_saved_ratio,
                self._thresholds.min_kept_ratio * total,
            )
            losses = {
                member: self._gains.net(current - {member}, current)
                for member in current
            }
            worst = min(losses, key=lambda member: (losses[member], sort_key(member)))
            if losses[worst] >= floor:
                break
            current -= {worst}
        return current

    def _refilled(
        self, configuration: Configuration, pool: Sequence[IndexDefinition]
    ) -> Configuration:
        """Take each member out once and fill up again; keep what is better."""
        current = configuration
        for member in sorted(configuration, key=sort_key):
            if member not in current or self._is_over:
                continue
            rest = current - {member}
            # Wider and narrower ones of the same keys were weighed against it already.
            others = [
                item
                for item in pool
                if item != member
                and item.relation == member.relation
                and not leads(item, member)
                and not leads(member, item)
            ]
            refilled = self._pruned(self._greedy(rest, others))
            now, then = (
                self._gains.net(NOTHING, current),
                self._gains.net(NOTHING, refilled),
            )
            if then > now * (1.0 + self._thresholds.min_kept_ratio):
                current = refilled
        return current


def _better(one: _Move, other: _Move) -> bool:
    """By net, then size; equal ones are met in the stable order."""
    return (one.net_ratio, -one.size_bytes) > (other.net_ratio, -other.size_bytes)


def _are_related(one: IndexDefinition, other: IndexDefinition) -> bool:
    """Whether one could stand in for the other: same table, a key in common."""
    return one.relation == other.relation and not set(one.keys).isdisjoint(other.keys)
