"""Walks a statement level by level and collects what each use of a relation does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count

from analyzer.domain.catalog import Catalog
from analyzer.statements.collected import Collected, Level
from analyzer.statements.expressions import ExpressionReader
from analyzer.statements.facts import (
    Clause,
    QueryLevel,
    RelationUse,
    Side,
    SideKind,
    SortKey,
)
from analyzer.statements.from_clause import FromReader, Readers
from analyzer.statements.outputs import (
    has_aggregate,
    is_transparent,
    output_name,
    renamed,
    united,
)
from analyzer.statements.parse import Node, walk
from analyzer.statements.predicates import Place, PredicateReader
from analyzer.statements.scope import Column, CommonTable, Scope, names_of
from analyzer.statements.sides import SideReader, bare_column
from analyzer.statements.source import SourceText

_NOTHING = Side(kind=SideKind.NOTHING)
_NOWHERE = Column(-1, "")
_NULLS = {"SORTBY_NULLS_FIRST": True, "SORTBY_NULLS_LAST": False}
_SEMI_JOINS = ("EXISTS_SUBLINK", "ANY_SUBLINK")
_FROM_CLAUSE = {"UpdateStmt": "fromClause", "DeleteStmt": "usingClause"}


class LevelReader:
    """Collects the uses and levels of one statement."""

    def __init__(self, query: str, catalog: Catalog) -> None:
        self._source = SourceText(query)
        self._collected = Collected()
        self._disjunctions = count()
        self._named: Counter[str] = Counter()
        readers = Readers(
            subquery=self._subquery, conditions=self._conditions, mention=self._mention
        )
        self._from = FromReader(catalog, self._collected, readers)

    def uses(self) -> tuple[RelationUse, ...]:
        """All uses found, with what belongs to each."""
        numbers = range(len(self._collected.uses))
        return tuple(self._collected.finished_use(number) for number in numbers)

    def levels(self) -> tuple[QueryLevel, ...]:
        """All levels found, the top first."""
        return tuple(level.facts for level in self._collected.levels)

    def read(
        self,
        node: Node,
        parent: int | None = None,
        ctes: Mapping[str, CommonTable] | None = None,
    ) -> CommonTable:
        """Read a whole statement; one that is not DML has no levels."""
        if not self._named:
            tables = (fields for kind, fields in walk(node) if kind == "RangeVar")
            self._named = Counter(str(table["relname"]) for table in tables)
        ((kind, fields),) = node.items()
        ctes = ctes or {}
        if kind == "SelectStmt":
            return self._select(fields, None, parent, ctes)
        if kind == "InsertStmt":
            self._insert(fields, parent, ctes)
        elif kind in _FROM_CLAUSE:
            self._modify(fields, _FROM_CLAUSE[kind], parent, ctes)
        elif kind == "MergeStmt":
            self._merge(fields, parent, ctes)
        return CommonTable(columns={}, is_open=True)

    def _select(
        self,
        fields: Node,
        outer: Scope | None,
        parent: int | None,
        ctes: Mapping[str, CommonTable],
    ) -> CommonTable:
        ctes = self._with(fields, outer, parent, ctes)
        level = self._collected.open_level(outer, parent, ctes)
        if fields.get("op", "SETOP_NONE") != "SETOP_NONE":
            return self._set_operation(fields, level, ctes)
        for item in fields.get("fromClause", []):
            self._from.read(item, level)
        place = Place(level=level.number)
        self._conditions(fields.get("whereClause"), level, place)
        self._conditions(
            fields.get("havingClause"), level, replace(place, clause=Clause.HAVING)
        )
        targets = [item["ResTarget"] for item in fields.get("targetList", [])]
        outputs = self._outputs(targets, level)
        for name in ("valuesLists", "windowClause"):
            self._mention(fields.get(name), level)
        self._close(level, fields, targets)
        return outputs if is_transparent(fields) else outputs.opaque()

    def _set_operation(
        self, fields: Node, level: Level, ctes: Mapping[str, CommonTable]
    ) -> CommonTable:
        outer = level.scope.parent
        first = self._select(fields["larg"], outer, level.number, ctes)
        second = self._select(fields["rarg"], outer, level.number, ctes)
        level.facts = QueryLevel(
            number=level.number,
            parent=level.parent,
            is_set_operation=True,
            limit=self._limit(fields.get("limitCount")),
            offset=self._limit(fields.get("limitOffset")),
            node=fields,
        )
        return united(fields, first, second)

    def _modify(
        self,
        fields: Node,
        from_name: str,
        parent: int | None,
        ctes: Mapping[str, CommonTable],
    ) -> None:
        """UPDATE and DELETE: the target is the first relation of FROM."""
        ctes = self._with(fields, None, parent, ctes)
        level = self._collected.open_level(None, parent, ctes)
        self._from.relation(fields["relation"], level, is_target=True)
        for item in fields.get(from_name, []):
            self._from.read(item, level)
        self._conditions(fields.get("whereClause"), level, Place(level=level.number))
        self._mention(fields.get("targetList"), level)
        self._mention(fields.get("returningClause"), level)
        target = level.scope.items[0].use
        if "targetList" in fields and target is not None:
            names = (item["ResTarget"]["name"] for item in fields["targetList"])
            self._collected.uses[target].written = tuple(dict.fromkeys(names))
        self._close(level, fields, [])

    def _insert(
        self, fields: Node, parent: int | None, ctes: Mapping[str, CommonTable]
    ) -> None:
        ctes = self._with(fields, None, parent, ctes)
        level = self._collected.open_level(None, parent, ctes)
        self._from.relation(fields["relation"], level, is_target=True)
        source = fields.get("selectStmt", {}).get("SelectStmt")
        if source is not None:
            self._select(source, None, level.number, ctes)
        self._mention(fields.get("returningClause"), level)
        self._close(level, {}, [])

    def _merge(
        self, fields: Node, parent: int | None, ctes: Mapping[str, CommonTable]
    ) -> None:
        ctes = self._with(fields, None, parent, ctes)
        level = self._collected.open_level(None, parent, ctes)
        self._from.relation(fields["relation"], level, is_target=True)
        self._from.read(fields["sourceRelation"], level)
        place = Place(level=level.number, clause=Clause.ON)
        self._conditions(fields.get("joinCondition"), level, place)
        self._mention(fields.get("mergeWhenClauses"), level)
        self._close(level, {}, [])

    def _with(
        self,
        fields: Node,
        outer: Scope | None,
        parent: int | None,
        ctes: Mapping[str, CommonTable],
    ) -> Mapping[str, CommonTable]:
        """The CTEs a level can name: those around it and its own, each read once."""
        clause = fields.get("withClause")
        if clause is None:
            return ctes
        known = dict(ctes)
        for item in clause.get("ctes", []):
            table = item["CommonTableExpr"]
            name = table["ctename"]
            if clause.get("recursive"):
                known[name] = CommonTable(columns={}, is_open=True)
            known[name] = self._common_table(table, outer, parent, known)
        return known

    def _common_table(
        self,
        table: Node,
        outer: Scope | None,
        parent: int | None,
        ctes: Mapping[str, CommonTable],
    ) -> CommonTable:
        if "SelectStmt" in table["ctequery"]:
            fields = table["ctequery"]["SelectStmt"]
            found = self._select(fields, outer, parent, ctes)
            if not self._is_inlined(table):
                found = found.opaque()
            return renamed(found, table.get("aliascolnames", []))
        return self.read(table["ctequery"], parent, ctes)

    def _is_inlined(self, table: Node) -> bool:
        """Whether PostgreSQL 12+ treats the CTE as a subquery: used once, plain."""
        kind = table.get("ctematerialized", "CTEMaterializeDefault")
        return self._named[table["ctename"]] == 1 and kind != "CTEMaterializeAlways"

    def _close(self, level: Level, fields: Node, targets: Sequence[Node]) -> None:
        order_by = tuple(
            self._sort_key(item["SortBy"], level, targets)
            for item in fields.get("sortClause", [])
        )
        distinct = [item for item in fields.get("distinctClause", []) if item]
        group_by = (
            *(
                self._group_key(i, level, targets)
                for i in fields.get("groupClause", [])
            ),
            *(self._sort_key({"node": item}, level, targets) for item in distinct),
        )
        if "distinctClause" in fields and not distinct:
            group_by = tuple(
                self._sort_key({"node": item.get("val")}, level, ()) for item in targets
            )
        uses = (
            number
            for number, use in enumerate(self._collected.uses)
            if use.level == level.number
        )
        level.facts = QueryLevel(
            number=level.number,
            parent=level.parent,
            uses=tuple(uses),
            order_by=order_by,
            group_by=group_by,
            limit=self._limit(fields.get("limitCount")),
            offset=self._limit(fields.get("limitOffset")),
            is_distinct="distinctClause" in fields,
            is_aggregated=bool(fields.get("groupClause") or fields.get("havingClause"))
            or has_aggregate(targets),
            has_windows=has_aggregate(targets, windows=True),
            has_row_locks="lockingClause" in fields,
            is_understood=level.is_understood,
            node=fields,
        )

    def _conditions(self, node: Node | None, level: Level, place: Place) -> None:
        if not node:
            return
        reader = PredicateReader(
            self._source, level.scope.resolve, lambda: next(self._disjunctions)
        )
        self._collected.add_predicates(reader.read(node, place))
        expressions = ExpressionReader(self._source, level.scope.resolve)
        self._collected.add_expressions(expressions.read(node, place))
        for uses, scope in level.scope.arms():
            reader = PredicateReader(
                self._source, scope.resolve, lambda: next(self._disjunctions)
            )
            below = (item for item in reader.read(node, place) if item.use in uses)
            self._collected.add_predicates(below)
        self._mention(node, level)

    def _mention(self, node: object, level: Level) -> None:
        """Note every attribute an expression reads, and read its subqueries."""
        stack = [node]
        while stack:
            current = stack.pop()
            if isinstance(current, list):
                stack.extend(reversed(current))
            elif isinstance(current, dict):
                if "SubLink" in current:
                    self._sublink(current["SubLink"], level)
                elif "ColumnRef" in current:
                    self._mention_column(names_of(current["ColumnRef"]), level)
                else:
                    stack.extend(reversed(list(current.values())))

    def _sublink(self, fields: Node, level: Level) -> None:
        self._mention(fields.get("testexpr"), level)
        query = fields.get("subselect", {}).get("SelectStmt")
        if query is None:
            return
        first = [len(use.predicates) for use in self._collected.uses]
        found = self._subquery(query, level.scope, level)
        if fields.get("subLinkType") not in _SEMI_JOINS:
            # The value of a scalar subquery restricts no row of the query around it.
            self._collected.weaken(range(len(first)), first)
        if fields.get("subLinkType") == "ANY_SUBLINK" and "operName" not in fields:
            self._semi_join(fields, found, level)

    def _subquery(self, fields: Node, outer: Scope | None, level: Level) -> CommonTable:
        """Read a query inside a level; outer joins around it end at its border."""
        depth, self._collected.nullable_depth = self._collected.nullable_depth, 0
        found = self._select(fields, outer, level.number, level.scope.ctes)
        self._collected.nullable_depth = depth
        return found

    def _semi_join(self, fields: Node, found: CommonTable, level: Level) -> None:
        """``x IN (SELECT y …)`` lets y be looked up by x, if y is passed on as is."""
        outer = bare_column(fields.get("testexpr"), level.scope.resolve)
        inner = next(iter(found.columns.values()), None)
        if outer is None or inner is None or len(found.columns) != 1:
            return
        place = Place(level=self._collected.uses[inner.use].level)
        self._collected.add_equality(inner, outer, place)

    def _mention_column(self, names: list[str], level: Level) -> None:
        if names[-1] == "*":
            items = [level.scope.item(names[-2])] if names[1:] else level.scope.items
            for item in items:
                self._collected.add_all(item)
            return
        column = level.scope.resolve(names)
        if column is not None:
            self._collected.uses[column.use].attributes.add(column.attribute)
        elif len(names) == 1:
            self._collected.add_all(level.scope.item(names[0]))

    def _outputs(self, targets: Sequence[Node], level: Level) -> CommonTable:
        """The columns a select list gives; open where a name is PostgreSQL's choice."""
        columns: dict[str, Column | None] = {}
        is_open = False
        for target in targets:
            value: Node = target.get("val") or {}
            self._mention(value, level)
            names = names_of(value["ColumnRef"]) if "ColumnRef" in value else []
            if names[-1:] == ["*"]:
                items = (
                    [level.scope.item(names[-2])] if names[1:] else level.scope.items
                )
                for item in items:
                    columns |= item.columns if item else {}
                    is_open = is_open or item is None or item.is_open
                continue
            name = target.get("name") or output_name(value)
            is_open = is_open or not name
            columns[name] = bare_column(value, level.scope.resolve)
        return CommonTable(columns=columns, is_open=is_open)

    def _group_key(self, node: Node, level: Level, targets: Sequence[Node]) -> SortKey:
        """GROUP BY means a column of FROM before one of the select list."""
        is_input = bare_column(node, level.scope.resolve) is not None
        return self._sort_key({"node": node}, level, () if is_input else targets)

    def _sort_key(self, fields: Node, level: Level, targets: Sequence[Node]) -> SortKey:
        node = _meant(fields.get("node") or {}, targets)
        self._mention(node, level)
        column = bare_column(node, level.scope.resolve) or _NOWHERE
        nulls = fields.get("sortby_nulls", "SORTBY_NULLS_DEFAULT")
        span = self._source.condition(node)
        key = SortKey(
            use=None if column is _NOWHERE else column.use,
            attribute=column.attribute,
            descending=fields.get("sortby_dir") == "SORTBY_DESC",
            nulls_first=_NULLS.get(nulls),
            text=self._source.text(span) if span else "",
        )
        return ExpressionReader(self._source, level.scope.resolve).sort_key(key, node)

    def _limit(self, node: Node | None) -> Side:
        if not node:
            return _NOTHING
        reader = SideReader(self._source, lambda names: None)
        span = self._source.condition(node)
        return reader.other(node, span or (0, 0), _NOWHERE)


def _meant(node: Node, targets: Sequence[Node]) -> Node:
    """What ``ORDER BY 2`` or ``ORDER BY name`` stands for in the select list."""
    constant = node.get("A_Const", {}).get("ival")
    if constant is not None and targets:
        position = int(constant.get("ival", 0))
        if 1 <= position <= len(targets):
            return dict(targets[position - 1].get("val") or {})
        return {}
    names = names_of(node["ColumnRef"]) if "ColumnRef" in node else []
    if len(names) == 1:
        for target in targets:
            if target.get("name") == names[0]:
                return dict(target.get("val") or {})
    return node
