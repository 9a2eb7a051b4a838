"""Findings on how a table or index is read: pages for few rows, rows out of order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.conditions import ConditionKind, conditions, searchable_columns
from analyzer.plans.findings_view import (
    MIN_RATIO,
    PlanView,
    finding,
    is_of_functions,
    measured,
    over_loops,
    own_pages,
    place,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.node_facts import bitmap_facts, number
from analyzer.plans.remedies import search_conditions
from analyzer.plans.titles import one_line

MIN_PAGES = 100
MIN_PAGES_PER_ROW = 5.0
"""A row costs at most a page of the table and a few of the index."""
MIN_ENTRIES_PER_PAGE = 20.0
"""An index page has hundreds of entries; of texts of a hundred bytes it has fifty."""
_MAX_SEARCHES = 1_000.0
"""Before 18 nothing tells how many values of a list were searched for."""
MIN_FETCHES = 10_000
MIN_FETCH_RATIO = 0.5
"""A fetch of most rows by an index costs less than half of the time: let it be."""
MIN_TABLE_PAGES = 1_000
MIN_TABLE_PAGES_PER_ROW = 0.51
_OWN_PAGE_ERROR = 0.02
"""TOAST moves values out until four rows fit on a page, where it can."""
MIN_BLOATED_TIMES = 4.0
"""So many times what the columns that are read would take."""
_READS_ALL = frozenset({"Sort", "Hash", "Aggregate", "ModifyTable"})
_PAGE_BYTES = 8192
_ROW_HEAD_BYTES = 28
MIN_FOUND_PER_ROW = 5.0
MIN_BITMAP_RATIO = 0.3
MIN_BITMAP_MS = 5.0
"""Ten thousand entries of an index take a millisecond to be put into a bitmap."""


def index_pages(view: PlanView) -> Iterator[Finding]:
    """Indexes that are read for the most part to find few rows."""
    for item in view.ran():
        node = item.node
        if node.node_type not in ("Index Scan", "Index Only Scan", "Bitmap Index Scan"):
            continue
        pages, ratio = own_pages(item), view.own_ratio(item)
        if ratio < MIN_RATIO or pages < max(MIN_PAGES, _usual_pages(item)):
            continue
        if is_of_functions(item):
            continue
        rows = rows_of(item) + over_loops(node, node.rows_removed_by_filter)
        read = f"{title(item)} reads {pages:,.0f} pages for {rows:,.0f} rows"
        rule, why, remedy = _why_pages(view, item)
        found = finding(item, rule, f"{read}: {why}", measured(pages, "pages"), ratio)
        yield replace(found, remedy=remedy)


def _usual_pages(item: NodeMeasure) -> float:
    """The most pages that an index scan reads which goes to its rows at once.

    Where the table is not visited they are the index's own, of which each holds many
    entries.
    """
    node, loops = item.node, item.node.loops or 1.0
    searches = loops
    if " ANY (" in node.index_cond:
        told = number(node.details, "Index Searches")
        searches = loops * (told if told is not None else _MAX_SEARCHES)
    fetched = number(node.details, "Heap Fetches") or 0.0
    rows = rows_of(item) + over_loops(node, node.rows_removed_by_filter)
    if node.node_type == "Index Scan":
        return MIN_PAGES_PER_ROW * (rows + searches)
    per_page = MIN_ENTRIES_PER_PAGE if _is_behind_range(node.index_cond) else 1.0
    return rows / per_page + MIN_PAGES_PER_ROW * (fetched + searches)


def _is_behind_range(index_cond: str) -> bool:
    """Whether a column is searched by whose predecessor in the index has a range.

    EXPLAIN prints the parts of the condition in the order of the index's columns
    (indxpath.c, create_index_paths()).
    """
    ranged = ""
    for part in conditions(index_cond):
        if ranged and part.column != ranged:
            return True
        if part.kind is ConditionKind.RANGE:
            ranged = part.column
    return False


def _why_pages(view: PlanView, item: NodeMeasure) -> tuple[str, str, str]:
    """Rule, reason and remedy for an index scan that reads too many pages."""
    node = item.node
    keys = one_line(", ".join(searchable_columns(conditions(node.index_cond))))
    if not node.index_cond:
        return (
            "dead_index_entries",
            "the entries passed over before the first row are of dead rows",
            f"VACUUM {place(item)}, after the oldest transaction that may still see "
            "them has ended; a queue whose head is deleted also gets by with a "
            "condition that starts behind its last key.",
        )
    cost = node.total_cost * (node.loops or 0.0)
    if own_pages(item) > 2 * cost and node.node_type != "Bitmap Index Scan":
        # Pages that a condition leads past are in the cost, for one unit each or more.
        return (
            "dead_index_entries",
            "the planner did not expect so many, so that dead entries are passed over, "
            "or a function that is called for a row reads them",
            "VACUUM the table once no old transaction sees its dead rows, and REINDEX; "
            "EXPLAIN (VERBOSE) tells the functions that a node calls.",
        )
    kinds = {part.kind for part in conditions(node.index_cond)}
    if not kinds & {ConditionKind.EQUALITY, ConditionKind.RANGE}:
        return (
            "index_does_not_fit",
            "the index is gone through for the most part to find them",
            "VACUUM enters what a GIN index keeps in its pending list (fastupdate); "
            "REINDEX if the index is bloated.",
        )
    if _is_behind_range(node.index_cond):
        why = "a column with a range stands before others of the condition in the index"
        remedy = "An index with the column of the range last"
    else:
        why = (
            "the condition is not on the leading columns of the index, or the index is "
            "full of dead entries"
        )
        remedy = "An index whose leading columns are those of the condition"
    remedy += f" ({keys})" if keys else ""
    remedy += " goes to the rows at once; REINDEX if the index is bloated."
    return "index_does_not_fit", why, remedy


def index_rechecks(view: PlanView) -> Iterator[Finding]:
    """Bitmaps of indexes that know only where rows may be: BRIN, GIN, GiST."""
    for item in view.ran():
        facts, node = bitmap_facts(item.node), item.node
        if facts is None and node.node_type != "Index Scan":
            continue
        if facts and facts.lossy_blks and facts.exact_blks:
            continue  # lossy for want of memory
        rechecked = number(node.details, "Rows Removed by Index Recheck")
        removed, ratio = over_loops(node, rechecked), view.own_ratio(item)
        least = max(MIN_FETCHES, MIN_FOUND_PER_ROW * rows_of(item))
        if removed < least or ratio < MIN_RATIO:
            continue
        claim = (
            f"{title(item)} reads {removed + rows_of(item):,.0f} rows that the index "
            f"names and keeps {rows_of(item):,.0f}: the index tells only where they "
            "may be"
        )
        remedy = (
            "A BRIN index finds ranges of pages, and serves a column in whose order "
            "the table lies: another needs a B-tree."
            if facts and facts.lossy_blks
            else "An index on another part of the condition, or of another operator "
            "class or kind, finds fewer."
        )
        quantity = measured(removed, "rows removed")
        found = finding(item, "index_does_not_fit", claim, quantity, ratio)
        yield replace(found, remedy=remedy)


def combined_bitmaps(view: PlanView) -> Iterator[Finding]:
    """Several indexes, each of which finds far more rows than all of them together."""
    for item in view.ran():
        if item.node.node_type != "Bitmap Heap Scan":
            continue
        below = [
            child for child in view.inputs(item) if child.node.node_type == "BitmapAnd"
        ]
        if not below:
            continue
        parts = view.inputs(below[0])
        fewest = min((rows_of(part) for part in parts), default=0.0)
        ratio = view.total_ratio(below[0])
        if ratio < MIN_BITMAP_RATIO or fewest < MIN_FOUND_PER_ROW * max(
            rows_of(item), 1
        ):
            continue
        if 0 < view.total_ms * ratio < MIN_BITMAP_MS:
            continue
        sizes = " and ".join(f"{rows_of(part):,.0f}" for part in parts)
        claim = (
            f"{title(item)} combines indexes that find {sizes} rows, to keep "
            f"{rows_of(item):,.0f}"
        )
        found_by = [
            part for text in search_conditions(item.node) for part in conditions(text)
        ]
        keys = one_line(", ".join(searchable_columns(found_by)))
        remedy = f"One index on {place(item)} ({keys}) finds only these."
        found = finding(
            item, "index_does_not_fit", claim, measured(fewest, "rows"), ratio
        )
        yield replace(found, remedy=remedy)


def scattered_fetches(view: PlanView) -> Iterator[Finding]:
    """Index scans that visit about one page of the table for each row."""
    for item in view.ran():
        ratio = view.own_ratio(item)
        if item.node.node_type != "Index Scan" or ratio < MIN_FETCH_RATIO:
            continue
        if (item.node.loops or 0) > view.processes(item) or not is_scattered(item):
            continue
        pages, rows = own_pages(item), rows_of(item)
        claim = (
            f"{title(item)} visits {pages:,.0f} pages for {rows:,.0f} rows, which lie "
            "scattered over the table (heap fetches in the order of the index)"
        )
        remedy = (
            "A covering index (INCLUDE of the columns that are read) needs no visit to "
            f"the table; CLUSTER {place(item)} puts the rows in its order; a scan of "
            "the table or a bitmap reads each page once."
        )
        found = finding(
            item, "scattered_heap_fetches", claim, measured(pages, "pages"), ratio
        )
        yield replace(found, remedy=remedy)


def is_scattered(item: NodeMeasure) -> bool:
    """Whether an index scan fetched many rows, and hardly two from one page.

    Where blocks were not counted that is not known, and taken for granted.
    """
    rows = rows_of(item) + over_loops(item.node, item.node.rows_removed_by_filter)
    if rows < MIN_FETCHES:
        return False
    return item.own_buffers is None or own_pages(item) >= rows / 2


def bloat(view: PlanView) -> Iterator[Finding]:
    """Tables with far more pages than rows: the space of dead rows is still read."""
    for item in view.ran():
        node = item.node
        pages, ratio = own_pages(item), view.own_ratio(item)
        rows = rows_of(item) + over_loops(node, node.rows_removed_by_filter)
        if node.node_type != "Seq Scan" or ratio < MIN_RATIO or not node.loops:
            continue
        is_whole = not _is_cut_short(view, item)
        row_bytes = node.plan_width_bytes + _ROW_HEAD_BYTES
        read_pages = MIN_BLOATED_TIMES * rows * row_bytes / _PAGE_BYTES
        least = max(MIN_TABLE_PAGES, MIN_TABLE_PAGES_PER_ROW * rows, read_pages)
        if not is_whole or pages < least or is_of_functions(item):
            continue
        if abs(pages - rows) <= _OWN_PAGE_ERROR * rows:
            continue  # each row fills a page, by its width or the table's fillfactor
        claim = (
            f"{title(item)} reads {pages:,.0f} pages for {rows:,.0f} rows: the table "
            "is bloated, most of its space holds no rows"
        )
        remedy = (
            f"VACUUM FULL {place(item)} (locks it) or pg_repack gives the space back; "
            "autovacuum that comes sooner keeps it so."
        )
        found = finding(item, "bloat", claim, measured(pages, "pages"), ratio)
        yield replace(found, remedy=remedy)


def _is_cut_short(view: PlanView, item: NodeMeasure) -> bool:
    """Whether a Limit may stop a scan: nothing in between reads all of it first."""
    for above, _ in view.ancestors(item):
        if above.node.node_type in _READS_ALL:
            return False
        if above.node.node_type == "Limit":
            return True
    return False
