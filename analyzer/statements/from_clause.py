"""Reads FROM: which relations, subqueries and joins a level draws on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.index import RelationName
from analyzer.statements.collected import Collected, Level, Use
from analyzer.statements.facts import Clause
from analyzer.statements.outputs import renamed
from analyzer.statements.parse import Node
from analyzer.statements.predicates import Place
from analyzer.statements.scope import Column, CommonTable, Item, Outputs, Scope

_FILLS_LEFT = ("JOIN_RIGHT", "JOIN_FULL")
_FILLS_RIGHT = ("JOIN_LEFT", "JOIN_FULL")


@dataclass(frozen=True, slots=True)
class _JoinSide:
    """The numbers of the uses on one side of a join, and its FROM items."""

    uses: frozenset[int]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """How to read what stands inside FROM but is not FROM itself."""

    subquery: Callable[[Node, Scope | None, Level], CommonTable]
    conditions: Callable[[Node | None, Level, Place], None]
    mention: Callable[[object, Level], None]


class FromReader:
    """Reads the FROM items of all levels of one statement."""

    def __init__(
        self, catalog: Catalog, collected: Collected, readers: Readers
    ) -> None:
        self._catalog = catalog
        self._collected = collected
        self._readers = readers

    def read(self, node: Node, level: Level) -> _JoinSide:
        """Read one FROM item; its items join the scope of the level."""
        ((kind, fields),) = node.items()
        first_use, first_item = len(self._collected.uses), len(level.scope.items)
        if kind == "RangeVar":
            self.relation(fields, level)
        elif kind == "JoinExpr":
            self._join(fields, level)
        elif kind == "RangeSubselect":
            self._subselect(fields, level)
        elif kind == "RangeTableSample":
            self.read(fields["relation"], level)
        else:
            self._readers.mention(fields, level)
            self._add_unknown(fields, level)
        uses = range(first_use, len(self._collected.uses))
        own = frozenset(
            n for n in uses if self._collected.uses[n].level == level.number
        )
        return _JoinSide(own, tuple(level.scope.items[first_item:]))

    def relation(self, fields: Node, level: Level, *, is_target: bool = False) -> None:
        """Add a named relation: a CTE, one of the catalog, or one unknown."""
        name = RelationName(fields.get("schemaname", ""), fields["relname"])
        alias = fields.get("alias", {}).get("aliasname", name.name)
        names = fields.get("alias", {}).get("colnames", [])
        common = None if name.schema else level.scope.ctes.get(name.name)
        relation = self._catalog.find(name)
        if common is not None and not is_target:
            if self._collected.nullable_depth:
                common = common.opaque()
            level.scope.items.append(_item_of(renamed(common, names), alias))
        elif relation is None:
            level.is_understood = False
            level.scope.items.append(Item(alias=alias, columns={}, is_open=True))
        else:
            self._collected.uses.append(
                Use(
                    relation.name,
                    alias,
                    level.number,
                    is_target,
                    self._collected.nullable_depth > 0,
                )
            )
            level.scope.items.append(self._item(relation, alias, names))

    def _item(self, relation: Relation, alias: str, names: Sequence[Node]) -> Item:
        use = len(self._collected.uses) - 1
        columns: Outputs = {
            item.name: Column(use, item.name) for item in relation.attributes
        }
        table = renamed(
            CommonTable(columns=columns, is_open=not relation.attributes), names
        )
        return Item(
            alias=alias,
            columns=table.columns,
            schema=relation.name.schema,
            use=use,
            is_open=table.is_open,
        )

    def _subselect(self, fields: Node, level: Level) -> None:
        query = fields["subquery"].get("SelectStmt")
        outer = level.scope if fields.get("lateral") else level.scope.parent
        found = self._readers.subquery(query, outer, level)
        if self._collected.nullable_depth:
            found = found.opaque()
        alias = fields.get("alias", {})
        table = renamed(found, alias.get("colnames", []))
        level.scope.items.append(_item_of(table, alias.get("aliasname", "")))

    def _add_unknown(self, fields: Node, level: Level) -> None:
        """A function, XMLTABLE or JSON_TABLE: known only by its column list."""
        alias = fields.get("alias", {})
        names = [part["String"].get("sval", "") for part in alias.get("colnames", [])]
        columns = dict.fromkeys(names)
        level.scope.items.append(
            Item(alias=alias.get("aliasname", ""), columns=columns, is_open=not columns)
        )

    def _join(self, fields: Node, level: Level) -> None:
        kind = fields.get("jointype", "JOIN_INNER")
        left = self._join_side(fields["larg"], level, kind in _FILLS_LEFT)
        right = self._join_side(fields["rarg"], level, kind in _FILLS_RIGHT)
        if fields.get("isNatural") or "alias" in fields:
            level.is_understood = False
            return
        preserved: set[int] = set()
        preserved |= left.uses if kind in _FILLS_RIGHT else frozenset()
        preserved |= right.uses if kind in _FILLS_LEFT else frozenset()
        place = Place(level=level.number, clause=Clause.ON)
        first = [len(use.predicates) for use in self._collected.uses]
        self._readers.conditions(fields.get("quals"), level, place)
        for name in fields.get("usingClause", []):
            self._using(name["String"]["sval"], (left, right), place)
        self._collected.weaken(preserved, first)

    def _join_side(self, node: Node, level: Level, nullable: bool) -> _JoinSide:
        self._collected.nullable_depth += nullable
        side = self.read(node, level)
        self._collected.nullable_depth -= nullable
        return side

    def _using(
        self, name: str, sides: tuple[_JoinSide, _JoinSide], place: Place
    ) -> None:
        """``USING (name)`` as an equality of the two attributes of that name."""
        columns = [
            [item.columns[name] for item in side.items if name in item.columns]
            for side in sides
        ]
        if [len(found) for found in columns] != [1, 1]:
            return
        left, right = columns[0][0], columns[1][0]
        for column in (left, right):
            if column is not None:
                self._collected.uses[column.use].attributes.add(column.attribute)
        if left is None or right is None:
            return
        self._collected.add_equality(left, right, place)
        self._collected.add_equality(right, left, place)


def _item_of(table: CommonTable, alias: str) -> Item:
    return Item(
        alias=alias, columns=table.columns, is_open=table.is_open, arms=table.arms
    )
