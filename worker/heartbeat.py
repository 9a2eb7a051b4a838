"""Tells the store that this worker is up, for as long as it is."""

from __future__ import annotations

import os
import socket
import threading

import structlog

from analyzer.errors import StoreError
from analyzer.store import workers
from analyzer.store.database import Store

log = structlog.get_logger()


def worker_name(process: int | None = None) -> str:
    """The name of the worker whose main process that is; of this one by default."""
    return f"{socket.gethostname()}:{process or os.getpid()}"


class Heartbeat:
    """A thread of the main process; it holds one connection of its own."""

    def __init__(self, database_url: str, *, beat_s: float = workers.BEAT_S) -> None:
        self._database_url = database_url
        self._beat_s = beat_s
        self._ended = threading.Event()
        self._is_first = True
        self._thread = threading.Thread(
            target=self._keep, name="heartbeat", daemon=True
        )

    def start(self) -> None:
        """Beat at once, and then again and again; once started, nothing."""
        if self._thread.ident is None:
            self._thread.start()

    def stop(self) -> None:
        """Beat no more."""
        self._ended.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._ended.is_set():
            try:
                self._beat_until_it_fails()
            except StoreError as error:
                # The store restarts, or is away; jobs are told apart from this.
                log.warning("heartbeat_failed", reason=error.message)
            self._ended.wait(self._beat_s)

    def _beat_until_it_fails(self) -> None:
        name = worker_name()
        with Store.open(self._database_url, max_connections=1) as store:
            while not self._ended.is_set():
                workers.beat(store, name, is_first=self._is_first)
                self._is_first = False
                self._ended.wait(self._beat_s)
