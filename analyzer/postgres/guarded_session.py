"""A session prepared to run one foreign statement: checked, limited, watched."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from analyzer.domain.index import RelationName
from analyzer.domain.target import Address
from analyzer.errors import AnalyzerError, NotAllowedHere
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection, cut, session
from analyzer.postgres.guard_answers import changing
from analyzer.postgres.guard_expansion import SYSTEM_SCHEMAS
from analyzer.postgres.guard_facts import CatalogFacts, RelationFact
from analyzer.postgres.memory_watch import within_memory
from analyzer.postgres.queries import load, marked
from analyzer.postgres.rolled_back import set_local
from analyzer.statements.identifiers import quote_relation

_log = logging.getLogger(__name__)
WATCHDOG_GRACE_S = 5.0
READER_ROLE = "pg_read_all_data"
ONLY_RUN_KEY = 0x7067_7072_6F6F_66  # "pgproof", so that all of ours take the same
_SEARCH_PATH = marked("SELECT pg_catalog.current_setting('search_path')")
_HELD_KINDS = ("r", "p", "v")
"""Those that LOCK TABLE takes: tables, partitioned ones and views."""
_HASH_MEM = 2.0
"""The default since PostgreSQL 15; a hash may take so many times work_mem."""
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
        memory_bytes: that the backend may hold for itself. It is stopped above it if
            it runs on this machine; elsewhere, by estimates before it is run.
        max_total_cost: planner cost units above which it is not run.
        time_nodes: time each node of the plan, which makes scans up to twice as slow.
    """

    statement_timeout_ms: int = 10_000
    plan_timeout_ms: int = 5_000
    lock_timeout_ms: int = 300
    temp_file_limit_kb: int = 1_048_576
    work_mem_bytes: int = 64 << 20
    memory_bytes: int = 1 << 30
    max_total_cost: float = 5_000_000.0
    time_nodes: bool = True


def restrict(connection: Connection, limits: Limits, *, is_clone: bool) -> None:
    """Check the session and set its limits, for the transaction it is in.

    A superuser, or a member of ``pg_read_all_data``, becomes that
    role for the transaction: it reads tables but no secrets, files or settings, and
    owns nothing. Before PostgreSQL 14 there is no such role, so a superuser is refused,
    except on a clone. The limits are read back after they have been set.

    Args:
        connection: in a read-only transaction.
        limits: what the statement may use.
        is_clone: nobody else is served from there.

    Raises:
        NotAllowedHere: the session is not what is needed, and why.
    """
    row = connection.execute(_SEARCH_PATH).fetchone()
    # Until the statement's own names are looked up, no function of the database can
    # stand in for a built-in one of ours.
    set_local(connection, {"search_path": "pg_catalog"})
    facts = _limited(connection, limits)
    if facts.may_read_all:
        _become_reader(connection)
    after = _session_facts(connection)
    _check(after)
    if after.is_superuser and not is_clone:
        raise NotAllowedHere(
            "statements are not run as superuser",
            detail="rule superuser: the role can read files and change the server.",
            hint="Connect as a role that has only SELECT on the tables.",
        )
    set_local(connection, {"search_path": row[0] if row else ""})


def become_reader(connection: Connection) -> None:
    """Become ``pg_read_all_data`` for the transaction, where the role may.

    The statement's names are then looked up, and planned, as that role finds them.
    """
    row = connection.execute(_SEARCH_PATH).fetchone()
    set_local(connection, {"search_path": "pg_catalog"})
    if _session_facts(connection).may_read_all:
        _become_reader(connection)
    set_local(connection, {"search_path": row[0] if row else ""})


def _limited(connection: Connection, limits: Limits) -> Any:
    """Set the limits and read them back; gives what the session was before."""
    facts = _session_facts(connection)
    _check(facts)
    version = connection.info.server_version
    settings = {
        "statement_timeout": str(limits.plan_timeout_ms),
        "lock_timeout": str(limits.lock_timeout_ms),
        "work_mem": f"{min(limits.work_mem_bytes, facts.work_mem_bytes) // 1024}kB",
        "hash_mem_multiplier": f"{min(facts.hash_mem_multiplier, _HASH_MEM):g}",
        "max_parallel_workers_per_gather": "0",
        "jit": "off",
        "idle_in_transaction_session_timeout": "30000",
    }
    if facts.is_superuser:
        # Nobody else may set it; the DBA sets it for the role (pgproof doctor).
        settings["temp_file_limit"] = f"{limits.temp_file_limit_kb}kB"
    if version >= _READER_ROLE_VERSION_NUM:
        settings["client_connection_check_interval"] = "1000"
    if version >= _TRANSACTION_TIMEOUT_VERSION_NUM:
        whole = limits.plan_timeout_ms * 3 + limits.statement_timeout_ms
        settings["transaction_timeout"] = str(whole + 5_000)
    set_local(connection, settings)
    _read_back(connection, settings)
    return facts


def _become_reader(connection: Connection) -> None:
    # A member may read as that role and yet not be let become it (16, WITH SET FALSE).
    with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
        set_local(connection, {"role": READER_ROLE})


def refuse_owner(catalog: CatalogFacts, user: str) -> None:
    """Refuse a session that owns what the statement reads.

    Raises:
        NotAllowedHere: it does; a role that owns a table may do anything to it.
    """
    owned = sorted(
        {str(item.asked_name) for item in catalog.relations if item.is_owner}
    )
    if owned:
        raise NotAllowedHere(
            "statements are not run by the owner of what they read",
            detail=f"rule owner: the role {user} owns {owned[0]}.",
            hint=(
                f"GRANT {READER_ROLE} TO the role, which it then becomes while it "
                "runs the statement (PostgreSQL 14 or newer); or connect as a role "
                "that has only SELECT on the tables; or use a clone."
            ),
        )


def hold_relations(connection: Connection, relations: Iterable[RelationFact]) -> None:
    """Let nobody replace or rename these tables and views until the rollback.

    Reading them takes the same locks, but only once it has begun; and a savepoint that
    is rolled back gives them up again. Where the role may read some columns only, they
    are not held.

    Raises:
        CatalogChanged: one of them is gone.
        psycopg.Error: one is locked by another session.
    """
    for item in relations:
        if item.kind not in _HELD_KINDS or item.schema in SYSTEM_SCHEMAS:
            continue
        name = quote_relation(RelationName(item.schema, item.asked_name))
        command = marked(f"LOCK TABLE ONLY {name} IN ACCESS SHARE MODE")
        with (
            changing(),
            suppress(psycopg.errors.InsufficientPrivilege),
            connection.transaction(),
        ):
            extended.run(connection, command)


def claim_the_only_run(connection: Connection) -> None:
    """Hold the one right to run a statement in this database, until the rollback.

    Raises:
        NotAllowedHere: another session runs one.
    """
    row = connection.execute(load("guard_only_run"), {"key": ONLY_RUN_KEY}).fetchone()
    if not (row and row[0]):
        raise NotAllowedHere(
            "another statement is being run there",
            detail="rule one at a time: pgproof runs one statement of a database.",
            hint="Ask again when it is done.",
        )


def _read_back(connection: Connection, settings: Mapping[str, str]) -> None:
    """Refuse to go on with limits that did not take.

    Units differ between what is set and what is shown, so both are set and shown as
    the server shows them: setting to what is shown must change nothing.
    """
    query = load("guard_settings")
    row = connection.execute(
        query, {"names": list(settings), "values": list(settings.values())}
    ).fetchone()
    if row and row[0]:
        raise NotAllowedHere(
            "the limits for running a statement cannot be set here",
            detail=f"rule session: {row[0]} did not take.",
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
def watchdog(
    connection: Connection, limit_s: float, address: Address, memory_bytes: int
) -> Iterator[None]:
    """Cancel what still runs 5 s after its limit; 5 s later end it, and say so.

    So does what holds too much memory, see :mod:`analyzer.postgres.memory_watch`.

    ``statement_timeout`` depends on the backend looking at it; some loops do not. The
    server ends a backend whose client is gone (``client_connection_check_interval``).
    """
    timers = (
        threading.Timer(limit_s + WATCHDOG_GRACE_S, _cancel, (connection,)),
        threading.Timer(limit_s + 2 * WATCHDOG_GRACE_S, _end, (connection, address)),
    )
    for timer in timers:
        timer.daemon = True
        timer.start()
    cancel, end = partial(_cancel, connection), partial(_end, connection, address)
    try:
        with within_memory(connection, memory_bytes, cancel, end):
            yield
    finally:
        for timer in timers:
            timer.cancel()


def _cancel(connection: Connection) -> None:
    with suppress(psycopg.Error):
        connection.cancel_safe(timeout=WATCHDOG_GRACE_S)


def _end(connection: Connection, address: Address) -> None:
    """Terminate the backend from another session, and cut our side of it."""
    backend_pid = connection.info.backend_pid
    _log.error("backend %d ignores its limits and is terminated", backend_pid)
    with suppress(AnalyzerError, psycopg.Error), session(address) as other:
        other.execute(load("guard_terminate"), {"backend_pid": backend_pid})
    cut(connection)
