"""Settings of a server: those the planner reads, and those that advice reads."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load

ALWAYS_COPIED = frozenset(
    {
        "cpu_index_tuple_cost",
        "cpu_operator_cost",
        "cpu_tuple_cost",
        "default_statistics_target",
        "effective_cache_size",
        "effective_io_concurrency",
        "hash_mem_multiplier",
        "jit",
        "jit_above_cost",
        "jit_inline_above_cost",
        "jit_optimize_above_cost",
        "max_parallel_workers",
        "max_parallel_workers_per_gather",
        "min_parallel_index_scan_size",
        "min_parallel_table_scan_size",
        "parallel_setup_cost",
        "parallel_tuple_cost",
        "random_page_cost",
        "seq_page_cost",
        "work_mem",
    }
)
"""Copied even where they have their defaults, which differ from version to version."""

_COPIED_IF_CHANGED = frozenset(
    {
        "constraint_exclusion",
        "cursor_tuple_fraction",
        "from_collapse_limit",
        "geqo",
        "geqo_effort",
        "geqo_generations",
        "geqo_pool_size",
        "geqo_seed",
        "geqo_selection_bias",
        "geqo_threshold",
        "join_collapse_limit",
        "parallel_leader_participation",
        "plan_cache_mode",
        "recursive_worktable_factor",
        "enable_async_append",
        "enable_bitmapscan",
        "enable_distinct_reordering",
        "enable_gathermerge",
        "enable_group_by_reordering",
        "enable_hashagg",
        "enable_hashjoin",
        "enable_incremental_sort",
        "enable_indexonlyscan",
        "enable_indexscan",
        "enable_material",
        "enable_memoize",
        "enable_mergejoin",
        "enable_nestloop",
        "enable_parallel_append",
        "enable_parallel_hash",
        "enable_partition_pruning",
        "enable_partitionwise_aggregate",
        "enable_partitionwise_join",
        "enable_presorted_aggregate",
        "enable_self_join_elimination",
        "enable_seqscan",
        "enable_sort",
        "enable_tidscan",
    }
)

PLANNER_SETTINGS = ALWAYS_COPIED | _COPIED_IF_CHANGED
"""Names that may be set in a shadow; no other setting of a snapshot is used there."""

_SWITCH_SINCE = {
    "enable_memoize": 14,
    "enable_presorted_aggregate": 16,
    "enable_group_by_reordering": 17,
    "enable_distinct_reordering": 18,
    "enable_self_join_elimination": 18,
}
"""Ways to plan that came with a major version and can be switched off.

Release notes of PostgreSQL 14, 16, 17 and 18, section Optimizer; manual 19.7.1.
"""

_OTHERS = [
    "block_size",
    "max_connections",
    "superuser_reserved_connections",
    "idle_in_transaction_session_timeout",
    "statement_timeout",
    "lock_timeout",
    "TimeZone",
    "DateStyle",
    "server_version",
    "shared_preload_libraries",
    "compute_query_id",
    "wal_block_size",
    "data_checksums",
]


def read_settings(connection: Connection) -> dict[str, str]:
    """Settings by name, as ``current_setting()`` prints them, in this session.

    Limits that pgproof puts on its own session (``statement_timeout`` and
    ``lock_timeout``) are ours and left out.
    """
    return {name: value for name, value, _ in _rows(connection)}


def read_planner_settings(connection: Connection) -> dict[str, str]:
    """The planner's settings that a shadow must copy to plan alike.

    Those of :data:`ALWAYS_COPIED`, and of the rest those that somebody has set.
    """
    return {
        name: value
        for name, value, source in _rows(connection)
        if name in ALWAYS_COPIED
        or (name in PLANNER_SETTINGS and source not in ("default", "override"))
    }


def planner_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """Of some settings, those that a shadow may copy.

    >>> planner_settings({"work_mem": "4MB", "archive_command": "rm -rf /"})
    {'work_mem': '4MB'}
    """
    return {k: v for k, v in sorted(settings.items()) if k in PLANNER_SETTINGS}


def off_before(server_version_num: int) -> dict[str, str]:
    """Settings that keep a newer planner from ways that a server does not have.

    What came without a switch stays: Memoize above other plans (16), right semi joins
    (18), and every change of a cost. Skip scans (18) are taken away from the indexes
    themselves (:mod:`analyzer.postgres.skip_scans`).

    Args:
        server_version_num: of the server to plan as, like ``150018``.

    >>> sorted(off_before(160004))
    ['enable_distinct_reordering', 'enable_group_by_reordering', \
'enable_self_join_elimination']
    """
    major = server_version_num // 10_000
    return {name: "off" for name, since in _SWITCH_SINCE.items() if major < since}


def _rows(connection: Connection) -> list[tuple[str, str, str]]:
    version = connection.info.server_version
    rows = connection.execute(load("settings", version), {"names": _OTHERS}).fetchall()
    ours = {"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"}
    return [
        (str(name), str(value), str(source))
        for name, value, source in rows
        if not (name in ours and source == "session")
    ]
