"""Windows of a log read by several processes, handed back in their order.

Only splitting and parsing is shared out. Joining executions needs what came before, so
it stays with the one process that asked, and the answer is the same for any number of
workers. They are forked: hashes of texts must mean the same in all of them.
"""

from __future__ import annotations

import mmap
import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from types import TracebackType
from typing import NamedTuple, Self

from analyzer.logs.readers import window_reader
from analyzer.logs.recognize import Recognized
from analyzer.logs.tally import Tally
from analyzer.logs.text_book import TextBook
from analyzer.logs.timestamps import Clock
from analyzer.logs.window import Window
from analyzer.sources.log_bytes import WINDOW_BYTES
from analyzer.statements.fingerprint import fingerprint

SPARE_WINDOWS = 1
"""Windows that wait read for a worker, beside those that are being worked on."""

SLOT_BYTES = 2 * WINDOW_BYTES
"""Room for a window in memory that all processes share; longer ones are sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What every worker knows from its start."""

    files: Sequence[Recognized]
    log_timezone: str
    shared: mmap.mmap


class _Result(NamedTuple):
    window: Window
    tally: Tally
    unknown_zones: set[str]


_plan: _Plan
_book = TextBook(fingerprint)


def log_workers(
    files: Sequence[Recognized], log_timezone: str, jobs: int
) -> LogWorkers | None:
    """Workers for some files, or none where none can be made that share hashes."""
    if "fork" not in multiprocessing.get_all_start_methods():
        return None
    return LogWorkers(files, log_timezone, jobs)


class LogWorkers:
    """Processes that read windows; used in a ``with`` block."""

    def __init__(
        self, files: Sequence[Recognized], log_timezone: str, jobs: int
    ) -> None:
        """Start them; ``files`` are known to the workers by their place."""
        self._jobs = jobs
        self._slot_count = jobs + SPARE_WINDOWS + 1
        self._shared = mmap.mmap(-1, self._slot_count * SLOT_BYTES)
        plan = _Plan(files=files, log_timezone=log_timezone, shared=self._shared)
        self._pool = ProcessPoolExecutor(
            max_workers=jobs,
            mp_context=multiprocessing.get_context("fork"),
            initializer=_begin,
            initargs=(plan,),
        )
        # Now, before anything is loaded here that a fork would break.
        wait([self._pool.submit(_nothing) for _ in range(jobs)])

    def __enter__(self) -> Self:
        """The workers themselves."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End them; work that nobody waits for any more is dropped."""
        self._pool.shutdown(cancel_futures=True)

    def windows(
        self, file: int, datas: Iterable[bytes], clock: Clock, tally: Tally
    ) -> Iterator[Window]:
        """The windows of one file, in order.

        Args:
            file: its place among the files.
            datas: whole records, a window at a time.
            clock: learns zones that were not known.
            tally: counts what was not understood.
        """
        waiting: deque[tuple[bytes, Future[_Result]]] = deque()
        for number, data in enumerate(datas):
            place = self._placed(data, number % self._slot_count)
            waiting.append((data, self._pool.submit(_read, file, place)))
            if len(waiting) > self._jobs + SPARE_WINDOWS:
                yield _taken(*waiting.popleft(), clock, tally)
        while waiting:
            yield _taken(*waiting.popleft(), clock, tally)

    def _placed(self, data: bytes, slot: int) -> tuple[int, int] | bytes:
        """Where a worker finds a window; that of before in its slot has been read."""
        if len(data) > SLOT_BYTES:
            return data
        start = slot * SLOT_BYTES
        end = start + len(data)
        self._shared[start:end] = data
        return start, end


def _taken(data: bytes, future: Future[_Result], clock: Clock, tally: Tally) -> Window:
    result = future.result()
    tally.add(result.tally)
    clock.unknown_zones |= result.unknown_zones
    return replace(result.window, rows=result.window.rows.on(data))


def _nothing() -> None:
    """Work that makes the pool start its workers."""


def _begin(plan: _Plan) -> None:
    global _plan  # noqa: PLW0603 - the worker's own, set once at its start
    _plan = plan


def _read(file: int, place: tuple[int, int] | bytes) -> _Result:
    data = place if isinstance(place, bytes) else _plan.shared[place[0] : place[1]]
    clock, tally = Clock(_plan.log_timezone), Tally()
    reader = window_reader(_plan.files[file], clock, tally, _book)
    if reader is None:
        raise ValueError("this log is not read in windows")
    window = reader.read(data)
    # What goes to another process is copied; the bytes of the window it has.
    window = replace(window, rows=window.rows.on(b""))
    return _Result(window, tally, clock.unknown_zones)
