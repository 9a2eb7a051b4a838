"""PostgreSQL clusters whose data is worth nothing: made once, kept, started in no time.

A process takes the first cluster of a folder that no other one holds; the server ends
with the process, even if that is killed, and what was left in it is dropped by the next
one. Nothing is done to keep the data, so a cluster that was not shut down is made anew.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from analyzer.domain.target import Address
from analyzer.embedded.binaries import ROOT_HOME, is_root
from analyzer.embedded.cluster import SUPERUSER, Cluster, ClusterSpec, wait_for_end
from analyzer.errors import AnalyzerError, StoreUnreachable

MAX_CLUSTERS = 16


def default_folder(kind: str) -> Path:
    """Where clusters of a kind are kept: the user's cache, or root's home of ours."""
    if is_root():
        return ROOT_HOME / kind
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "pgproof" / kind


class WarmCluster:
    """A cluster that this process alone uses, until it is stopped.

    Args:
        folder: where clusters are kept for next time. Where it cannot be written, or
            all in it are held, a temporary one is made, and removed at the end.
        spec_of: what a cluster in a data folder is to be.
        is_preferred: tells of a data folder whether to take it before the others.
    """

    def __init__(
        self,
        folder: Path,
        spec_of: Callable[[Path], ClusterSpec],
        is_preferred: Callable[[Path], bool] | None = None,
    ) -> None:
        self._folder = folder
        self._spec_of = spec_of
        self._is_preferred = is_preferred or (lambda data_dir: False)
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
            self._cluster = _started(self._spec_of(data_dir))
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
        numbers = sorted(
            range(MAX_CLUSTERS),
            key=lambda number: not self._is_preferred(self._folder / str(number)),
        )
        for number in numbers:
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
        self._temporary = Path(tempfile.mkdtemp(prefix="pgproof-cluster-"))
        self._temporary.chmod(0o711)
        return self._temporary / "data"


def _started(spec: ClusterSpec) -> Cluster:
    """Start a cluster; one that is broken is made anew, since nothing is lost."""
    data_dir = spec.data_dir
    wait_for_end(data_dir)
    # Without fsync, files after a crash are what the system happened to write.
    if (data_dir / "postmaster.pid").exists():
        shutil.rmtree(data_dir, ignore_errors=True)
    cluster = Cluster(spec)
    is_old = (data_dir / "PG_VERSION").exists()
    try:
        return cluster.start()
    except AnalyzerError:
        if not is_old:
            raise
    cluster.stop()
    shutil.rmtree(data_dir, ignore_errors=True)
    return Cluster(spec).start()
