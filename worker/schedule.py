"""One beat tick: due schedules become jobs, expired leases go out again, the bell."""

from __future__ import annotations

import time
from typing import Any

import structlog
from celery.beat import Scheduler

from analyzer.errors import StoreError
from analyzer.store import jobs
from analyzer.store.database import Store
from analyzer.store.retention import forget_old
from analyzer.store.schedules import enqueue_due
from worker.app import WorkerApp
from worker.bell import ring

log = structlog.get_logger()

TICK_S = 2
RETRY_S = 5.0
MAX_REMINDER_S = 15.0
RETENTION_S = 3600.0


class Ticker:
    """What is to be done at each tick, any number of tickers side by side."""

    def __init__(self, app: WorkerApp, store: Store) -> None:
        self._app = app
        self._store = store
        self._reminder_s = float(TICK_S)
        self._next_reminder = 0.0
        self._next_retention = time.monotonic() + 60.0

    def tick(self) -> None:
        """Do all of it once.

        Raises:
            StoreError: the store cannot be reached; the next tick may succeed.
        """
        enqueued = enqueue_due(self._store)
        if enqueued:
            log.info("jobs_scheduled", job_ids=enqueued)
        expired = jobs.requeue_expired(self._store)
        if expired:
            log.warning("leases_expired", job_count=expired)
        self._remind(at_once=bool(enqueued or expired))
        self._retain()

    def _remind(self, *, at_once: bool) -> None:
        # A worker that is busy hears nothing, and each ring stays in the queue; so
        # reminders become rarer while nothing changes.
        now = time.monotonic()
        if jobs.waiting_count(self._store) == 0:
            self._reminder_s, self._next_reminder = TICK_S, now + TICK_S
            return
        if at_once or now >= self._next_reminder:
            ring(self._app)
            self._next_reminder = now + self._reminder_s
            self._reminder_s = min(self._reminder_s * 2, MAX_REMINDER_S)

    def _retain(self) -> None:
        if time.monotonic() >= self._next_retention:
            self._next_retention = time.monotonic() + RETENTION_S
            forgotten = forget_old(self._store, self._app.settings.retention_days)
            log.info(
                "old_forgotten",
                partition_count=forgotten.partition_count,
                row_count=forgotten.row_count,
            )


class StoreScheduler(Scheduler):
    """Celery's beat with the store in place of a schedule of its own."""

    def __init__(self, app: Any, *args: Any, **options: Any) -> None:
        super().__init__(app, *args, **options)
        self._worker_app: WorkerApp = app
        self._ticker: Ticker | None = None

    def setup_schedule(self) -> None:
        """Nothing: schedules are in the store."""

    def tick(self, *_args: Any, **_options: Any) -> float:
        """Tick once; returns the seconds until the next tick."""
        try:
            self._open().tick()
        except StoreError as error:
            log.warning("store_failed", reason=error.message, detail=error.detail)
            return RETRY_S
        return TICK_S

    def _open(self) -> Ticker:
        if self._ticker is None:
            url = self._worker_app.settings.database_url
            store = Store.open(url, max_connections=1)
            self._ticker = Ticker(self._worker_app, store)
        return self._ticker
