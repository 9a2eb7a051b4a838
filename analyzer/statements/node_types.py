"""The parts of a syntax tree that a statement may be made of; all others are refused.

Names are those of PostgreSQL's parsenodes.h and primnodes.h. Keys in lower case are
fields that hold a structure of one fixed type, in libpg_query's JSON form.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WRITING_NODES = frozenset({"InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})

_READING_NODES = _words("""
    A_ArrayExpr A_Const A_Expr A_Indices A_Indirection A_Star Alias BitString
    Boolean BoolExpr BooleanTest CaseExpr CaseWhen CoalesceExpr CollateClause
    ColumnDef ColumnRef CommonTableExpr CTECycleClause CTESearchClause Float
    FuncCall GroupingFunc GroupingSet Integer JoinExpr JsonAggConstructor
    JsonArgument JsonArrayAgg JsonArrayConstructor JsonArrayQueryConstructor
    JsonBehavior JsonFormat JsonFuncExpr JsonIsPredicate JsonKeyValue JsonObjectAgg
    JsonObjectConstructor JsonOutput JsonParseExpr JsonReturning JsonScalarExpr
    JsonSerializeExpr JsonTable JsonTableColumn JsonTablePathSpec JsonValueExpr List
    MinMaxExpr NamedArgExpr NullTest ParamRef RangeFunction RangeSubselect
    RangeTableSample RangeVar ResTarget RowExpr
    SelectStmt SortBy SQLValueFunction String SubLink TypeCast TypeName WindowDef
    WithClause XmlExpr XmlSerialize
""")
_LOCKING_NODES = frozenset({"LockingClause"})
_CHANGING_NODES = WRITING_NODES | _words("""
    IndexElem InferClause MergeSupportFunc MergeWhenClause MultiAssignRef
    OnConflictClause ReturningClause ReturningOption SetToDefault
""")

ALLOWED_NODES = _READING_NODES | _LOCKING_NODES | _CHANGING_NODES
"""What a plan may be asked for; what writes or locks is told apart by its own facts."""

ALLOWED_STRUCTURES = _words("""
    alias arg behavior boolval bsval constructor context_item cycle_clause defresult
    expr format func fval infer ival key larg on_empty on_error onConflictClause
    output over pathspec rarg raw_expr relation returning returningClause
    search_clause string sval typeName val value withClause xmlexpr
""")

HARMLESS_SETTINGS = _words("""
    application_name block_size bytea_output client_encoding datestyle
    default_text_search_config default_transaction_isolation effective_cache_size
    extra_float_digits intervalstyle jit lc_messages lc_monetary lc_numeric lc_time
    max_connections random_page_cost search_path seq_page_cost server_encoding
    server_version server_version_num standard_conforming_strings statement_timeout
    timezone transaction_isolation transaction_read_only work_mem xmlbinary
""")
"""Settings that ``current_setting`` may read: none of them can hold a secret."""

CALLS_BEFORE: dict[str, frozenset[tuple[str, int]]] = {
    "JsonArrayConstructor": frozenset({("json_array", 16)}),
    "JsonArrayQueryConstructor": frozenset({("json_array", 16)}),
    "JsonArrayAgg": frozenset({("json_arrayagg", 16)}),
    "JsonObjectConstructor": frozenset({("json_object", 16)}),
    "JsonObjectAgg": frozenset({("json_objectagg", 16)}),
    "JsonParseExpr": frozenset({("json", 17)}),
    "JsonScalarExpr": frozenset({("json_scalar", 17)}),
    "JsonSerializeExpr": frozenset({("json_serialize", 17)}),
    "JsonFuncExpr": frozenset({("json_query", 17)}),
    "JsonTable": frozenset({("json_table", 17)}),
    "MergeSupportFunc": frozenset({("merge_action", 17)}),
}
"""Parts written like calls, and the version whose grammar first knew them.

To a server before it, the same text calls a function of the database of that name.
Source: release notes of PostgreSQL 16 and 17.
"""
