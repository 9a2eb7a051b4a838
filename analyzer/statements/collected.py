"""What is known of a statement while its levels are being read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from analyzer.domain.index import RelationName
from analyzer.statements.facts import (
    Predicate,
    PredicateKind,
    QueryLevel,
    RelationUse,
    SearchedExpression,
    Side,
    SideKind,
    SortKey,
)
from analyzer.statements.predicates import Place
from analyzer.statements.scope import Column, CommonTable, Item, Scope


@dataclass(slots=True)
class Use:
    """A use of a relation while it is being collected."""

    relation: RelationName
    alias: str
    level: int
    is_target: bool = False
    nullable: bool = False
    attributes: set[str] = field(default_factory=set)
    whole: bool = False
    predicates: list[Predicate] = field(default_factory=list)
    expressions: list[SearchedExpression] = field(default_factory=list)
    written: tuple[str, ...] = ()


@dataclass(slots=True)
class Level:
    """A query level while it is being collected."""

    number: int
    parent: int | None
    scope: Scope
    is_understood: bool = True
    facts: QueryLevel = field(default_factory=lambda: QueryLevel(number=0))


@dataclass(slots=True)
class Collected:
    """All uses and levels found so far; it only grows.

    ``nullable_depth`` counts the outer joins around what is being read that may fill
    it with NULLs.
    """

    uses: list[Use] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    nullable_depth: int = 0

    def open_level(
        self,
        outer: Scope | None,
        parent: int | None,
        ctes: Mapping[str, CommonTable],
    ) -> Level:
        """Begin a new level inside another."""
        scope = Scope(parent=outer, ctes=ctes)
        level = Level(len(self.levels), parent, scope)
        self.levels.append(level)
        return level

    def add_predicates(self, found: Iterable[Predicate]) -> None:
        """Give each predicate to its use."""
        for item in found:
            self.uses[item.use].predicates.append(item)

    def add_expressions(self, found: Iterable[SearchedExpression]) -> None:
        """Give each expression to its use."""
        for item in found:
            self.uses[item.use].expressions.append(item)

    def add_equality(self, column: Column, other: Column, place: Place) -> None:
        """An equality of two attributes that is not written as one condition."""
        side = Side(kind=SideKind.ATTRIBUTE, use=other.use, attribute=other.attribute)
        self.uses[column.use].attributes.add(column.attribute)
        self.uses[column.use].predicates.append(
            Predicate(
                use=column.use,
                attribute=column.attribute,
                kind=PredicateKind.EQUALITY,
                operator="=",
                other=side,
                level=place.level,
                clause=place.clause,
                conjunct=place.conjunct,
            )
        )

    def weaken(self, uses: Iterable[int], first: list[int]) -> None:
        """Predicates added since ``first`` do not restrict these uses."""
        for number in uses:
            found = self.uses[number].predicates
            found[first[number] :] = [
                replace(item, conjunct=False) for item in found[first[number] :]
            ]

    def add_all(self, item: Item | None) -> None:
        """Every column of a FROM item is read, as ``t.*`` or as the row itself."""
        if item is None:
            return
        if item.use is not None:
            self.uses[item.use].whole = True
        for column in item.columns.values():
            if column is not None:
                self.uses[column.use].attributes.add(column.attribute)

    def finished_use(self, number: int) -> RelationUse:
        """The facts of one use."""
        use = self.uses[number]
        facts = self.levels[use.level].facts
        own_order = all(key.use == number for key in facts.order_by)
        own_group = all(key.use == number for key in facts.group_by)
        return RelationUse(
            number=number,
            relation=use.relation,
            alias=use.alias,
            level=use.level,
            predicates=tuple(use.predicates),
            attributes=frozenset(use.attributes),
            reads_whole_row=use.whole,
            expressions=tuple(use.expressions),
            order_by=facts.order_by if own_order else (),
            order_by_expressions=_own_expressions(number, facts.order_by),
            group_by=tuple(key.attribute for key in facts.group_by)
            if own_group
            else (),
            written=use.written,
            is_target=use.is_target,
            nullable=use.nullable,
        )


def _own_expressions(use: int, keys: tuple[SortKey, ...]) -> tuple[SortKey, ...]:
    """The keys of an order, if all are a use's own and some an expression."""
    own = all(use in (key.use, key.expression_use) for key in keys)
    return keys if own and any(key.expression for key in keys) else ()
