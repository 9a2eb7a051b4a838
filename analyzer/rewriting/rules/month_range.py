"""Say year and month of a timestamp as one range.

Rule: ``extract(year …) = 2024 AND extract(month …) = 5`` computes both for every row;
    the same as a range is one index search, or one partition.
Evidence: planner costs with the indexes that exist, or with one on the column.
Semantics: the same rows. For timestamptz both texts use the session's TimeZone.
Silent when: the two are of different columns, one is not an equality with a whole
    number, or the month is none.
Source: Winand, "SQL Performance Explained", chapter 2; rewrites.md G2.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.domain.index import IndexDefinition, IndexKey
from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import Condition, Fact
from analyzer.rewriting.block import Block, Use
from analyzer.rewriting.conditions import TIMESTAMP, TIMESTAMPTZ
from analyzer.rewriting.literals import (
    kind_of,
    number_constant,
    string_node,
    text_constant,
)
from analyzer.rewriting.protocol import Found, Rule, Subject
from analyzer.rewriting.selects import equality
from analyzer.rewriting.trees import conjuncts, operation
from analyzer.statements.parse import Node
from analyzer.statements.sides import function_name

_ZONE = (
    "For timestamptz the month is the session's: the same rows as before unless its "
    "clocks are set back across midnight."
)


def find(given: Subject) -> Iterator[Found]:
    """One for each pair of year and month of one column."""
    for block in given.blocks:
        parts = [
            (item, *found)
            for item in conjuncts(block.fields.get("whereClause"))
            if (found := _part(given, block, item)) is not None
        ]
        for year_item, column, use, field, year in parts:
            for month_item, _, other, second, month in parts:
                if field == "year" and second == "month" and use == other:
                    yield from _range((year_item, month_item), column, use, year, month)


def _part(
    given: Subject, block: Block, item: Node
) -> tuple[Node, Use, str, int] | None:
    """Column, field and value of ``extract(field FROM column) = value``."""
    sides = equality(item)
    for call, value in (sides, sides[::-1]) if sides else ():
        fields = call.get("FuncCall", {})
        arguments = fields.get("args", [])
        named = function_name(fields) in ("extract", "date_part")
        if not named or len(arguments) != 2:
            continue
        name, column = arguments
        use, number = given.blocks.column(column, block), number_constant(value)
        if use is None or number is None or number.denominator != 1:
            return None
        if kind_of(use) not in (TIMESTAMP, TIMESTAMPTZ, "date"):
            return None
        return column, use, (text_constant(name) or "").lower(), int(number)
    return None


def _range(
    items: tuple[Node, Node], column: Node, use: Use, year: int, month: int
) -> Iterator[Found]:
    if not (1 <= year <= 9998 and 1 <= month <= 12):
        return
    after = (year + month // 12, month % 12 + 1)
    low = operation(">=", column, string_node(f"{year:04d}-{month:02d}-01"))
    high = operation("<", column, string_node(f"{after[0]:04d}-{after[1]:02d}-01"))
    zoned = kind_of(use) == TIMESTAMPTZ
    relation = use[0].relation
    yield Found(
        what="year and month as a range",
        pairs=((items[0], low), (items[1], high)),
        conditions=(
            Condition(
                fact=Fact.FIXED_SETTING,
                claim="both texts mean the same time zone",
                proof="it is the session's in both",
            ),
        )
        if zoned
        else (),
        semantics=Semantics.UNCHANGED_IF if zoned else Semantics.UNCHANGED,
        caveats=(_ZONE,) if zoned else (),
        indexes=(
            IndexDefinition(relation=relation.name, keys=(IndexKey(attribute=use[1]),)),
        )
        if relation
        else (),
    )


RULE = Rule(slug="month_range", doc=__doc__, find=find)
