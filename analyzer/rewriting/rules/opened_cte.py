"""Write the query of a CTE where the CTE is named.

Rule: a CTE that is named once is planned like a subquery of the same text. As one it is
    open to the rules that look at a subquery in FROM: a join may be told to it
    (``lateral_subquery``), its numbered rows fetched by an index (``top_per_group``), a
    condition on its group key moved into it (``pushed_filter``).
Evidence: planner costs of both texts; alone it changes no plan and is not offered.
Semantics: the same rows: it is what PostgreSQL does with such a CTE.
Silent when: the CTE neither groups, numbers nor sorts rows, it is materialised or named
    twice, it is recursive, writes, calls something volatile or renames columns, or the
    query locks rows.
Source: PostgreSQL manual, "Common Table Expression Materialization".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from analyzer.rewriting.proofs import not_volatile
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.trees import changed, exchanged, has_only, subselect
from analyzer.statements.outputs import has_aggregate
from analyzer.statements.parse import Node, has_field, walk

_CTE = ("ctename", "ctequery", "ctematerialized")
_NAMED = ("relname", "alias", "inh", "relpersistence")
_WORKING = ("groupClause", "sortClause", "distinctClause")


def find(given: Subject) -> Iterator[Found]:
    """One for each CTE of a SELECT that is named once."""
    if has_field(given.tree, "recursive") or has_field(given.tree, "lockingClause"):
        return
    names = Counter(
        fields["relname"] for kind, fields in walk(given.tree) if kind == "RangeVar"
    )
    common = Counter(
        fields["ctename"]
        for kind, fields in walk(given.tree)
        if kind == "CommonTableExpr"
    )
    names.update(common)
    for fields in _selects(given.tree):
        before: set[str] = set()
        for cte in fields["withClause"]["ctes"]:
            body = cte["CommonTableExpr"]
            # Another CTE it may name only if that is the same in each place.
            doubtful = common - Counter(before)
            is_single = names[body["ctename"]] == 2
            if is_single and _works(body) and not _names_any(body, doubtful):
                yield from _opened(given, fields, cte)
            before.add(body["ctename"])


def _selects(tree: Node) -> Iterator[Node]:
    """The fields of every SELECT, also of a set operation, that has CTEs."""
    for kind, fields in walk(tree):
        if kind == "SelectStmt" and "withClause" in fields:
            yield fields


def _works(cte: Node) -> bool:
    """Whether it is a SELECT that other rules look into, and the planner too."""
    query = cte["ctequery"].get("SelectStmt")
    if query is None or not has_only(cte, _CTE):
        return False
    if cte.get("ctematerialized", "CTEMaterializeDefault") == "CTEMaterializeAlways":
        return False
    targets = query.get("targetList", [])
    return any(name in query for name in _WORKING) or has_aggregate(
        targets, windows=True
    )


def _names_any(cte: Node, names: Collection[str]) -> bool:
    return any(
        kind == "RangeVar" and fields["relname"] in names
        for kind, fields in walk(cte["ctequery"])
    )


def _opened(given: Subject, fields: Node, cte: Node) -> Iterator[Found]:
    body = cte["CommonTableExpr"]
    place = _place(fields, cte, body["ctename"])
    if place is None:
        return
    named = place["RangeVar"]
    alias = named.get("alias", {}).get("aliasname", body["ctename"])
    opened = subselect(body["ctequery"]["SelectStmt"], alias)
    rest = [item for item in fields["withClause"]["ctes"] if item is not cte]
    kept = {**fields["withClause"], "ctes": rest} if rest else None
    new = exchanged(changed(fields, withClause=kept), [(place, opened)])
    yield Found(
        what=f"CTE {body['ctename']} as a subquery in FROM",
        pairs=((fields, new),),
        conditions=(not_volatile(given.setting, body["ctequery"]),),
    )


def _place(fields: Node, cte: Node, name: str) -> Node | None:
    """Where a CTE is named: behind it, in the SELECT that it belongs to."""
    ctes = fields["withClause"]["ctes"]
    behind = ctes[[item is cte for item in ctes].index(True) + 1 :]
    rest = {key: value for key, value in fields.items() if key != "withClause"}
    stack: list[Any] = [behind, rest]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            named = current.get("RangeVar", {})
            if named.get("relname") == name:
                return current if _is_bare(named) else None
            stack.extend(current.values())
    return None


def _is_bare(named: Node) -> bool:
    return has_only(named, _NAMED) and "colnames" not in named.get("alias", {})


RULE = Rule(slug="opened_cte", doc=__doc__, find=find)
