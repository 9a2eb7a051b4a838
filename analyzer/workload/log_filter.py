"""The part of a log that was asked for: a span of time, a database, a user."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

import numpy as np

from analyzer.domain.execution import Execution, LogContents
from analyzer.domain.execution_columns import ExecutionColumns, as_microseconds
from analyzer.domain.log_report import LogFilter


class _Logged(Protocol):
    @property
    def logged_at(self) -> datetime: ...
    @property
    def database(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def application_name(self) -> str: ...


T = TypeVar("T", bound=_Logged)


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


def _is_wanted(item: _Logged, wanted: LogFilter) -> bool:
    return (
        (wanted.since is None or item.logged_at >= wanted.since)
        and (wanted.until is None or item.logged_at < wanted.until)
        and wanted.database in ("", item.database)
        and wanted.user in ("", item.user)
        and wanted.application in ("", item.application_name)
    )
