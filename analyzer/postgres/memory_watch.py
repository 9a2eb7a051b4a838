"""Ends a statement whose backend holds more memory than it may, where it can be seen.

PostgreSQL bounds the memory of a sort or a hash, not that of a backend (safety.md 2.3):
a few aggregates, or values within values, take gigabytes within a time limit of
seconds, and the machine then ends processes as it likes. On a server elsewhere only
the rules on memory, the estimate of what is collected and the time limits hold.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from analyzer.errors import NotAllowedHere, TargetError
from analyzer.postgres.backend_process import backend_pid_here, private_bytes
from analyzer.postgres.connect import Connection

_log = logging.getLogger(__name__)
_LOOK_S = 0.05
_CANCEL_GRACE_S = 1.0


class MemoryWatch:
    """Looks at a backend's memory in a thread, until the block is left."""

    def __init__(
        self,
        pid: int | None,
        limit_bytes: int,
        cancel: Callable[[], None],
        end: Callable[[], None],
    ) -> None:
        self._pid = pid
        self._limit_bytes = limit_bytes
        self._cancel = cancel
        self._end = end
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.held_bytes = 0
        """What it held when it was stopped, zero if it was not."""

    def __enter__(self) -> MemoryWatch:
        if self._pid is not None:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        if self._pid is not None:
            self._thread.join()

    def _watch(self) -> None:
        assert self._pid is not None
        while not self._is_over.wait(_LOOK_S):
            held = private_bytes(self._pid)
            if held is None:
                return
            if held > self._limit_bytes:
                self.held_bytes = held
                self._stop()
                return

    def _stop(self) -> None:
        self._cancel()
        # Some loops heed no cancel; what grows on is ended from another session.
        deadline = time.monotonic() + _CANCEL_GRACE_S
        while time.monotonic() < deadline:
            if self._is_over.wait(_LOOK_S):
                return
        _log.error("backend %d holds too much memory and is terminated", self._pid)
        self._end()


@contextmanager
def within_memory(
    connection: Connection,
    limit_bytes: int,
    cancel: Callable[[], None],
    end: Callable[[], None],
) -> Iterator[None]:
    """Stop what runs on the session when its backend holds more than the limit.

    Raises:
        NotAllowedHere: it did, whatever error the server gave for being stopped.
    """
    watch = MemoryWatch(backend_pid_here(connection), limit_bytes, cancel, end)
    try:
        with watch:
            yield
    except TargetError:
        if not watch.held_bytes:
            raise
        raise NotAllowedHere(
            "the statement was stopped, since it needs too much memory",
            detail=(
                f"rule memory: the server's process held {watch.held_bytes >> 20:,} MB;"
                f" the limit is {limit_bytes >> 20:,} MB."
            ),
            hint="Aggregate fewer rows, or build shorter values.",
        ) from None
