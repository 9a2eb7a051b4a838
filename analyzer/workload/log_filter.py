"""The part of a log that was asked for: a span of time, a database, a user."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from analyzer.domain.event_columns import events_of
from analyzer.domain.execution import Execution, LogContents
from analyzer.domain.execution_columns import (
    Bools,
    ExecutionColumns,
    Origins,
    as_microseconds,
)
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
        events=events_of(contents.events).kept(lambda one: _is_wanted(one, wanted)),
    )


def _executions(
    executions: Sequence[Execution], wanted: LogFilter
) -> Sequence[Execution]:
    if not isinstance(executions, ExecutionColumns):
        return _kept(executions, wanted)
    fits = _fitting_origins(executions.origins, wanted)
    since, until = wanted.since, wanted.until

    def chosen(columns: ExecutionColumns) -> Bools:
        mask = fits[columns.origin]
        if since is not None:
            mask &= columns.logged_at_us >= as_microseconds(since)
        if until is not None:
            mask &= columns.logged_at_us < as_microseconds(until)
        return mask

    return executions.where(chosen)


def _fitting_origins(origins: Origins, wanted: LogFilter) -> Bools:
    fits = np.ones(len(origins.database), np.bool_)
    for name, values in (
        (wanted.database, origins.database),
        (wanted.user, origins.user),
        (wanted.application, origins.application_name),
    ):
        if name:
            fits &= np.array([value == name for value in values], np.bool_)
    return fits


def _kept(items: Iterable[T], wanted: LogFilter) -> tuple[T, ...]:
    return tuple(item for item in items if _is_wanted(item, wanted))


def _is_wanted(item: Logged, wanted: LogFilter) -> bool:
    is_traced = not wanted.trace_id or is_of_trace(item.query, wanted.trace_id)
    return is_traced and wanted.admits(item)
