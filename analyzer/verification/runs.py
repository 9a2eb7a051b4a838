"""One measured run: EXPLAIN ANALYZE of a statement, its blocks and its clocks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.domain.plan import Plan
from analyzer.errors import TimedOut
from analyzer.plans.read_json import read_plan
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import running
from analyzer.postgres.queries import MARKER
from analyzer.postgres.rolled_back import set_local
from analyzer.verification.backend_clock import BackendClock

_PLAN = f"EXPLAIN {MARKER} (FORMAT JSON, VERBOSE)"
_RUN = f"EXPLAIN {MARKER} (ANALYZE, BUFFERS, TIMING OFF, SUMMARY, FORMAT JSON)"
_RUN_WRITE = (
    f"EXPLAIN {MARKER} (ANALYZE, BUFFERS, WAL, TIMING OFF, SUMMARY, FORMAT JSON)"
)
"""Without TIMING a node's clock is not read for each row, which would cost more than
some nodes do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run took; blocks are those of the whole plan."""

    execution_ms: float
    cpu_ms: float | None
    touched_blks: int = 0
    read_blks: int = 0
    temp_blks: int = 0
    wal_bytes: int = 0
    rows: int = 0
    timed_out: bool = False


@dataclass(slots=True, kw_only=True)
class Session:
    """A session that measures; ``types`` of the parameters are asked once a text."""

    connection: Connection
    clock: BackendClock | None
    limit_ms: int
    _types: dict[str, tuple[int, ...]]

    def types(self, query: str) -> tuple[int, ...]:
        """Type oids of the parameters, in order."""
        if "$" not in query:
            return ()
        if query not in self._types:
            self._types[query] = extended.parameter_types(self.connection, query)
        return self._types[query]


def new_session(
    connection: Connection, clock: BackendClock | None, limit_ms: int
) -> Session:
    """A session for runs of at most ``limit_ms``."""
    return Session(connection=connection, clock=clock, limit_ms=limit_ms, _types={})


def plan(session: Session, query: str, values: Sequence[str | None]) -> Plan:
    """The plan of a statement with these values.

    Raises:
        PlanningFailed: the server does not accept it.
    """
    with running(session.limit_ms):
        types = session.types(query)
        rows = extended.run(
            session.connection, f"{_PLAN} {query}", values[: len(types)], types=types
        )
    return read_plan(rows[0][0] or "", source="measured server")


def run(
    session: Session,
    query: str,
    values: Sequence[str | None],
    *,
    writes: bool = False,
    limit_ms: int = 0,
) -> Run:
    """Run a statement once with EXPLAIN ANALYZE.

    The processor's time includes parsing and planning.

    Args:
        session: in a transaction that is rolled back afterwards.
        query: the statement.
        values: of its parameters.
        writes: whether to count the write-ahead log.
        limit_ms: of this run, 0 for the session's.

    Raises:
        PlanningFailed: the server does not accept it.
    """
    text = f"{_RUN_WRITE if writes else _RUN} {query}"
    clock = session.clock
    types = session.types(query)
    limit = limit_ms or session.limit_ms
    set_local(session.connection, {"statement_timeout": str(limit)})
    own, children = _read(clock)
    try:
        with running(limit):
            rows = extended.run(
                session.connection, text, values[: len(types)], types=types
            )
    except TimedOut:
        return Run(
            execution_ms=limit, cpu_ms=float(limit) if clock else None, timed_out=True
        )
    own_after, children_after = _read(clock)
    document = json.loads(rows[0][0] or "[]")[0]
    cpu_ms = None
    if clock is not None:
        cpu_ms = max(own_after - own, 0.0)
        if _launched_workers(document["Plan"]):
            cpu_ms += children_after - children
    return _of_document(document, cpu_ms)


def planning_cpu_ms(
    session: Session, query: str, values: Sequence[str | None]
) -> float:
    """Processor time of planning alone; 0 where it cannot be seen."""
    if session.clock is None:
        return 0.0
    found = []
    for _ in range(2):
        before = session.clock.own_ms()
        plan(session, query, values)
        found.append(session.clock.own_ms() - before)
    return min(found)


def _read(clock: BackendClock | None) -> tuple[float, float]:
    return (clock.own_ms(), clock.ended_children_ms()) if clock else (0.0, 0.0)


def _of_document(document: dict[str, Any], cpu_ms: float | None) -> Run:
    root = document["Plan"]
    hit, read = root.get("Shared Hit Blocks", 0), root.get("Shared Read Blocks", 0)
    written = root.get("Plans", [root])[0] if root.get("Operation") else root
    return Run(
        execution_ms=float(document["Execution Time"]),
        cpu_ms=cpu_ms,
        touched_blks=int(hit) + int(read),
        read_blks=int(read),
        temp_blks=int(root.get("Temp Read Blocks", 0))
        + int(root.get("Temp Written Blocks", 0)),
        wal_bytes=int(root.get("WAL Bytes", 0)),
        rows=int(float(written.get("Actual Rows", 0))),
    )


def _launched_workers(root: dict[str, Any]) -> bool:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.get("Workers Launched"):
            return True
        stack.extend(node.get("Plans", []))
    return False
