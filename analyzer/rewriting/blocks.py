"""Query blocks: each SELECT with its sources, and whose column every name means.

What cannot be resolved for certain raises no error but makes a question's answer none,
so that a rule which asked it refuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analyzer.domain.catalog import Catalog
from analyzer.domain.index import RelationName
from analyzer.rewriting.block import (
    Block,
    Source,
    Use,
    output_name,
    output_names,
    own_level,
    with_parents,
)
from analyzer.statements.outputs import has_aggregate
from analyzer.statements.parse import Node, walk
from analyzer.statements.scope import names_of

_FILLS_LEFT = ("JOIN_RIGHT", "JOIN_FULL")
_FILLS_RIGHT = ("JOIN_LEFT", "JOIN_FULL")


class Blocks:
    """All blocks of a statement."""

    def __init__(self, tree: Node, catalog: Catalog) -> None:
        """Read a statement; ``tree`` is kept, and found again by identity."""
        self._catalog = catalog
        self._common = {
            fields["ctename"]
            for kind, fields in walk(tree)
            if kind == "CommonTableExpr"
        }
        self.all: list[Block] = []
        self._by_fields: dict[int, Block] = {}
        self._statement(tree, None, "top")
        for block in self.all:
            self._mark_foreign_aggregates(block)

    def __iter__(self) -> Iterator[Block]:
        return iter(self.all)

    @property
    def selects(self) -> Iterator[Block]:
        """The SELECTs of which every source is one we know how to name."""
        return (
            block
            for block in self.all
            if "SelectStmt" in block.node and block.is_understood
        )

    @property
    def top(self) -> Block | None:
        """The block of the whole statement, if it is one SELECT, UPDATE or DELETE."""
        first = self.all[0] if self.all else None
        return first if first is not None and first.place == "top" else None

    def of(self, fields: Node) -> Block | None:
        """The block a SELECT's fields belong to."""
        return self._by_fields.get(id(fields))

    def uses(self, node: Any, block: Block) -> set[Use] | None:
        """Columns of the block and of those around it that an expression names.

        Those of subqueries' own sources are left out. None where a name cannot be
        resolved for certain.
        """
        found: set[Use] = set()
        around = set(with_parents(block))
        for item, inner in self.references(node, block):
            names = names_of(item)
            if names == ["*"]:
                if inner in around:
                    found |= {(source, "*") for source in inner.sources}
                continue
            owner = inner.owner(names)
            if owner is None:
                return None
            if owner[0] in around:
                found.add(owner[1])
        return found

    def own_uses(self, node: Any, block: Block) -> set[Use] | None:
        """As :meth:`uses`, of this block's own sources only."""
        found = self.uses(node, block)
        own = set(block.sources)
        return None if found is None else {use for use in found if use[0] in own}

    def column(self, node: Node | None, block: Block) -> Use | None:
        """The own column a node is, if it is nothing but a column reference."""
        if not node or "ColumnRef" not in node:
            return None
        owner = block.owner(names_of(node["ColumnRef"]))
        if owner is None or owner[0] is not block or owner[1][1] == "*":
            return None
        return owner[1]

    def outer_column(self, node: Node | None, block: Block) -> Use | None:
        """The column of a block around this one that a node is."""
        if not node or "ColumnRef" not in node:
            return None
        owner = block.owner(names_of(node["ColumnRef"]))
        if owner is None or owner[0] is block or owner[1][1] == "*":
            return None
        return owner[1]

    def _mark_foreign_aggregates(self, block: Block) -> None:
        """An aggregate of outer columns alone belongs to the query around."""
        for kind, call in walk(own_level(block.fields)):
            if kind != "FuncCall" or not has_aggregate([{"FuncCall": call}]):
                continue
            uses = self.uses(call.get("args", []), block)
            sources = {source for source, _ in uses or ()}
            if sources and not sources & set(block.sources):
                for around in with_parents(block):
                    around.is_understood = False

    def references(self, node: Any, block: Block) -> Iterator[tuple[Node, Block]]:
        """The fields of every column reference, each with the block it stands in."""
        stack = [(node, block)]
        while stack:
            current, inner = stack.pop()
            if isinstance(current, list):
                stack.extend((item, inner) for item in current)
            elif isinstance(current, dict):
                if "ColumnRef" in current:
                    yield current["ColumnRef"], inner
                    continue
                inner = self._by_fields.get(id(current), inner)
                stack.extend((value, inner) for value in current.values())

    def _statement(self, node: Node, parent: Block | None, place: str) -> None:
        ((kind, fields),) = node.items()
        if kind == "SelectStmt":
            self._select(node, fields, parent, place)
        elif kind in ("UpdateStmt", "DeleteStmt"):
            self._modify(node, fields, place)
        elif kind == "InsertStmt" and "selectStmt" in fields:
            self._with(fields, None)
            self._statement(fields["selectStmt"], None, "arm")

    def _select(
        self, node: Node, fields: Node, parent: Block | None, place: str
    ) -> None:
        if fields.get("op", "SETOP_NONE") != "SETOP_NONE":
            self._with(fields, parent)
            for side in ("larg", "rarg"):
                arm = fields[side]
                self._select({"SelectStmt": arm}, arm, parent, "arm")
            return
        block = Block(node=node, fields=fields, parent=parent, place=place)
        self._by_fields[id(fields)] = block
        self.all.append(block)
        self._with(fields, parent)
        for item in fields.get("fromClause", []):
            self._source(item, block, nullable=False, joined=True)
        for name, value in fields.items():
            if name not in ("fromClause", "withClause"):
                self._expressions(value, block)

    def _modify(self, node: Node, fields: Node, place: str) -> None:
        block = Block(node=node, fields=fields, parent=None, place=place)
        self._by_fields[id(fields)] = block
        self.all.append(block)
        self._with(fields, None)
        target = {"RangeVar": fields["relation"]}
        self._source(target, block, nullable=False, joined=True)
        for name in ("fromClause", "usingClause"):
            for item in fields.get(name, []):
                self._source(item, block, nullable=False, joined=True)
        for name in ("targetList", "whereClause", "returningClause"):
            self._expressions(fields.get(name), block)

    def _with(self, fields: Node, parent: Block | None) -> None:
        for item in fields.get("withClause", {}).get("ctes", []):
            query = item["CommonTableExpr"]["ctequery"]
            self._statement(query, parent, "with")

    def _expressions(self, node: Any, block: Block) -> None:
        """Read the subqueries of an expression."""
        if isinstance(node, list):
            for item in node:
                self._expressions(item, block)
        elif isinstance(node, dict):
            if "SubLink" in node:
                fields = node["SubLink"]
                self._expressions(fields.get("testexpr"), block)
                self._statement(fields["subselect"], block, "expression")
                return
            for value in node.values():
                self._expressions(value, block)

    def _source(
        self, node: Node, block: Block, *, nullable: bool, joined: bool
    ) -> None:
        ((kind, fields),) = node.items()
        if kind == "JoinExpr":
            self._join(fields, block, nullable=nullable, joined=joined)
            return
        alias = fields.get("alias", {}).get("aliasname", "")
        found = Source(alias=alias, node=node, nullable=nullable, joined=joined)
        if kind == "RangeVar":
            found = self._relation(fields, found)
        elif kind == "RangeSubselect":
            outer = block if fields.get("lateral") else block.parent
            self._statement(fields["subquery"], outer, "from")
            found = _with(found, columns=self._columns(fields))
        else:
            block.is_understood = False
            self._expressions(fields, block)
        if not found.alias:
            block.is_understood = False
        block.sources.append(found)

    def _join(
        self, fields: Node, block: Block, *, nullable: bool, joined: bool
    ) -> None:
        kind = fields.get("jointype", "JOIN_INNER")
        plain = joined and kind == "JOIN_INNER"
        if fields.get("isNatural") or "alias" in fields or "usingClause" in fields:
            # Merged columns have no source of their own: nothing here is rewritten.
            block.is_understood = False
        self._source(
            fields["larg"],
            block,
            nullable=nullable or kind in _FILLS_LEFT,
            joined=plain,
        )
        self._source(
            fields["rarg"],
            block,
            nullable=nullable or kind in _FILLS_RIGHT,
            joined=plain,
        )
        self._expressions(fields.get("quals"), block)

    def _columns(self, fields: Node) -> tuple[str, ...] | None:
        """The names a subquery in FROM gives, where all are certain."""
        if "colnames" in fields.get("alias", {}):
            return None
        query = fields["subquery"].get("SelectStmt", {})
        block = self.of(query)
        if block is None:
            return output_names(query)
        found = self.outputs(block)
        names = [name for name, _ in found or ()]
        certain = found is not None and all(names) and len(set(names)) == len(names)
        return tuple(names) if certain else None

    def declared(self, use: Use | None) -> Use | None:
        """The column of a table that a column of nested subqueries is."""
        while use is not None and use[0].relation is None:
            core = self.of(use[0].subquery or {})
            shown = dict(self.outputs(core) or []) if core is not None else {}
            use = self.column(shown.get(use[1]), core) if core is not None else None
        return use

    def outputs(self, block: Block) -> list[tuple[str, Node]] | None:
        """The columns a block gives, with their expressions; ``*`` is spelt out.

        A name that is not certain is empty. None where ``*`` hides unknown columns.
        """
        found: list[tuple[str, Node]] = []
        for item in block.fields.get("targetList", []):
            value = item["ResTarget"].get("val", {})
            names = names_of(value["ColumnRef"]) if "ColumnRef" in value else []
            if names[-1:] != ["*"]:
                found.append((output_name(item), value))
                continue
            called = [
                s for s in block.sources if names[1:] == [] or s.alias == names[0]
            ]
            for source in called:
                if source.columns is None:
                    return None
                found += [(name, _reference(source, name)) for name in source.columns]
        return found

    def _relation(self, fields: Node, found: Source) -> Source:
        name = RelationName(fields.get("schemaname", ""), fields["relname"])
        alias = found.alias or name.name
        is_common = not name.schema and name.name in self._common
        relation = None if is_common else self._catalog.find(name)
        if relation is None or "colnames" in fields.get("alias", {}):
            return _with(found, alias=alias)
        columns = tuple(item.name for item in relation.attributes) or None
        return _with(found, alias=alias, relation=relation, columns=columns)


def _with(found: Source, **values: Any) -> Source:
    given: Mapping[str, Any] = {
        "alias": found.alias,
        "node": found.node,
        "nullable": found.nullable,
        "joined": found.joined,
        **values,
    }
    return Source(**given)


def _reference(source: Source, name: str) -> Node:
    parts = [{"String": {"sval": part}} for part in (source.alias, name)]
    return {"ColumnRef": {"fields": parts}}
