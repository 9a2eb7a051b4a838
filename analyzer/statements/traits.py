"""What the text of a statement alone says about how it could be asked better."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.domain.index import RelationName
from analyzer.domain.statement import StatementKind
from analyzer.errors import AnalyzerError
from analyzer.statements.classify import classify
from analyzer.statements.describe import relations_of
from analyzer.statements.parse import Node, ParsedQuery, has_field, parse_one, walk

# Functions whose result depends on nothing but their arguments and the tables.
_STEADY_NAMES = (
    "count sum min max avg bool_and bool_or every string_agg array_agg json_agg "
    "jsonb_agg json_object_agg jsonb_object_agg json_build_object jsonb_build_object "
    "json_build_array jsonb_build_array row_to_json to_json to_jsonb lower upper "
    "length char_length substring substr trim btrim ltrim rtrim replace concat "
    "concat_ws left right round ceil ceiling floor abs mod power sqrt greatest least "
    "date_trunc date_part extract to_char to_date array_length cardinality unnest "
    "generate_series row_number rank dense_rank lag lead first_value last_value ntile "
    "percent_rank md5 encode decode position strpos split_part regexp_replace format "
    "initcap"
)
_STEADY = frozenset(_STEADY_NAMES.split())
_PLAIN_SELECT = (
    *("groupClause", "havingClause", "distinctClause", "limitCount", "limitOffset"),
    *("windowClause", "withClause", "larg", "lockingClause"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementTraits:
    """What a text says.

    Attributes:
        kind: of the statement; UNPARSED where the text does not parse.
        relations: that it names.
        is_single_row_insert: INSERT … VALUES with one row.
        is_cacheable: a read whose rows depend on tables and parameters only.
        has_offset: it skips rows.
        has_row_locks: FOR UPDATE and its kin.
    """

    kind: StatementKind = StatementKind.UNPARSED
    relations: tuple[RelationName, ...] = ()
    is_single_row_insert: bool = False
    is_cacheable: bool = False
    has_offset: bool = False
    has_row_locks: bool = False


def traits(query: str) -> StatementTraits:
    """The traits of a text. Never raises.

    >>> traits("INSERT INTO t VALUES ($1, $2)").is_single_row_insert
    True
    >>> traits("SELECT now()").is_cacheable, traits("SELECT a FROM t").is_cacheable
    (False, True)
    """
    try:
        parsed = parse_one(query)
        found = classify(parsed)
        relations = relations_of(parsed)
    except AnalyzerError:
        return StatementTraits()
    return StatementTraits(
        kind=found.kind,
        relations=relations,
        is_single_row_insert=_row_count(parsed) == 1,
        is_cacheable=bool(relations) and found.is_read_only and _is_steady(parsed),
        has_offset=has_field(parsed.tree, "limitOffset"),
        has_row_locks=found.has_row_locks,
    )


def _row_count(parsed: ParsedQuery) -> int:
    """Rows of an INSERT … VALUES; 0 for all else."""
    if parsed.node_type != "InsertStmt" or "withClause" in parsed.fields:
        return 0
    select = parsed.fields.get("selectStmt", {}).get("SelectStmt", {})
    return len(select.get("valuesLists", ()))


def _is_steady(parsed: ParsedQuery) -> bool:
    for node_type, fields in walk(parsed.tree):
        if node_type == "SQLValueFunction":
            return False
        if node_type == "FuncCall":
            names = [part.get("String", {}).get("sval", "") for part in _name(fields)]
            if names[:-1] not in ([], ["pg_catalog"]) or names[-1] not in _STEADY:
                return False
    return True


def _name(fields: Node) -> list[Node]:
    name: list[Node] = fields.get("funcname", [])
    return name


def batched_text(query: str) -> str:
    """The query for a list of values in the place of one, or nothing.

    Only for a SELECT of one table without grouping, DISTINCT, LIMIT or a window, whose
    condition compares exactly one column with a parameter by ``=``: there the rows for
    a list are the rows for each value, put together.

    >>> batched_text("SELECT name FROM users WHERE id = $1 AND active")
    'SELECT name FROM users WHERE id = ANY($1) AND active'
    >>> batched_text("SELECT count(*) FROM users WHERE id = $1")
    ''
    """
    try:
        parsed = parse_one(query)
    except AnalyzerError:
        return ""
    fields = parsed.fields
    if parsed.node_type != "SelectStmt" or any(key in fields for key in _PLAIN_SELECT):
        return ""
    tables = fields.get("fromClause", [])
    if len(tables) != 1 or "RangeVar" not in tables[0] or _has_calls(fields):
        return ""
    parameters = [node for name, node in walk(fields) if name == "ParamRef"]
    found = _lookups(fields.get("whereClause", {}))
    if len(parameters) != 1 or len(found) != 1:
        return ""
    start = parsed.offset(found[0]["location"])
    name = f"${found[0]['number']}"
    if not query.startswith(name, start):
        return ""
    return f"{query[:start]}ANY({name}){query[start + len(name) :]}"


def _has_calls(fields: Node) -> bool:
    """Whether the output holds calls: an aggregate would mean something else then."""
    output = fields.get("targetList", [])
    return any(name in ("FuncCall", "SubLink") for name, _ in walk(output))


def _lookups(condition: Node) -> list[Node]:
    """Parameters a bare column must equal, of the conjuncts of a condition."""
    boolean = condition.get("BoolExpr", {})
    parts = boolean.get("args", []) if boolean.get("boolop") == "AND_EXPR" else []
    found = []
    for part in parts or [condition]:
        fields = part.get("A_Expr", {})
        sign = [item.get("String", {}).get("sval") for item in fields.get("name", [])]
        is_equality = fields.get("kind") == "AEXPR_OP" and sign == ["="]
        if is_equality and "ColumnRef" in fields.get("lexpr", {}):
            found += (
                [fields["rexpr"]["ParamRef"]] if "ParamRef" in fields["rexpr"] else []
            )
    return found
