"""A server that writes one log in all three formats, with auto_explain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.domain.target import Address
from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port
from tests.support.servers import PASSWORD

LINE_PREFIX = "%m [%p] %c %l %e %v %x %Q %r %q%u@%d/%a "


@pytest.fixture(scope="session")
def log_server(server_dir: Path) -> Iterator[Cluster]:
    """A running PostgreSQL 18 that logs everything into its ``log`` folder."""
    with Cluster(logging_spec(server_dir / "logging")) as cluster:
        yield cluster


def logging_spec(data_dir: Path) -> ClusterSpec:
    """A server that logs everything, in all formats."""
    return ClusterSpec(
        data_dir=data_dir,
        port=free_port(),
        password=PASSWORD,
        settings={
            "shared_preload_libraries": "auto_explain",
            "compute_query_id": "on",
            "logging_collector": "on",
            "log_destination": "stderr,csvlog,jsonlog",
            "log_filename": "server.log",
            "log_line_prefix": LINE_PREFIX,
            "log_min_duration_statement": "0",
            "log_lock_waits": "on",
            "deadlock_timeout": "50ms",
            "log_temp_files": "0",
            "log_connections": "on",
            "log_disconnections": "on",
            "auto_explain.log_min_duration": "0",
            "auto_explain.log_nested_statements": "on",
            "lc_messages": "C",
            "fsync": "off",
            "autovacuum": "off",
        },
    )


def log_address(cluster: Cluster) -> Address:
    return Address(
        host="127.0.0.1",
        port=cluster.port,
        database="postgres",
        user="postgres",
        password=PASSWORD,
    )


def log_files(cluster: Cluster) -> dict[str, Path]:
    folder = cluster.spec.data_dir / "log"
    return {
        "stderr": folder / "server.log",
        "csvlog": folder / "server.csv",
        "jsonlog": folder / "server.json",
    }
