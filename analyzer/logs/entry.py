"""One message of the server's log, the same from each of the three formats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""Time of an entry whose log has none."""

MAX_TEXT_CHARS = 10_000_000
"""The longest message, statement or plan that is kept; the rest is cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who wrote a message and when; fields that the log does not have are empty.

    ``session_id`` is ``%c``; where only the process id and the session's start are
    known it is made of them the way the server does.
    """

    logged_at: datetime = UNKNOWN_TIME
    process_id: int = 0
    session_id: str = ""
    user: str = ""
    database: str = ""
    application_name: str = ""
    remote_host: str = ""
    virtual_transaction_id: str = ""
    transaction_id: int = 0
    queryid: int = 0
    sqlstate: str = ""

    @property
    def process_key(self) -> str:
        """What tells one process from another, as well as this log can."""
        return self.session_id or str(self.process_id or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """A message with its companions (DETAIL, HINT, CONTEXT, QUERY, STATEMENT).

    ``severity`` is English whatever ``lc_messages`` was. ``position`` and
    ``internal_position`` are left out, as no reader needs them.
    """

    origin: Origin
    severity: str
    message: str
    detail: str = ""
    hint: str = ""
    context: str = ""
    internal_query: str = ""
    statement: str = ""
    location: str = ""


_MAX_ID = (1 << 63) - 1


def id_number(written: object) -> int:
    """A number of at most 64 bits that names something; 0 for nothing, or a larger one.

    Args:
        written: digits, a number, or what stands for none.

    Raises:
        ValueError: it is something else.

    >>> id_number("-42"), id_number(None), id_number("99999999999999999999")
    (-42, 0, 0)
    """
    if not isinstance(written, str | int):
        if written is None:
            return 0
        raise ValueError(f"{type(written).__name__} is no number")
    number = int(written or 0)
    return number if -_MAX_ID <= number <= _MAX_ID else 0


def error_code(sqlstate: str | None) -> str:
    """The SQLSTATE of an error; empty for success, which jsonlog leaves out.

    >>> error_code("00000"), error_code("22012")
    ('', '22012')
    """
    return "" if sqlstate is None or sqlstate == "00000" else sqlstate
