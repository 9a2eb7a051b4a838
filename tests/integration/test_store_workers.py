"""Heartbeats of workers in the store, and the thread that writes them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from analyzer.domain.target import Address
from analyzer.store import jobs, workers
from analyzer.store.database import Store
from analyzer.store.jobs import NewJob
from tests.support.workers import wait_until
from worker.heartbeat import Heartbeat, worker_name

pytestmark = pytest.mark.integration


def _age(store: Store, name: str, span: timedelta) -> None:
    with store.connection() as connection:
        connection.execute(
            "UPDATE worker_heartbeat SET started_at = started_at - %(span)s,"
            " seen_at = seen_at - %(span)s WHERE name = %(name)s",
            {"span": span, "name": name},
        )


def test_a_worker_is_up_until_it_is_silent(store: Store) -> None:
    assert workers.list_workers(store) == ()
    workers.beat(store, "a:1", is_first=True)
    workers.beat(store, "a:1")
    (found,) = workers.list_workers(store)
    assert found.is_up and found.started_at < found.seen_at
    _age(store, "a:1", timedelta(minutes=2))
    (silent,) = workers.list_workers(store)
    assert not silent.is_up and silent.silent_for > timedelta(minutes=2)
    workers.beat(store, "a:1", is_first=True)
    (again,) = workers.list_workers(store)
    assert again.started_at == again.seen_at > found.seen_at


def test_others_are_forgotten_by_the_living_only(store: Store) -> None:
    for name in ("a:1", "b:2"):
        workers.beat(store, name, is_first=True)
    for name in ("a:1", "b:2"):
        _age(store, name, timedelta(minutes=11))
    assert len(workers.list_workers(store)) == 2
    workers.beat(store, "b:2")
    assert [found.name for found in workers.list_workers(store)] == ["b:2"]


def test_a_worker_shows_the_jobs_of_its_own_processes(store: Store) -> None:
    for name in ("a:1", "a:12"):
        workers.beat(store, name, is_first=True)
    job_ids = [jobs.enqueue(store, NewJob(kind="noop", payload={})) for _ in "123"]
    for name, process in (("a:1", 7), ("a:12", 8), ("a:1", 9)):
        assert jobs.claim(store, workers.process_name(name, process), 30)
    held = {found.name: list(found.job_ids) for found in workers.list_workers(store)}
    assert held == {"a:1": [job_ids[0], job_ids[2]], "a:12": [job_ids[1]]}


def test_the_thread_beats_again_after_the_store_was_away(
    store: Store, store_address: Address
) -> None:
    address = store_address
    url = (
        f"postgresql://{address.user}:{address.password}"
        f"@{address.host}:{address.port}/{address.database}"
    )
    heartbeat = Heartbeat(url, beat_s=0.05)
    heartbeat.start()
    try:
        wait_until(lambda: workers.list_workers(store), "the first beat")
        (first,) = workers.list_workers(store)
        assert first.name == worker_name()
        with store.connection() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            (cut_at,) = connection.execute("SELECT clock_timestamp()").fetchone() or ()
        wait_until(
            lambda: workers.list_workers(store)[0].seen_at > cut_at, "another beat"
        )
        (later,) = workers.list_workers(store)
        assert later.started_at == first.started_at
    finally:
        heartbeat.stop()


def test_a_store_that_is_not_there_ends_no_worker(tmp_path: Path) -> None:
    heartbeat = Heartbeat(f"postgresql://nobody@/none?host={tmp_path}", beat_s=0.05)
    heartbeat.start()
    heartbeat.stop()
