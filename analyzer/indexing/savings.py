"""What members of a set save beside the others, by costs, and which save enough."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from analyzer.domain.index import IndexDefinition
from analyzer.domain.statement import Fingerprint
from analyzer.indexing.benefit import Configuration, sort_key
from analyzer.indexing.doubts import WorthThresholds
from analyzer.indexing.options import OptionTable, WeightedStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """Shares of the workload's time that indexes save.

    Attributes:
        table: what statements cost under sets; it asks in bulk.
        doubted: statements whose gains do not count.
        price_ratio: of an index, what its writers pay, as a share of the time.
        few_pages_cost: a statement that costs no more has nothing to gain.
    """

    table: OptionTable
    doubted: Collection[Fingerprint]
    price_ratio: Callable[[IndexDefinition], float]
    few_pages_cost: float = 0.0

    def marginal(
        self, member: IndexDefinition, chosen: Configuration
    ) -> tuple[float, float]:
        """What a member saves net, and the best gain of one statement by it.

        The gain is the share of what the statement costs beside the other members: the
        second of two indexes that a statement needs saves little of what it cost before
        the first, and may still be all that is left to save.
        """
        items = self._concerned(member)
        now, then = (
            self._costs(items, wanted) for wanted in (chosen, chosen - {member})
        )
        saved = [
            (without - beside) / base if (base := self.table.base(item)) > 0 else 0.0
            for item, beside, without in zip(items, now, then, strict=True)
        ]
        gains = [
            1.0 - beside / without if without > self.few_pages_cost else 0.0
            for beside, without in zip(now, then, strict=True)
        ]
        return (
            _shares(items, saved) - self.price_ratio(member),
            max(gains, default=0.0),
        )

    def plain(self, chosen: Configuration, limits: WorthThresholds) -> Configuration:
        """Without INCLUDE where that brings little, of the time or beyond the keys."""
        current = chosen
        for member in sorted(chosen, key=sort_key):
            if not member.include:
                continue
            rest = current - {member}
            other = rest | {replace(member, include=())}
            items = self._concerned(member)
            least, most, less = (
                _shares(items, self._gains(items, wanted))
                for wanted in (rest, current, other)
            )
            wide = most - least
            if (
                wide < limits.min_include_saved_ratio
                or less - least >= limits.plain_enough_ratio * wide
            ):
                current = other
        return current

    def _concerned(self, member: IndexDefinition) -> list[WeightedStatement]:
        return [
            item
            for item in self.table.concerned(member)
            if item.fingerprint not in self.doubted
        ]

    def _gains(
        self, items: Sequence[WeightedStatement], wanted: Configuration
    ) -> list[float]:
        """The share of its cost that each statement saves under a set."""
        return [
            1.0 - cost / base if (base := self.table.base(item)) > 0 else 0.0
            for item, cost in zip(items, self._costs(items, wanted), strict=True)
        ]

    def _costs(
        self, items: Sequence[WeightedStatement], wanted: Configuration
    ) -> list[float]:
        """What each statement costs under a set."""
        answers = self.table.ask([(item, wanted) for item in items])
        return [worth for worth, _ in answers]


def _shares(items: Sequence[WeightedStatement], gains: Sequence[float]) -> float:
    return sum(
        item.prepared.subject.item.exec_time_ratio * gain
        for item, gain in zip(items, gains, strict=True)
    )


def kept_members(
    chosen: Configuration, savings: Savings, limits: WorthThresholds
) -> Configuration:
    """A set without the members that save too little beside the others.

    The worst goes first; what others save without it is looked at again.
    """
    current = chosen
    found = {member: savings.marginal(member, current) for member in current}
    while current:
        poor = [
            (net_ratio, sort_key(member), member)
            for member, (net_ratio, best) in found.items()
            if net_ratio < limits.min_saved_ratio
            or best < limits.min_statement_gain_ratio
        ]
        if not poor:
            break
        worst = min(poor, key=lambda entry: entry[:2])[2]
        current -= {worst}
        del found[worst]
        names = {item.fingerprint for item in savings.table.concerned(worst)}
        for member in current:
            theirs = {item.fingerprint for item in savings.table.concerned(member)}
            if not names.isdisjoint(theirs):
                found[member] = savings.marginal(member, current)
    return current
