"""Search a timestamp by range instead of by the start of its text.

Rule: ``created_at::text LIKE '2024-05-01%'`` prints every timestamp to compare its
    start; so does ``left(created_at::text, 10) = '2024-05-01'``.
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
from analyzer.rewriting.literals import (
    kind_of,
    number_constant,
    string_node,
    text_constant,
)
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import equality
from analyzer.rewriting.time_ranges import ZONE
from analyzer.rewriting.trees import conjunction, conjuncts, operation, text_node
from analyzer.statements.parse import Node
from analyzer.statements.sides import function_name, type_name

_PATTERN = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?(-?| ?)%")
_BC = "The same rows only if no timestamp lies before the year 1 (BC)."
_ZONE = f"The same rows only if {ZONE}."


def find(given: Subject) -> Iterator[Found]:
    """One for each such comparison that every row must pass."""
    for block in given.blocks:
        for item in conjuncts(block.fields.get("whereClause")):
            found = _like(item) or _start(item)
            if found is not None:
                yield from _range(given, block, item, *found)


def _like(item: Node) -> tuple[Node, str] | None:
    """What is printed, and the pattern it is compared with."""
    fields = item.get("A_Expr", {})
    if fields.get("kind") != "AEXPR_LIKE" or fields["name"] != [text_node("~~")]:
        return None
    return fields["lexpr"], text_constant(fields["rexpr"]) or ""


def _start(item: Node) -> tuple[Node, str] | None:
    """The same of ``left(ts::text, 10) = '…'`` and ``substr(ts::text, 1, 10)``."""
    sides = equality(item)
    for one, two in (sides, sides[::-1]) if sides else ():
        call, text = one.get("FuncCall", {}), text_constant(two)
        given = call.get("args", [])
        numbers = [number_constant(node) for node in given[1:]]
        is_left = function_name(call) == "left" and len(numbers) == 1
        is_part = function_name(call) in ("substr", "substring") and (
            len(numbers) == 2 and numbers[0] == 1
        )
        if text and (is_left or is_part) and numbers[-1] == len(text):
            return given[0], f"{text}%"
    return None


def _range(
    given: Subject, block: Block, item: Node, printed: Node, pattern: str
) -> Iterator[Found]:
    # Only the column itself: a cast in between may leave out its day or its time.
    column = printed.get("TypeCast", {}).get("arg", {})
    cast = type_name(printed["TypeCast"]["typeName"]) if column else ""
    use = given.blocks.column(column, block)
    bounds = _bounds(pattern)
    kind = kind_of(use)
    if use is None or cast != "text" or bounds is None or use[0].relation is None:
        return
    if kind not in (TIMESTAMP, TIMESTAMPTZ, "date"):
        return
    if kind == "date" and " " in pattern:
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
        caveats=(_BC, _ZONE) if kind == TIMESTAMPTZ else (_BC,),
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
