"""Findings on sorts: of all rows that an index finds for a few, and by a language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.conditions import (
    MAX_COLUMNS,
    ConditionKind,
    columns,
    conditions,
    conjuncts,
    functions,
)
from analyzer.plans.findings_limits import (
    MIN_LIMIT_RATIO,
    MIN_SORTED,
    is_limited,
    key_texts,
)
from analyzer.plans.findings_view import (
    PlanView,
    finding,
    measured,
    place,
    rows_of,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.remedies import search_conditions
from analyzer.plans.titles import one_line

MIN_FOUND_PER_KEPT = 50.0
MIN_COMPARED_BY_LANGUAGE = 20_000
MIN_LANGUAGE_RATIO = 0.5

_FINDS = frozenset({"Index Scan", "Index Only Scan", "Bitmap Heap Scan"})
_SORTS = frozenset({"Sort", "Incremental Sort"})
_COLLATE = re.compile(r' COLLATE (?:pg_catalog\.)?(?P<name>"(?:[^"]|"")+"|\w+)')
_BY_BYTES = re.compile(r'"?(?:C|POSIX|ucs_basic|C\.utf-?8|pg_c_utf8|pg_unicode_fast)"?')
"""Collations that compare bytes or code points, which takes no rules of a language."""


def sorts_of_found_rows(view: PlanView) -> Iterator[Finding]:
    """Rows that an index finds by =, all of which are sorted to keep the first few.

    An index that goes on with the order gives them without the rest, once or for each
    row of a join (LATERAL, or a subquery of SELECT).
    """
    for item in view.ran():
        below = view.inputs(item)
        if item.node.node_type != "Sort" or not below or not is_limited(view, item):
            continue
        scan, found, kept = below[0], rows_of(below[0]), rows_of(item)
        if found < max(MIN_SORTED, MIN_FOUND_PER_KEPT * kept):
            continue
        keys, ratio = _keys(item, scan), view.total_ratio(item)
        if not keys or ratio < MIN_LIMIT_RATIO:
            continue
        loops = item.node.loops or 1.0
        times = (
            f", {found / loops:,.0f} in each of {loops:,.0f} runs" if loops > 1 else ""
        )
        claim = (
            f"{title(scan)} finds {found:,.0f} rows{times}, and all of them are sorted "
            f"to keep the first {kept:,.0f}"
        )
        remedy = (
            "An index with the columns of ORDER BY behind those it is searched by "
            f"gives only these: CREATE INDEX ON {place(scan)} ({keys})."
        )
        made = finding(scan, "sort_for_limit", claim, measured(found, "rows"), ratio)
        yield replace(made, remedy=remedy)


def _keys(sort: NodeMeasure, scan: NodeMeasure) -> str:
    """The columns that are fixed by =, and those of the sort; empty where none serve.

    A list of values is not in the order of what stands behind it, and neither is what
    a range finds, unless the range is of the first column that is sorted by.
    """
    node = scan.node
    texts = search_conditions(node)
    if node.node_type not in _FINDS or not texts:
        return ""
    ordered = key_texts(sort)
    own = {"", node.alias, node.relation}
    for key in ordered:
        owner, _, _ = key.rpartition(".")
        is_plain = len(columns(key.split(" ")[0])) == 1 and not functions(key)
        if not is_plain or owner.strip('"') not in own:
            return ""
    fixed = _fixed(texts, ordered[0].split(" ")[0].rpartition(".")[2])
    if not fixed:
        return ""
    fixed += _fixed((node.filter,), "") or ()
    sorted_by = [key.rpartition(".")[2] for key in ordered]
    return one_line(", ".join(dict.fromkeys((*fixed[:MAX_COLUMNS], *sorted_by))))


def _fixed(texts: tuple[str, ...], sorted_by: str) -> tuple[str, ...]:
    """Columns with one value each; none where another than the order's has more."""
    found = []
    for text in texts:
        for printed, part in zip(conjuncts(text), conditions(text), strict=True):
            has_one = " ANY (" not in printed and not printed.endswith("IS NOT NULL")
            if part.kind is ConditionKind.EQUALITY and has_one:
                found.append(part.column)
            elif sorted_by and part.column != sorted_by:
                return ()
    return tuple(dict.fromkeys(found))


def sorts_by_language(view: PlanView) -> Iterator[Finding]:
    """Sorts that spend most of the time on comparing texts by a language's rules.

    Only a collation that is named with the key is told by a plan.
    """
    for item in view.ran():
        below = view.inputs(item)
        if item.node.node_type not in _SORTS or not below:
            continue
        names = [
            found["name"]
            for key in key_texts(item)
            for found in _COLLATE.finditer(key)
            if not _BY_BYTES.fullmatch(found["name"])
        ]
        ratio, rows = view.own_ratio(item), rows_of(below[0])
        if not names or rows < MIN_COMPARED_BY_LANGUAGE or ratio < MIN_LANGUAGE_RATIO:
            continue
        name = one_line(names[0])
        claim = (
            f"{title(item)} compares {rows:,.0f} rows by the rules of the collation "
            f"{name}, which takes several times as long as comparing bytes"
        )
        remedy = (
            'Sort by COLLATE "C" where no order of a language is needed; an index with '
            f"this collation (COLLATE {name}) gives the rows in its order, compared "
            "once, when they were written."
        )
        found = finding(item, "sort_by_collation", claim, measured(rows, "rows"), ratio)
        yield replace(found, remedy=remedy)
