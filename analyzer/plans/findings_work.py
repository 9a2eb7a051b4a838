"""Findings on work that no node is named for: functions and temporary files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from analyzer.domain.explanation import Finding
from analyzer.plans.conditions import constant_calls, functions
from analyzer.plans.findings_memory import work_mem_for
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
from analyzer.plans.node_facts import hash_facts, sort_facts, stored_bytes
from analyzer.plans.remedies import not_searchable, text_search_index
from analyzer.plans.titles import one_line

MIN_ROWS = 100
MIN_CALL_MS = 100.0
"""One call that takes so long counts as well."""
MIN_ROW_US = 5.0
"""Reading, comparing and adding up take a tenth of a microsecond each."""
MIN_NAMED_ROW_US = 2.0
MIN_COSTLY_ROW_US = 0.5
MIN_COSTLY_ROW_COST = 0.2
"""What the planner charges for a row with a call of a function of the database: 100
times cpu_operator_cost (0.0025) by default, see COST of CREATE FUNCTION."""
MIN_WORK_RATIO = 0.3
MIN_TEMPORARY_BLKS = 100

_BLOCK_BYTES = 8192
_SCANS = frozenset({"Seq Scan", "Index Scan", "Index Only Scan"})
_COMPUTES = frozenset({"Result", "Subquery Scan", "ProjectSet", "Function Scan"})
_DETOASTS = re.compile(r"(?:jsonb?_|to_tsv|ts_|length\Z|md5\Z|position\Z|regexp_|str)")
"""Functions of PostgreSQL that read a long value, and no table."""
_INTO_VALUES = re.compile(r" (?:->>?|#>>?|@>|@@|@\?|\?[|&]?|!?~~\*?) ")
"""Operators that look into a document or text; a regular expression works besides."""
_CHEAP = frozenset(
    (
        *("lower", "upper", "COALESCE", "abs", "now", "EXTRACT", "length", "round"),
        *("date_trunc", "count", "sum", "min", "max", "avg", "GREATEST", "LEAST"),
        *("NULLIF", "substr", "substring", "btrim"),
    )
)


def functions_per_row(view: PlanView) -> Iterator[Finding]:
    """Nodes that take microseconds for each row without reading: they compute."""
    for item in view.ran():
        node = item.node
        ratio = view.own_ratio(item)
        is_search = bool(node.index_cond) and not functions(node.filter)
        is_subplans = "SubPlan" in node.filter or is_search
        if item.own_time_ms is None or ratio < MIN_WORK_RATIO or is_subplans:
            continue
        rows = _rows_computed(view, item)
        names = _functions(node.filter, node.details, view.raw_output(item))
        least_us = _least_us(item, names)
        own_us = item.own_time_ms * 1e3 * view.processes(item)
        is_call = bool(node.node_type in _COMPUTES or names)
        is_call = is_call and own_us >= MIN_CALL_MS * 1e3
        is_few = rows < MIN_ROWS and not (rows and is_call)
        if is_few or own_us < least_us * rows or _reads(item, own_us):
            continue
        if is_of_functions(item) and _unpacks(node.filter, names):
            yield _toasted(item, ratio)
            continue
        called = f" (calls {one_line(', '.join(names))})" if names else ""
        claim = (
            f"{title(item)} spends {own_us / rows:,.1f} microseconds on each of "
            f"{rows:,.0f} rows: a function or expression is computed row by row{called}"
        )
        constant = constant_calls(node.filter)
        if constant:
            claim += ", though what it is given is the same in all rows"
        remedy = text_search_index(item) or _spared(constant[0] if constant else "")
        found = finding(
            item, "function_per_row", claim, measured(own_us / rows, "us"), ratio
        )
        yield replace(found, remedy=remedy)


def _spared(constant: str) -> str:
    """How a function is called less often, or once if it gives the same."""
    if constant:
        return (
            f"Compare with (SELECT {one_line(constant)}(…)), called once only, or "
            "declare the function STABLE, if it is: then an index can be searched."
        )
    return (
        "Let fewer rows reach the function, keep its result in a generated column or "
        "an index on the expression, or write it in SQL so that it is inlined."
    )


def _unpacks(condition: str, names: Sequence[str]) -> bool:
    """Whether a filter looks into long values, and nothing else may read pages."""
    looks = _INTO_VALUES.search(condition) or any(map(_DETOASTS.match, names))
    return bool(looks) and all(map(_DETOASTS.match, names))


def _toasted(item: NodeMeasure, ratio: float) -> Finding:
    """More pages than the table has, and no function that could have read them."""
    node, pages = item.node, own_pages(item)
    rows = rows_of(item) + over_loops(node, node.rows_removed_by_filter)
    table_pages = min(node.total_cost, pages)
    claim = (
        f"{title(item)} touches {pages:,.0f} pages for {rows:,.0f} rows of a table "
        f"that has fewer than {table_pages:,.0f}: large values outside of the rows "
        "(TOAST) are fetched and unpacked for each row"
    )
    computed = not_searchable(node, node.filter)
    remedy = (
        "Keep what is asked of the value in a column of its own (a generated one), or "
        "select fewer rows before it is unpacked."
    )
    if computed is not None:
        index = f"CREATE INDEX ON {place(item)} (({one_line(computed.expression)}))"
        remedy = f"An index on the expression finds the rows: {index}. {remedy}"
    found = finding(item, "toasted_values", claim, measured(pages, "pages"), ratio)
    return replace(found, remedy=remedy)


def _least_us(item: NodeMeasure, names: Sequence[str]) -> float:
    """Time for a row that is more than usual, the less the more speaks for a call."""
    node = item.node
    if not names:
        return MIN_COSTLY_ROW_US if is_of_functions(item) else MIN_ROW_US
    if node.node_type != "Seq Scan" or not node.filter or item.own_buffers is None:
        return MIN_NAMED_ROW_US
    pages = item.own_buffers.touched_blks
    rows = rows_of(item) + over_loops(node, node.rows_removed_by_filter)
    row_cost = (node.total_cost - node.startup_cost - pages) / max(rows, 1.0)
    return MIN_COSTLY_ROW_US if row_cost >= MIN_COSTLY_ROW_COST else MIN_NAMED_ROW_US


def _rows_computed(view: PlanView, item: NodeMeasure) -> float:
    node = item.node
    if node.node_type in _SCANS:
        return rows_of(item) + over_loops(node, node.rows_removed_by_filter)
    if node.node_type == "Aggregate" and hash_facts(node) is None:
        return sum(rows_of(child) for child in view.inputs(item))
    return rows_of(item) if node.node_type in _COMPUTES else 0.0


def _functions(
    condition: str, details: Mapping[str, Any], output: str
) -> tuple[str, ...]:
    texts = (condition, str(details.get("Join Filter", "")), output)
    names = (name for text in texts for name in functions(text))
    return tuple(name for name in dict.fromkeys(names) if name not in _CHEAP)[:3]


def _reads(item: NodeMeasure, own_us: float) -> bool:
    """Whether blocks or temporary files may be what the time goes to."""
    own = item.own_buffers
    if own is None or is_of_functions(item):
        return False
    if own.temp_read_blks or own.temp_written_blks:
        return True
    # Upper bounds of usual times, in microseconds: of the system, and in memory.
    blocks_us = own.shared_read_blks * 100.0 + own.shared_hit_blks * 5.0
    return blocks_us > own_us / 2


def temporary_files(view: PlanView) -> Iterator[Finding]:
    """Nodes that keep rows in temporary files, and are neither sort nor hash."""
    for item in view.ran():
        node, ratio = item.node, view.own_ratio(item)
        size = _temporary_bytes(item)
        if size < MIN_TEMPORARY_BLKS * _BLOCK_BYTES:
            continue
        if ratio < MIN_RATIO or sort_facts(node) is not None:
            continue
        if hash_facts(node) is not None or node.node_type in ("Hash", "Hash Join"):
            continue
        claim = (
            f"{title(item)} keeps its rows in a temporary file, since they do not fit "
            "into work_mem"
        )
        found = finding(item, "temporary_file", claim, measured(size, "bytes"), ratio)
        yield replace(found, remedy=work_mem_for(size * 2.0))


def _temporary_bytes(item: NodeMeasure) -> float:
    """What a node wrote to a temporary file; from 18 on it tells so without BUFFERS."""
    if item.own_buffers is not None:
        return float(item.own_buffers.temp_written_blks * _BLOCK_BYTES)
    return float(stored_bytes(item.node))
