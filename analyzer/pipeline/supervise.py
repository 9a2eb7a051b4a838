"""The service: the store's cluster and its processes, under one supervisor."""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

import structlog

from analyzer.domain.target import Address
from analyzer.embedded.binaries import ROOT_HOME, is_root
from analyzer.embedded.cluster import SUPERUSER, Cluster, ClusterSpec
from analyzer.errors import ConfigError, StoreUnreachable
from analyzer.pipeline.children import Child, ChildSpec
from analyzer.postgres.connect import parse_dsn
from analyzer.store.migrate import ensure_database, migrate

log = structlog.get_logger()

STORE_DATABASE = "pgproof"
DATABASE_VARIABLE = "PGPROOF_DATABASE_URL"
STOP_S = 6.0
"""How long children may take to stop by themselves."""

READY_S = 60.0
_LOOK_S = 0.3

_STORE_SETTINGS = {
    "shared_buffers": "32MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "32MB",
    "max_connections": "40",
    "max_wal_size": "256MB",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_workers": "0",
    "max_logical_replication_workers": "0",
    "autovacuum_max_workers": "1",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "log_min_messages": "warning",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """What the service is made of.

    Attributes:
        home: folder for all that it keeps on disk.
        children: processes to start once the store is ready.
        database_url: of the store; empty means an embedded one below ``home``.
        host: the web will listen on.
        port: the web will listen on; 0 where there is no web.
    """

    home: Path
    children: Sequence[ChildSpec]
    database_url: str = field(default="", repr=False)
    host: str = "127.0.0.1"
    port: int = 0


class Service:
    """Starts all, restarts what dies, stops all; a context manager."""

    def __init__(self, options: ServiceOptions) -> None:
        self._options = options
        self._children = [Child(spec) for spec in options.children]
        self._cluster: Cluster | None = None
        self._lock: IO[str] | None = None
        self._database_url = options.database_url

    @property
    def database_url(self) -> str:
        """Of the store, while the service runs."""
        return self._database_url

    @property
    def children(self) -> Mapping[str, Child]:
        """The processes by name."""
        return {child.spec.name: child for child in self._children}

    @property
    def cluster(self) -> Cluster | None:
        """The embedded store, if that is used."""
        return self._cluster

    def start(self) -> None:
        """Start the store, bring its schema up to date, and start the processes.

        Raises:
            ConfigError: the home cannot be written, another service runs on it, or
                the port is in use.
            StoreError: the store cannot be started, reached or brought up to date.
        """
        options = self._options
        _make_home(options.home)
        self._lock = _lock_home(options.home)
        try:
            if options.port:
                check_port(options.host, options.port)
            if not options.database_url:
                self._start_cluster()
            self._prepare_store()
            self._look_after()
        except BaseException:
            self.stop()
            raise

    def wait_until_ready(self, stop: threading.Event | None = None) -> None:
        """Wait until the web accepts connections, or until told to stop.

        Raises:
            StoreUnreachable: it does not within a minute.
        """
        deadline = time.monotonic() + READY_S
        while not _listens(self._options.host, self._options.port):
            if stop is not None and stop.is_set():
                return
            if time.monotonic() > deadline:
                raise StoreUnreachable(
                    "the service did not become ready in time",
                    hint="The lines above say which process did not start.",
                )
            self._look_after()
            time.sleep(_LOOK_S)

    def run(self, stop: threading.Event) -> None:
        """Look after everything until told to stop."""
        while not stop.wait(_LOOK_S):
            self._look_after()

    def stop(self) -> None:
        """Stop all processes, then the store; takes ten seconds at most."""
        for child in self._children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_S
        for child in self._children:
            child.stop_by(deadline)
        if self._cluster is not None:
            self._cluster.stop()
            self._cluster = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Service:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _look_after(self) -> None:
        if self._cluster is not None and not self._cluster.is_running():
            self._restart_cluster()
        environment = {DATABASE_VARIABLE: self._database_url}
        for child in self._children:
            child.look_after(environment)

    def _start_cluster(self) -> None:
        spec = ClusterSpec(
            data_dir=store_folder(self._options.home), settings=_STORE_SETTINGS
        )
        self._cluster = Cluster(spec)
        self._cluster.start()
        folder = quote(str(self._cluster.socket_dir), safe="")
        self._database_url = f"postgresql://{SUPERUSER}@/{STORE_DATABASE}?host={folder}"
        log.info("store_started", pid=self._cluster.pid)

    def _restart_cluster(self) -> None:
        # The new cluster has another socket, so all of its clients start again.
        log.error("store_ended")
        for child in self._children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_S
        for child in self._children:
            child.stop_by(deadline)
        if self._cluster is not None:
            self._cluster.stop()
        self._start_cluster()

    def _prepare_store(self) -> None:
        address: Address = parse_dsn(self._database_url)
        if self._cluster is not None:
            ensure_database(address)
        revision = migrate(address)
        log.info("store_ready", revision=revision)


def serve(options: ServiceOptions, on_ready: Callable[[Service], None]) -> None:
    """Run the service until SIGINT or SIGTERM.

    Args:
        options: what it is made of.
        on_ready: called once when all is up, for example to print the address.

    Raises:
        AnalyzerError: as :meth:`Service.start` does.
    """
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Service(options) as service:
        if options.port:
            service.wait_until_ready(stop)
        if not stop.is_set():
            on_ready(service)
        service.run(stop)
        log.info("stopping")


def store_folder(home: Path) -> Path:
    """Where the embedded store keeps its data.

    Below home; but root's clusters run as another user, so if that user cannot get
    there, in a folder of its own that belongs to this home alone.
    """
    if not is_root() or all(_may_pass(part) for part in (home, *home.parents)):
        return home / "store"
    name = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    return ROOT_HOME / f"store-{name}"


def _may_pass(folder: Path) -> bool:
    return bool(folder.stat().st_mode & 0o001)


def _make_home(home: Path) -> None:
    try:
        if not home.exists():
            home.mkdir(mode=0o711 if is_root() else 0o700, parents=True)
        probe = home / f".probe-{os.getpid()}"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        raise ConfigError(
            f'cannot write to folder "{home}"',
            detail=f"{error.strerror}.",
            hint="Set PGPROOF_HOME to a folder that this user may write.",
        ) from None


def _lock_home(home: Path) -> IO[str]:
    stream = (home / "up.lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.seek(0)
        holder = stream.read(20).strip() or "unknown"
        stream.close()
        raise ConfigError(
            f'another pgproof runs on folder "{home}"',
            detail=f"Its process id is {holder}.",
            hint="Stop it first, or set PGPROOF_HOME and PGPROOF_PORT to other ones.",
        ) from None
    stream.truncate(0)
    stream.write(f"{os.getpid()}\n")
    stream.flush()
    return stream


def check_port(host: str, port: int) -> None:
    """Make sure that the web can listen there.

    Raises:
        ConfigError: the port is in use, or the address is not ours.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            # As the web server does: a port in TIME_WAIT can be taken again.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {host}:{port}",
            detail=f"{error.strerror}.",
            hint="Stop what uses it, or set PGPROOF_HOST or PGPROOF_PORT.",
        ) from None


def _listens(host: str, port: int) -> bool:
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        with socket.create_connection((name, port), timeout=1):
            return True
    except OSError:
        return False
