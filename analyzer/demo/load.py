"""The load of the demo shop: its services at work, all at once, for some seconds."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random

from analyzer.demo.client import Client
from analyzer.demo.services import SERVICES, Service, who_is_online
from analyzer.domain.ports import Progress
from analyzer.domain.target import Address
from analyzer.errors import AnalyzerError

_SEED = 20261101
_PAUSE_S = 0.002
_REPORT_EVERY_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What the load did.

    Attributes:
        duration_s: wall time, in seconds.
        calls: executions that succeeded, by name of the statement.
        errors: executions that failed, by name of the statement.
        elapsed_ms: time the clients waited, by name of the statement.
        session_count: sessions that were open.
    """

    duration_s: float
    calls: Mapping[str, int] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)
    elapsed_ms: Mapping[str, int] = field(default_factory=dict)
    session_count: int = 0

    @property
    def call_count(self) -> int:
        """Executions that succeeded."""
        return sum(self.calls.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """How much load there is to be; whichever limit comes first ends it."""

    duration_s: float
    visits: int | None
    scale: float


class _Stop:
    """Tells the sessions when to end, and remembers the first failure."""

    def __init__(self, options: _Limits) -> None:
        self.started = time.monotonic()
        self.options = options
        self.failure: BaseException | None = None
        self._asked = threading.Event()

    def now(self) -> bool:
        """Whether the time is up, or a session failed, or somebody pressed Ctrl-C."""
        return self._asked.is_set() or self.elapsed_s >= self.options.duration_s

    def ask(self, failure: BaseException | None = None) -> None:
        """End all sessions after what they do now."""
        self.failure = self.failure or failure
        self._asked.set()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started


def run_load(
    address: Address,
    duration_s: float = 10.0,
    progress: Progress | None = None,
    *,
    visits: int | None = None,
    scale: float = 1.0,
) -> LoadReport:
    """Let all services work on the shop at once.

    Args:
        address: of the shop, as the application's role.
        duration_s: for how long at most, in seconds.
        progress: told the share of the time that is over.
        visits: of each session at most; none is no limit.
        scale: of the shop's data.

    Raises:
        TargetError: a session could not be opened, or was ended by the server.
    """
    stop = _Stop(_Limits(duration_s=duration_s, visits=visits, scale=scale))
    clients = _open_clients(address)
    threads = [
        threading.Thread(target=_serve, args=(client, service, stop), daemon=True)
        for service, client in clients
    ]
    try:
        for thread in threads:
            thread.start()
        _wait(threads, stop, progress)
    finally:
        stop.ask()
        for thread in threads:
            thread.join()
        for _, client in clients:
            client.close()
    if stop.failure is not None:
        raise stop.failure
    return _report([client for _, client in clients], stop.elapsed_s)


def _open_clients(address: Address) -> list[tuple[Service, Client]]:
    clients = []
    numbers = iter(range(1000))
    for service in SERVICES:
        for _ in range(service.session_count):
            random = Random(_SEED + next(numbers))
            clients.append((service, Client(address, service.name, random)))
    return clients


def _serve(client: Client, service: Service, stop: _Stop) -> None:
    weights = [weight for weight, _ in service.visits]
    visits = [visit for _, visit in service.visits]
    scale = stop.options.scale
    done = 0
    try:
        if service.name == "reporting":
            who_is_online(client, scale)
        while not stop.now() and done != stop.options.visits:
            # The first round does everything once, so that a short load is complete.
            if done < len(visits):
                visit = visits[done]
            else:
                visit = client.random.choices(visits, weights)[0]
            visit(client, scale)
            done += 1
            time.sleep(_PAUSE_S)
    except AnalyzerError as failure:
        stop.ask(failure)


def _wait(
    threads: list[threading.Thread], stop: _Stop, progress: Progress | None
) -> None:
    while any(thread.is_alive() for thread in threads):
        if progress is not None:
            done = min(1.0, stop.elapsed_s / stop.options.duration_s)
            progress("running the shop", done)
        time.sleep(_REPORT_EVERY_S)


def _report(clients: list[Client], duration_s: float) -> LoadReport:
    calls: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    elapsed_ms: Counter[str] = Counter()
    for client in clients:
        calls += client.calls
        errors += client.errors
        elapsed_ms += client.elapsed_ms
    report = LoadReport(duration_s=duration_s, session_count=len(clients))
    return replace(report, calls=calls, errors=errors, elapsed_ms=elapsed_ms)
