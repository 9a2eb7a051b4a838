"""The part of a log that was asked for: a span of time, a database, a user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

from analyzer.domain.execution import LogContents
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
        executions=_kept(contents.executions, wanted),
        lock_waits=_kept(contents.lock_waits, wanted),
        events=_kept(contents.events, wanted),
    )


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
