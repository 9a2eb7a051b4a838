"""Heartbeats of workers: who is up, since when, and what runs there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analyzer.store.database import Store

BEAT_S = 10.0
"""Seconds between two heartbeats of one worker."""

SILENT_AFTER = timedelta(seconds=3 * BEAT_S)
"""A worker that missed so many beats is taken for gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker; all times, and how long it is silent, are by the store's clock.

    ``job_ids`` are the jobs that its processes hold now.
    """

    name: str
    started_at: datetime
    seen_at: datetime
    silent_for: timedelta
    job_ids: Sequence[int]

    @property
    def is_up(self) -> bool:
        """Whether its last heartbeat is recent."""
        return self.silent_for <= SILENT_AFTER


def process_name(worker: str, process: int) -> str:
    """How a process of a worker signs its jobs.

    >>> process_name("db1:71", 80)
    'db1:71/80'
    """
    return f"{worker}/{process}"


def beat(store: Store, name: str, *, is_first: bool = False) -> None:
    """Note that a worker is up.

    Args:
        store: where.
        name: of the worker, unique among those that are up.
        is_first: whether it has just started; a container may reuse a name.
    """
    store.run("worker_beat", name=name, is_first=is_first)


def list_workers(store: Store) -> tuple[Worker, ...]:
    """Workers, the one seen last first; those gone for long are left out."""
    return store.all(Worker, "worker_list")
