"""Keeps a claim alive while its job runs, and ends what runs for too long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import structlog

from analyzer.errors import StoreError
from analyzer.store import jobs
from analyzer.store.database import Store
from analyzer.store.jobs import Claim, ClaimLost

log = structlog.get_logger()

PROGRESS_INTERVAL_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseOptions:
    """How long a lease holds, how long a job may run, and how its process is ended."""

    lease_s: float
    time_limit_s: float
    end_process: Callable[[], None]


class Lease:
    """A claim whose lease is renewed by a thread, as a context manager."""

    def __init__(self, store: Store, claim: Claim, options: LeaseOptions) -> None:
        self.claim = claim
        self._store = store
        self._options = options
        self._ended = threading.Event()
        self._lost = threading.Event()
        self._deadline = time.monotonic() + options.time_limit_s
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)
        self._noted: tuple[str, float] = ("", float("-inf"))

    def progress(self, stage: str, done_ratio: float) -> None:
        """Note how far the work has come.

        Raises:
            ClaimLost: another attempt holds the job; go no further.
        """
        if self._lost.is_set():
            raise ClaimLost()
        last_stage, noted_at = self._noted
        now = time.monotonic()
        if stage == last_stage and now - noted_at < PROGRESS_INTERVAL_S:
            return
        self._noted = (stage, now)
        try:
            held = jobs.set_progress(self._store, self.claim, stage, done_ratio)
        except StoreError as error:
            # A store that restarts must not end work that may still be stored.
            log.warning("progress_not_noted", error=error.message)
            return
        if not held:
            self._lost.set()
            raise ClaimLost()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._ended.wait(self._pause_s()):
            if time.monotonic() >= self._deadline:
                self._end()
                return
            self._renew()

    def _pause_s(self) -> float:
        left_s = self._deadline - time.monotonic()
        return max(0.0, min(self._options.lease_s / 3, left_s))

    def _renew(self) -> None:
        try:
            if not jobs.renew(self._store, self.claim, self._options.lease_s):
                self._lost.set()
        except StoreError as error:
            log.warning("lease_not_renewed", error=error.message)

    def _end(self) -> None:
        # A thread cannot be interrupted in Python, a process can.
        limit_s = self._options.time_limit_s
        log.error("job_over_time_limit", job_id=self.claim.job_id, limit_s=limit_s)
        try:
            jobs.fail(
                self._store,
                self.claim,
                f"The job ran for longer than {limit_s:g} s.",
                hint="Raise PGPROOF_JOB_TIME_LIMIT_S if it needs that long.",
            )
        except StoreError as error:
            log.warning("job_end_not_noted", error=error.message)
        self._options.end_process()
