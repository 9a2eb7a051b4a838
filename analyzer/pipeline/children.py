"""Child processes that are started again when they die, ever more slowly."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

FIRST_PAUSE_S = 0.5
MAX_PAUSE_S = 30.0
STEADY_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """What a child is.

    Attributes:
        name: in log lines.
        command: program and arguments.
        environment: variables beside those of this process.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


class Child:
    """One process that should run all the time."""

    def __init__(self, spec: ChildSpec) -> None:
        self.spec = spec
        self.start_count = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause_s = FIRST_PAUSE_S
        self._start_after = 0.0

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process else None

    def look_after(self, environment: Mapping[str, str]) -> None:
        """Start it if it does not run and its pause is over.

        Args:
            environment: variables for all children, such as the store's address.
        """
        now = time.monotonic()
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            self._note_end(code, now)
        if now >= self._start_after:
            self._start(environment, now)

    def ask_to_stop(self) -> None:
        """Send SIGTERM; returns at once."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def stop_by(self, deadline: float) -> None:
        """Wait until it ended, and kill it with its own children after the deadline.

        Args:
            deadline: by ``time.monotonic()``.
        """
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("child_killed", child=self.spec.name)
        # The group too: a program that ended may have left some of its own behind.
        _kill_group(process.pid)
        process.wait()

    def _note_end(self, code: int, now: float) -> None:
        if now - self._started_at >= STEADY_S:
            self._pause_s = FIRST_PAUSE_S
        log.error(
            "child_ended",
            child=self.spec.name,
            exit_code=code,
            again_in_s=self._pause_s,
        )
        if self._process is not None:
            _kill_group(self._process.pid)
        self._process = None
        self._start_after = now + self._pause_s
        self._pause_s = min(self._pause_s * 2, MAX_PAUSE_S)

    def _start(self, environment: Mapping[str, str], now: float) -> None:
        # A session of its own: Ctrl-C reaches the supervisor only, which then stops
        # its children in order. SIGKILL of the supervisor reaches them by setpriv.
        self._process = subprocess.Popen(
            [*_dies_with_parent(), *self.spec.command],
            stdin=subprocess.DEVNULL,
            # What a command prints on standard output is its result, nothing else.
            stdout=2,
            env={**os.environ, **self.spec.environment, **environment},
            start_new_session=True,
        )
        self._started_at = now
        self.start_count += 1
        log.info("child_started", child=self.spec.name, pid=self._process.pid)


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _dies_with_parent() -> list[str]:
    found = shutil.which("setpriv")
    return [found, "--pdeathsig=KILL"] if found else []
