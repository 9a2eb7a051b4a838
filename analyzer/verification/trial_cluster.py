"""The cluster that queries are tried in: warm, and as small as trials need it."""

from __future__ import annotations

from pathlib import Path

from analyzer.embedded.cluster import ClusterSpec
from analyzer.embedded.warm_cluster import WarmCluster, default_folder

SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "20",
    "shared_buffers": "32MB",
    "max_wal_size": "512MB",
    "temp_file_limit": "256MB",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "jit": "off",
    "track_counts": "off",
    "track_activities": "off",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}


def trial_cluster(folder: Path | None = None) -> WarmCluster:
    """A cluster of that folder, by default of the user's cache, not started yet."""
    return WarmCluster(folder or default_folder("verification"), _spec)


def _spec(data_dir: Path) -> ClusterSpec:
    return ClusterSpec(
        data_dir=data_dir,
        settings=SETTINGS,
        initdb_options=("--no-data-checksums",),
    )
