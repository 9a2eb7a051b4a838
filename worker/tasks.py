"""The one task: somebody rang, so look into the store for jobs."""

from __future__ import annotations

import os
from typing import Any

import structlog
from celery import shared_task

from analyzer.errors import StoreError
from analyzer.store.database import Store
from analyzer.store.workers import process_name
from worker.app import DOORBELL, DRAIN_S, WorkerApp
from worker.bell import ring
from worker.heartbeat import worker_name
from worker.runner import Workplace, drain

log = structlog.get_logger()


@shared_task(name=DOORBELL, bind=True)
def doorbell(self: Any) -> None:
    """Run jobs until none is left; safe to be called any number of times."""
    app: WorkerApp = self.app
    try:
        with Store.open(app.settings.database_url, max_connections=3) as store:
            place = Workplace(
                store=store,
                settings=app.settings,
                worker=process_name(worker_name(os.getppid()), os.getpid()),
            )
            more = drain(place, DRAIN_S)
    except StoreError as error:
        # Jobs are safe in the store; the beat rings when it is back.
        log.warning("store_failed", reason=error.message, detail=error.detail)
        return
    if more:
        ring(app)
