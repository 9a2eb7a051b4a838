"""Values from the query string and from forms, checked where they come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from urllib.parse import unquote_to_bytes

from flask import request, url_for

from analyzer.errors import UnsafeText, UserError

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
CUSTOM = "custom"


def refuse_bad_bytes() -> None:
    """Refuse a body with bytes that are not UTF-8, before anything reads it.

    Werkzeug makes ``%FF`` of such a byte, as if a user had typed that.

    Raises:
        UnsafeText: there are such bytes.
    """
    if request.mimetype != "application/x-www-form-urlencoded":
        return
    try:
        unquote_to_bytes(request.get_data(cache=True)).decode()
    except UnicodeDecodeError:
        raise UnsafeText(
            "the request holds bytes that are not UTF-8",
            detail="rule characters: such bytes are no text.",
            hint="Send it as UTF-8, or write the character as an escape: U&'\\FFFD'.",
        ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time range as chosen, and its bounds; none is open.

    ``label`` is one of ``RANGES``, or ``CUSTOM``; ``args`` choose it again.
    """

    label: str
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def args(self) -> dict[str, str]:
        """What stands in the address for it."""
        if self.label != CUSTOM:
            return {"range": self.label}
        bounds = {"from": self.started_at, "until": self.ended_at}
        return {name: f"{at:%Y-%m-%dT%H:%M}" for name, at in bounds.items() if at}


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

    ``from`` and ``until``, in UTC, go before ``range``.

    Raises:
        UserError: it is none of those offered, or no range.
    """
    started_at = moment("from", request.args.get("from"))
    ended_at = moment("until", request.args.get("until"))
    if started_at or ended_at:
        if started_at and ended_at and started_at >= ended_at:
            raise UserError("the time range ends before it starts")
        return Span(label=CUSTOM, started_at=started_at, ended_at=ended_at)
    label = request.args.get("range") or DEFAULT_RANGE
    if label not in RANGES:
        raise UserError("range has an unknown value", hint=f"Use {', '.join(RANGES)}.")
    length = RANGES[label]
    return Span(
        label=label,
        started_at=None if length is None else now - length,
        ended_at=None,
    )


def moment(name: str, text: str | None) -> datetime | None:
    """A time in UTC, or none where the value is absent or empty.

    Raises:
        UserError: it cannot be read, or lies outside of the years 1970 to 9000.
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UserError(
            f"{name} is not a time", hint="Write it as 2026-03-01T14:30, in UTC."
        ) from None
    if not 1970 <= found.year <= 9000:
        raise UserError(f"{name} is too far away")
    return found


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
