"""Look-alikes of a query: the same text with one thing in its tree made different.

A rewrite rule that fits a query must look closely at each of them: most no longer fit,
and the rest must still give the same rows. Variants need not be useful, nor accepted by
PostgreSQL; they only have to parse.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from analyzer.errors import AnalyzerError
from analyzer.statements.parse import parse_one
from analyzer.statements.print_tree import printed

Fields = dict[str, Any]
Change = Callable[[Fields], None]
Place = tuple[str | int, ...]

ONE: Fields = {"A_Const": {"ival": {"ival": 1}}}
NULL: Fields = {"A_Const": {"isnull": True}}


def variants(query: str) -> dict[str, str]:
    """Texts of the look-alikes of a query, by what was changed where."""
    whole = parse_one(query).tree
    found: dict[str, str] = {}
    for place, kind, fields in _nodes(whole, ()):
        for number, (what, _) in enumerate(_changes(kind, fields)):
            tree = copy.deepcopy(whole)
            node = _at(tree, place)
            try:
                list(_changes(kind, node))[number][1](node)
                if "become" in node:
                    holder = _at(tree, place[:-1])
                    holder.clear()
                    holder.update(node["become"])
                text = printed(tree)
            except (AnalyzerError, KeyError, IndexError, TypeError):
                continue
            if text not in found.values():
                found[f"{len(found) + 1} {kind}: {what}"] = text
    for what, text in _placed(query, whole):
        if text not in found.values():
            found[f"{len(found) + 1} placed: {what}"] = text
    return found


_PLACES = {
    "in both arms of UNION ALL": "({0}) UNION ALL ({0})",
    "in an arm of EXCEPT": "({0}) EXCEPT (SELECT id FROM users)",
    "in FROM": "SELECT * FROM ({0}) AS placed",
    "in a join": "SELECT placed.* FROM users AS u7 LEFT JOIN ({0}) AS placed ON true",
    "in a CTE": "WITH placed AS ({0}) SELECT * FROM placed",
    "beside a CTE of a table's name": (
        "WITH orders AS (SELECT 1 AS id, 2 AS customer_id) {0}"
    ),
    "in EXISTS": "SELECT u7.id FROM users AS u7 WHERE EXISTS ({0})",
    "in IN": "SELECT u7.id FROM users AS u7 WHERE u7.id IN ({0})",
    "as a value": "SELECT u7.id, ({0}) AS x FROM users AS u7",
    "in an array": "SELECT ARRAY({0}) AS x",
    "in LATERAL": "SELECT * FROM users AS u7 CROSS JOIN LATERAL ({0}) AS placed",
    "in an INSERT": "INSERT INTO users (id) {0}",
    "in a DELETE": "DELETE FROM users WHERE id IN ({0})",
    "in an UPDATE": "UPDATE users SET name = 'x' WHERE EXISTS ({0})",
    "before a write": "WITH gone AS (DELETE FROM blocked) {0}",
}


def _placed(query: str, whole: Fields) -> Iterator[tuple[str, str]]:
    """A query within others, and its sources and conditions within other statements."""
    for what, form in _PLACES.items():
        try:
            yield what, printed(parse_one(form.format(query)).tree)
        except (AnalyzerError, KeyError, TypeError):
            continue
    fields = whole.get("SelectStmt", {})
    kept = {k: fields[k] for k in ("whereClause", "withClause") if k in fields}
    target = {"relname": "users", "inh": True, "relpersistence": "p"}
    target["alias"] = {"aliasname": "u7"}
    name = {"ResTarget": {"name": "name", "val": {"A_Const": {"sval": {"sval": "x"}}}}}
    sources = fields.get("fromClause", [])
    written: dict[str, Fields] = {
        "as the USING of a DELETE": {
            "DeleteStmt": {"relation": target, "usingClause": sources, **kept}
        },
        "as the FROM of an UPDATE": {
            "UpdateStmt": {
                "relation": target,
                "targetList": [name],
                "fromClause": sources,
                **kept,
            }
        },
    }
    for what, tree in written.items() if sources else ():
        try:
            yield what, printed(copy.deepcopy(tree))
        except (AnalyzerError, KeyError, TypeError):
            continue


def _nodes(node: Any, place: Place) -> Iterator[tuple[Place, str, Fields]]:
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _nodes(item, (*place, number))
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in _BY_KIND and isinstance(value, dict):
                yield (*place, key), key, value
            elif key in ("larg", "rarg") and "targetList" in value:
                yield (*place, key), "SelectStmt", value
            yield from _nodes(value, (*place, key))


def _at(tree: Any, place: Place) -> Fields:
    for step in place:
        tree = tree[step]
    found: Fields = tree
    return found


def _changes(kind: str, fields: Fields) -> Iterator[tuple[str, Change]]:
    yield from _BY_KIND[kind](fields)


def _set(**values: Any) -> Change:
    def change(fields: Fields) -> None:
        fields.update(copy.deepcopy(values))

    return change


def _without(name: str) -> Change:
    return lambda fields: fields.pop(name, None)


def _string(text: str) -> Fields:
    return {"String": {"sval": text}}


def _call(name: str, *arguments: Fields, **more: Any) -> Fields:
    fields = {
        "funcname": [_string(name)],
        "funcformat": "COERCE_EXPLICIT_CALL",
        "args": list(arguments),
        **more,
    }
    return {"FuncCall": {key: value for key, value in fields.items() if value != []}}


def _range(name: str, alias: str = "") -> Fields:
    fields: Fields = {"relname": name, "inh": True, "relpersistence": "p"}
    if alias:
        fields["alias"] = {"aliasname": alias}
    return {"RangeVar": fields}


_SORT = {
    "SortBy": {
        "node": ONE,
        "sortby_dir": "SORTBY_DEFAULT",
        "sortby_nulls": "SORTBY_NULLS_DEFAULT",
    }
}
_LOCK = {"LockingClause": {"strength": "LCS_FORUPDATE", "waitPolicy": "LockWaitBlock"}}


def _of_select(fields: Fields) -> Iterator[tuple[str, Change]]:
    yield "FOR UPDATE added", _set(lockingClause=[_LOCK])
    yield "LIMIT 3 added", _set(limitCount=ONE, limitOption="LIMIT_OPTION_COUNT")
    yield (
        "OFFSET 1 added",
        _set(limitOffset=ONE, limitOption="LIMIT_OPTION_DEFAULT"),
    )
    yield "DISTINCT added", _set(distinctClause=[{}])
    yield "DISTINCT ON added", _set(distinctClause=[ONE])
    yield "ORDER BY 1 added", _set(sortClause=[_SORT])
    yield "GROUP BY 1 added", _set(groupClause=[ONE])
    truth = {"A_Const": {"boolval": {"boolval": True}}}
    yield "HAVING added", _set(havingClause=truth)
    window = {"WindowDef": {"name": "w", "frameOptions": 1058}}
    yield "WINDOW added", _set(windowClause=[window])
    for name in _CLAUSES:
        if name in fields:
            yield f"without {name}", _without(name)
    if "targetList" in fields:
        yield from _of_targets(fields)
    if "fromClause" in fields:
        yield from _of_from()


_CLAUSES = (
    *("whereClause", "sortClause", "groupClause", "havingClause", "distinctClause"),
    *("limitOffset", "fromClause", "withClause"),
)


def _of_targets(fields: Fields) -> Iterator[tuple[str, Change]]:
    def target(value: Fields) -> Fields:
        return {"ResTarget": {"val": value}}

    star = target({"ColumnRef": {"fields": [{"A_Star": {}}]}})
    more = {
        "a constant": target(ONE),
        "a volatile call": target(_call("next_turn")),
        "count(*)": target(_call("count", agg_star=True)),
        "row_number()": target(
            _call("row_number", over={"frameOptions": 1058}),
        ),
        "a set of rows": target(_call("generate_series", ONE, ONE)),
        "a column": target({"ColumnRef": {"fields": [_string("name")]}}),
        "an id": target({"ColumnRef": {"fields": [_string("id")]}}),
        "a star": star,
    }
    for name, item in more.items():
        yield (
            f"{name} added to the select list",
            lambda given, item=item: given["targetList"].append(copy.deepcopy(item)),
        )
    yield "a star selected", _set(targetList=[star])
    yield "a constant selected", _set(targetList=[target(ONE)])
    if len(fields["targetList"]) > 1:
        yield "first column left out", lambda given: given["targetList"].pop(0)
        yield "last column left out", lambda given: given["targetList"].pop()


def _of_from() -> Iterator[tuple[str, Change]]:
    def add(item: Fields) -> Change:
        return lambda given: given["fromClause"].append(copy.deepcopy(item))

    yield "another table in FROM", add(_range("regions", "x9"))
    series = {
        "RangeFunction": {
            "functions": [{"List": {"items": [_call("generate_series", ONE, ONE), {}]}}]
        }
    }
    yield "a function in FROM", add(series)

    def joined(kind: str) -> Change:
        def change(given: Fields) -> None:
            *rest, last = given["fromClause"]
            join = {
                "jointype": kind,
                "larg": _range("regions", "x8"),
                "rarg": last,
                "quals": {"A_Const": {"boolval": {"boolval": True}}},
            }
            given["fromClause"] = [*rest, {"JoinExpr": join}]

        return change

    yield "below the far side of a LEFT JOIN", joined("JOIN_LEFT")
    yield "below a FULL JOIN", joined("JOIN_FULL")


def _of_relation(fields: Fields) -> Iterator[tuple[str, Change]]:
    yield "ONLY", _set(inh=False)
    yield "with a schema", _set(schemaname="public")
    yield "of a schema that is not known", _set(schemaname="elsewhere")
    for name in ("blocked", "events", "orders", "users"):
        yield f"made {name}", _set(relname=name)
    yield "a table that is not known", _set(relname="nothing")
    yield "another alias", _set(alias={"aliasname": "a9"})
    columns = {"aliasname": "a8", "colnames": [_string("id"), _string("name")]}
    yield "columns renamed", _set(alias=columns)
    for what, change in _SOURCES.items():
        yield f"placed {what}", change


def _become(node: Fields) -> Change:
    """The fields stand for another kind of node: noted for :func:`variants`."""

    def change(given: Fields) -> None:
        kept = copy.deepcopy(given)
        given.clear()
        given["become"] = _filled(copy.deepcopy(node), kept)

    return change


def _filled(node: Any, kept: Fields) -> Any:
    if isinstance(node, list):
        return [_filled(item, kept) for item in node]
    if not isinstance(node, dict):
        return node
    if "alias_of" in node:
        return kept.get("alias", {"aliasname": kept["relname"]})
    if "bare" in node:
        return {"RangeVar": {k: v for k, v in kept.items() if k != "alias"}}
    return {key: _filled(value, kept) for key, value in node.items()}


def _subselect(**more: Any) -> Fields:
    star = {"ResTarget": {"val": {"ColumnRef": {"fields": [{"A_Star": {}}]}}}}
    query = {
        "targetList": [star],
        "fromClause": [{"bare": True}],
        "limitOption": "LIMIT_OPTION_DEFAULT",
        "op": "SETOP_NONE",
        **more,
    }
    fields = {"subquery": {"SelectStmt": query}, "alias": {"alias_of": True}}
    return {"RangeSubselect": fields}


_SOURCES: dict[str, Change] = {
    "as a subquery": _become(_subselect()),
    "as a subquery with a condition": _become(_subselect(whereClause=NULL)),
    "as a subquery with DISTINCT": _become(_subselect(distinctClause=[{}])),
    "as a sample": _become(
        {
            "RangeTableSample": {
                "relation": {"bare": True},
                "method": [{"String": {"sval": "system"}}],
                "args": [ONE],
            }
        }
    ),
    "as a function": _become(
        {
            "RangeFunction": {
                "functions": [{"List": {"items": [_call("f"), {}]}}],
                "alias": {"alias_of": True},
            }
        }
    ),
}


def _of_join(fields: Fields) -> Iterator[tuple[str, Change]]:
    for kind in ("JOIN_INNER", "JOIN_LEFT", "JOIN_RIGHT", "JOIN_FULL"):
        if fields.get("jointype") != kind:
            yield f"made {kind}", _set(jointype=kind)

    def using(given: Fields) -> None:
        given.pop("quals", None)
        given["usingClause"] = [_string("id")]

    def natural(given: Fields) -> None:
        given.pop("quals", None)
        given["isNatural"] = True

    yield "USING", using
    yield "NATURAL", natural
    yield "with an alias", _set(alias={"aliasname": "j9"})
    yield "sides exchanged", _exchange("larg", "rarg")
    volatile = {
        "A_Expr": {
            "kind": "AEXPR_OP",
            "name": [_string(">")],
            "lexpr": _call("next_turn"),
            "rexpr": ONE,
        }
    }
    yield "a volatile condition", _and("quals", volatile)
    yield "a constant condition", _set(quals=ONE)


def _and(name: str, more: Fields) -> Change:
    def change(given: Fields) -> None:
        args = [given[name], copy.deepcopy(more)]
        given[name] = {"BoolExpr": {"boolop": "AND_EXPR", "args": args}}

    return change


def _exchange(one: str, two: str) -> Change:
    def change(given: Fields) -> None:
        given[one], given[two] = given[two], given[one]

    return change


def _of_expression(fields: Fields) -> Iterator[tuple[str, Change]]:
    for name in ("=", "<>", "<", ">=", "+", "||", "@>"):
        if fields["name"] != [_string(name)]:
            yield f"operator made {name}", _set(name=[_string(name)])
    qualified = [_string("pg_catalog"), *fields["name"][-1:]]
    yield "operator with a schema", _set(name=qualified)
    for kind in ("AEXPR_OP", "AEXPR_DISTINCT", "AEXPR_NOT_DISTINCT", "AEXPR_OP_ANY"):
        if fields["kind"] != kind:
            yield f"kind made {kind}", _set(kind=kind)
    for side in ("lexpr", "rexpr"):
        # Where a list belongs, libpg_query's printer takes nothing else.
        if side in fields and "List" not in fields[side]:
            yield f"{side} made NULL", _set(**{side: NULL})
            yield f"{side} made volatile", _set(**{side: _call("next_turn")})
            yield (
                f"{side} made a parameter",
                _set(**{side: {"ParamRef": {"number": 9}}}),
            )
            other = {"ColumnRef": {"fields": [_string("amount")]}}
            yield f"{side} made another column", _set(**{side: other})
    if "lexpr" in fields and "rexpr" in fields:
        yield "sides exchanged", _exchange("lexpr", "rexpr")


def _of_bool(fields: Fields) -> Iterator[tuple[str, Change]]:
    if fields["boolop"] == "NOT_EXPR":
        return
    other = "OR_EXPR" if fields["boolop"] == "AND_EXPR" else "AND_EXPR"
    yield f"made {other}", _set(boolop=other)
    for number in range(len(fields["args"])):
        yield (
            f"without part {number + 1}",
            lambda given, number=number: given["args"].pop(number),
        )
        yield (
            f"part {number + 1} negated",
            lambda given, number=number: given["args"].__setitem__(
                number,
                {"BoolExpr": {"boolop": "NOT_EXPR", "args": [given["args"][number]]}},
            ),
        )


def _of_sublink(fields: Fields) -> Iterator[tuple[str, Change]]:
    kinds = ("EXISTS_SUBLINK", "ANY_SUBLINK", "ALL_SUBLINK", "EXPR_SUBLINK")
    for kind in (*kinds, "ARRAY_SUBLINK"):
        if fields["subLinkType"] != kind:
            yield f"made {kind}", _set(subLinkType=kind)
    if "testexpr" in fields:
        yield "operator made >", _set(operName=[_string(">")])
        row = {"RowExpr": {"args": [fields["testexpr"], ONE], "row_format": _IMPLICIT}}
        yield "a row is tested", _set(testexpr=row)


_IMPLICIT = "COERCE_IMPLICIT_CAST"


def _of_call(fields: Fields) -> Iterator[tuple[str, Change]]:
    yield "DISTINCT inside", _set(agg_distinct=True)
    yield "FILTER added", _set(agg_filter={"A_Const": {"boolval": {"boolval": True}}})
    yield "OVER added", _set(over={"frameOptions": 1058})
    yield "ORDER BY inside", _set(agg_order=[_SORT])
    yield "VARIADIC", _set(func_variadic=True)
    yield "of another schema", _set(funcname=[_string("other"), *fields["funcname"]])
    for name in ("count", "max", "sum", "abs", "string_agg", "next_turn"):
        if fields["funcname"] != [_string(name)]:
            yield f"made {name}", _set(funcname=[_string(name)])
    if "over" in fields:
        yield "without OVER", _without("over")
        yield "of a named window", _set(over={"name": "w", "frameOptions": 1058})
        yield "with a frame", _frame
        yield "PARTITION BY left out", _in_over("partitionClause")
        yield "ORDER BY left out", _in_over("orderClause")
    if "agg_distinct" in fields:
        yield "without DISTINCT inside", _without("agg_distinct")
    if "agg_filter" in fields:
        yield "without FILTER", _without("agg_filter")
    if fields.get("args"):
        yield "one argument less", lambda given: given["args"].pop()
        yield "one argument more", lambda given: given["args"].append(ONE)
        yield "first argument made 1", lambda given: given["args"].__setitem__(0, ONE)
        yield "first argument made NULL", lambda g: g["args"].__setitem__(0, NULL)


def _frame(given: Fields) -> None:
    # ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING.
    given["over"]["frameOptions"] = 0x1 | 0x4 | 0x10 | 0x20 | 0x100


def _in_over(name: str) -> Change:
    return lambda given: given["over"].pop(name)


def _of_constant(fields: Fields) -> Iterator[tuple[str, Change]]:
    def made(**value: Any) -> Change:
        def change(given: Fields) -> None:
            given.clear()
            given.update(value)

        return change

    yield "made NULL", made(isnull=True)
    for number in (0, 1, 2, 7):
        yield f"made {number}", made(ival={"ival": number})
    yield "made -1", made(ival={"ival": -1})
    yield "made 2.5", made(fval={"fval": "2.5"})
    yield "made very large", made(fval={"fval": "99999999999999999999"})
    yield "made true", made(boolval={"boolval": True})
    text = str(fields.get("sval", {}).get("sval", ""))
    for other in ("", "%", "a_b", "05", "2024-05-07", "2024-05", text + "x", text[:-1]):
        yield f"made '{other}'", made(sval={"sval": other})


def _of_column(fields: Fields) -> Iterator[tuple[str, Change]]:
    names = fields["fields"]
    if "String" not in names[-1]:
        return
    for name in ("id", "name", "customer_id", "status", "kind", "payload", "nothing"):
        other = [*names[:-1], _string(name)]
        if other != names:
            yield f"{names[-1]['String']['sval']} made {name}", _set(fields=other)
    if len(names) > 1:
        yield "without its table", _set(fields=names[-1:])
        yield "of another alias", _set(fields=[_string("c"), names[-1]])
    yield "a whole row", _set(fields=[*names[:-1], {"A_Star": {}}])


def _of_null_test(fields: Fields) -> Iterator[tuple[str, Change]]:
    kinds = ("IS_NULL", "IS_NOT_NULL")
    other = kinds[kinds[0] == fields["nulltesttype"]]
    yield f"made {other}", _set(nulltesttype=other)
    yield "of an expression", _set(arg=_call("next_turn"))


def _of_cte(fields: Fields) -> Iterator[tuple[str, Change]]:
    for kind in ("Default", "Always", "Never"):
        if fields["ctematerialized"] != f"CTEMaterialize{kind}":
            yield f"materialized: {kind}", _set(ctematerialized=f"CTEMaterialize{kind}")
    yield "another name", _set(ctename="orders")
    yield "columns renamed", _set(aliascolnames=[_string("id")])
    volatile = parse_one("SELECT next_turn() AS id").tree
    yield "a volatile body", _set(ctequery=volatile)
    yield (
        "a body that writes",
        _set(
            ctequery=parse_one("DELETE FROM blocked RETURNING customer_id AS id").tree
        ),
    )


def _of_with(fields: Fields) -> Iterator[tuple[str, Change]]:
    yield "RECURSIVE", _set(recursive=True)


def _of_sort(fields: Fields) -> Iterator[tuple[str, Change]]:
    for value in ("SORTBY_ASC", "SORTBY_DESC"):
        if fields["sortby_dir"] != value:
            yield f"made {value}", _set(sortby_dir=value)
    for value in ("FIRST", "LAST"):
        yield f"NULLS {value}", _set(sortby_nulls=f"SORTBY_NULLS_{value}")
    yield "by a volatile call", _set(node=_call("next_turn"))
    yield "by the second column", _set(node={"A_Const": {"ival": {"ival": 2}}})


def _of_cast(fields: Fields) -> Iterator[tuple[str, Change]]:
    for name in ("text", "date", "int4", "bigint", "numeric"):
        kind = {"names": [_string(name)], "typemod": -1}
        yield f"made {name}", _set(typeName=kind)


def _of_update(fields: Fields) -> Iterator[tuple[str, Change]]:
    for name in ("whereClause", "returningList", "fromClause"):
        if name in fields:
            yield f"without {name}", _without(name)
    star = {"ResTarget": {"val": {"ColumnRef": {"fields": [{"A_Star": {}}]}}}}
    yield "RETURNING * added", _set(returningList=[star])
    yield "FROM added", _set(fromClause=[_range("regions", "x9")])


def _of_subselect(fields: Fields) -> Iterator[tuple[str, Change]]:
    yield "LATERAL", _set(lateral=True)
    if "alias" in fields:
        columns = {**fields["alias"], "colnames": [_string("id"), _string("x")]}
        yield "columns renamed", _set(alias=columns)


def _of_coalesce(fields: Fields) -> Iterator[tuple[str, Change]]:
    yield "one argument more", lambda given: given["args"].append(ONE)
    yield "arguments turned round", lambda given: given["args"].reverse()


def _of_case(fields: Fields) -> Iterator[tuple[str, Change]]:
    yield "without ELSE", _without("defresult")
    yield "with a tested value", _set(arg=ONE)
    yield "ELSE made true", _set(defresult={"A_Const": {"boolval": {"boolval": True}}})


_BY_KIND: dict[str, Callable[[Fields], Iterator[tuple[str, Change]]]] = {
    "SelectStmt": _of_select,
    "RangeVar": _of_relation,
    "JoinExpr": _of_join,
    "A_Expr": _of_expression,
    "BoolExpr": _of_bool,
    "SubLink": _of_sublink,
    "FuncCall": _of_call,
    "A_Const": _of_constant,
    "ColumnRef": _of_column,
    "NullTest": _of_null_test,
    "CommonTableExpr": _of_cte,
    "WithClause": _of_with,
    "withClause": _of_with,
    "SortBy": _of_sort,
    "TypeCast": _of_cast,
    "UpdateStmt": _of_update,
    "RangeSubselect": _of_subselect,
    "CoalesceExpr": _of_coalesce,
    "CaseExpr": _of_case,
}
