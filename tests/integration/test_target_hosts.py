"""The allow-list of hosts holds for the address that is connected to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.domain.target import Address, Target
from analyzer.errors import ConfigError, NotAllowedHere, Unreachable
from analyzer.pipeline.job_context import JobContext
from analyzer.pipeline.target_hosts import addresses_of, pinned
from analyzer.planner.dump import dump
from analyzer.postgres.connect import parse_dsn, session
from analyzer.store import jobs
from analyzer.store.database import Store
from analyzer.store.jobs import Job, NewJob
from analyzer.store.targets import add_target
from tests.support.stores import BOX

pytestmark = pytest.mark.integration

LOOPBACK = ("127.0.0.0/8",)
NAME = "db.rebinding.invalid"


class Resolver:
    """Answers for one name from a list, each time the next, as a hostile DNS does."""

    def __init__(self, *answers: str) -> None:
        self.asked = 0
        self._answers: Iterator[str] = iter(answers)
        self._real = socket.getaddrinfo

    def __call__(self, host: object, *args: object, **options: object) -> object:
        if host != NAME:
            return self._real(host, *args, **options)  # type: ignore[arg-type]
        self.asked += 1
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 0))
            for text in next(self._answers).split(",")
            if text
        ]


def resolve(monkeypatch: pytest.MonkeyPatch, *answers: str) -> Resolver:
    resolver = Resolver(*answers)
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    return resolver


@pytest.fixture
def renamed(database: Address) -> Address:
    """The database under a name that only our resolver knows."""
    if database.host.startswith("/"):
        pytest.fail("the test server is reached by a socket")
    return replace(database, host=NAME)


def test_a_name_is_resolved_once_and_that_address_is_connected_to(
    renamed: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = resolve(monkeypatch, "127.0.0.1", "203.0.113.9")
    address = pinned(renamed, LOOPBACK)
    assert address.hostaddr == "127.0.0.1"
    for _ in range(2):
        with session(address) as connection:
            assert connection.info.hostaddr == "127.0.0.1"
            assert connection.info.host == NAME
    assert "PostgreSQL database dump" in dump(address).schema_sql
    assert resolver.asked == 1


def test_all_of_several_addresses_are_tried(
    renamed: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, "127.99.0.1,127.0.0.1")
    address = pinned(renamed, LOOPBACK)
    with session(address) as connection:
        assert connection.info.hostaddr == "127.0.0.1"


@pytest.mark.parametrize(
    "answer", ["203.0.113.9", "127.0.0.1,203.0.113.9", "169.254.169.254"]
)
def test_an_address_outside_is_refused_and_not_told(
    renamed: Address, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    resolve(monkeypatch, answer)
    with pytest.raises(NotAllowedHere) as caught:
        pinned(renamed, LOOPBACK)
    error = caught.value
    assert NAME in error.message
    assert "203.0" not in f"{error.message} {error.detail} {error.hint}"


def test_a_name_without_address_may_have_one_later(
    renamed: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, "")
    with pytest.raises(Unreachable, match="has no address"):
        pinned(renamed, LOOPBACK)


def test_without_list_and_for_folders_nothing_is_resolved(
    renamed: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = resolve(monkeypatch)
    assert pinned(renamed, ()) == renamed
    folder = replace(renamed, host="/run/postgresql")
    assert pinned(folder, LOOPBACK) == folder
    assert addresses_of("/run/postgresql") == ()
    assert resolver.asked == 0


def test_a_dsn_may_give_the_address_too(database: Address) -> None:
    address = parse_dsn(f"host={NAME} hostaddr=127.0.0.1 dbname=d user=u")
    assert (address.host, address.hostaddr) == (NAME, "127.0.0.1")
    assert parse_dsn("hostaddr=127.0.0.1 dbname=d").host == "127.0.0.1"
    hostile = replace(database, hostaddr="127.0.0.1\0")
    with pytest.raises(ConfigError), session(hostile):
        pass


def _job(store: Store, address: Address) -> Job:
    target_id = add_target(store, BOX, Target(name="shop", address=address))
    job_id = jobs.enqueue(store, NewJob(kind="scan", payload={}, target_id=target_id))
    job = jobs.get_job(store, job_id)
    assert job is not None
    return job


@pytest.mark.parametrize(
    ("allowed", "hostaddr"), [((), ""), (LOOPBACK, "127.0.0.1"), ((NAME,), "127.0.0.1")]
)
def test_a_job_gets_the_address_that_was_checked(
    store: Store,
    renamed: Address,
    monkeypatch: pytest.MonkeyPatch,
    allowed: tuple[str, ...],
    hostaddr: str,
) -> None:
    resolve(monkeypatch, "127.0.0.1")
    context = JobContext(
        store=store,
        box=BOX,
        home=Path("/nonexistent"),
        progress=lambda *_: None,
        allowed_target_hosts=allowed,
    )
    target = context.target(_job(store, renamed))
    assert target.address == replace(renamed, hostaddr=hostaddr)


def test_a_job_of_a_host_that_moved_outside_is_refused(
    store: Store, renamed: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, "10.0.0.1")
    context = JobContext(
        store=store,
        box=BOX,
        home=Path("/nonexistent"),
        progress=lambda *_: None,
        allowed_target_hosts=LOOPBACK,
    )
    with pytest.raises(NotAllowedHere):
        context.target(_job(store, renamed))
