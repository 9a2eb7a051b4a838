"""Write a job and ring the doorbell; all that the web may know of the worker."""

from __future__ import annotations

from functools import lru_cache

from analyzer.config import Settings
from analyzer.store import jobs
from analyzer.store.database import Store
from worker.app import WorkerApp, make_app
from worker.bell import ring


def enqueue(store: Store, settings: Settings, job: jobs.NewJob) -> int:
    """Write a job, ring the bell, and return the job's id.

    A bell that cannot be rung is no error: the beat rings again while jobs wait.

    Raises:
        StoreError: the job could not be written.
        ConfigError: the folder of the filesystem broker cannot be written.
    """
    job_id = jobs.enqueue(store, job)
    ring(_app(settings))
    return job_id


@lru_cache(maxsize=4)
def _app(settings: Settings) -> WorkerApp:
    return make_app(settings)
