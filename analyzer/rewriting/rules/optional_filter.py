"""Send one statement for the filters that are really given.

Rule: under a generic plan ``($1 IS NULL OR col = $1)`` must serve both cases, so no
    index on the column can be used; no more by ``col = coalesce($1, col)`` or a CASE.
Evidence: costs of the generic plans of both texts.
Semantics: the same rows when the parameter is given; for NULL the statement without the
    condition is the right one, so the application has to choose.
Silent when: the parameter is used for other columns as well in that condition, or the
    column stands in an expression.
Source: Winand, "SQL Performance Explained", chapter 2, smart logic; rewrites.md W17.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.recommendation import Semantics
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import equality
from analyzer.rewriting.trees import (
    TRUE,
    conjuncts,
    disjuncts,
    operation,
)
from analyzer.statements.parse import Node
from analyzer.statements.plain_tree import same_tree
from analyzer.statements.scope import names_of
from analyzer.statements.sides import without_casts


def find(given: Subject) -> Iterator[Found]:
    """One, with every optional condition of a WHERE clause made a plain one."""
    for block in given.blocks:
        pairs = []
        numbers = []
        for item in conjuncts(block.fields.get("whereClause")):
            found = _optional(item)
            if found is not None:
                pairs.append((item, found[1]))
                numbers.append(found[0])
        given_ones = ", ".join(f"${number}" for number in sorted(set(numbers)))
        yield Found(
            what=f"the optional filters {given_ones} as plain conditions",
            pairs=tuple(pairs),
            semantics=Semantics.CHANGED,
            generic=True,
            caveats=(
                f"For executions in which {given_ones} are given. Where one is "
                "NULL, send a statement without its condition; with "
                "plan_cache_mode = force_custom_plan the old text plans as well.",
            ),
        )


def _optional(item: Node) -> tuple[int, Node] | None:
    """The number of the parameter, and the condition that it switches."""
    arms = _chosen(item) or disjuncts(item)
    if len(arms) != 2:
        return _defaulted(item)
    for test, condition in (arms, arms[::-1]):
        fields = test.get("NullTest", {})
        number = _parameter(fields.get("arg"))
        if fields.get("nulltesttype") != "IS_NULL" or not number:
            continue
        sides = equality(condition) or _comparison(condition)
        if sides is None:
            continue
        for one, two in (sides, sides[::-1]):
            if "ColumnRef" in one and _parameter(two) == number:
                return number, condition
    return None


def _chosen(item: Node) -> list[Node]:
    """The parts of ``CASE WHEN $1 IS NULL THEN true ELSE col = $1 END``, or turned."""
    fields = item.get("CaseExpr", {})
    branches = fields.get("args", [])
    if "arg" in fields or len(branches) != 1 or "defresult" not in fields:
        return []
    test, then = (branches[0]["CaseWhen"][name] for name in ("expr", "result"))
    other = fields["defresult"]
    asked = test.get("NullTest", {})
    if asked.get("nulltesttype") == "IS_NOT_NULL":
        then, other = other, then
        test = {"NullTest": {**asked, "nulltesttype": "IS_NULL"}}
    return [test, other] if same_tree(then, TRUE) else []


def _defaulted(item: Node) -> tuple[int, Node] | None:
    """``col = coalesce($1, col)``, which is true of every col but NULL without $1."""
    sides = equality(item)
    for one, two in (sides, sides[::-1]) if sides else ():
        given = two.get("CoalesceExpr", {}).get("args", [])
        number = _parameter(given[0]) if len(given) == 2 else 0
        same = [names_of(n.get("ColumnRef", {})) for n in (one, *given[1:])]
        if number and same[0] and same[0] == same[1]:
            return number, operation("=", one, given[0])
    return None


def _comparison(item: Node) -> tuple[Node, Node] | None:
    fields = item.get("A_Expr", {})
    kinds = ("AEXPR_OP", "AEXPR_LIKE", "AEXPR_ILIKE")
    if fields.get("kind") not in kinds:
        return None
    names = [part["String"].get("sval", "") for part in fields["name"]]
    ordered = names[0] in ("<", ">", "<=", ">=", "~~", "~~*")
    return (fields["lexpr"], fields["rexpr"]) if ordered else None


def _parameter(node: Node | None) -> int:
    inner = without_casts(node or {})[0]
    return int(inner.get("ParamRef", {}).get("number", 0))


RULE = Rule(slug="optional_filter", doc=__doc__, find=find)
