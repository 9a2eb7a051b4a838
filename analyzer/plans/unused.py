"""Why an index does not serve a statement: sentences about costs and conditions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from analyzer.domain.index import IndexDefinition
from analyzer.domain.plan import Plan
from analyzer.statements.facts import Predicate, PredicateKind

SMALL_TABLE_PAGES = 20
MANY_ROWS_RATIO = 0.05
"""From this share of the rows on, fetching them one by one costs about a whole scan."""

_CHEAPER_RATIO = 0.95
"""Below it a plan is cheaper for certain: the planner compares costs within 1%."""

_WORD = re.compile(r'"(?:[^"]|"")+"|\w+')
_SUBQUERY = re.compile(r"\bselect\b", re.IGNORECASE)
_Conditions = Iterable[tuple[Predicate, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSize:
    """Rows and pages of a table, all its partitions together."""

    rows: float
    pages: int


def cost_reason(
    chosen: Plan, forced: Plan, found_rows: float, size: TableSize, instead: str
) -> str:
    """Why a search that is possible was not chosen.

    Args:
        chosen: the plan that was made.
        forced: the best plan with that search.
        found_rows: rows that the search alone would find.
        size: of the table.
        instead: name of the index of that table which the chosen plan uses, if any.
    """
    parts = [
        f"A plan that searches in it costs {forced.total_cost:,.2f}, the chosen one "
        f"{chosen.total_cost:,.2f}{_times(chosen.total_cost, forced.total_cost)}."
    ]
    if forced.total_cost < chosen.total_cost * _CHEAPER_RATIO:
        # The cheapest plan is chosen unless a setting forbids it (costsize.c).
        parts.append("Settings that are off (enable_…) keep the planner from it.")
    elif size.pages <= SMALL_TABLE_PAGES:
        pages = max(size.pages, 1)
        said = "1 page, which is" if pages == 1 else f"{pages:,} pages, which are"
        parts.append(f"The table is small: {said} read at once.")
    elif size.rows > 0 and found_rows / size.rows >= MANY_ROWS_RATIO:
        parts.append(
            f"It would find {found_rows:,.0f} of {size.rows:,.0f} rows "
            f"({found_rows / size.rows:.0%}), and fetching so many of them costs more "
            "than the chosen way."
        )
    elif instead:
        parts.append(f"The plan uses {instead} instead.")
    return " ".join(parts)


def condition_reason(
    definition: IndexDefinition,
    conditions: _Conditions,
    filters: Sequence[str] = (),
    sorted_by: Collection[str] = (),
) -> str:
    """Why no plan can search in an index.

    Args:
        definition: of the index.
        conditions: of the statement on the index's relation, each with its text.
        filters: of the plan's nodes that read the relation, as EXPLAIN prints them.
        sorted_by: columns and expressions that the statement sorts or groups by.
    """
    first = definition.keys[0]
    if first.attribute:
        own = [item for item in conditions if item[0].attribute == first.attribute]
        what = f"its first column, {first.attribute},"
        sentences = [_about(first.attribute, item, text) for item, text in own]
        sentences += [_other_type(first.attribute, text) for text in filters]
    else:
        words = set(_WORD.findall(first.expression))
        own = [item for item in conditions if item[0].attribute in words]
        what = f"its first key, {first.expression},"
        sentences = [
            f"the condition {_shortened(text)} does not compute {first.expression}, as "
            "the index does"
            for _, text in own
        ]
    known = next((text for text in sentences if text), "")
    if known:
        return f"No plan can search in it: {known}."
    if not own and (first.attribute or first.expression) in sorted_by:
        return (
            f"The statement only sorts or groups by {what[:-1]}: there is nothing to "
            "search for, and reading the rows in that order through the index costs "
            "more than the chosen way, or the index has them in another order."
        )
    if not own:
        return f"No plan can search in it: {what} stands in no condition."
    if definition.predicate:
        return (
            f"No plan can search in it: it holds only rows with "
            f"{_shortened(definition.predicate)}, and the statement's conditions do "
            "not prove that for its rows."
        )
    if _SUBQUERY.search(own[0][1]):
        return (
            "The planner joins the subquery in another way, even where sequential "
            "scans, hash and merge joins are switched off."
        )
    return (
        f"No plan can search in it by {_shortened(own[0][1])}; the types or the "
        f"operator class of the {definition.method} index do not fit the condition."
    )


def _about(attribute: str, item: Predicate, text: str) -> str:
    """What keeps a condition on the first column from being searched by."""
    shown = _shortened(text)
    if item.wrapping is not None:
        return (
            f"the condition {shown} computes {_shortened(item.wrapping.text)}, and an "
            f"index on {attribute} is sorted by the bare column"
        )
    if item.kind is PredicateKind.PREFIX:
        return (
            f"the condition {shown} is a pattern, and the index is sorted by a "
            "collation; text_pattern_ops sorts as patterns need it"
        )
    if item.kind is PredicateKind.PATTERN:
        return f"the pattern of {shown} has no fixed start that could be searched for"
    if item.kind is PredicateKind.NOT_EQUAL:
        return f"the condition {shown} says only which rows are not wanted"
    if not item.conjunct:
        return f"the condition {shown} need not hold: it stands in an OR or a NOT"
    return ""


def _times(chosen: float, forced: float) -> str:
    if chosen <= 0 or forced < chosen * 1.05:
        return ""
    return f", {forced / chosen:,.1f} times less"


def _other_type(attribute: str, printed: str) -> str:
    """What the server made of a comparison of two types: it casts the column."""
    cast = re.search(rf'\((?:\S+\.)?"?{re.escape(attribute)}"?\)::([a-z ]+)', printed)
    if cast is None:
        return ""
    return (
        f"the server compares {attribute} as {cast[1].strip()}, and the index is "
        "sorted by the column's own type"
    )


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else f"{line[:99]}…"
