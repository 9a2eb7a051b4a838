"""The PostgreSQL server that shadows live in: a private one, or a shared one."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from analyzer.domain.target import Address
from analyzer.embedded.cluster import SUPERUSER, Cluster, ClusterSpec
from analyzer.planner.shadow_limits import MAX_BACKEND_BYTES

SETTINGS = {
    "allow_system_table_mods": "on",
    "autovacuum": "off",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "wal_skip_threshold": "0",
    "max_wal_senders": "0",
    "max_parallel_maintenance_workers": "0",
    "max_connections": "40",
    "max_locks_per_transaction": "1024",
    "shared_buffers": "16MB",
    "temp_file_limit": "64MB",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
}
"""Its data is worth nothing after a crash, so nothing is done to keep it.

With wal_level = minimal a commit would copy new pages through shared buffers and leave
them there, older than the files we write (``log_newpage_range``); a wal_skip_threshold
of 0 makes it sync the file instead, which fsync = off turns into nothing.
The lock table is large, since planning on a partitioned table locks all its indexes.
"""

INITDB_OPTIONS = ("--no-data-checksums",)
"""With checksums the server would refuse the pages we write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowServer:
    """Where a running shadow cluster is; its files must be reachable from here.

    The cluster must have been made with :data:`INITDB_OPTIONS` and run with
    :data:`SETTINGS`.
    """

    socket_dir: Path
    port: int
    data_dir: Path

    def address(self, database: str = "postgres", user: str = SUPERUSER) -> Address:
        """The address of one of its databases, over the private socket."""
        return Address(
            host=str(self.socket_dir), port=self.port, database=database, user=user
        )


def shadow_spec(data_dir: Path) -> ClusterSpec:
    """What a cluster for shadows is to be: no TCP port, no checksums, no durability."""
    return ClusterSpec(
        data_dir=data_dir,
        settings=SETTINGS,
        initdb_options=INITDB_OPTIONS,
        max_process_bytes=MAX_BACKEND_BYTES,
    )


class ShadowCluster:
    """A shadow cluster of our own, private to this process.

    Without a folder it lives in a temporary one, which is removed at the end.
    """

    def __init__(self, data_dir: Path | None = None) -> None:
        self._temporary: Path | None = None
        if data_dir is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="pgproof-shadow-"))
            # The server may run as another user, who has to pass through.
            self._temporary.chmod(0o711)
            data_dir = self._temporary / "data"
        self._cluster = Cluster(shadow_spec(data_dir))

    @property
    def server(self) -> ShadowServer:
        """Where it runs.

        Raises:
            StoreUnreachable: it is not running.
        """
        cluster = self._cluster
        return ShadowServer(
            socket_dir=cluster.socket_dir,
            port=cluster.port,
            data_dir=cluster.spec.data_dir,
        )

    def start(self) -> Self:
        """Start it, as :meth:`Cluster.start` does."""
        try:
            self._cluster.start()
        except BaseException:
            self._clean()
            raise
        return self

    def stop(self) -> None:
        """Stop it; a temporary one is removed."""
        self._cluster.stop()
        self._clean()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _clean(self) -> None:
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
