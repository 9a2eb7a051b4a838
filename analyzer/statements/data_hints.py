"""What a query says about the data that would tell it from a similar one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from analyzer.statements.parse import Node, parse_one, walk

ColumnUse = tuple[str, str]
"""Alias or table name, empty where the text gives none, and column name."""

PARAMETER = "$"
"""Stands for the table of a parameter, whose column name is ``$n``."""

_BETWEEN = ("AEXPR_BETWEEN", "AEXPR_NOT_BETWEEN")
_RANGES = frozenset({"<", ">", "<=", ">=", "<>"})
_SWAPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A column that is compared with a constant, perhaps within an expression.

    ``operator`` is as if the column stood on the left; empty where it is wrapped.
    """

    column: ColumnUse
    operator: str
    literal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataHints:
    """Constants, comparisons and joins of a query, for making data.

    Attributes:
        numbers: integer and decimal constants, as written.
        strings: string constants.
        counts: integers that may count rows: in LIMIT, OFFSET, and anywhere in a query
            with an aggregate or a window.
        thresholds: of these, the ones that an aggregate, a window, a column named
            after one, or a subquery is compared with, and LIMIT and OFFSET.
        row_counts: of these, the ones that surely count rows: LIMIT, OFFSET, and what a
            count or the place of a row is compared with.
        comparisons: columns compared with constants.
        equalities: columns compared with columns by ``=``, IN or USING.
        ranges: columns compared with columns by another operator, such as BETWEEN.
        relations: alias, or name where there is none, to schema and name.
        columns: every column name in the text.
        summed: the names of columns that a sum or an average is taken of.
        has_star: some ``*`` stands for columns that are not named.
        has_groups: it has an aggregate, a window, DISTINCT or GROUP BY, or a recursion,
            whose steps are counted like rows.
        joins_texts: it puts texts together.
        computes: it does arithmetic, which may overflow.
        reads_calendar: it takes dates apart: leap days and years of weeks count.
        searches_text: it makes words of texts, by a text search.
    """

    numbers: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    thresholds: tuple[int, ...] = ()
    row_counts: tuple[int, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    equalities: tuple[tuple[ColumnUse, ColumnUse], ...] = ()
    ranges: tuple[tuple[ColumnUse, ColumnUse], ...] = ()
    relations: tuple[tuple[str, tuple[str, str]], ...] = ()
    columns: frozenset[str] = frozenset()
    summed: frozenset[str] = frozenset()
    has_star: bool = False
    has_groups: bool = False
    joins_texts: bool = False
    computes: bool = False
    reads_calendar: bool = False
    searches_text: bool = False


@dataclass(slots=True)
class _Seen:
    numbers: list[str] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    thresholds: list[int] = field(default_factory=list)
    row_counts: list[int] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    equalities: list[tuple[ColumnUse, ColumnUse]] = field(default_factory=list)
    ranges: list[tuple[ColumnUse, ColumnUse]] = field(default_factory=list)
    relations: list[tuple[str, tuple[str, str]]] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    summed: set[str] = field(default_factory=set)
    has_star: bool = False
    has_groups: bool = False
    is_recursive: bool = False
    joins_texts: bool = False
    computes: bool = False
    reads_calendar: bool = False
    searches_text: bool = False
    counted_names: frozenset[str] = frozenset()
    row_names: frozenset[str] = frozenset()


def data_hints(query: str) -> DataHints:
    """Collect the hints of one statement.

    Raises:
        QuerySyntaxError, UserError: as :func:`analyzer.statements.parse.parse_one`.

    >>> data_hints("SELECT a FROM t WHERE 5 < b").comparisons
    (Comparison(column=('', 'b'), operator='>', literal='5'),)
    """
    tree = parse_one(query).tree
    seen = _Seen(
        counted_names=_names_of(tree, _counts), row_names=_names_of(tree, _counts_rows)
    )
    for kind, fields in walk(tree):
        visit = _VISITS.get(kind)
        if visit is not None:
            visit(seen, fields)
    if seen.has_groups:
        seen.counts += [int(n) for n in seen.numbers if n.isdecimal()]
    if seen.is_recursive:
        # A number may be how deep the recursion goes.
        seen.thresholds += [n for n in seen.counts if n > 1]
    return DataHints(
        numbers=_unique(seen.numbers),
        strings=_unique(seen.strings),
        counts=tuple(sorted({n for n in seen.counts if n > 0})),
        thresholds=tuple(sorted({n for n in seen.thresholds if n > 0})),
        row_counts=tuple(sorted({n for n in seen.row_counts if n > 0})),
        comparisons=tuple(dict.fromkeys(seen.comparisons)),
        equalities=tuple(dict.fromkeys(seen.equalities)),
        ranges=tuple(dict.fromkeys(seen.ranges)),
        relations=tuple(dict.fromkeys(seen.relations)),
        columns=frozenset(seen.columns),
        summed=frozenset(seen.summed),
        has_star=seen.has_star,
        has_groups=seen.has_groups,
        joins_texts=seen.joins_texts,
        computes=seen.computes,
        reads_calendar=seen.reads_calendar,
        searches_text=seen.searches_text,
    )


def _unique(items: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


def _constant(seen: _Seen, fields: Node) -> None:
    text = _written(fields)
    if text is None:
        return
    is_number = "ival" in fields or "fval" in fields
    (seen.numbers if is_number else seen.strings).append(text)


def constant_text(fields: Node) -> str | None:
    """The value of an A_Const as text; none for NULL, booleans and bit strings.

    >>> constant_text({"ival": {}}), constant_text({"sval": {"sval": "x"}})
    ('0', 'x')
    """
    if "ival" in fields:
        return str(fields["ival"].get("ival", 0))
    if "fval" in fields:
        return str(fields["fval"]["fval"])
    if "sval" in fields:
        return str(fields["sval"].get("sval", ""))
    return None


def _written(fields: Node) -> str | None:
    """As :func:`constant_text`; a string of bits as ``b01``."""
    bits = fields.get("bsval")
    return constant_text(fields) if bits is None else str(bits.get("bsval", ""))


def _column(seen: _Seen, fields: Node) -> None:
    names = fields.get("fields", [])
    if any("A_Star" in item for item in names):
        seen.has_star = True
    elif names:
        seen.columns.add(str(names[-1]["String"].get("sval", "")))


def _relation(seen: _Seen, fields: Node) -> None:
    name = str(fields.get("relname", ""))
    alias = str(fields.get("alias", {}).get("aliasname", name))
    seen.relations.append((alias, (str(fields.get("schemaname", "")), name)))


def _select(seen: _Seen, fields: Node) -> None:
    for key in ("limitCount", "limitOffset"):
        for kind, constant in walk(fields.get(key)):
            text = constant_text(constant) if kind == "A_Const" else None
            if text is not None and text.isdecimal():
                seen.counts.append(int(text))
                seen.thresholds.append(int(text))
                seen.row_counts.append(int(text))
    # A bare node, which a walk does not name, as the arms below.
    if fields.get("withClause", {}).get("recursive"):
        seen.has_groups = seen.is_recursive = True
    if any(key in fields for key in ("groupClause", "havingClause", "distinctClause")):
        seen.has_groups = True
    for side in ("larg", "rarg"):
        if side in fields:
            _select(seen, fields[side])


def _call(seen: _Seen, fields: Node) -> None:
    if _is_aggregate(fields):
        seen.has_groups = True
    if _called(fields) in _SUMS:
        seen.summed |= {name for _, name in _columns_of(fields.get("args", []))}
    if _called(fields) in _TEXT_JOINS:
        seen.joins_texts = True
    if _called(fields) in _UNIT_TAKERS:
        units = [{"A_Const": {"sval": {"sval": unit}}} for unit in _UNITS]
        _compare(seen, list(_columns_of(fields.get("args", [None])[0])), units, "=")
    seen.computes = seen.computes or _called(fields) in _COMPUTING
    seen.reads_calendar = seen.reads_calendar or _called(fields) in _CALENDAR
    seen.searches_text = seen.searches_text or _called(fields) in _SEARCHES


def _called(fields: Node) -> str:
    return str(fields["funcname"][-1]["String"].get("sval", ""))


_SUMS = frozenset({"sum", "avg"})
_ROW_COUNTS = frozenset({"count", "row_number", "rank", "dense_rank"})
AGGREGATES = frozenset({"count", "sum", "avg", "min", "max"})
_COMPUTING = frozenset({"abs", "power", "mod", "div", "sum", "avg"})
_CALENDAR = frozenset(
    {"extract", "date_part", "to_char", "date_trunc", "age", "date_bin", "make_date"}
)
_SEARCHES = frozenset(
    {"to_tsvector", "to_tsquery", "plainto_tsquery", "phraseto_tsquery"}
) | {"websearch_to_tsquery"}
_UNIT_TAKERS = frozenset({"date_trunc", "date_part", "extract"})
_UNITS = ("day", "hour", "month", "week")
"""Without a name of one among its values, a column of units raises errors only."""
_ARITHMETIC = frozenset("+-*/%")
_TEXT_JOINS = frozenset({"concat", "concat_ws", "format", "string_agg"})


def _join(seen: _Seen, fields: Node) -> None:
    for item in fields.get("usingClause", []):
        name = str(item["String"]["sval"])
        seen.columns.add(name)
        seen.equalities.append((("", name), ("", name)))
    if fields.get("isNatural"):
        seen.has_star = True


def _sublink(seen: _Seen, fields: Node) -> None:
    """``x IN (SELECT y …)`` joins x with y."""
    tested = fields.get("testexpr")
    select = fields.get("subselect", {}).get("SelectStmt", {})
    targets = select.get("targetList", [])
    if not tested or len(targets) != 1:
        return
    for left in _columns_of(tested):
        for right in _columns_of(targets[0]):
            seen.equalities.append((left, right))


def _expression(seen: _Seen, fields: Node) -> None:
    left, right = fields.get("lexpr"), fields.get("rexpr")
    kind = fields.get("kind", "AEXPR_OP")
    operator = str(fields["name"][-1]["String"].get("sval", ""))
    seen.joins_texts = seen.joins_texts or operator == "||"
    seen.computes = seen.computes or operator in _ARITHMETIC
    for one, other in ((left, right), (right, left)):
        if _counts(one) or _is_named(one, seen.counted_names):
            seen.thresholds += _integers(other)
        if _counts_rows(one) or _is_named(one, seen.row_names):
            seen.row_counts += _integers(other)
    lefts, rights = list(_columns_of(left)), list(_columns_of(right))
    if lefts and rights and (operator == "=" or kind == "AEXPR_NOT_DISTINCT"):
        seen.equalities.append((lefts[0], rights[0]))
    elif operator in _RANGES or kind.startswith(_BETWEEN):
        seen.ranges += [(one, other) for one in lefts[:1] for other in rights]
    if kind.startswith(_BETWEEN):
        _between(seen, left, right)
        return
    _compare(seen, lefts, right, operator if _is_column(left) else "")
    swapped = _SWAPPED.get(operator, operator)
    _compare(seen, rights, left, swapped if _is_column(right) else "")


def _counts(node: object) -> bool:
    """Whether a side of a comparison may be a number of rows, or a sum."""
    return any(
        kind == "SubLink" or (kind == "FuncCall" and _is_aggregate(fields))
        for kind, fields in walk(node)
    )


def _counts_rows(node: object) -> bool:
    """Whether a side of a comparison is a number of rows, or the place of one."""
    return any(
        kind == "FuncCall" and _called(fields) in _ROW_COUNTS
        for kind, fields in walk(node)
    )


def _names_of(tree: object, counts: Callable[[object], bool]) -> frozenset[str]:
    """Names given to what an aggregate or a window yields."""
    return frozenset(
        str(fields["name"])
        for kind, fields in walk(tree)
        if kind == "ResTarget" and "name" in fields and counts(fields.get("val"))
    )


def _is_named(node: object, names: frozenset[str]) -> bool:
    return bool(names) and any(name in names for _, name in _columns_of(node))


def _is_aggregate(fields: Node) -> bool:
    is_marked = any(key in fields for key in ("agg_star", "agg_distinct", "over"))
    return is_marked or _called(fields) in AGGREGATES


def _integers(node: object) -> list[int]:
    texts = [constant_text(f) for kind, f in walk(node) if kind == "A_Const"]
    return [int(text) for text in texts if text is not None and text.isdecimal()]


def _between(seen: _Seen, left: object, right: object) -> None:
    operator = "=" if _is_column(left) else ""
    _compare(seen, list(_columns_of(left)), right, operator)


def _compare(
    seen: _Seen, columns: Sequence[ColumnUse], other: object, operator: str
) -> None:
    if not columns:
        return
    for kind, fields in walk(other):
        text = _written(fields) if kind == "A_Const" else None
        if text is not None:
            for column in columns:
                seen.comparisons.append(
                    Comparison(column=column, operator=operator, literal=text)
                )


def _is_column(node: object) -> bool:
    return isinstance(node, dict) and "ColumnRef" in node


def _is_comparison(node: Node) -> bool:
    """Whether a node is a truth value of its own, such as the 1 = 1 in (1 = 1)::int."""
    fields = node.get("A_Expr")
    if fields is None:
        return False
    operator = str(fields["name"][-1]["String"].get("sval", ""))
    return operator in ("=", "<>", *_SWAPPED) or fields.get("kind") != "AEXPR_OP"


def _columns_of(node: object) -> Iterator[ColumnUse]:
    """Columns below a node, without those of subqueries and comparisons in it."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, dict):
            use = _column_use(current)
            if use is not None:
                yield use
            elif "SubLink" not in current and not _is_comparison(current):
                stack.extend(reversed(list(current.values())))


def _column_use(node: Node) -> ColumnUse | None:
    """The column or parameter that a node names."""
    if "ParamRef" in node:
        return (PARAMETER, f"${node['ParamRef'].get('number', 0)}")
    names = node.get("ColumnRef", {}).get("fields", [])
    texts = [str(n["String"].get("sval", "")) for n in names if "String" in n]
    if not texts or len(texts) != len(names):
        return None
    return (texts[-2] if len(texts) > 1 else "", texts[-1])


_VISITS = {
    "A_Const": _constant,
    "ColumnRef": _column,
    "RangeVar": _relation,
    "SelectStmt": _select,
    "FuncCall": _call,
    "JoinExpr": _join,
    "SubLink": _sublink,
    "A_Expr": _expression,
}
