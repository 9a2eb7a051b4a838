"""Values from the query string and from forms, checked where they come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from flask import request, url_for

from analyzer.errors import UserError

E = TypeVar("E", bound=StrEnum)

PAGE_SIZE = 50
MAX_PAGE = 2_000
MAX_SEARCH = 200
RANGES = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "all": None,
}
DEFAULT_RANGE = "7d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time range as chosen, and its bounds; none is open."""

    label: str
    started_at: datetime | None
    ended_at: datetime | None


def integer(name: str, text: str | None) -> int | None:
    """A positive whole number, or none where the value is absent or empty.

    Raises:
        UserError: it is something else.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise UserError(f"{name} is not a whole number")
    return int(text)


def choice(name: str, kind: type[E], text: str | None) -> E | None:
    """A member of an enumeration by its value, or none where absent.

    Raises:
        UserError: there is no such value.
    """
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        values = ", ".join(item.value for item in kind)
        raise UserError(f"{name} has an unknown value", hint=f"Use {values}.") from None


def page_number() -> int:
    """The page asked for, counted from 1."""
    return min(max(integer("page", request.args.get("page")) or 1, 1), MAX_PAGE)


def search_text() -> str:
    """The text searched for, cut to 200 characters; NUL cannot be stored."""
    return request.args.get("q", "").replace("\0", "").strip()[:MAX_SEARCH]


def span(now: datetime) -> Span:
    """The time range asked for, the last seven days by default.

    Raises:
        UserError: it is none of those offered.
    """
    label = request.args.get("range", DEFAULT_RANGE)
    if label not in RANGES:
        raise UserError("range has an unknown value", hint=f"Use {', '.join(RANGES)}.")
    length = RANGES[label]
    return Span(
        label=label,
        started_at=None if length is None else now - length,
        ended_at=None,
    )


def with_args(**changes: str | int | None) -> str:
    """The address of this page with some arguments changed or removed."""
    args: dict[str, str | int] = {**(request.view_args or {}), **_flat(request.args)}
    for name, value in changes.items():
        if value is None:
            args.pop(name, None)
        else:
            args[name] = value
    return url_for(request.endpoint or "today.show", **args)  # type: ignore[arg-type]


def _flat(args: Mapping[str, str]) -> dict[str, str]:
    reserved = ("endpoint", "_external", "_anchor", "_method", "_scheme")
    return {name: args[name] for name in args if name not in reserved}
