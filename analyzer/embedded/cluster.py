"""PostgreSQL clusters of our own: make, start, stop; they end when we end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from analyzer.embedded.binaries import bin_dir, is_root, owner
from analyzer.errors import ConfigError, StoreUnreachable

SUPERUSER = "postgres"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
ENDING_S = 10.0

_ALWAYS = {
    "unix_socket_permissions": "0700",
    "logging_collector": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "dynamic_shared_memory_type": "posix",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSpec:
    """What a cluster is to be.

    Attributes:
        data_dir: folder of the data; its parent must exist or be creatable.
        settings: lines of postgresql.conf, read at each start.
        port: TCP port on 127.0.0.1; 0 means Unix socket only.
        password: of the superuser, asked for over TCP (the socket folder is private).
        initdb_options: for example ``--no-data-checksums``.
        max_process_bytes: memory of its own that each process may take, shared memory
            apart; 0 for no limit. A statement that wants more ends with an error.
    """

    data_dir: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    password: str = field(default="", repr=False)
    initdb_options: tuple[str, ...] = ()
    max_process_bytes: int = 0


def free_port() -> int:
    """A TCP port on loopback that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """One PostgreSQL server process with its data, owned by this process.

    The server is a child that receives SIGINT (fast shutdown) when the process that
    started it dies, even by SIGKILL; see prctl(2), PR_SET_PDEATHSIG.
    """

    def __init__(self, spec: ClusterSpec) -> None:
        self.spec = spec
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_dir: Path | None = None

    @property
    def socket_dir(self) -> Path:
        """Folder of the Unix socket, short enough for sun_path."""
        if self._socket_dir is None:
            raise StoreUnreachable("the cluster is not running")
        return self._socket_dir

    @property
    def port(self) -> int:
        """Port number, which also names the socket file."""
        return self.spec.port or 5432

    @property
    def pid(self) -> int | None:
        """Process id of the server while it runs."""
        return self._process.pid if self._process else None

    def is_running(self) -> bool:
        """Whether the server process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> Self:
        """Make the cluster if it is new, start it, and wait until it answers.

        Raises:
            ConfigError: the folder cannot be written.
            StoreUnreachable: the server ended at once or did not answer in time.
        """
        if not (self.spec.data_dir / "PG_VERSION").exists():
            self._initialize()
        self._write_settings()
        self._socket_dir = _make_socket_dir()
        self._process = self._spawn()
        self._wait_until_ready()
        return self

    def stop(self) -> None:
        """Stop the server by fast shutdown and remove its socket folder."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(STOP_TIMEOUT_S)
        self._process = None
        if self._socket_dir is not None:
            shutil.rmtree(self._socket_dir, ignore_errors=True)
            self._socket_dir = None

    def remove(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        shutil.rmtree(self.spec.data_dir, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _initialize(self) -> None:
        data_dir = self.spec.data_dir
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            own(data_dir)
        except OSError as error:
            raise ConfigError(
                f'cannot write to folder "{data_dir}"',
                detail=f"{error.strerror}.",
                hint="Set PGPROOF_HOME to a folder that this user may write.",
            ) from error
        command = [
            *_as_owner(),
            str(bin_dir() / "initdb"),
            "--pgdata",
            str(data_dir),
            "--username",
            SUPERUSER,
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--no-sync",
            "--no-instructions",
            *self.spec.initdb_options,
        ]
        self._run_initdb(command)

    def _run_initdb(self, command: list[str]) -> None:
        # The password goes by a file, since arguments are visible to every user.
        with tempfile.NamedTemporaryFile("w") as pwfile:
            if self.spec.password:
                pwfile.write(self.spec.password)
                pwfile.flush()
                own(Path(pwfile.name))
                command = [*command, "--pwfile", pwfile.name]
            done = subprocess.run(command, check=False, capture_output=True, cwd="/")
        if done.returncode != 0:
            shutil.rmtree(self.spec.data_dir, ignore_errors=True)
            raise StoreUnreachable(
                f'initdb failed for folder "{self.spec.data_dir}"',
                detail=done.stderr.decode(errors="replace").strip()[-1000:],
            )

    def _write_settings(self) -> None:
        lines = {**_ALWAYS, **self.spec.settings}
        lines["listen_addresses"] = "127.0.0.1" if self.spec.port else ""
        lines["port"] = str(self.port)
        text = "".join(f"{k} = '{_quoted(v)}'\n" for k, v in lines.items())
        path = self.spec.data_dir / "postgresql.auto.conf"
        path.write_text(text, encoding="utf-8")
        own(path)

    def _spawn(self) -> subprocess.Popen[bytes]:
        log_path = self.spec.data_dir / "server.log"
        log = log_path.open("ab")
        own(log_path)
        command = [
            *_within(self.spec.max_process_bytes),
            *_as_owner(dies_with_parent=True),
            str(bin_dir() / "postgres"),
            "-D",
            str(self.spec.data_dir),
            "-k",
            str(self.socket_dir),
        ]
        # Ctrl-C goes to the whole foreground group; the server must outlive it until
        # its clients have finished, so it gets a session of its own.
        with log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        status = self.spec.data_dir / "postmaster.pid"
        process = self._process
        while time.monotonic() < deadline:
            if process is None or process.poll() is not None:
                break
            # The last line of the file tells the state; see postmaster.c, and
            # LOCK_FILE_LINE_PM_STATUS in miscadmin.h.
            lines = _read_lines(status)
            if len(lines) >= 8 and [lines[0].strip(), lines[7].strip()] == [
                str(process.pid),
                "ready",
            ]:
                return
            time.sleep(0.02)
        detail = self._last_log_lines()
        self.stop()
        raise StoreUnreachable(
            f'the PostgreSQL cluster in "{self.spec.data_dir}" did not start',
            detail=detail,
        )

    def _last_log_lines(self) -> str:
        return "\n".join(_read_lines(self.spec.data_dir / "server.log")[-8:])


def socket_of_running(data_dir: Path) -> Path | None:
    """Socket folder of the server that runs on this data now, whoever started it.

    Args:
        data_dir: of a cluster with the default port number.
    """
    lines = _read_lines(data_dir / "postmaster.pid")
    # The lines are named LOCK_FILE_LINE_* in miscadmin.h.
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    folder = Path(lines[4].strip())
    # After a crash the file is still there, but nothing listens.
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(folder / ".s.PGSQL.5432"))
        except OSError:
            return None
    return folder


def wait_for_end(data_dir: Path, limit_s: float = ENDING_S) -> None:
    """Wait until a server is gone whose starter was killed just now.

    It shuts down by itself, and removes its file at the end. A server that is killed
    too leaves the file, and a number that no process has or another one got.

    Args:
        data_dir: of a cluster that nobody else may start now.
        limit_s: seconds to wait at most.
    """
    ends_at = time.monotonic() + limit_s
    while time.monotonic() < ends_at:
        lines = _read_lines(data_dir / "postmaster.pid")
        if not lines or not _is_server(lines[0].strip()):
            return
        time.sleep(0.02)


def _is_server(pid: str) -> bool:
    try:
        return Path("/proc", pid, "comm").read_text().strip() == "postgres"
    except OSError:
        return False


def own(path: Path) -> None:
    """Give a file or folder to the cluster's owner, privately."""
    if is_root():
        os.chown(path, owner().pw_uid, owner().pw_gid)
    path.chmod(0o700 if path.is_dir() else 0o600)


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _quoted(value: str) -> str:
    return value.replace("'", "''")


def _make_socket_dir() -> Path:
    # A data folder may lie deep, and sun_path holds 107 bytes only.
    folder = Path(tempfile.mkdtemp(prefix="pgproof-", dir="/tmp"))
    own(folder)
    return folder


def _as_owner(*, dies_with_parent: bool = False) -> list[str]:
    options: list[str] = []
    if is_root():
        uid, gid = owner().pw_uid, owner().pw_gid
        options += [f"--reuid={uid}", f"--regid={gid}", "--clear-groups"]
    if dies_with_parent:
        options += ["--pdeathsig=INT"]
    return ["setpriv", *options] if options and shutil.which("setpriv") else []


def _within(max_process_bytes: int) -> list[str]:
    # prlimit(1) is of util-linux, as setpriv is.
    if not max_process_bytes or not shutil.which("prlimit"):
        return []
    return ["prlimit", f"--data={max_process_bytes}"]
