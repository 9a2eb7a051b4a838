"""Findings on rows that are read in vain, and why no index serves the filter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.domain.plan import PlanNode
from analyzer.plans.conditions import (
    Condition,
    ConditionKind,
    compares_tables,
    conditions,
    conjuncts,
    constant_calls,
    disjuncts,
    disjuncts_as_printed,
    is_within_row,
    qualified,
)
from analyzer.plans.findings_view import (
    MIN_RATIO,
    PlanView,
    finding,
    is_partition,
    measured,
    over_loops,
    place,
    rows_of,
    title,
)
from analyzer.plans.findings_windows import is_of_window
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.remedies import (
    GUESSED_EQUAL,
    guessed_share,
    index_for,
    not_searchable,
    partial_index_for,
)
from analyzer.plans.titles import one_line

MIN_ROWS_REMOVED = 1_000
MIN_REMOVED_PER_ROW = 10.0
MIN_REMOVED_PER_ROW_SEQUENTIAL = 20.0
"""An index pays only where it leaves out nearly all rows: below 5% of them."""
MIN_REPEATS = 100
MIN_SEARCH_MS = 2.0
"""What an index finds, and a filter drops, in less does not grow with the table."""
MIN_OTHERS_RATIO = 0.2
_COMPUTED = (ConditionKind.EXPRESSION, ConditionKind.CAST)

MIN_PAGES = 64
"""A table of half a megabyte is read at once, whatever its filter leaves."""

_BY_SUBQUERY = re.compile(r"\b(?:SubPlan|ANY \(hashed|hashed )")
_BY_UNKNOWN_PATTERN = re.compile(r" ~~\*? \$\d")
_BY_UNKNOWN_CHOICE = re.compile(r"\$\d{1,5}(?:\)?::[a-z ]{1,40})?\)? IS (?:NOT )?NULL")
_AS_TEXT = re.compile(r"\([^()]{1,200}\)::(?:text|bpchar|character varying)")
_NO_WORD = re.compile(
    r"\(?'(?:-?\d{1,40}(?:\.\d{1,20})?|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'"
    r"(?:::[a-z ]{1,40})?\)?"
)
_CLOSE_RATIO = 0.05
_OUTER_JOINS = frozenset({"Hash Join", "Merge Join", "Nested Loop"})
_IS_NULL = re.compile(r"[^ ]{1,200} IS (?:NOT )?NULL")
_NOT_NULL = re.compile(r"\A\(\S+ IS NOT NULL\)\Z")
INDEX_SCANS = frozenset({"Index Scan", "Index Only Scan", "Bitmap Heap Scan"})
_OUTSIDE = frozenset(
    {"CTE Scan", "Subquery Scan", "Foreign Scan", "Hash Join", "Merge Join"}
)
_OF_ITS_GROUPS = frozenset({"Aggregate", "Group", "Result"})
"""HAVING and one-time filters are told by no index."""


_WITHOUT_INDEX = frozenset({"Function Scan", "Table Function Scan", "Values Scan"})


def removed_rows(view: PlanView) -> Iterator[Finding]:
    """Filters that throw away nearly all rows that were read for them."""
    for alike in _by_table(view):
        item = alike[0]
        node = item.node
        if all(is_small(one) for one in alike):
            continue
        removed = sum(
            over_loops(one.node, one.node.rows_removed_by_filter) for one in alike
        )
        least = MIN_REMOVED_PER_ROW
        if node.node_type == "Seq Scan":
            least = MIN_REMOVED_PER_ROW_SEQUENTIAL
        if removed < max(MIN_ROWS_REMOVED, least * sum(map(rows_of, alike))):
            continue
        is_outside = node.node_type in _OUTSIDE
        share = view.total_ratio if is_outside else view.own_ratio
        ratio = sum(map(share, alike))
        is_found = bool(node.index_cond) or node.node_type == "Bitmap Heap Scan"
        if is_found and 0 < ratio * view.total_ms < MIN_SEARCH_MS:
            continue
        if ratio >= MIN_RATIO:
            yield _removed(view, alike, removed, ratio)


def _by_table(view: PlanView) -> Iterable[list[NodeMeasure]]:
    """Nodes with a filter; partitions that it is read by, and scans of a CTE, together.

    The costliest comes first.
    """
    found: dict[object, list[NodeMeasure]] = {}
    for item in view.ran():
        node = item.node
        if _BY_SUBQUERY.search(node.filter) or node.node_type in _OF_ITS_GROUPS:
            continue  # no index serves such a filter; what it costs is the subquery's
        is_above = is_of_window(view, item) or _is_of_join(node)
        if node.rows_removed_by_filter and not is_above:
            found.setdefault(_alike_by(item), []).append(item)
    return [
        sorted(alike, key=view.total_ratio, reverse=True) for alike in found.values()
    ]


def _is_of_join(node: PlanNode) -> bool:
    """Whether a filter is on what an outer join made, which no row has before it.

    It compares the two sides with each other, or asks on which of them a row is.
    """
    if node.node_type not in _OUTER_JOINS:
        return False
    parts = [
        one
        for part in conjuncts(node.filter)
        for one in (disjuncts_as_printed(part) or (part,))
    ]
    return all(_IS_NULL.fullmatch(one) or compares_tables(one) for one in parts)


def _alike_by(item: NodeMeasure) -> object:
    cte = item.node.details.get("CTE Name")
    if is_partition(item):
        return item.path[:-1], _scan(item)
    return str(cte) if cte and item.node.node_type == "CTE Scan" else item.path


def _scan(item: NodeMeasure) -> tuple[str, str, bool]:
    node = item.node
    named = node.filter.replace(f"{node.alias}.", "")
    return node.node_type, named, bool(node.index_cond)


def _removed(
    view: PlanView, alike: Sequence[NodeMeasure], removed: float, ratio: float
) -> Finding:
    item, kept = alike[0], sum(map(rows_of, alike))
    # Rows are given per loop and rounded, so that of many loops few rows show as 0.
    few = "almost none" if kept == 0 and (item.node.loops or 0) > 1 else f"{kept:,.0f}"
    what = "scans of it" if item.node.node_type == "CTE Scan" else "partitions"
    others = f" and {len(alike) - 1} {what} more" if len(alike) > 1 else ""
    read = "read" if others else "reads"
    numbers = f"{others} {read} {removed + kept:,.0f} rows and "
    numbers += f"keep {few}" if others else f"keeps {few}"
    rule, why, remedy = why_removed(view, item)
    quantity = measured(removed, "rows removed")
    found = finding(item, rule, f"{title(item)}{numbers}: {why}", quantity, ratio)
    return replace(found, remedy=remedy)


def why_removed(view: PlanView, item: NodeMeasure) -> tuple[str, str, str]:
    """Rule, reason and remedy for a filter."""
    node = item.node
    if node.node_type in _OUTSIDE or node.node_type in _WITHOUT_INDEX:
        return _late(node)
    # min() and max() of a column leave its nulls out; that finds nothing.
    is_search = (
        bool(_NOT_NULL.sub("", node.index_cond)) or node.node_type == "Bitmap Heap Scan"
    )
    is_index = node.node_type in INDEX_SCANS
    if is_index and not is_search and _is_under_limit(view, item):
        return (
            "order_by_wrong_index",
            "the index gives the order, and the wanted rows come late in it",
            f"An index on {place(item)} that starts with the columns of the filter "
            "and goes on with those of ORDER BY finds them at once.",
        )
    if _BY_UNKNOWN_CHOICE.search(node.filter) and view.has_unknown_values(item):
        return (
            "generic_plan",
            "the plan is generic, and only with its values it is known whether the "
            "condition holds for all rows",
            "Let it be planned with its values: plan_cache_mode = force_custom_plan "
            "for this statement; or leave a condition that is not asked for out of it.",
        )
    computed = (
        not_searchable(node, node.filter)
        or _guessed(view, item)
        or _cast_by_guess(view, item)
    )
    if computed is not None:
        return _computed(computed, item)
    if node.node_type == "Seq Scan" and _BY_UNKNOWN_PATTERN.search(node.filter):
        return (
            "generic_plan",
            "the plan is generic, and an index serves a pattern only if its beginning "
            "is known",
            "Let it be planned with its values: plan_cache_mode = force_custom_plan "
            "for this statement, with an index for patterns (text_pattern_ops); "
            "one of trigrams serves the generic plan as well.",
        )
    if is_search and is_index:
        why = "the index finds far more rows than the filter keeps"
        return "index_does_not_fit", why, index_for(item)
    loops = (node.loops or 0) / view.processes(item)
    if node.node_type == "Seq Scan" and loops >= MIN_REPEATS:
        why = f"the whole table is read {node.loops:,.0f} times"
        return "repeated_scan", why, index_for(item)
    return "rows_removed", _why_no_index(node), index_for(item)


def _why_no_index(node: PlanNode) -> str:
    """What keeps a B-tree on the columns from finding the rows, where that is known."""
    why = "no index is used for the filter"
    kinds = {part.kind for part in conditions(node.filter)}
    called = constant_calls(node.filter)
    if called:
        return (
            f"{why}, and {one_line(called[0])}() is called for each row, as what is "
            "volatile is: no index is searched by it"
        )
    if len(kinds) != 1:
        return why
    special = _NOT_OF_BTREES.get(*kinds)
    if disjuncts(node.filter):
        special = "an index serves an OR only if each part of it has one"
    return f"{why}: {special}" if special else why


_NOT_OF_BTREES = {
    ConditionKind.PREFIX: "a B-tree serves the beginning of a text (LIKE 'x%') only in "
    "the collation C, or with the operator class text_pattern_ops",
    ConditionKind.PATTERN: "the pattern may match anywhere in the text (a leading "
    "wildcard, ILIKE or a regular expression), which no B-tree finds",
    ConditionKind.CONTAINS: "what a document, array, range or text contains is in no "
    "B-tree",
}


def _guessed(view: PlanView, item: NodeMeasure) -> Condition | None:
    """A condition that computes with a column, if the others leave out few rows.

    What they leave out follows from the estimate: for an expression without statistics
    a fixed part of the rows is guessed (DEFAULT_EQ_SEL and DEFAULT_INEQ_SEL in
    selfuncs.h).
    """
    node = item.node
    parts = conditions(node.filter)
    computed = [part for part in parts if part.kind in _COMPUTED and part.sides]
    if node.node_type != "Seq Scan" or not computed or len(computed) == len(parts):
        return None
    guess = guessed_share(computed)
    removed = over_loops(node, node.rows_removed_by_filter)
    read = rows_of(item) + removed
    expected = node.plan_rows * (node.loops or 0.0)
    is_wide = expected >= MIN_OTHERS_RATIO * guess * read
    return computed[0] if is_wide and read else None


def _cast_by_guess(view: PlanView, item: NodeMeasure) -> Condition | None:
    """A column compared as text with what is no word, where that is no text's cast.

    A varchar is relabelled to be compared as text, and has statistics as such. For a
    number or uuid that is converted the planner has none, and guesses one half percent
    of the rows (DEFAULT_NUM_DISTINCT in selfuncs.h).
    """
    node = item.node
    parts = conditions(node.filter)
    if node.node_type != "Seq Scan" or len(parts) != 1 or not parts[0].is_equality:
        return None
    text, value = parts[0].sides
    if not _AS_TEXT.fullmatch(text) or not _NO_WORD.fullmatch(value):
        return None
    read = rows_of(item) + over_loops(node, node.rows_removed_by_filter)
    share = node.plan_rows * view.planned_share(item) / max(read, 1.0)
    if abs(share - GUESSED_EQUAL) > GUESSED_EQUAL * _CLOSE_RATIO:
        return None
    return replace(parts[0], kind=ConditionKind.CAST, expression=text)


def _late(node: PlanNode) -> tuple[str, str, str]:
    why = "the filter comes after all else has been computed"
    remedy = "Say the condition inside of the subquery, or before the join."
    if node.node_type == "CTE Scan":
        remedy = "Say the condition inside of the CTE, or write it AS NOT MATERIALIZED."
    if node.node_type in _WITHOUT_INDEX:
        why = "all rows of the function are made first, and no index finds those kept"
        remedy = (
            "Say the condition in the function's own query, or give it as argument."
        )
    if node.node_type == "Foreign Scan":
        why = "the other server did not get the condition, and sends all rows"
        remedy = (
            "Only built-in, immutable functions and operators are sent, and those of "
            "the server's option extensions: write the condition with them."
        )
    return "filter_late", why, remedy


def _computed(computed: Condition, item: NodeMeasure) -> tuple[str, str, str]:
    text, table = one_line(computed.expression), place(item)
    if is_within_row(computed) and computed.kind is not ConditionKind.CAST:
        return (
            "not_sargable",
            "the condition compares columns of the row with each other, and no key of "
            "an index finds that",
            partial_index_for(item),
        )
    if _is_of_pairs(computed, item):
        return (
            "not_sargable",
            f"the condition, {text}, is computed for each pair of rows, and no index "
            "serves that",
            "Let fewer pairs reach it: an = or a range besides, or an operator that an "
            "index of one side serves (trigrams, GiST).",
        )
    if computed.kind is ConditionKind.CAST:
        return (
            "type_mismatch",
            f"the column is cast, {text}, since the value has another type, and no "
            "index on the column serves that",
            "Give the value in the type of the column (a parameter or a literal of "
            "another type casts the column).",
        )
    return (
        "not_sargable",
        f"the condition computes with the column, {text}, and no index on the column "
        "serves that",
        "Write the condition on the bare column, or make an index on the expression: "
        f"CREATE INDEX ON {table} (({text})).",
    )


def _is_of_pairs(computed: Condition, item: NodeMeasure) -> bool:
    """Whether what is computed has columns of another table too.

    A scan's own columns are printed without a name before them, or with its alias.
    """
    owners = {name.rpartition(".")[0] for name in qualified(computed.expression)}
    return bool(owners - {"", item.node.alias, item.node.relation})


def is_small(item: NodeMeasure) -> bool:
    """Whether a scan read so few pages that no index would be faster."""
    node = item.node
    if node.node_type != "Seq Scan" or node.buffers is None or (node.loops or 0) > 1:
        return False
    return node.buffers.touched_blks <= MIN_PAGES


def _is_under_limit(view: PlanView, item: NodeMeasure) -> bool:
    """Whether a Limit stops the node: nothing between reads all rows first."""
    passing = {
        *("Gather Merge", "Nested Loop", "Result", "Subquery Scan", "LockRows"),
        *("Incremental Sort", "Merge Append"),
    }
    for above, _ in view.ancestors(item):
        if above.node.node_type == "Limit":
            return True
        if above.node.node_type not in passing:
            return False
    return False
