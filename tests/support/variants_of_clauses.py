"""What can be made different in the clauses and sources of a statement."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from analyzer.statements.parse import parse_one
from tests.support.variant_parts import (
    NULL,
    ONE,
    TRUE,
    Change,
    Fields,
    assigned,
    become,
    call,
    exchanged,
    string,
    table,
    with_and,
    without,
)

SORT = {
    "SortBy": {
        "node": ONE,
        "sortby_dir": "SORTBY_DEFAULT",
        "sortby_nulls": "SORTBY_NULLS_DEFAULT",
    }
}
_LOCK = {"LockingClause": {"strength": "LCS_FORUPDATE", "waitPolicy": "LockWaitBlock"}}
_CLAUSES = (
    *("whereClause", "sortClause", "groupClause", "havingClause", "distinctClause"),
    *("limitOffset", "fromClause", "withClause"),
)


def _of_select(fields: Fields) -> Iterator[tuple[str, Change]]:
    yield "FOR UPDATE added", assigned(lockingClause=[_LOCK])
    yield "LIMIT 3 added", assigned(limitCount=ONE, limitOption="LIMIT_OPTION_COUNT")
    yield (
        "OFFSET 1 added",
        assigned(limitOffset=ONE, limitOption="LIMIT_OPTION_DEFAULT"),
    )
    yield "DISTINCT added", assigned(distinctClause=[{}])
    yield "DISTINCT ON added", assigned(distinctClause=[ONE])
    yield "ORDER BY 1 added", assigned(sortClause=[SORT])
    yield "GROUP BY 1 added", assigned(groupClause=[ONE])
    yield "HAVING added", assigned(havingClause=TRUE)
    window = {"WindowDef": {"name": "w", "frameOptions": 1058}}
    yield "WINDOW added", assigned(windowClause=[window])
    for name in _CLAUSES:
        if name in fields:
            yield f"without {name}", without(name)
    if "targetList" in fields:
        yield from _of_targets(fields)
    if "fromClause" in fields:
        yield from _of_from()


def _of_targets(fields: Fields) -> Iterator[tuple[str, Change]]:
    def target(value: Fields) -> Fields:
        return {"ResTarget": {"val": value}}

    star = target({"ColumnRef": {"fields": [{"A_Star": {}}]}})
    more = {
        "a constant": target(ONE),
        "a volatile call": target(call("next_turn")),
        "count(*)": target(call("count", agg_star=True)),
        "row_number()": target(
            call("row_number", over={"frameOptions": 1058}),
        ),
        "a set of rows": target(call("generate_series", ONE, ONE)),
        "a column": target({"ColumnRef": {"fields": [string("name")]}}),
        "an id": target({"ColumnRef": {"fields": [string("id")]}}),
        "a star": star,
    }
    for name, item in more.items():
        yield (
            f"{name} added to the select list",
            lambda given, item=item: given["targetList"].append(copy.deepcopy(item)),
        )
    yield "a star selected", assigned(targetList=[star])
    yield "a constant selected", assigned(targetList=[target(ONE)])
    if len(fields["targetList"]) > 1:
        yield "first column left out", lambda given: given["targetList"].pop(0)
        yield "last column left out", lambda given: given["targetList"].pop()


def _of_from() -> Iterator[tuple[str, Change]]:
    def add(item: Fields) -> Change:
        return lambda given: given["fromClause"].append(copy.deepcopy(item))

    yield "another table in FROM", add(table("regions", "x9"))
    series = {
        "RangeFunction": {
            "functions": [{"List": {"items": [call("generate_series", ONE, ONE), {}]}}]
        }
    }
    yield "a function in FROM", add(series)

    def joined(kind: str) -> Change:
        def change(given: Fields) -> None:
            *rest, last = given["fromClause"]
            join = {
                "jointype": kind,
                "larg": table("regions", "x8"),
                "rarg": last,
                "quals": TRUE,
            }
            given["fromClause"] = [*rest, {"JoinExpr": join}]

        return change

    yield "below the far side of a LEFT JOIN", joined("JOIN_LEFT")
    yield "below a FULL JOIN", joined("JOIN_FULL")


def _of_relation(fields: Fields) -> Iterator[tuple[str, Change]]:
    yield "ONLY", assigned(inh=False)
    yield "with a schema", assigned(schemaname="public")
    yield "of a schema that is not known", assigned(schemaname="elsewhere")
    for name in ("blocked", "events", "orders", "users"):
        yield f"made {name}", assigned(relname=name)
    yield "a table that is not known", assigned(relname="nothing")
    yield "another alias", assigned(alias={"aliasname": "a9"})
    columns = {"aliasname": "a8", "colnames": [string("id"), string("name")]}
    yield "columns renamed", assigned(alias=columns)
    for what, change in _SOURCES.items():
        yield f"placed {what}", change


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
    "as a subquery": become(_subselect()),
    "as a subquery with a condition": become(_subselect(whereClause=NULL)),
    "as a subquery with DISTINCT": become(_subselect(distinctClause=[{}])),
    "as a sample": become(
        {
            "RangeTableSample": {
                "relation": {"bare": True},
                "method": [{"String": {"sval": "system"}}],
                "args": [ONE],
            }
        }
    ),
    "as a function": become(
        {
            "RangeFunction": {
                "functions": [{"List": {"items": [call("f"), {}]}}],
                "alias": {"alias_of": True},
            }
        }
    ),
}


def _of_join(fields: Fields) -> Iterator[tuple[str, Change]]:
    for kind in ("JOIN_INNER", "JOIN_LEFT", "JOIN_RIGHT", "JOIN_FULL"):
        if fields.get("jointype") != kind:
            yield f"made {kind}", assigned(jointype=kind)

    def using(given: Fields) -> None:
        given.pop("quals", None)
        given["usingClause"] = [string("id")]

    def natural(given: Fields) -> None:
        given.pop("quals", None)
        given["isNatural"] = True

    yield "USING", using
    yield "NATURAL", natural
    yield "with an alias", assigned(alias={"aliasname": "j9"})
    yield "sides exchanged", exchanged("larg", "rarg")
    volatile = {
        "A_Expr": {
            "kind": "AEXPR_OP",
            "name": [string(">")],
            "lexpr": call("next_turn"),
            "rexpr": ONE,
        }
    }
    yield "a volatile condition", with_and("quals", volatile)
    yield "a constant condition", assigned(quals=ONE)


def _of_cte(fields: Fields) -> Iterator[tuple[str, Change]]:
    for kind in ("Default", "Always", "Never"):
        if fields["ctematerialized"] != f"CTEMaterialize{kind}":
            yield (
                f"materialized: {kind}",
                assigned(ctematerialized=f"CTEMaterialize{kind}"),
            )
    yield "another name", assigned(ctename="orders")
    yield "columns renamed", assigned(aliascolnames=[string("id")])
    volatile = parse_one("SELECT next_turn() AS id").tree
    yield "a volatile body", assigned(ctequery=volatile)
    yield (
        "a body that writes",
        assigned(
            ctequery=parse_one("DELETE FROM blocked RETURNING customer_id AS id").tree
        ),
    )


def _of_with(fields: Fields) -> Iterator[tuple[str, Change]]:
    yield "RECURSIVE", assigned(recursive=True)


def _of_sort(fields: Fields) -> Iterator[tuple[str, Change]]:
    for value in ("SORTBY_ASC", "SORTBY_DESC"):
        if fields["sortby_dir"] != value:
            yield f"made {value}", assigned(sortby_dir=value)
    for value in ("FIRST", "LAST"):
        yield f"NULLS {value}", assigned(sortby_nulls=f"SORTBY_NULLS_{value}")
    yield "by a volatile call", assigned(node=call("next_turn"))
    yield "by the second column", assigned(node={"A_Const": {"ival": {"ival": 2}}})


def _of_update(fields: Fields) -> Iterator[tuple[str, Change]]:
    for name in ("whereClause", "returningList", "fromClause"):
        if name in fields:
            yield f"without {name}", without(name)
    star = {"ResTarget": {"val": {"ColumnRef": {"fields": [{"A_Star": {}}]}}}}
    yield "RETURNING * added", assigned(returningList=[star])
    yield "FROM added", assigned(fromClause=[table("regions", "x9")])


def _of_subselect(fields: Fields) -> Iterator[tuple[str, Change]]:
    yield "LATERAL", assigned(lateral=True)
    if "alias" in fields:
        columns = {**fields["alias"], "colnames": [string("id"), string("x")]}
        yield "columns renamed", assigned(alias=columns)


CLAUSES: dict[str, Callable[[Fields], Iterator[tuple[str, Change]]]] = {
    "SelectStmt": _of_select,
    "RangeVar": _of_relation,
    "JoinExpr": _of_join,
    "CommonTableExpr": _of_cte,
    "WithClause": _of_with,
    "withClause": _of_with,
    "SortBy": _of_sort,
    "UpdateStmt": _of_update,
    "RangeSubselect": _of_subselect,
}
