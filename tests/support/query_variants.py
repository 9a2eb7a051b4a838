"""Look-alikes of a query: the same text with one thing in its tree made different.

A rewrite rule that fits a query must look closely at each of them: most no longer fit,
and the rest must still give the same rows. Variants need not be useful, nor accepted by
PostgreSQL; they only have to parse.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from analyzer.errors import AnalyzerError
from analyzer.statements.parse import parse_one
from analyzer.statements.print_tree import printed
from tests.support.variant_parts import Change, Fields
from tests.support.variants_of_clauses import CLAUSES
from tests.support.variants_of_values import VALUES

Place = tuple[str | int, ...]
_BY_KIND = CLAUSES | VALUES


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
            # The printer takes nothing but a table below a sample.
            if key != "RangeTableSample":
                yield from _nodes(value, (*place, key))


def _at(tree: Any, place: Place) -> Fields:
    for step in place:
        tree = tree[step]
    found: Fields = tree
    return found


def _changes(kind: str, fields: Fields) -> Iterator[tuple[str, Change]]:
    yield from _BY_KIND[kind](fields)
