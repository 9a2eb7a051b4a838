"""What can be made different in an expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.support.variant_parts import (
    NULL,
    ONE,
    TRUE,
    Change,
    Fields,
    assigned,
    call,
    exchanged,
    string,
    without,
)
from tests.support.variants_of_clauses import SORT

_IMPLICIT = "COERCE_IMPLICIT_CAST"


def _of_expression(fields: Fields) -> Iterator[tuple[str, Change]]:
    for name in ("=", "<>", "<", ">=", "+", "||", "@>"):
        if fields["name"] != [string(name)]:
            yield f"operator made {name}", assigned(name=[string(name)])
    qualified = [string("pg_catalog"), *fields["name"][-1:]]
    yield "operator with a schema", assigned(name=qualified)
    for kind in ("AEXPR_OP", "AEXPR_DISTINCT", "AEXPR_NOT_DISTINCT", "AEXPR_OP_ANY"):
        if fields["kind"] != kind:
            yield f"kind made {kind}", assigned(kind=kind)
    for side in ("lexpr", "rexpr"):
        # Where a list belongs, libpg_query's printer takes nothing else.
        if side in fields and "List" not in fields[side]:
            yield f"{side} made NULL", assigned(**{side: NULL})
            yield f"{side} made volatile", assigned(**{side: call("next_turn")})
            yield (
                f"{side} made a parameter",
                assigned(**{side: {"ParamRef": {"number": 9}}}),
            )
            other = {"ColumnRef": {"fields": [string("amount")]}}
            yield f"{side} made another column", assigned(**{side: other})
    if "lexpr" in fields and "rexpr" in fields:
        yield "sides exchanged", exchanged("lexpr", "rexpr")


def _of_bool(fields: Fields) -> Iterator[tuple[str, Change]]:
    if fields["boolop"] == "NOT_EXPR":
        return
    other = "OR_EXPR" if fields["boolop"] == "AND_EXPR" else "AND_EXPR"
    yield f"made {other}", assigned(boolop=other)
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
            yield f"made {kind}", assigned(subLinkType=kind)
    if "testexpr" in fields:
        yield "operator made >", assigned(operName=[string(">")])
        row = {"RowExpr": {"args": [fields["testexpr"], ONE], "row_format": _IMPLICIT}}
        yield "a row is tested", assigned(testexpr=row)


def _of_call(fields: Fields) -> Iterator[tuple[str, Change]]:
    yield "DISTINCT inside", assigned(agg_distinct=True)
    yield (
        "FILTER added",
        assigned(agg_filter=TRUE),
    )
    yield "OVER added", assigned(over={"frameOptions": 1058})
    yield "ORDER BY inside", assigned(agg_order=[SORT])
    yield "VARIADIC", assigned(func_variadic=True)
    yield "of another schema", assigned(funcname=[string("other"), *fields["funcname"]])
    for name in ("count", "max", "sum", "abs", "string_agg", "next_turn"):
        if fields["funcname"] != [string(name)]:
            yield f"made {name}", assigned(funcname=[string(name)])
    if "over" in fields:
        yield "without OVER", without("over")
        yield "of a named window", assigned(over={"name": "w", "frameOptions": 1058})
        yield "with a frame", _frame
        yield "PARTITION BY left out", _in_over("partitionClause")
        yield "ORDER BY left out", _in_over("orderClause")
    if "agg_distinct" in fields:
        yield "without DISTINCT inside", without("agg_distinct")
    if "agg_filter" in fields:
        yield "without FILTER", without("agg_filter")
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
        other = [*names[:-1], string(name)]
        if other != names:
            yield f"{names[-1]['String']['sval']} made {name}", assigned(fields=other)
    if len(names) > 1:
        yield "without its table", assigned(fields=names[-1:])
        yield "of another alias", assigned(fields=[string("c"), names[-1]])
    yield "a whole row", assigned(fields=[*names[:-1], {"A_Star": {}}])


def _of_null_test(fields: Fields) -> Iterator[tuple[str, Change]]:
    kinds = ("IS_NULL", "IS_NOT_NULL")
    other = kinds[kinds[0] == fields["nulltesttype"]]
    yield f"made {other}", assigned(nulltesttype=other)
    yield "of an expression", assigned(arg=call("next_turn"))


def _of_cast(fields: Fields) -> Iterator[tuple[str, Change]]:
    for name in ("text", "date", "int4", "bigint", "numeric"):
        kind = {"names": [string(name)], "typemod": -1}
        yield f"made {name}", assigned(typeName=kind)


def _of_coalesce(fields: Fields) -> Iterator[tuple[str, Change]]:
    yield "one argument more", lambda given: given["args"].append(ONE)
    yield "arguments turned round", lambda given: given["args"].reverse()


def _of_case(fields: Fields) -> Iterator[tuple[str, Change]]:
    yield "without ELSE", without("defresult")
    yield "with a tested value", assigned(arg=ONE)
    yield (
        "ELSE made true",
        assigned(defresult=TRUE),
    )


VALUES: dict[str, Callable[[Fields], Iterator[tuple[str, Change]]]] = {
    "A_Expr": _of_expression,
    "BoolExpr": _of_bool,
    "SubLink": _of_sublink,
    "FuncCall": _of_call,
    "A_Const": _of_constant,
    "ColumnRef": _of_column,
    "NullTest": _of_null_test,
    "TypeCast": _of_cast,
    "CoalesceExpr": _of_coalesce,
    "CaseExpr": _of_case,
}
