"""What a select list gives to the query around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analyzer.statements.parse import Node, walk
from analyzer.statements.scope import CommonTable, Outputs, names_of
from analyzer.statements.sides import function_name

_AGGREGATES = frozenset(
    {
        *("count", "sum", "avg", "min", "max", "every", "bool_and", "bool_or"),
        *("bit_and", "bit_or", "bit_xor", "array_agg", "string_agg", "xmlagg"),
        *("json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg"),
        *("stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp"),
        *("corr", "covar_pop", "covar_samp", "regr_count", "regr_slope", "any_value"),
        *("mode", "percentile_cont", "percentile_disc", "range_agg", "grouping"),
    }
)
_AGGREGATE_MARKS = ("agg_star", "agg_distinct", "agg_order", "agg_filter")
_OPAQUE = (
    *("groupClause", "havingClause", "distinctClause", "limitCount", "limitOffset"),
    *("lockingClause", "valuesLists", "withClause"),
)
_SET_RETURNING = frozenset(
    {
        *("unnest", "generate_series", "generate_subscripts", "regexp_matches"),
        *("regexp_split_to_table", "string_to_table", "json_array_elements"),
        *("jsonb_array_elements", "json_each", "jsonb_each", "jsonb_object_keys"),
    }
)


def output_name(node: Node | None) -> str:
    """The name a column without AS gets, where that is certain; else empty."""
    if node and "ColumnRef" in node:
        return names_of(node["ColumnRef"])[-1]
    if node and "FuncCall" in node:
        return function_name(node["FuncCall"]).rpartition(".")[2]
    return ""


def has_aggregate(targets: object, *, windows: bool = False) -> bool:
    """Whether a known aggregate (or any window function) is called in a list."""
    for kind, fields in walk(targets):
        if kind != "FuncCall":
            continue
        is_window = "over" in fields
        if windows and is_window:
            return True
        if not windows and not is_window and _is_aggregate(fields):
            return True
    return False


def _is_aggregate(fields: Node) -> bool:
    marked = any(mark in fields for mark in _AGGREGATE_MARKS)
    return marked or function_name(fields) in _AGGREGATES


def is_transparent(fields: Node) -> bool:
    """Whether a condition on a subquery's column also holds for the relation below.

    PostgreSQL pulls such a subquery up (prepjointree.c, is_simple_subquery): it has no
    grouping, no DISTINCT, no LIMIT, no set operation, no aggregate, window or known
    set-returning function.
    """
    if any(name in fields for name in _OPAQUE):
        return False
    if fields.get("op", "SETOP_NONE") != "SETOP_NONE":
        return False
    targets = fields.get("targetList", [])
    calls = {function_name(f) for kind, f in walk(targets) if kind == "FuncCall"}
    return not (
        calls & _SET_RETURNING
        or has_aggregate(targets)
        or has_aggregate(targets, windows=True)
    )


def united(fields: Node, first: CommonTable, second: CommonTable) -> CommonTable:
    """What a set operation of two queries gives.

    PostgreSQL makes the arms of a plain UNION ALL children of an append relation
    (prepjointree.c, is_simple_union_all), so a condition on a column of it, a join too,
    is one on what each arm passes on.
    """
    found = first.opaque()
    is_union = fields["op"] == "SETOP_UNION" and fields.get("all", False)
    if not is_union or any(name in fields for name in (*_OPAQUE, "sortClause")):
        return found
    if first.is_open or second.is_open or len(first.columns) != len(second.columns):
        return found
    arms = (
        dict(zip(first.columns, columns.values(), strict=True))
        for table in (first, second)
        for columns in table.arms or (table.columns,)
    )
    return replace(found, arms=tuple(arms))


def renamed(table: CommonTable, names: Sequence[Node]) -> CommonTable:
    """The columns under the names of an alias list; those beyond keep theirs."""
    if not names:
        return table
    new = [part["String"].get("sval", "") for part in names]
    if table.is_open:
        return CommonTable(columns=dict.fromkeys(new), is_open=True)

    def under_new_names(columns: Outputs) -> Outputs:
        names = [*new, *list(columns)[len(new) :]]
        return dict(zip(names, columns.values(), strict=False))

    return CommonTable(
        columns=under_new_names(table.columns),
        arms=tuple(map(under_new_names, table.arms)),
    )
