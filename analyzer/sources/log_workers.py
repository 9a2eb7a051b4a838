"""Windows of a log read by several processes, handed back in their order.

Only splitting and parsing is shared out. Joining executions needs what came before, so
it stays with the one process that asked, and the answer is the same for any number of
workers. They are forked: hashes of texts must mean the same in all of them.
"""

from __future__ import annotations

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
from analyzer.statements.fingerprint import fingerprint

SPARE_WINDOWS = 1
"""Windows that wait read for a worker, beside those that are being worked on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What every worker knows from its start."""

    files: Sequence[Recognized]
    log_timezone: str


class _Result(NamedTuple):
    window: Window
    tally: Tally
    unknown_zones: set[str]


_plan = _Plan(files=(), log_timezone="")
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
        self._pool = ProcessPoolExecutor(
            max_workers=jobs,
            mp_context=multiprocessing.get_context("fork"),
            initializer=_begin,
            initargs=(_Plan(files=files, log_timezone=log_timezone),),
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
        waiting: deque[Future[_Result]] = deque()
        for data in datas:
            waiting.append(self._pool.submit(_read, file, data))
            if len(waiting) > self._jobs + SPARE_WINDOWS:
                yield _taken(waiting.popleft(), clock, tally)
        while waiting:
            yield _taken(waiting.popleft(), clock, tally)


def _taken(future: Future[_Result], clock: Clock, tally: Tally) -> Window:
    result = future.result()
    tally.add(result.tally)
    clock.unknown_zones |= result.unknown_zones
    return result.window


def _nothing() -> None:
    """Work that makes the pool start its workers."""


def _begin(plan: _Plan) -> None:
    global _plan  # noqa: PLW0603 - the worker's own, set once at its start
    _plan = plan


def _read(file: int, data: bytes) -> _Result:
    clock, tally = Clock(_plan.log_timezone), Tally()
    reader = window_reader(_plan.files[file], clock, tally, _book)
    if reader is None:
        raise ValueError("this log is not read in windows")
    window = reader.read(data)
    # What goes to another process is copied, so only what it needs.
    window = replace(window, rows=window.rows.compact())
    return _Result(window, tally, clock.unknown_zones)
