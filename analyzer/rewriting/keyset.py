"""``OFFSET n`` as a condition on the last row seen: keyset pagination."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.rewriting.conditions import holds_key, is_not_null, not_null_key
from analyzer.rewriting.edit import Replacement, edited
from analyzer.statements.describe import parameter_count
from analyzer.statements.facts import (
    Predicate,
    PredicateKind,
    QueryLevel,
    RelationUse,
    SideKind,
    SortKey,
    StatementShape,
)
from analyzer.statements.identifiers import quote_identifier
from analyzer.statements.lexer import Token, tokens
from analyzer.statements.source import SourceText

_ENDS_CLAUSE = frozenset({"LIMIT", "OFFSET", "FETCH", "FOR", "ASCII_59"})
_FIXED = (SideKind.CONSTANT, SideKind.PARAMETER)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysetRewrite:
    """A query that continues after a row instead of counting rows off.

    Attributes:
        query: the page after the row whose keys are passed.
        keys: the attributes that name that row, in the order of the new parameters.
        first_parameter: number of the first of them.
        added: keys that were not in ORDER BY and make the order total.
        missing: keys the query does not select, so the application must add them.
        index: the B-tree that serves the page without sorting.
        nullable: sort attributes that may be NULL; then the rewrite is not offered.
    """

    query: str
    keys: tuple[str, ...]
    first_parameter: int
    added: tuple[str, ...]
    missing: tuple[str, ...]
    index: IndexDefinition
    nullable: tuple[str, ...] = ()


def keyset_rewrite(shape: StatementShape, catalog: Catalog) -> KeysetRewrite | None:
    """The keyset form of a query with ORDER BY, LIMIT and OFFSET on one relation.

    None where the order cannot be made total: no unique key that is NOT NULL, several
    relations, grouping, DISTINCT, windows, or sorting by an expression.
    """
    if not shape.levels:
        return None
    level = shape.levels[0]
    use = _only_use(shape, level)
    relation = catalog.find(use.relation) if use else None
    if use is None or relation is None:
        return None
    order = _total_order(level.order_by, relation)
    if not order:
        return None
    first = parameter_count(shape.query) + 1
    names = tuple(key.attribute for key in order)
    query = _text(shape, level, use, order)
    if query is None:
        return None
    return KeysetRewrite(
        query=query,
        keys=names,
        first_parameter=first,
        added=names[len(level.order_by) :],
        missing=_not_selected(names, use, level),
        index=_index(use, order),
        nullable=tuple(n for n in names if not is_not_null(relation, n)),
    )


def _only_use(shape: StatementShape, level: QueryLevel) -> RelationUse | None:
    is_plain = not (
        level.is_set_operation
        or level.is_aggregated
        or level.is_distinct
        or level.has_windows
        or level.limit.kind is SideKind.NOTHING
        or level.offset.kind not in _FIXED
        or level.node.get("limitOption") == "LIMIT_OPTION_WITH_TIES"
    )
    if not is_plain or not level.is_understood or len(level.uses) != 1:
        return None
    if len(level.node.get("fromClause", [])) != 1 or not level.order_by:
        return None
    number = level.uses[0]
    is_own = all(key.use == number and key.attribute for key in level.order_by)
    is_table = "RangeVar" in level.node["fromClause"][0]
    return shape.uses[number] if is_own and is_table else None


def _total_order(
    order_by: Sequence[SortKey], relation: Relation
) -> tuple[SortKey, ...]:
    """The sort keys, with those of a unique key added if they leave ties."""
    names = [key.attribute for key in order_by]
    if len(set(names)) != len(names):
        return ()
    if holds_key(relation, names):
        return tuple(order_by)
    last = order_by[-1]
    key = [name for name in not_null_key(relation) if name not in names]
    if not key:
        return ()
    more = (
        SortKey(use=last.use, attribute=name, descending=last.descending)
        for name in key
    )
    return (*order_by, *more)


def _text(
    shape: StatementShape,
    level: QueryLevel,
    use: RelationUse,
    order: Sequence[SortKey],
) -> str | None:
    query = shape.query
    found = tokens(query)
    offset = _clause(query, found, "OFFSET")
    sorting = _clause(query, found, "ORDER")
    if offset is None or sorting is None:
        return None
    alias = quote_identifier(use.alias)
    columns = [f"{alias}.{quote_identifier(key.attribute)}" for key in order]
    added = "".join(
        f", {column} DESC" if key.descending else f", {column}"
        for column, key in list(zip(columns, order, strict=True))[len(level.order_by) :]
    )
    first = parameter_count(query) + 1
    condition = _after(columns, [key.descending for key in order], first)
    edits = [
        Replacement(span=_with_space(query, offset), text=""),
        Replacement(span=(sorting[1], sorting[1]), text=added),
    ]
    where = level.node.get("whereClause")
    if where:
        span = SourceText(query).condition(where)
        if span is None:
            return None
        kept = query[span[0] : span[1]]
        if where.get("BoolExpr", {}).get("boolop") == "OR_EXPR":
            kept = f"({kept})"
        edits.append(Replacement(span=span, text=f"{kept} AND {condition}"))
    else:
        place = (sorting[0], sorting[0])
        edits.append(Replacement(span=place, text=f"WHERE {condition} "))
    return edited(query, edits)


def _clause(query: str, found: Sequence[Token], kind: str) -> tuple[int, int] | None:
    """The span of the last ORDER BY or OFFSET clause outside of parentheses."""
    depth, start, end = 0, None, 0
    for token in found:
        depth += (token.kind == "ASCII_40") - (token.kind == "ASCII_41")
        if depth == 0 and token.kind == kind:
            start = token.start
        elif depth == 0 and start is not None and token.kind in _ENDS_CLAUSE:
            text = query[start : token.start].rstrip()
            return start, start + len(text)
        end = token.end
    return None if start is None else (start, end)


def _with_space(query: str, span: tuple[int, int]) -> tuple[int, int]:
    """The span with one space before it, so that none is left double."""
    before = query[: span[0]]
    return (span[0] - before.endswith(" "), span[1])


def _after(columns: Sequence[str], descending: Sequence[bool], first: int) -> str:
    """The condition "after this row" in a total order.

    >>> _after(["t.a", "t.id"], [True, True], 3)
    '(t.a, t.id) < ($3, $4)'
    >>> _after(["t.a", "t.id"], [True, False], 3)
    't.a <= $3 AND (t.a < $3 OR (t.a = $3 AND t.id > $4))'
    """
    values = [f"${first + number}" for number in range(len(columns))]
    if len(columns) == 1:
        return f"{columns[0]} {'<' if descending[0] else '>'} {values[0]}"
    if len(set(descending)) == 1:
        sign = "<" if descending[0] else ">"
        return f"({', '.join(columns)}) {sign} ({', '.join(values)})"
    sign = "<" if descending[0] else ">"
    rest = _after(columns[1:], descending[1:], first + 1)
    start = f"{columns[0]} {sign}= {values[0]}"
    strict = f"{columns[0]} {sign} {values[0]}"
    return f"{start} AND ({strict} OR ({columns[0]} = {values[0]} AND {rest}))"


def _index(use: RelationUse, order: Sequence[SortKey]) -> IndexDefinition:
    """Attributes fixed by equality first, then the sort keys in their directions."""
    names = [key.attribute for key in order]
    fixed = [
        item.attribute
        for item in use.predicates
        if _is_fixed(item) and item.attribute not in names
    ]
    keys = [IndexKey(attribute=name) for name in dict.fromkeys(fixed)]
    uniform = len({key.descending for key in order}) == 1
    keys += [
        IndexKey(attribute=key.attribute, descending=key.descending and not uniform)
        for key in order
    ]
    return IndexDefinition(relation=use.relation, keys=tuple(keys))


def _is_fixed(item: Predicate) -> bool:
    return (
        item.kind is PredicateKind.EQUALITY
        and item.conjunct
        and item.wrapping is None
        and item.other.kind in _FIXED
    )


def _not_selected(
    names: Sequence[str], use: RelationUse, level: QueryLevel
) -> tuple[str, ...]:
    """Keys that are no plain column of the select list."""
    if use.reads_whole_row:
        return ()
    selected = set()
    for item in level.node.get("targetList", []):
        fields = item["ResTarget"].get("val", {}).get("ColumnRef", {}).get("fields", [])
        if fields and "String" in fields[-1]:
            selected.add(fields[-1]["String"].get("sval", ""))
    return tuple(name for name in names if name not in selected)
