"""A session prepared to run one foreign statement: checked, limited, watched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from analyzer.errors import NotAllowedHere
from analyzer.postgres.connect import Connection, cut
from analyzer.postgres.queries import load
from analyzer.postgres.rolled_back import set_local

WATCHDOG_GRACE_S = 5.0
READER_ROLE = "pg_read_all_data"
_READER_ROLE_VERSION_NUM = 140_000
_TRANSACTION_TIMEOUT_VERSION_NUM = 170_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a statement that is run may use.

    Attributes:
        statement_timeout_ms: for the run.
        plan_timeout_ms: for planning it before.
        lock_timeout_ms: for waiting on another session.
        temp_file_limit_kb: set where the role may; else its own setting holds.
        work_mem_bytes: at most; less where the session has less.
        max_total_cost: planner cost units above which it is not run.
    """

    statement_timeout_ms: int = 10_000
    plan_timeout_ms: int = 5_000
    lock_timeout_ms: int = 300
    temp_file_limit_kb: int = 1_048_576
    work_mem_bytes: int = 64 << 20
    max_total_cost: float = 5_000_000.0


def restrict(connection: Connection, limits: Limits, *, is_clone: bool) -> None:
    """Check the session and set its limits, for the transaction it is in.

    A superuser gives up its rights for the transaction: it becomes
    ``pg_read_all_data``, which reads tables but no secrets, files or settings. Before
    PostgreSQL 14 there is no such role, so a superuser is refused, except on a clone.

    Args:
        connection: in a read-only transaction.
        limits: what the statement may use.
        is_clone: nobody else is served from there.

    Raises:
        NotAllowedHere: the session is not what is needed, and why.
    """
    facts = _session_facts(connection)
    _check(facts)
    version = connection.info.server_version
    settings = {
        "statement_timeout": str(limits.plan_timeout_ms),
        "lock_timeout": str(limits.lock_timeout_ms),
        "work_mem": f"{min(limits.work_mem_bytes, facts.work_mem_bytes) // 1024}kB",
        "max_parallel_workers_per_gather": "0",
        "jit": "off",
        "idle_in_transaction_session_timeout": "30000",
    }
    if facts.is_superuser:
        settings["temp_file_limit"] = f"{limits.temp_file_limit_kb}kB"
    if version >= _READER_ROLE_VERSION_NUM:
        settings["client_connection_check_interval"] = "1000"
    if version >= _TRANSACTION_TIMEOUT_VERSION_NUM:
        whole = limits.plan_timeout_ms * 3 + limits.statement_timeout_ms
        settings["transaction_timeout"] = str(whole + 5_000)
    set_local(connection, settings)
    if facts.is_superuser:
        _give_up_superuser(connection, is_clone=is_clone)


def _give_up_superuser(connection: Connection, *, is_clone: bool) -> None:
    if connection.info.server_version >= _READER_ROLE_VERSION_NUM:
        set_local(connection, {"role": READER_ROLE})
        if not _session_facts(connection).is_superuser:
            return
    if not is_clone:
        raise NotAllowedHere(
            "statements are not run as superuser",
            detail="rule superuser: the role can read files and change the server.",
            hint="Connect as a role that has only SELECT on the tables.",
        )


def _check(facts: Any) -> None:
    reasons = [
        ("standard_conforming_strings is off", not facts.has_standard_strings),
        ("the client encoding is not UTF8", not facts.sends_utf8),
        ("the database's encoding is SQL_ASCII", facts.server_encoding == "SQL_ASCII"),
        ("the transaction is not read-only", not facts.is_read_only),
    ]
    for reason, holds in reasons:
        if holds:
            raise NotAllowedHere(
                "the session is not safe for running a statement",
                detail=f"rule session: {reason}.",
            )


def _session_facts(connection: Connection) -> Any:
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(load("guard_session"), {}).fetchone()


@contextmanager
def watchdog(connection: Connection, limit_s: float) -> Iterator[None]:
    """Cancel what still runs 5 s after its limit; 5 s later cut the connection.

    ``statement_timeout`` depends on the backend looking at it; some loops do not. The
    server ends a backend whose client is gone (``client_connection_check_interval``).
    """
    timers = (
        threading.Timer(limit_s + WATCHDOG_GRACE_S, _cancel, (connection,)),
        threading.Timer(limit_s + 2 * WATCHDOG_GRACE_S, cut, (connection,)),
    )
    for timer in timers:
        timer.daemon = True
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


def _cancel(connection: Connection) -> None:
    with suppress(psycopg.Error):
        connection.cancel_safe(timeout=WATCHDOG_GRACE_S)
