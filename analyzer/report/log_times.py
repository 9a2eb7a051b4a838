"""The times of a log's report in the zone of who reads it; all else is in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from analyzer.domain.log_report import LogReport


def in_zone(report: LogReport, zone: tzinfo | None) -> LogReport:
    """The same report with every time of it in a zone.

    Args:
        report: with times in UTC.
        zone: none is that of this machine.
    """
    found = _moved(report, zone)
    if not isinstance(found, LogReport):
        raise TypeError("a report became something else")
    return found


def _moved(value: Any, zone: tzinfo | None) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone)
    if isinstance(value, tuple | list):
        return type(value)(_moved(item, zone) for item in value)
    if isinstance(value, Mapping):
        return {_moved(k, zone): _moved(v, zone) for k, v in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        moved = {
            item.name: _moved(getattr(value, item.name), zone) for item in fields(value)
        }
        return replace(value, **moved)
    return value
