"""How large a statement can make an expression, or a value, out of a small text.

The planner writes the expressions of a subquery into the query around it. An expression
that uses a column twice doubles what it stands for, so 25 subqueries one within another
are 33 million copies; it looks for no interrupt meanwhile (measured on 15 and 18: 8 GB
in 30 s for a text of 600 characters, past every limit of time). ``x || x`` and
``replace`` multiply values in the same way. So both are bounded before a statement is
sent: from above, with 100 bytes for every column of a table.

Sources: pull_up_subqueries() in prepjointree.c; the functions' chapters of the manual.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.statements.growing_calls import (
    COLLECTING,
    CONST_BYTES,
    HELD,
    NUMBERS,
    Size,
    call_size,
)
from analyzer.statements.growing_columns import (
    ARGUMENT,
    CAP,
    COLUMN,
    Scope,
    Source,
    both,
    fenced,
    most_of,
    renamed,
    sum_of,
)
from analyzer.statements.growing_nodes import (
    aliases,
    children,
    constant_bytes,
    integer,
    is_star,
    name_of,
    relation_names,
    texts,
)
from analyzer.statements.parse import Node

MAX_COPIES = 100_000
"""Leaves that the expressions of a statement may have once they are written out."""
MAX_BUILT_BYTES = 4 << 20
"""Of all values that a statement builds for one row, columns counted as 100 bytes."""
_PROBE_BYTES = 1 << 30
_SMALL = Size(copies=1, size_bytes=CONST_BYTES)
_SELECT = "SelectStmt"
_TRUTH = frozenset({"BoolExpr", "NullTest", "BooleanTest", "JsonIsPredicate"})
_ONE_OF = frozenset({"CaseExpr", "CaseWhen", "CoalesceExpr", "MinMaxExpr"})
_BUILDING = frozenset({"XmlExpr", "XmlSerialize", "RowExpr", "A_ArrayExpr"})
_JSON_AGGREGATES = frozenset({"JsonArrayAgg", "JsonObjectAgg"})
_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">=", "~", "!~", "~*", "!~*"})
_COMPARISONS |= frozenset({"~~", "!~~", "~~*", "!~~*", "@@", "@>", "<@", "?", "&&"})
_STRINGS = frozenset({"text", "varchar", "bpchar", "json", "jsonb", "xml", "bytea"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What a statement makes of columns of one copy and 100 bytes.

    Attributes:
        copies: leaves of all its expressions, once subqueries are written out.
        output_copies: of the largest of its output columns.
        built_bytes: of all values that it builds for one row.
        output_bytes: of the largest of its output columns.
        collected_bytes: that one row adds to what aggregates and ARRAY(SELECT …)
            collect, and to what is made of the whole.
        doubles: a recursive CTE makes a value at least twice as large at each step.
    """

    copies: int
    output_copies: int
    built_bytes: int
    output_bytes: int
    collected_bytes: int
    doubles: bool


NO_GROWTH = Growth(
    copies=1,
    output_copies=1,
    built_bytes=0,
    output_bytes=CONST_BYTES,
    collected_bytes=0,
    doubles=False,
)


def growth(tree: Node, parameter: Size = ARGUMENT) -> Growth:
    """Bound what a statement builds, from above.

    Args:
        tree: of the statement.
        parameter: what each ``$n`` counts as.
    """
    meter = _Meter(tree, parameter)
    kind, fields = next(iter(tree.items()))
    output = meter.query(kind, fields, Scope()).largest
    return Growth(
        copies=min(meter.copies, CAP),
        output_copies=output.copies,
        built_bytes=min(meter.built_bytes, CAP),
        output_bytes=output.size_bytes,
        collected_bytes=min(meter.collected_bytes, CAP),
        doubles=meter.doubles,
    )


class _Meter:
    """Walks the queries of a statement, each after those within it."""

    def __init__(self, tree: Node, parameter: Size) -> None:
        self._parameter = parameter
        self.copies = 0
        self.built_bytes = 0
        self.collected_bytes = 0
        self.doubles = False
        self._is_probing = False
        self._uses: Counter[str] = Counter(relation_names(tree))

    def query(self, kind: str, fields: Node, scope: Scope) -> Source:
        """Measure one query, and give what it puts out."""
        scope = self._with_ctes(fields.get("withClause", {}), scope)
        if kind != _SELECT:
            scope = self._with_sources(fields, scope)
            scope = replace(scope, levels=((Source(open=COLUMN),), *scope.levels))
            self._roots({k: v for k, v in fields.items() if k not in _FROM}, scope)
            return Source(open=COLUMN)
        if "larg" in fields:
            found = both(
                self.query(_SELECT, fields["larg"], scope),
                self.query(_SELECT, fields["rarg"], scope),
            )
            return found if fields.get("all") else fenced(found)
        scope = self._with_sources(fields, scope)
        self._roots({k: v for k, v in fields.items() if k in _OTHER_CLAUSES}, scope)
        found = self._targets(fields, scope)
        return fenced(found) if any(fields.get(k) for k in _FENCES) else found

    def _roots(self, fields: Node, scope: Scope) -> None:
        for child in children(fields):
            self.copies += self._expression(child, scope).copies

    def _targets(self, fields: Node, scope: Scope) -> Source:
        columns: list[tuple[str, Size]] = []
        is_open = False
        rows = [row["List"]["items"] for row in fields.get("valuesLists", [])]
        for row in rows:
            for number, item in enumerate(row, 1):
                columns.append((f"column{number}", self._root(item, scope)))
        for item in fields.get("targetList", []):
            target = item["ResTarget"]
            value = target.get("val", {})
            if is_star(value):
                is_open = True
            columns.append(
                (target.get("name") or name_of(value), self._root(value, scope))
            )
        star = most_of([s.largest for s in scope.levels[0]]) if is_open else None
        return Source(columns=tuple(columns), open=star)

    def _root(self, node: Node, scope: Scope) -> Size:
        size = self._expression(next(iter(node.items())), scope) if node else _SMALL
        self.copies += size.copies
        return size

    def _with_ctes(self, clause: Node, scope: Scope) -> Scope:
        for item in clause.get("ctes", []):
            cte = item["CommonTableExpr"]
            name = str(cte.get("ctename", ""))
            kind, fields = next(iter(cte["ctequery"].items()))
            names = texts(cte.get("aliascolnames", []))
            if clause.get("recursive") and "larg" in fields:
                found = self._recursive(name, names, fields, scope)
            else:
                found = renamed(self.query(kind, fields, scope), names)
            how = cte.get("ctematerialized")
            if how != "CTEMaterializeNever" and (
                how == "CTEMaterializeAlways" or self._uses[name] != 1
            ):
                found = fenced(found)
            scope = replace(scope, ctes=(*scope.ctes, (name, found)))
        return scope

    def _recursive(
        self, name: str, names: Sequence[str], fields: Node, scope: Scope
    ) -> Source:
        start = renamed(self.query(_SELECT, fields["larg"], scope), names)
        kept = (self.copies, self.built_bytes, self.collected_bytes)
        probe = Size(copies=1, size_bytes=_PROBE_BYTES)
        large = tuple((column, probe) for column, _size in start.columns)
        asked = replace(start, columns=large, open=start.open and probe)
        was_probing, self._is_probing = self._is_probing, True
        after = self.query(
            _SELECT, fields["rarg"], replace(scope, ctes=(*scope.ctes, (name, asked)))
        )
        self._is_probing = was_probing
        self.doubles |= after.largest.size_bytes >= 2 * _PROBE_BYTES
        self.copies, self.built_bytes, self.collected_bytes = kept
        ctes = (*scope.ctes, (name, fenced(start)))
        step = self.query(_SELECT, fields["rarg"], replace(scope, ctes=ctes))
        return renamed(both(start, step), names)

    def _with_sources(self, fields: Node, scope: Scope) -> Scope:
        found: list[Source] = []
        conditions: list[Node] = []
        pending = [
            *fields.get("fromClause", []),
            *fields.get("usingClause", []),
            *([fields["sourceRelation"]] if "sourceRelation" in fields else []),
        ]
        while pending:
            kind, item = next(iter(pending.pop().items()))
            if kind == "JoinExpr":
                pending += [item["larg"], item["rarg"]]
                conditions += [item["quals"]] if "quals" in item else []
                found += [Source(alias=alias) for alias in aliases(item)]
                continue
            # What is LATERAL sees its neighbours; that the others do not is no matter.
            inner = replace(scope, levels=(tuple(found), *scope.levels))
            found.append(self._source(kind, item, inner))
        scope = replace(scope, levels=(tuple(found), *scope.levels))
        for condition in conditions:
            self._root(condition, scope)
        return scope

    def _source(self, kind: str, item: Node, scope: Scope) -> Source:
        alias = item.get("alias", {})
        names = texts(alias.get("colnames", []))
        called = str(alias.get("aliasname", ""))
        if kind == "RangeSubselect":
            inner, fields = next(iter(item["subquery"].items()))
            found = self.query(inner, fields, scope)
        elif kind == "RangeVar":
            cte = None if "schemaname" in item else scope.cte(str(item["relname"]))
            found = cte or Source(open=COLUMN)
            called = called or str(item["relname"])
        elif kind == "RangeTableSample":
            return self._source("RangeVar", item["relation"]["RangeVar"], scope)
        else:
            size = sum_of([self._expression(c, scope) for c in children(item)])
            self.copies += size.copies
            found = Source(open=replace(size, copies=1))
        return replace(renamed(found, names), alias=called)

    def _expression(self, root: tuple[str, Node], scope: Scope) -> Size:
        """Measure an expression from its leaves upwards, without recursion."""
        order = [root]
        for node in order:
            if node[0] != _SELECT:
                order += children(node[1])
        sizes: dict[int, Size] = {}
        for kind, fields in reversed(order):
            if kind == _SELECT:
                size = self.query(kind, fields, scope).largest
            else:
                size = self._node(kind, fields, scope, sizes)
            sizes[id(fields)] = size
        return sizes[id(root[1])]

    def _node(
        self, kind: str, fields: Node, scope: Scope, sizes: dict[int, Size]
    ) -> Size:
        inner = [sizes[id(child)] for _kind, child in children(fields)]
        match kind:
            case "ColumnRef":
                return _column(fields, scope)
            case "ParamRef":
                return self._parameter
            case "A_Const":
                return Size(copies=1, size_bytes=constant_bytes(fields))
            case "FuncCall":
                return self._call(fields, inner, sizes)
            case "A_Expr":
                return self._operator(fields, inner)
            case "TypeCast":
                return self._cast(fields, inner)
            case "SubLink" if fields.get("subLinkType") == "ARRAY_SUBLINK":
                return self._collected(sum_of(inner))
        return self._other(kind, inner)

    def _other(self, kind: str, inner: list[Size]) -> Size:
        total = sum_of(inner)
        if kind in _TRUTH:
            return total.truth()
        if kind in _ONE_OF:
            return total.of(max([s.size_bytes for s in inner], default=1))
        if kind in _JSON_AGGREGATES:
            return self._collected(total)
        if kind in _BUILDING:
            self.collected_bytes += HELD * total.collected_bytes
            # Written as text, a row, an array or XML escapes what it is made of.
            total = total.of(total.size_bytes * 6)
            self.built_bytes += total.size_bytes
        return total

    def _call(self, fields: Node, inner: list[Size], sizes: dict[int, Size]) -> Size:
        name = (texts(fields.get("funcname", [])) or [""])[-1]
        arguments = [next(iter(a.items())) for a in fields.get("args", [])]
        measured = [(kind, node, sizes[id(node)]) for kind, node in arguments]
        total = sum_of(inner)
        size, builds = call_size(name, measured)
        if builds:
            self.built_bytes += size
        if name in NUMBERS:
            return total.truth().of(size)
        if name in COLLECTING:
            total = self._collected(total)
        else:
            self.collected_bytes += HELD * total.collected_bytes
        return total.of(min(size, CAP))

    def _collected(self, total: Size) -> Size:
        """What an aggregate keeps of each row, in the value that it gives."""
        kept = min(HELD * total.size_bytes, CAP)
        self.collected_bytes += kept
        return replace(total, collected_bytes=kept)

    def _operator(self, fields: Node, inner: list[Size]) -> Size:
        total = sum_of(inner)
        name = (texts(fields.get("name", [])) or [""])[-1]
        if fields.get("kind") not in ("AEXPR_OP", "AEXPR_NULLIF"):
            return total.truth()
        if name in _COMPARISONS:
            return total.truth()
        if name == "||":
            self.collected_bytes += HELD * total.collected_bytes
            self.built_bytes += total.size_bytes
            return total
        if name == "+" and not self._is_probing:
            return total  # of intarray, which joins two arrays
        return total.of(max([s.size_bytes for s in inner], default=1))

    def _cast(self, fields: Node, inner: list[Size]) -> Size:
        total = sum_of(inner)
        name = fields.get("typeName", {})
        is_text = (texts(name.get("names", [])) or [""])[-1] in _STRINGS
        is_plain = next(iter(fields.get("arg", {})), "") in ("ColumnRef", "A_Const")
        size = total.size_bytes * (2 if is_text and not is_plain else 1)
        lengths = [integer(item) for item in name.get("typmods", [])]
        self.built_bytes += sum(lengths)
        self.collected_bytes += HELD * total.collected_bytes
        return total.of(max([size, *lengths]))


_OTHER_CLAUSES = frozenset(
    {"whereClause", "groupClause", "havingClause", "sortClause", "distinctClause"}
    | {"windowClause", "limitCount", "limitOffset"}
)
_FROM = frozenset({"fromClause", "usingClause", "sourceRelation"})
_FENCES = ("groupClause", "havingClause", "distinctClause", "limitCount", "limitOffset")


def _column(fields: Node, scope: Scope) -> Size:
    names = texts(fields.get("fields", []))
    if len(names) == len(fields.get("fields", [])):
        return scope.column(names)
    sizes = [source.largest for level in scope.levels for source in level]
    return most_of([*sizes, COLUMN])
