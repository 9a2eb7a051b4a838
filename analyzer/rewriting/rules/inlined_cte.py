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
from analyzer.statements.lexer import tokens
from analyzer.statements.parse import Node, has_field, walk
from analyzer.statements.source import SourceText


def find(given: Subject) -> Iterator[Found]:
    """One for each CTE that is materialised, by word or by its second use."""
    names = Counter(
        fields["relname"] for kind, fields in walk(given.tree) if kind == "RangeVar"
    )
    own = [f for kind, f in walk(given.tree) if kind == "CommonTableExpr"]
    if has_field(given.tree, "recursive"):
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
        word = "NOT MATERIALIZED " if uses > 1 else ""
        yield Found(
            what=f"CTE {fields['ctename']} not materialised",
            query=_edited(given.query, fields, word),
            pairs=((fields, {**fields, "ctematerialized": _kind(uses)}),),
            conditions=(not_volatile(given.setting, body),),
        )


def _kind(uses: int) -> str:
    return "CTEMaterializeNever" if uses > 1 else "CTEMaterializeDefault"


def _edited(query: str, fields: Node, word: str) -> str:
    """The text with another word between AS and the parenthesis of the CTE."""
    start = SourceText(query).offset(int(fields.get("location", 0)))
    behind = iter([item for item in tokens(query) if item.start >= start])
    end = next(item.end for item in behind if item.kind == "AS")
    opening = next(item.start for item in behind if item.kind == "ASCII_40")
    return f"{query[:end]} {word}{query[opening:]}"


RULE = Rule(slug="inlined_cte", doc=__doc__, find=find)
