"""What a chosen set does: per index what it is good for, per query what changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analyzer.advisors.index_change import create_index
from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.index_advice import ProposedIndex, QueryOutcome, ServedQuery
from analyzer.domain.statement import Fingerprint
from analyzer.indexing.benefit import Configuration, StatementCost, sort_key
from analyzer.indexing.choose import Choice, Chooser
from analyzer.indexing.existing import leads
from analyzer.indexing.options import WeightedStatement
from analyzer.indexing.set_reasons import narrower, why_this_order
from analyzer.indexing.time_risks import time_risks
from analyzer.indexing.workload_choice import WorkloadChoice
from analyzer.pipeline.index_size_doubts import size_doubt
from analyzer.pipeline.index_workload import NamedWorkload
from analyzer.pipeline.time_knowledge import TimeKnowledge

MIN_GAIN_RATIO = 0.01
_SORT_BYTES_PER_S = 60e6
_SCAN_BYTES_PER_S = 400e6
"""Of a build on common hardware, warm: rough, and said to be."""


@dataclass(slots=True, kw_only=True)
class Answers:
    """Puts a choice into words and numbers."""

    choice: WorkloadChoice
    found: Choice
    chooser: Chooser
    named: NamedWorkload
    knowledge: TimeKnowledge
    _plans: dict[Fingerprint, StatementCost] = field(default_factory=dict)
    _names: dict[IndexDefinition, str] = field(default_factory=dict)

    def indexes(self) -> tuple[ProposedIndex, ...]:
        """The members of the set, the largest saving first."""
        losses = {index: self._losses(index) for index in self.found.chosen}
        total = sum(sum(found.values()) for found in losses.values())
        made = [
            self._index(index, found, total or 1.0) for index, found in losses.items()
        ]
        made.sort(key=lambda item: (-item.saved_ratio, item.ddl))
        return tuple(made)

    def _losses(self, index: IndexDefinition) -> dict[Fingerprint, float]:
        """What each statement that uses it would lose without it, weighted."""
        chosen, table = self.found.chosen, self.chooser.table
        users = [
            item
            for item in table.statements
            if index in self._under(item.fingerprint).used
        ]
        rest = chosen - {index}
        with_it = self._worths(users, chosen)
        without = self._worths(users, rest)
        return {
            item.fingerprint: item.weight * max(0.0, less - now)
            for item, now, less in zip(users, with_it, without, strict=True)
        }

    def _worths(
        self, items: Sequence[WeightedStatement], wanted: Configuration
    ) -> list[float]:
        """What statements are worth under a set; by what is known if that must do."""
        table = self.chooser.table
        if table.can_ask(items):
            return [worth for worth, _ in table.ask([(i, wanted) for i in items])]
        return [table.known_best(item, wanted) for item in items]

    def _index(
        self, index: IndexDefinition, losses: Mapping[Fingerprint, float], total: float
    ) -> ProposedIndex:
        action = create_index(index, self.choice.size_bytes(index), self.choice.catalog)
        own = sum(losses.values())
        ranked = sorted(losses.items(), key=lambda pair: (-pair[1], pair[0]))
        shapes = self.choice.shapes.shapes
        return ProposedIndex(
            definition=index,
            ddl=action.ddl,
            size_bytes=action.size_bytes,
            build_s=self._build_s(index),
            write_overhead_ratio=self.choice.write_overhead_ratio(index),
            hot_updates_lost=self.choice.price(index).hot_updates_lost,
            saved_ratio=own / total,
            queries=tuple(
                ServedQuery(
                    name=self.named.names[name], share_ratio=loss / own if own else 0.0
                )
                for name, loss in ranked
            ),
            makes_redundant=self._redundant(index),
            why_this_order=why_this_order(index, [shapes[n] for n in losses]),
            why_not_narrower=self._why_not_narrower(index, losses),
            size_doubt=size_doubt(
                index,
                action.size_bytes,
                self.choice.catalog,
                self.named.joined_keys,
            ),
        )

    def _build_s(self, index: IndexDefinition) -> float:
        relation = self.choice.catalog.by_name[index.relation]
        sort = self.choice.size_bytes(index) / _SORT_BYTES_PER_S
        return relation.size_bytes / _SCAN_BYTES_PER_S + sort

    def _redundant(self, index: IndexDefinition) -> tuple[RelationName, ...]:
        relation = self.choice.catalog.by_name[index.relation]
        return tuple(
            existing.name
            for existing in relation.indexes
            if not existing.constraint_kind
            and not existing.definition.unique
            and leads(index, existing.definition)
        )

    def _why_not_narrower(
        self, index: IndexDefinition, losses: Mapping[Fingerprint, float]
    ) -> str:
        """What the workload would be worth with a narrower one in its place."""
        less = narrower(index)
        if less is None:
            return "It has one column."
        table = self.chooser.table
        users = [item for item in table.statements if item.fingerprint in losses]
        if not table.can_ask(users):
            return "The search had no question left to ask about a narrower one."
        chosen = self.found.chosen
        other = (chosen - {index}) | {less}
        now = _sum(users, self._worths(users, chosen))
        then = _sum(users, self._worths(users, other))
        saved = self.choice.size_bytes(index) - self.choice.size_bytes(less)
        what = "Without INCLUDE" if index.include else "Without its last column"
        rise = (then / now - 1.0) if now > 0 else 0.0
        return (
            f"{what} it would be {max(saved, 0) / 1e6:,.0f} MB smaller, and the "
            f"queries it serves would cost {rise:.0%} more."
        )

    def queries(self) -> tuple[QueryOutcome, ...]:
        """Every statement without and with the set, losers first."""
        found = [self._query(item) for item in self.chooser.table.statements]
        found.sort(key=lambda query: (-query.ratio, query.name))
        return tuple(found)

    def _query(self, item: WeightedStatement) -> QueryOutcome:
        name = item.fingerprint
        base, then = item.prepared.base, self._under(name)
        anchor = self.knowledge.anchor(name)
        known = self.knowledge

        def mean_ms(cost: StatementCost) -> float:
            return sum(
                one.weight_ratio * known.predicted_ms(name, one.plan)
                for one in cost.sets
            )

        before, after = base.cost, then.cost
        gains = after < before * (1.0 - MIN_GAIN_RATIO)
        return QueryOutcome(
            name=self.named.names[name],
            weight=self.named.weights.get(name, 1.0),
            before=before,
            after=after,
            before_ms=anchor.predicted_ms(mean_ms(base)),
            after_ms=anchor.predicted_ms(mean_ms(then)),
            risk=self._risks(base, then),
            uses=tuple(self._index_name(i) for i in sorted(then.used, key=sort_key)),
            why_no_gain="" if gains else self._why_no_gain(item),
        )

    def _risks(self, base: StatementCost, then: StatementCost) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for old, new in zip(base.sets, then.sets, strict=True):
            risks = time_risks(old.plan, new.plan, self.knowledge.model)
            found |= dict.fromkeys(risks)
        return tuple(self._with_real_names(text, then) for text in found)

    def _with_real_names(self, text: str, then: StatementCost) -> str:
        for one in then.sets:
            for shown, definition in one.plan.hypothetical_indexes.items():
                text = text.replace(shown, self._index_name(definition))
        return text

    def _index_name(self, definition: IndexDefinition) -> str:
        if definition not in self._names:
            action = create_index(definition, 0, self.choice.catalog)
            self._names[definition] = action.name
        return self._names[definition]

    def _why_no_gain(self, item: WeightedStatement) -> str:
        if item.prepared.why_none:
            return item.prepared.why_none
        table = self.chooser.table
        best = min(table.options(item).values())
        base = table.base(item)
        gain = 1.0 - best / base if base > 0 else 0.0
        count = len(item.prepared.candidates)
        if gain < MIN_GAIN_RATIO:
            return f"None of its {count} candidates would make it cheaper."
        return (
            f"The best of its {count} candidates would save {gain:.0%} of it, and the "
            "space serves other queries better."
        )

    def _under(self, name: Fingerprint) -> StatementCost:
        if name not in self._plans:
            prepared = next(
                p for p in self.choice.prepared if p.subject.fingerprint == name
            )
            chosen: Configuration = self.found.chosen
            self._plans[name] = self.choice.under(prepared, chosen)
        return self._plans[name]


def _sum(users: Iterable[WeightedStatement], worths: Iterable[float]) -> float:
    return sum(item.weight * worth for item, worth in zip(users, worths, strict=True))
