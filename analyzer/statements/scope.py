"""Which attribute of which relation a name in a query means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analyzer.statements.parse import Node


@dataclass(frozen=True, slots=True)
class Column:
    """An attribute of one use of a relation."""

    use: int
    attribute: str


Outputs = Mapping[str, Column | None]
"""Names a subquery gives, each with the attribute it passes on unchanged, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of FROM.

    Attributes:
        alias: its name in the query.
        columns: what it offers; none for a column that is no plain attribute.
        schema: of a relation named without alias, to resolve ``schema.name.column``.
        use: number of the use, for a relation of the catalog.
        is_open: it may have columns we do not know, so an unqualified name that
            nothing else offers could be its.
        arms: of a UNION ALL, see :class:`CommonTable`.
    """

    alias: str
    columns: Outputs
    schema: str = ""
    use: int | None = None
    is_open: bool = False
    arms: tuple[Outputs, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonTable:
    """A CTE or subquery that was analysed.

    Attributes:
        columns: what it gives.
        is_open: whether there may be more.
        arms: what each arm of a UNION ALL passes on, under the same names; empty for
            anything else.
    """

    columns: Outputs
    is_open: bool = False
    arms: tuple[Outputs, ...] = ()

    def opaque(self) -> CommonTable:
        """The same names, of which no condition reaches what is below."""
        return CommonTable(columns=dict.fromkeys(self.columns), is_open=self.is_open)


@dataclass(slots=True)
class Scope:
    """The names one query level sees: its FROM items, then those of the levels around.

    The items grow while FROM is read; nothing else changes.
    """

    parent: Scope | None
    ctes: Mapping[str, CommonTable]
    items: list[Item] = field(default_factory=list)

    def resolve(self, names: Sequence[str]) -> Column | None:
        """The attribute a column reference means; none if unknown or ambiguous."""
        scope: Scope | None = self
        while scope is not None:
            found = _matches(scope.items, names)
            if len(found) == 1:
                return found[0]
            if found or _may_hide(scope.items, names):
                return None
            scope = scope.parent
        return None

    def arms(self) -> Iterator[tuple[frozenset[int], Scope]]:
        """For each arm of each UNION ALL in FROM its uses, and what names mean in it.

        In the second, the columns of the UNION ALL are those of the arm.
        """
        for number, item in enumerate(self.items):
            for columns in item.arms:
                items = list(self.items)
                items[number] = replace(item, columns=columns)
                uses = frozenset(c.use for c in columns.values() if c is not None)
                if uses:
                    yield uses, replace(self, items=items)

    def item(self, alias: str) -> Item | None:
        """The nearest FROM item of that name."""
        scope: Scope | None = self
        while scope is not None:
            for item in scope.items:
                if item.alias == alias:
                    return item
            scope = scope.parent
        return None


def names_of(reference: Node) -> list[str]:
    """The names of a ``ColumnRef``; a star is ``*``."""
    names: list[str] = []
    for part in reference.get("fields", []):
        names.append(part["String"].get("sval", "") if "String" in part else "*")
    return names


def _matches(items: Sequence[Item], names: Sequence[str]) -> list[Column | None]:
    name = names[-1]
    if len(names) == 1:
        return [item.columns[name] for item in items if name in item.columns]
    found = [item for item in items if _is_called(item, names[:-1])]
    return [item.columns[name] for item in found if name in item.columns]


def _may_hide(items: Sequence[Item], names: Sequence[str]) -> bool:
    """Whether an item of these may hold the name although we do not know it."""
    if len(names) == 1:
        return any(item.is_open for item in items)
    return any(_is_called(item, names[:-1]) for item in items)


def _is_called(item: Item, qualifier: Sequence[str]) -> bool:
    if len(qualifier) == 1:
        return item.alias == qualifier[0]
    return (item.schema, item.alias) == (qualifier[-2], qualifier[-1])
