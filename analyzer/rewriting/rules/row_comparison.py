"""Say "after this row" as one row comparison.

Rule: ``a > x OR (a = x AND b > y)`` filters an index from its start; the same said as
    ``(a, b) > (x, y)`` starts the scan at the row.
Evidence: planner costs of both texts.
Semantics: the same truth value for every row, NULLs included: it is how SQL defines the
    comparison of rows.
Silent when: directions differ, the values differ between the arms, or the columns are
    computed.
Source: PostgreSQL manual, "Row Constructor Comparison"; rewrites.md D3.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.rewriting.literals import operator_name
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import constant, equality
from analyzer.rewriting.trees import conjunction, conjuncts, disjuncts, text_node
from analyzer.statements.parse import Node
from analyzer.statements.plain_tree import same_tree

_Pair = tuple[Node, Node]


def find(given: Subject) -> Iterator[Found]:
    """One for each such condition in a WHERE clause."""
    for block in given.blocks:
        items = conjuncts(block.fields.get("whereClause"))
        for item in items:
            found = _after(item)
            if found is not None:
                yield _found(item, *found)
        yield from _with_bound(block.fields.get("whereClause"), items)


def _with_bound(whole: Node | None, items: list[Node]) -> Iterator[Found]:
    """``a >= x AND (a > x OR b > y)``, as careful people write it."""
    for first in items:
        bound = _comparison(first)
        if bound is None or bound[0] not in (">=", "<="):
            continue
        strict = bound[0][0]
        for second in items:
            arms = disjuncts(second)
            if len(arms) != 2 or whole is None:
                continue
            one, rest = _comparison(arms[0]), _one(arms[1])
            if one is None or rest is None or one[0] != strict or rest[0] != strict:
                continue
            if not _same(bound[1], one[1]):
                continue
            others = [i for i in items if i is not first and i is not second]
            row = _row(strict, [one[1], *rest[1]])
            yield Found(
                what="the position after a row as a row comparison",
                pairs=((whole, conjunction([*others, row]) or row),),
            )


def _one(item: Node) -> tuple[str, list[_Pair]] | None:
    found = _comparison(item)
    return (found[0], [found[1]]) if found else None


def _after(item: Node) -> tuple[str, list[_Pair]] | None:
    """The direction and pairs of ``a > x OR (a = x AND (b > y OR …))``."""
    arms = disjuncts(item)
    if len(arms) != 2:
        return None
    for first, second in (arms, arms[::-1]):
        start = _comparison(first)
        if start is None or start[0] not in ("<", ">"):
            continue
        parts = conjuncts(second)
        if len(parts) != 2:
            continue
        for equal, last in (parts, parts[::-1]):
            sides = equality(equal)
            if sides is None or not (
                _same(start[1], sides) or _same(start[1], sides[::-1])
            ):
                continue
            rest = _after(last) or _one(last)
            if rest is not None and rest[0] == start[0]:
                return start[0], [start[1], *rest[1]]
    return None


def _comparison(item: Node) -> tuple[str, _Pair] | None:
    """Operator and sides of a comparison of a bare column with a constant."""
    operator, fields = operator_name(item), item.get("A_Expr", {})
    left, right = fields.get("lexpr", {}), fields.get("rexpr", {})
    if "ColumnRef" in right:
        operator, left, right = _MIRRORED.get(operator, ""), right, left
    if operator not in _MIRRORED or "ColumnRef" not in left or not constant(right):
        return None
    return operator, (left, right)


_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _same(one: _Pair, two: _Pair) -> bool:
    return same_tree(list(one), list(two))


def _row(operator: str, pairs: list[_Pair]) -> Node:
    def row(nodes: list[Node]) -> Node:
        return {"RowExpr": {"args": nodes, "row_format": "COERCE_IMPLICIT_CAST"}}

    return {
        "A_Expr": {
            "kind": "AEXPR_OP",
            "name": [text_node(operator)],
            "lexpr": row([one for one, _ in pairs]),
            "rexpr": row([two for _, two in pairs]),
        }
    }


def _found(item: Node, operator: str, pairs: list[_Pair]) -> Found:
    return Found(
        what="the position after a row as a row comparison",
        pairs=((item, _row(operator, pairs)),),
    )


RULE = Rule(slug="row_comparison", doc=__doc__, find=find, is_hidden=True)
