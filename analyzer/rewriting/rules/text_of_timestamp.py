"""Search a timestamp by range instead of by the start of its text.

Rule: ``created_at::text LIKE '2024-05-01%'`` prints every timestamp to compare its
    start.
Evidence: planner costs with the indexes that exist, or with one on the column.
Semantics: the same rows while DateStyle prints ISO dates and no timestamp lies before
    the year 1; for timestamptz both texts use the session's TimeZone.
Silent when: DateStyle is not known to be ISO, or the pattern is no whole day or
    month.
Source: PostgreSQL manual, "Date/Time Output"; rewrites.md G17.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.block import Block
from analyzer.rewriting.conditions import TIMESTAMP, TIMESTAMPTZ
from analyzer.rewriting.literals import kind_of, string_node, text_constant
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.trees import conjunction, conjuncts, operation
from analyzer.statements.parse import Node
from analyzer.statements.sides import without_casts

_PATTERN = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?(-?| ?)%")
_BC = "The same rows only if no timestamp lies before the year 1 (BC)."


def find(given: Subject) -> Iterator[Found]:
    """One for each such LIKE that every row must pass."""
    for block in given.blocks:
        for item in conjuncts(block.fields.get("whereClause")):
            fields = item.get("A_Expr", {})
            is_like = fields.get("kind") == "AEXPR_LIKE"
            if is_like and fields["name"][0]["String"]["sval"] == "~~":
                yield from _range(given, block, item, fields)


def _range(given: Subject, block: Block, item: Node, fields: Node) -> Iterator[Found]:
    column, cast = without_casts(fields["lexpr"])
    use = given.blocks.column(column, block)
    pattern = text_constant(fields["rexpr"])
    bounds = _bounds(pattern or "")
    kind = kind_of(use)
    if use is None or cast != "text" or bounds is None or use[0].relation is None:
        return
    if kind not in (TIMESTAMP, TIMESTAMPTZ, "date"):
        return
    if kind == "date" and " " in (pattern or ""):
        return
    new = conjunction(
        [
            operation(">=", column, string_node(bounds[0].isoformat())),
            operation("<", column, string_node(bounds[1].isoformat())),
        ]
    )
    style = given.catalog.settings.get("DateStyle", "")
    iso = style.upper().startswith("ISO")
    keys = (IndexKey(attribute=use[1]),)
    yield Found(
        what="the start of a timestamp's text as a range",
        pairs=((item, new or item),),
        conditions=(
            Condition(
                fact=Fact.FIXED_SETTING,
                claim="DateStyle prints dates in ISO form",
                proof=f"DateStyle is {style}" if iso else "",
                ddl="" if iso else "SET DateStyle = 'ISO';",
            ),
        ),
        semantics=Semantics.UNCHANGED_IF,
        caveats=(_BC,),
        indexes=(IndexDefinition(relation=use[0].relation.name, keys=keys),),
    )


def _bounds(pattern: str) -> tuple[date, date] | None:
    match = _PATTERN.fullmatch(pattern)
    if match is None or not 1 <= int(match[1]) <= 9998:
        return None
    year, month = int(match[1]), int(match[2])
    if match[3] is None:
        if match[4] == " " or not 1 <= month <= 12:
            return None
        return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    if match[4] == "-":
        return None
    try:
        day = date(year, month, int(match[3]))
    except ValueError:
        return None
    return day, day + timedelta(days=1)


RULE = Rule(slug="text_of_timestamp", doc=__doc__, find=find)
