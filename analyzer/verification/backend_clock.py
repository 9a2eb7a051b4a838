"""Processor time of the server process that serves a session, where it runs here."""

from __future__ import annotations

import os

from analyzer.postgres.backend_process import PROC, backend_pid_here
from analyzer.postgres.connect import Connection

_NS_PER_MS = 1_000_000
_CHILDREN_USER, _CHILDREN_SYSTEM, _PARENT = 13, 14, 1
"""Positions in /proc/PID/stat behind the name in parentheses; see proc(5)."""


class BackendClock:
    """Reads the processor time of one backend, and of parallel workers that ended.

    The first number of /proc/PID/schedstat is the time the process ran, in
    nanoseconds. Parallel workers are children of the postmaster, whose account of
    ended children (``cutime`` and ``cstime``) has steps of 10 ms.
    """

    def __init__(self, pid: int) -> None:
        self._schedstat = PROC / str(pid) / "schedstat"
        self._parent = PROC / str(_stat(pid)[_PARENT]) / "stat"

    def own_ms(self) -> float:
        """Time the backend has run, in milliseconds."""
        return int(self._schedstat.read_text().split()[0]) / _NS_PER_MS

    def ended_children_ms(self) -> float:
        """Time that ended children of the postmaster have run, in milliseconds."""
        fields = _fields(self._parent.read_text())
        ticks = int(fields[_CHILDREN_USER]) + int(fields[_CHILDREN_SYSTEM])
        return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def backend_clock(connection: Connection) -> BackendClock | None:
    """The clock of a session's backend, none where the server runs elsewhere."""
    pid = backend_pid_here(connection)
    if pid is None:
        return None
    try:
        clock = BackendClock(pid)
        clock.own_ms()
        clock.ended_children_ms()
    except (OSError, ValueError, IndexError):
        return None
    return clock


def _stat(pid: int) -> list[str]:
    return _fields((PROC / str(pid) / "stat").read_text())


def _fields(stat: str) -> list[str]:
    # The name may hold spaces and parentheses; the last one ends it.
    return stat.rpartition(")")[2].split()
