"""Let the planner look into a CTE that it has to work out by itself.

Rule: AS MATERIALIZED, or a second reference, makes PostgreSQL work a CTE out as a whole
    before anything of the query around is known to it, indexes and conditions alike.
Evidence: planner costs of both texts.
Semantics: the same rows: nothing in the CTE is volatile or writes.
Silent when: it is recursive, locks rows, writes, calls something volatile, or is cheap
    enough to be worked out once.
Source: PostgreSQL manual, "Common Table Expression Materialization"; rewrites.md J.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from analyzer.rewriting.proofs import not_volatile
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.statements.lexer import COMMENTS, tokens
from analyzer.statements.parse import Node, has_field, walk
from analyzer.statements.source import SourceText


def find(given: Subject) -> Iterator[Found]:
    """One for each CTE that is materialised, by word or by its second use."""
    names = Counter(
        fields["relname"] for kind, fields in walk(given.tree) if kind == "RangeVar"
    )
    recursive = any(
        fields.get("recursive")
        for kind, fields in walk(given.tree)
        if kind == "WithClause"
    )
    own = [f for kind, f in walk(given.tree) if kind == "CommonTableExpr"]
    if recursive or has_field(given.tree, "recursive"):
        return
    for fields in own:
        kind = fields.get("ctematerialized", "CTEMaterializeDefault")
        uses = names[fields["ctename"]]
        body = fields["ctequery"]
        if "SelectStmt" not in body or has_field(body, "lockingClause") or not uses:
            continue
        if len([f for f in own if f["ctename"] == fields["ctename"]]) > 1:
            continue
        if kind == "CTEMaterializeNever" or (kind.endswith("Default") and uses < 2):
            continue
        text = _edited(given.query, fields, "NOT MATERIALIZED " if uses > 1 else "")
        if text is not None:
            yield Found(
                what=f"CTE {fields['ctename']} not materialised",
                query=text,
                pairs=((fields, {**fields, "ctematerialized": _kind(uses)}),),
                conditions=(not_volatile(given.setting, body),),
            )


def _kind(uses: int) -> str:
    return "CTEMaterializeNever" if uses > 1 else "CTEMaterializeDefault"


def _edited(query: str, fields: Node, word: str) -> str | None:
    """The text with another word between AS and the parenthesis of the CTE."""
    source = SourceText(query)
    start = source.offset(int(fields.get("location", 0)))
    found = [
        item
        for item in tokens(query)
        if item.kind not in COMMENTS and item.start >= start
    ]
    depth = 0
    for number, item in enumerate(found):
        depth += (item.kind == "ASCII_40") - (item.kind == "ASCII_41")
        if depth == 0 and item.kind == "AS":
            opening = next(
                (one for one in found[number:] if one.kind == "ASCII_40"), None
            )
            if opening is None:
                return None
            return f"{query[: item.end]} {word}{query[opening.start :]}"
    return None


RULE = Rule(slug="inlined_cte", doc=__doc__, find=find)
