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
    """

    table: OptionTable
    doubted: Collection[Fingerprint]
    price_ratio: Callable[[IndexDefinition], float]

    def marginal(
        self, member: IndexDefinition, chosen: Configuration
    ) -> tuple[float, float]:
        """What a member saves net, and the best gain of one statement by it."""
        items = self._concerned(member)
        now, then = (
            self._gains(items, wanted) for wanted in (chosen, chosen - {member})
        )
        gains = [a - b for a, b in zip(now, then, strict=True)]
        return (
            _shares(items, gains) - self.price_ratio(member),
            max(gains, default=0.0),
        )

    def plain(self, chosen: Configuration, enough_ratio: float) -> Configuration:
        """Without INCLUDE wherever the keys alone save that part as much."""
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
            if less - least >= enough_ratio * (most - least):
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
        answers = self.table.ask([(item, wanted) for item in items])
        return [
            1.0 - worth / base if (base := self.table.base(item)) > 0 else 0.0
            for item, (worth, _) in zip(items, answers, strict=True)
        ]


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
        total = sum(net_ratio for net_ratio, _ in found.values())
        floor = max(limits.min_saved_ratio, limits.min_kept_ratio * total)
        poor = [
            (net_ratio, sort_key(member), member)
            for member, (net_ratio, best) in found.items()
            if net_ratio < floor or best < limits.min_statement_gain_ratio
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
