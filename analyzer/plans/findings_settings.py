"""What the settings of a plan forbid, where that may be why it is slow."""

from __future__ import annotations

import math
import re
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


_INDEX_COSTS = ("random_page_cost", "cpu_index_tuple_cost", "effective_cache_size")
_COSTS: Mapping[str, tuple[float, float, str]] = {
    "random_page_cost": (0.0, 10.0, "4 by default, 1.1 on SSDs"),
    "cpu_index_tuple_cost": (0.0, 0.05, "0.005 by default"),
    "effective_cache_size": (64.0, math.inf, "4GB by default"),
    "work_mem": (1.0, math.inf, "4MB by default"),
    "join_collapse_limit": (2.0, math.inf, "8 by default"),
    "from_collapse_limit": (2.0, math.inf, "8 by default"),
    "jit_above_cost": (10_000.0, math.inf, "100000 by default"),
}
"""Settings with the least and most that is sensible, sizes in megabytes."""
_MISLEADING: Mapping[str, tuple[str, ...]] = {
    "rows_removed": _INDEX_COSTS,
    "repeated_scan": _INDEX_COSTS,
    "sort_for_limit": _INDEX_COSTS,
    "nested_loop": ("join_collapse_limit", "from_collapse_limit"),
    "join_multiplies": ("join_collapse_limit", "from_collapse_limit"),
    "filter_late": ("join_collapse_limit", "from_collapse_limit"),
    **dict.fromkeys(
        ("sort_spills", "hash_spills", "temporary_file", "lossy_bitmap"), ("work_mem",)
    ),
    "repeated_subplan": ("work_mem",),
    "costly_jit": ("jit_above_cost",),
}
"""Settings whose value may have led to what was found."""
_SIZE = re.compile(r"(?P<value>\d{1,12}(?:\.\d{1,6})?)\s?(?P<unit>kB|MB|GB|TB|B)?")
_MEGABYTES = {"B": 2.0**-20, "kB": 2.0**-10, "MB": 1.0, "GB": 2.0**10, "TB": 2.0**20}


def with_settings(item: Finding, settings: Mapping[str, str]) -> Finding:
    """A finding that begins its remedy with what EXPLAIN (SETTINGS) shows as amiss.

    That is a way to plan that is forbidden, or a value far from what is sensible.
    """
    off = [
        name for name in _FORBIDDEN.get(item.rule, ()) if settings.get(name) == "off"
    ]
    far = [name for name in _MISLEADING.get(item.rule, ()) if _is_far(name, settings)]
    if not (off or far):
        return item
    told = ", ".join(f"{name} = {settings[name]}" for name in (*off, *far))
    first = []
    if off:
        names = ", ".join(off)
        first.append(
            f"{names} = off here: RESET first, since that rules out other plans."
        )
    for name in far:
        # Memory that would do is named besides.
        then = "." if name == "work_mem" else ": RESET first."
        first.append(f"{name} = {settings[name]} here, {_COSTS[name][2]}{then}")
    return replace(
        item,
        claim=f"{item.claim} (with {told})",
        remedy=" ".join((*first, item.remedy)).strip(),
    )


def _is_far(name: str, settings: Mapping[str, str]) -> bool:
    """Whether a setting has a value that makes plans other than they should be."""
    found = _SIZE.fullmatch(settings.get(name, ""))
    if found is None:
        return False
    value = float(found["value"]) * _MEGABYTES.get(found["unit"] or "", 1.0)
    least, most, _ = _COSTS[name]
    return not least <= value <= most
