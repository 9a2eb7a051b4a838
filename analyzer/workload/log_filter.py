"""The part of a log that was asked for: a span of time, a database, a user."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from analyzer.domain.execution import Execution, LogContents
from analyzer.domain.execution_columns import ExecutionColumns, as_microseconds
from analyzer.domain.log_report import LogFilter, Logged
from analyzer.statements.tags import is_of_trace

T = TypeVar("T", bound=Logged)


def filtered(contents: LogContents, wanted: LogFilter) -> LogContents:
    """The contents without what was not asked for; the coverage stays whole."""
    if wanted == LogFilter():
        return contents
    return replace(
        contents,
        executions=_executions(contents.executions, wanted),
        lock_waits=_kept(contents.lock_waits, wanted),
        events=_kept(contents.events, wanted),
    )


def _executions(
    executions: Sequence[Execution], wanted: LogFilter
) -> Sequence[Execution]:
    if not isinstance(executions, ExecutionColumns):
        return _kept(executions, wanted)
    columns = executions
    chosen = np.ones(len(columns), np.bool_)
    if wanted.since is not None:
        chosen &= columns.logged_at_us >= as_microseconds(wanted.since)
    if wanted.until is not None:
        chosen &= columns.logged_at_us < as_microseconds(wanted.until)
    origins = columns.origins
    for name, values in (
        (wanted.database, origins.database),
        (wanted.user, origins.user),
        (wanted.application, origins.application_name),
    ):
        if name:
            fits = np.array([value == name for value in values], np.bool_)
            chosen &= fits[columns.origin]
    return columns if bool(chosen.all()) else columns.where(chosen)


def _kept(items: Iterable[T], wanted: LogFilter) -> tuple[T, ...]:
    return tuple(item for item in items if _is_wanted(item, wanted))


def _is_wanted(item: Logged, wanted: LogFilter) -> bool:
    is_traced = not wanted.trace_id or is_of_trace(item.query, wanted.trace_id)
    return is_traced and wanted.admits(item)
