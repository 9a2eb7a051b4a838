"""The PostgreSQL server that shadows live in: one kept warm, or a shared one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from analyzer.domain.target import Address
from analyzer.embedded.cluster import SUPERUSER, ClusterSpec
from analyzer.embedded.warm_cluster import WarmCluster, default_folder
from analyzer.errors import TimedOut
from analyzer.planner.shadow_limits import MAX_BACKEND_BYTES
from analyzer.postgres.connect import session
from analyzer.postgres.shadow_database import drop_database, leftovers

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


LEFT_AFTER_S = 3600.0
"""On a shared server, a shadow that nobody has used for so long belongs to nobody."""

DROP_TIMEOUT_MS = 60_000
"""For dropping a database, whose files are removed one by one."""

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
    """A shadow cluster that this process alone uses, until it is stopped.

    It is one of those kept for next time (:mod:`analyzer.embedded.warm_cluster`), so
    that it starts in hundredths of a second; what a killed process left is dropped.

    Args:
        folder: where clusters are kept; by default in the user's cache.
        is_preferred: tells of a data folder whether to take it before the others.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        is_preferred: Callable[[Path], bool] | None = None,
    ) -> None:
        self._warm = WarmCluster(
            folder or default_folder("shadow"), shadow_spec, is_preferred
        )

    @property
    def server(self) -> ShadowServer:
        """Where it runs.

        Raises:
            StoreUnreachable: it is not running.
        """
        cluster = self._warm.cluster
        return ShadowServer(
            socket_dir=cluster.socket_dir,
            port=cluster.port,
            data_dir=cluster.spec.data_dir,
        )

    def start(self) -> Self:
        """Start it, as :meth:`WarmCluster.start` does."""
        self._warm.start()
        try:
            drop_leftovers(self.server, min_age_s=0.0)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop it, and let others have it."""
        self._warm.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def drop_leftovers(server: ShadowServer, *, min_age_s: float = LEFT_AFTER_S) -> None:
    """Drop the shadows that killed processes have left behind.

    Args:
        server: running.
        min_age_s: of a shadow without sessions, in seconds; on a shared server a young
            one may be about to be used.
    """
    options = {"statement_timeout_ms": DROP_TIMEOUT_MS}
    with session(server.address(), read_only=False, **options) as connection:
        for old in leftovers(connection, min_age_s):
            # One that takes too long now is dropped another time.
            with suppress(TimedOut):
                drop_database(connection, old, old)
