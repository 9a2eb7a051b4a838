"""One client of the demo shop: a session that asks by name and counts what it did."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any

from analyzer.demo.sql_files import statements
from analyzer.domain.target import Address
from analyzer.errors import AnalyzerError
from analyzer.postgres.connect import open_session
from analyzer.postgres.errors_map import translated

STATEMENT_TIMEOUT_MS = 60_000
_PREPARED = frozenset(
    {
        "product_page",
        "items_of_order",
        "touch_session",
        "record_event",
        "orders_of_customer",
        "order_batch",
    }
)
_TAGS = {
    "orders_by_status": "controller='orders',action='queue'",
    "audit_page": "controller='audit',action='export'",
    "products_without_review": "controller='catalog',action='unreviewed'",
    "events_of_day": "controller='reports',action='day'",
}


class Client:
    """A session of one service; not shared between threads.

    Attributes:
        random: chance, repeatable by its seed.
        calls: executions that succeeded, by name of the statement.
        errors: executions that failed, by name of the statement.
    """

    def __init__(self, address: Address, service: str, random: Random) -> None:
        self.random = random
        self.calls: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.elapsed_ms: Counter[str] = Counter()
        self._connection = open_session(
            address, read_only=False, statement_timeout_ms=STATEMENT_TIMEOUT_MS
        )
        # Named prepared statements for those that ask for it, never by themselves.
        self._connection.prepare_threshold = 1_000_000_000
        # Names of services are words of our own, so they need no quoting.
        self._connection.execute(f"SET application_name = {service}".encode())
        self._connection.execute(b"SET lock_timeout = 0")

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    def run(
        self, name: str, *parameters: Any, literals: Sequence[int] = ()
    ) -> list[tuple[Any, ...]]:
        """Run one statement of ``statements.sql`` and fetch all its rows.

        Args:
            name: of the statement.
            parameters: bound to its ``%s``.
            literals: numbers written into the text in place of its ``{}``.

        Raises:
            TargetError: the server refused it.
        """
        # Braces of the texts without literals are JSON, so they are left alone.
        text = statements()[name]
        text = text.format(*literals) if literals else text
        if name in _TAGS:
            text += f" /*{_TAGS[name]},application='shop'*/"
        started = time.perf_counter()
        try:
            with translated():
                cursor = self._connection.execute(
                    text.encode(), parameters or None, prepare=name in _PREPARED
                )
                rows = cursor.fetchall() if cursor.description else []
        except AnalyzerError:
            self.errors[name] += 1
            raise
        self.calls[name] += 1
        self.elapsed_ms[name] += int((time.perf_counter() - started) * 1000)
        return rows

    def run_refused(self, name: str, *parameters: Any) -> None:
        """Run a statement that the server is expected to refuse.

        Raises:
            TargetError: the session was lost, which is not what was expected.
        """
        try:
            self.run(name, *parameters)
        except AnalyzerError:
            if self._connection.closed:
                raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction: committed at the end, rolled back by an error."""
        with translated(), self._connection.transaction():
            yield
