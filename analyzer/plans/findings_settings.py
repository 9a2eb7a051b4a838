"""What the settings of a plan forbid, where that may be why it is slow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analyzer.domain.explanation import Finding

_INDEXES = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")
_JOINS = ("enable_hashjoin", "enable_mergejoin")
_FORBIDDEN: Mapping[str, tuple[str, ...]] = {
    "nested_loop": _JOINS,
    "type_mismatch": _JOINS,
    "rows_removed": _INDEXES,
    "repeated_scan": (*_INDEXES, *_JOINS),
    "sort_for_limit": _INDEXES,
    # An index is also read in its order to be merged, where hashing is forbidden.
    "scattered_heap_fetches": (
        *("enable_seqscan", "enable_bitmapscan", "enable_sort"),
        *_JOINS,
    ),
    "hash_spills": ("enable_sort", "enable_mergejoin"),
    "sort_spills": ("enable_hashagg", "enable_hashjoin"),
    "unpruned_partitions": ("enable_partition_pruning",),
}
"""Ways to plan that would have been another choice, by what was found."""


def with_settings(item: Finding, settings: Mapping[str, str]) -> Finding:
    """A finding whose remedy begins with what EXPLAIN (SETTINGS) shows as forbidden."""
    off = [
        name for name in _FORBIDDEN.get(item.rule, ()) if settings.get(name) == "off"
    ]
    if not off:
        return item
    names = ", ".join(off)
    first = f"{names} = off here: RESET first, since that rules out other plans."
    return replace(item, remedy=f"{first} {item.remedy}".strip())
