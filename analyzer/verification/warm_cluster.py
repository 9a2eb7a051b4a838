"""PostgreSQL clusters for trying queries: made once, kept on disk, started in no time.

Their data is worth nothing, so nothing is done to keep it. A process takes the first
cluster that no other one holds; the server ends with the process, and what a killed
process has left in it is dropped by the next one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from analyzer.domain.target import Address
from analyzer.embedded.binaries import ROOT_HOME, is_root
from analyzer.embedded.cluster import SUPERUSER, Cluster, ClusterSpec
from analyzer.errors import AnalyzerError, StoreUnreachable

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
MAX_CLUSTERS = 16


def default_folder() -> Path:
    """Where clusters are kept: below the user's cache, or root's home of ours."""
    if is_root():
        return ROOT_HOME / "verification"
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "pgproof" / "verification"


class WarmCluster:
    """A cluster that this process alone uses, until it is stopped.

    Args:
        folder: where clusters are kept for next time; by default the user's cache.
            Where it cannot be written a temporary one is made, and removed at the end.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or default_folder()
        self._temporary: Path | None = None
        self._lock: int | None = None
        self._cluster: Cluster | None = None

    @property
    def cluster(self) -> Cluster:
        """The running cluster.

        Raises:
            StoreUnreachable: it was not started.
        """
        if self._cluster is None:
            raise StoreUnreachable("the cluster is not running")
        return self._cluster

    def address(self, database: str = "postgres", user: str = SUPERUSER) -> Address:
        """The address of one of its databases, over the private socket."""
        cluster = self.cluster
        return Address(
            host=str(cluster.socket_dir),
            port=cluster.port,
            database=database,
            user=user,
        )

    def start(self) -> Self:
        """Take a free cluster and start it; make it first where there is none.

        Raises:
            ConfigError: no folder can be written.
            StoreUnreachable: the server does not start, even when made anew.
        """
        data_dir = self._claim() or self._make_temporary()
        try:
            self._cluster = _started(data_dir)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop the server and let others have the cluster."""
        if self._cluster is not None:
            self._cluster.stop()
            self._cluster = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _claim(self) -> Path | None:
        """The data folder of the first cluster nobody holds; none if all are held."""
        try:
            self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            # The server may run as another user, who has to pass through.
            self._folder.chmod(0o711)
        except OSError:
            return None
        for number in range(MAX_CLUSTERS):
            with suppress(OSError):
                lock = os.open(
                    self._folder / f"{number}.lock", os.O_CREAT | os.O_RDWR, 0o600
                )
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    os.close(lock)
                    continue
                self._lock = lock
                return self._folder / str(number)
        return None

    def _make_temporary(self) -> Path:
        self._temporary = Path(tempfile.mkdtemp(prefix="pgproof-verify-"))
        self._temporary.chmod(0o711)
        return self._temporary / "data"


def _started(data_dir: Path) -> Cluster:
    """Start a cluster; one that is broken is made anew, since nothing is lost."""
    cluster = Cluster(_spec(data_dir))
    is_old = (data_dir / "PG_VERSION").exists()
    try:
        return cluster.start()
    except AnalyzerError:
        if not is_old:
            raise
    cluster.stop()
    shutil.rmtree(data_dir, ignore_errors=True)
    return Cluster(_spec(data_dir)).start()


def _spec(data_dir: Path) -> ClusterSpec:
    return ClusterSpec(
        data_dir=data_dir,
        settings=SETTINGS,
        initdb_options=("--no-data-checksums",),
    )
