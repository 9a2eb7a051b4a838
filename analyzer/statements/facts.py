"""What a statement's text says about each use of a relation, as frozen facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from analyzer.domain.index import RelationName
from analyzer.domain.statement import StatementKind


class PredicateKind(StrEnum):
    """How a predicate restricts its attribute, as an access path sees it."""

    EQUALITY = "equality"
    IN_LIST = "in list"
    RANGE = "range"
    PREFIX = "prefix"
    PATTERN = "pattern"
    IS_NULL = "is null"
    IS_NOT_NULL = "is not null"
    BOOLEAN = "boolean"
    CONTAINMENT = "containment"
    NOT_EQUAL = "not equal"
    OTHER = "other"


class SideKind(StrEnum):
    """What an attribute is compared with."""

    NOTHING = "nothing"
    CONSTANT = "constant"
    PARAMETER = "parameter"
    EXPRESSION = "expression"
    ATTRIBUTE = "attribute"
    SUBQUERY = "subquery"
    MIXED = "mixed"


class Clause(StrEnum):
    """Where a predicate stands."""

    WHERE = "where"
    ON = "on"
    HAVING = "having"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The side of a predicate that is not its attribute.

    Attributes:
        kind: EXPRESSION has no attributes (``now() - $1``); MIXED has some, among
            other things (``b.x + 1``).
        text: verbatim; empty for NOTHING.
        value: of a CONSTANT, as text; none for NULL.
        parameter: n of a PARAMETER ``$n``.
        cast: type a constant or parameter is cast to, as written; empty without.
        use: number of the other use, for ATTRIBUTE.
        attribute: its attribute.
        node: the tree of this side.
    """

    kind: SideKind
    text: str = ""
    value: str | None = None
    parameter: int = 0
    cast: str = ""
    use: int | None = None
    attribute: str = ""
    node: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapping:
    """What stands around an attribute, so that a plain index on it cannot serve.

    Attributes:
        function: name in lower case without pg_catalog: ``lower``, ``date_trunc``;
            ``cast`` for ``x::date`` and CAST; the operator for arithmetic (``+``);
            ``coalesce``, ``case`` and so on for special syntax.
        text: the whole side, verbatim.
        index_expression: the same with the attribute unqualified, as CREATE INDEX
            wants it; empty where the side holds a parameter.
        type_name: target of a cast, else empty.
        argument_position: place of the attribute among the arguments, from 0; −1
            where it stands deeper than one level.
        node: the tree of this side.
    """

    function: str
    text: str
    index_expression: str = ""
    type_name: str = ""
    argument_position: int = -1
    node: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """One condition on one attribute of one use, the attribute on the left.

    Attributes:
        use: number of the use, see ``StatementShape.uses``.
        attribute: the attribute restricted.
        kind: how; for a wrapped attribute it speaks of the wrapped value.
        operator: as if the attribute stood on the left: ``=``, ``<``, ``~~``,
            ``between``, ``is null`` …
        other: what it is compared with.
        wrapping: none where the attribute stands bare, which makes it sargable.
        level: number of the query level it stands in.
        clause: WHERE, ON or HAVING.
        conjunct: whether it must hold for every row of its level; false inside OR or
            NOT, and for an ON clause of an outer join whose preserved side it tests.
        disjunction: the number of the OR it stands in, none outside of OR.
        arm: which arm of that OR.
        prefix: the literal start of a PREFIX pattern.
        start: offset of its text in the query, in characters.
        end: offset of its end (excluded).
        node: the tree of the whole condition.
    """

    use: int
    attribute: str
    kind: PredicateKind
    operator: str
    other: Side
    wrapping: Wrapping | None = None
    level: int = 0
    clause: Clause = Clause.WHERE
    conjunct: bool = True
    disjunction: int | None = None
    arm: int = 0
    prefix: str = ""
    start: int = 0
    end: int = 0
    node: Any = field(default=None, repr=False, compare=False)

    @property
    def is_join(self) -> bool:
        """Whether the other side is an attribute of another use."""
        return self.other.kind is SideKind.ATTRIBUTE

    @property
    def is_sargable(self) -> bool:
        """Whether a B-tree on the attribute can search by it."""
        return self.wrapping is None and self.kind in _SARGABLE


_SARGABLE = frozenset(
    {
        PredicateKind.EQUALITY,
        PredicateKind.IN_LIST,
        PredicateKind.RANGE,
        PredicateKind.IS_NULL,
        PredicateKind.BOOLEAN,
        PredicateKind.PREFIX,
        PredicateKind.IS_NOT_NULL,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedExpression:
    """An expression over attributes of one use that a condition compares.

    Attributes:
        use: number of the use.
        text: as CREATE INDEX wants it, without qualifiers; never a bare attribute.
        attributes: all that it is computed of.
        function: outermost function or operator, see :class:`Wrapping`.
        kind: how it is compared.
        operator: by which, as if it stood on the left.
        other: kind of what it is compared with.
        conjunct: whether the condition must hold for every row of its level.
    """

    use: int
    text: str
    attributes: frozenset[str]
    function: str
    kind: PredicateKind
    operator: str
    other: SideKind
    conjunct: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SortKey:
    """One item of ORDER BY, GROUP BY or DISTINCT ON.

    ``use`` and ``attribute`` are none and empty where it is not a plain attribute.

    Attributes:
        expression_use: the one use an expression is over; none for an attribute.
        expression: its text, as CREATE INDEX wants it.
        distance_from: the attribute whose distance (``<->``) from a value it is.
    """

    use: int | None
    attribute: str = ""
    expression_use: int | None = None
    expression: str = ""
    distance_from: str = ""
    descending: bool = False
    nulls_first: bool | None = None
    """None is the default of the direction: last for ASC, first for DESC."""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationUse:
    """One appearance of a relation of the catalog in a statement.

    Attributes:
        number: its place in ``StatementShape.uses``.
        relation: as the catalog names it, with schema.
        alias: the name the query calls it by.
        level: number of the query level it stands in.
        predicates: conditions on its attributes, join conditions among them.
        attributes: names of all attributes the statement reads of it.
        reads_whole_row: ``*``, ``t.*`` or the row itself is read.
        expressions: expressions over its attributes that conditions compare.
        order_by: keys of the level's ORDER BY, if *all* of them are its attributes.
        order_by_expressions: the same, if all are its own and some an expression.
        group_by: attributes of the level's GROUP BY or DISTINCT, if all are its own.
        written: attributes an UPDATE assigns.
        is_target: the relation an INSERT, UPDATE, DELETE or MERGE writes.
        nullable: it is on the side of an outer join that is filled with NULLs.
    """

    number: int
    relation: RelationName
    alias: str
    level: int
    predicates: tuple[Predicate, ...] = ()
    attributes: frozenset[str] = frozenset()
    reads_whole_row: bool = False
    order_by: tuple[SortKey, ...] = ()
    expressions: tuple[SearchedExpression, ...] = ()
    order_by_expressions: tuple[SortKey, ...] = ()
    group_by: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    is_target: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryLevel:
    """One SELECT (or the top of an UPDATE, DELETE …) of a statement.

    Attributes:
        number: its place in ``StatementShape.levels``; the top is 0.
        parent: number of the level around it, none for the top.
        uses: numbers of the uses in its FROM.
        order_by: all sort keys, in order.
        group_by: all grouping keys.
        limit: LIMIT or FETCH, NOTHING where absent.
        offset: OFFSET, NOTHING where absent.
        is_distinct: DISTINCT or DISTINCT ON.
        is_aggregated: GROUP BY, HAVING or an aggregate function known by name.
        has_windows: window functions.
        has_row_locks: FOR UPDATE and its kin.
        is_set_operation: UNION, INTERSECT or EXCEPT; its arms are levels below.
        is_understood: nothing in FROM was skipped: all relations were found.
        node: the tree of the level.
    """

    number: int
    parent: int | None = None
    uses: tuple[int, ...] = ()
    order_by: tuple[SortKey, ...] = ()
    group_by: tuple[SortKey, ...] = ()
    limit: Side = Side(kind=SideKind.NOTHING)
    offset: Side = Side(kind=SideKind.NOTHING)
    is_distinct: bool = False
    is_aggregated: bool = False
    has_windows: bool = False
    has_row_locks: bool = False
    is_set_operation: bool = False
    is_understood: bool = True
    node: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementShape:
    """A statement as facts: its levels, and each use of a relation in them."""

    query: str
    kind: StatementKind
    levels: tuple[QueryLevel, ...] = ()
    uses: tuple[RelationUse, ...] = ()

    def uses_of(self, relation: RelationName) -> tuple[RelationUse, ...]:
        """All uses of one relation."""
        return tuple(use for use in self.uses if use.relation == relation)

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        """The predicates of all uses, in the order of the uses."""
        return tuple(item for use in self.uses for item in use.predicates)
