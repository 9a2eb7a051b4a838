"""The server process behind a session, where it runs on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from analyzer.postgres.connect import Connection

PROC = Path("/proc")
_LOOPBACK = ("127.0.0.1", "::1")
_RESIDENT, _SHARED = 1, 2
"""Positions in /proc/PID/statm, in pages; see proc(5)."""
_WAITED = 1
"""Position in /proc/PID/schedstat, in nanoseconds (Linux, sched-stats.rst)."""
_NS_PER_MS = 1_000_000


def backend_pid_here(connection: Connection) -> int | None:
    """The process that serves a session, none where the server runs elsewhere.

    A process of that number is the backend only if its name is PostgreSQL's and its
    title names the session's user; the numbers of another machine mean nothing here.
    """
    info = connection.info
    if not (info.host or "").startswith("/") and info.hostaddr not in _LOOPBACK:
        return None
    try:
        title = (PROC / str(info.backend_pid) / "cmdline").read_bytes()
    except OSError:
        return None
    if not title.startswith(b"postgres:") or info.user.encode() not in title:
        return None
    return info.backend_pid


def waited_ms(pid: int) -> float | None:
    """Time a process was ready to run and had no processor, none if it is not told."""
    try:
        return int((PROC / str(pid) / "schedstat").read_text().split()[_WAITED]) / (
            _NS_PER_MS
        )
    except (OSError, ValueError, IndexError):
        return None


def private_bytes(pid: int) -> int | None:
    """Memory that a process holds for itself, none if it cannot be read.

    Without what it shares with others, as the buffers of a server are.
    """
    try:
        pages = (PROC / str(pid) / "statm").read_text().split()
        held = int(pages[_RESIDENT]) - int(pages[_SHARED])
    except (OSError, ValueError, IndexError):
        return None
    return held * os.sysconf("SC_PAGE_SIZE")
