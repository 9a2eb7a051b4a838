"""What keeps a hostile statement from having a shadow, and its machine, for itself.

PostgreSQL looks at ``statement_timeout`` between steps of planning; pulling up
subqueries is one step, and a dozen CTEs that each name the one before twice make
thousands of them (safety.md 2). A backend in there does not answer to SIGTERM either.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache

from analyzer.errors import PlanningFailed, UserError
from analyzer.postgres.connect import Connection
from analyzer.statements.growing_calls import MULTIPLYING
from analyzer.statements.growth import MAX_BUILT_BYTES, MAX_COPIES, NO_GROWTH, Growth
from analyzer.statements.safety import expanded_relation_count, growth_of

MAX_RELATIONS = 300
"""Relations that a statement may have once its CTEs are inlined."""

MAX_BACKEND_BYTES = 1 << 30
"""Memory of its own that a backend of a shadow may take."""

_ONE_SELECT = 1
_log = logging.getLogger(__name__)


def refuse_endless(query: str) -> None:
    """Refuse to plan a statement that stands for far more than it says.

    Raises:
        PlanningFailed: its CTEs are more than ``MAX_RELATIONS``; or its subqueries,
            written into one another, more than ``MAX_COPIES`` expressions; or it makes
            values of more than ``MAX_BUILT_BYTES``, which planning does for constants.
    """
    lowered = query.lower()
    if lowered.count("select") > _ONE_SELECT or _makes_much(lowered):
        _refuse_growth(_growth(query))
    # Only a CTE that is said not to be materialized is inlined more than once.
    if "materialized" not in lowered:
        return
    count = _relation_count(query)
    if count > MAX_RELATIONS:
        raise PlanningFailed(
            f"the statement is {count:,} relations once its CTEs are inlined",
            detail=f"Statements of up to {MAX_RELATIONS} relations are planned.",
            hint="Mark its CTEs MATERIALIZED.",
        )


def _makes_much(lowered: str) -> bool:
    return "||" in lowered or any(name in lowered for name in MULTIPLYING)


def _refuse_growth(found: Growth) -> None:
    if found.copies > MAX_COPIES:
        raise PlanningFailed(
            f"the statement is {found.copies:,} expressions once it is written out",
            detail=f"Statements of up to {MAX_COPIES:,} expressions are planned.",
            hint="Do not use a column twice in each of many subqueries.",
        )
    if found.built_bytes > MAX_BUILT_BYTES:
        raise PlanningFailed(
            f"the statement makes values of up to {found.built_bytes >> 20:,} MB",
            detail=f"Values of up to {MAX_BUILT_BYTES >> 20} MB for a row are planned.",
            hint="Build shorter values.",
        )


@lru_cache(maxsize=1024)
def _growth(query: str) -> Growth:
    try:
        return growth_of(query)
    except UserError:
        return NO_GROWTH  # the planner says what is wrong with it


@lru_cache(maxsize=1024)
def _relation_count(query: str) -> int:
    try:
        return expanded_relation_count(query)
    except UserError:
        return 0  # the planner says what is wrong with it


@contextmanager
def ended_after(connection: Connection, limit_s: float) -> Iterator[None]:
    """End the backend of a shadow that plans for longer, whatever it is doing.

    Its cluster then starts anew, and all its shadows are lost; nothing of value is.

    Args:
        connection: to a cluster on this machine, started by this user or by root.
        limit_s: well over the statement timeout, which is the gentle way.
    """
    timer = threading.Timer(limit_s, _kill, (connection.info.backend_pid,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _kill(backend_pid: int) -> None:
    _log.error("planning in a shadow ignores its limits: backend %d ends", backend_pid)
    with suppress(ProcessLookupError):
        os.kill(backend_pid, signal.SIGKILL)
