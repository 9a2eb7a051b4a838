"""One SELECT of a statement: its sources, and whose column a name means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from analyzer.domain.catalog import Relation
from analyzer.statements.parse import Node
from analyzer.statements.scope import names_of


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Source:
    """One entry of FROM that rows come from.

    Attributes:
        alias: its name in the query.
        node: a ``RangeVar``, a ``RangeSubselect`` or something we do not look into.
        relation: of the catalog; none for a subquery, a CTE or something unknown.
        columns: what it offers; none where that is not known.
        nullable: an outer join may fill it with NULLs.
        joined: it stands in FROM by commas and inner joins alone.
    """

    alias: str
    node: Node
    relation: Relation | None = None
    columns: tuple[str, ...] | None = None
    nullable: bool = False
    joined: bool = True

    def is_called(self, names: list[str]) -> bool:
        """Whether it is a table without an alias, under its schema's name and its own.

        PostgreSQL sources, ``scanNameSpaceForRelid`` in parse_relation.c.
        """
        named = self.node.get("RangeVar")
        if named is None or "alias" in named or self.relation is None:
            return False
        return names == [self.relation.name.schema, self.relation.name.name]

    @property
    def subquery(self) -> Node | None:
        """The fields of the SELECT it is, for a subquery in FROM."""
        found = self.node.get("RangeSubselect", {}).get("subquery", {})
        fields: Node | None = found.get("SelectStmt")
        return fields


Use = tuple["Source", str]
"""A source and the name of a column of it; ``*`` stands for the whole row."""


@dataclass(slots=True, eq=False, kw_only=True)
class Block:
    """One SELECT without a set operation, or the top of an UPDATE or DELETE.

    Attributes:
        node: the node whose fields these are.
        fields: of the statement.
        parent: the block whose columns it may name as well.
        sources: of FROM, in order of the text.
        place: where it stands: ``top``, ``from``, ``with``, ``expression``, ``arm``.
        is_understood: every source is one we know how to name.
    """

    node: Node
    fields: Node
    parent: Block | None
    place: str
    sources: list[Source] = field(default_factory=list)
    is_understood: bool = True

    def owner(self, names: list[str]) -> tuple[Block, Use] | None:
        """The block and the source a column name means; none if not for certain."""
        block: Block | None = self
        while block is not None:
            found = block._own(names)
            if len(found) == 1:
                return block, found[0]
            if found or block._may_hide(names):
                return None
            block = block.parent
        return None

    def _own(self, names: list[str]) -> list[Use]:
        name = names[-1]
        if len(names) == 1:
            return [(s, name) for s in self.sources if name in (s.columns or ())]
        if len(names) > 2:
            called = [s for s in self.sources if s.is_called(names[:-1])]
        else:
            called = [s for s in self.sources if s.alias == names[0]]
        if name == "*":
            return [(s, name) for s in called]
        return [(s, name) for s in called if s.columns is None or name in s.columns]

    def _may_hide(self, names: list[str]) -> bool:
        if len(names) > 2:
            return any(source.alias == names[-2] for source in self.sources)
        if len(names) == 1:
            own = {source.alias for source in self.sources}
            hidden = any(source.columns is None for source in self.sources)
            return not self.is_understood or hidden or names[0] in own
        return any(source.alias == names[0] for source in self.sources)


def own_level(node: Any) -> Any:
    """The tree without its subqueries."""
    if isinstance(node, list):
        return [own_level(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: own_level(value)
        for key, value in node.items()
        if key not in ("SubLink", "RangeSubselect", "withClause", "larg", "rarg")
    }


def output_names(fields: Node) -> tuple[str, ...] | None:
    """The names of a SELECT's columns, where all of them are certain."""
    names = []
    for item in fields.get("targetList", []):
        name = output_name(item)
        if not name:
            return None
        names.append(name)
    return tuple(names) if names and len(set(names)) == len(names) else None


def output_name(item: Node) -> str:
    """The name of one column of a select list; empty where it is not certain."""
    fields = item["ResTarget"]
    if "name" in fields:
        return str(fields["name"])
    value = fields.get("val", {})
    if "ColumnRef" in value:
        name = names_of(value["ColumnRef"])[-1]
        return "" if name == "*" else name
    if "FuncCall" in value:
        return names_of_call(value["FuncCall"])[-1]
    return ""


def names_of_call(fields: Node) -> list[str]:
    """The parts of a function's name."""
    return [part["String"].get("sval", "") for part in fields.get("funcname", [])]


def with_parents(block: Block) -> Iterator[Block]:
    """A block and those around it, the nearest first."""
    current: Block | None = block
    while current is not None:
        yield current
        current = current.parent
