"""Driver errors to ours, every one; the driver's text is cleaned before it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from analyzer.domain.target import Address
from analyzer.errors import (
    AnalyzerError,
    MissingExtension,
    MissingPrivilege,
    PlanningFailed,
    TargetError,
    TimedOut,
    UnknownRelation,
    Unreachable,
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
_MAX_DETAIL_CHARS = 300

_HINTS = {
    "42501": "Run pgproof doctor to see the GRANT that is needed.",
    "55P03": "Another session holds a lock; pgproof never waits long for one.",
}
_BY_SQLSTATE: dict[str, type[AnalyzerError]] = {
    "42501": MissingPrivilege,
    "42P01": UnknownRelation,
    "3F000": UnknownRelation,
    "57014": TimedOut,
    "55P03": TimedOut,
    "25P03": TimedOut,
    "25P04": TimedOut,
}


def clean(text: str) -> str:
    r"""A server's message as one safe line: no control, escape or bidi characters.

    >>> clean("a\x1b[31mred\nline")
    'a [31mred line'
    """
    return _CONTROL.sub(" ", text).strip()[:_MAX_DETAIL_CHARS]


@contextmanager
def translated(address: Address | None = None) -> Iterator[None]:
    """Turn every error of the driver into one of our tree."""
    try:
        yield
    except psycopg.Error as error:
        raise translate(error, address) from None


def translate(error: psycopg.Error, address: Address | None = None) -> AnalyzerError:
    """The error of our tree for a driver's error.

    A failed connection has no SQLSTATE in psycopg, so it is told by its text.
    """
    where = f" {address}" if address else ""
    sqlstate = error.sqlstate or ""
    if not sqlstate:
        return _connection_error(error, where)
    if sqlstate in _BY_SQLSTATE:
        return _known(error, sqlstate, where)
    if sqlstate == "42883" or sqlstate.startswith("58"):
        return MissingExtension(clean(str(error)), detail=f"SQLSTATE {sqlstate}.")
    if sqlstate[:2] in ("08", "57"):
        return Unreachable(
            f"the server{where} ended the connection",
            detail=f"{clean(str(error))} (SQLSTATE {sqlstate}).",
            hint="It was probably restarted. Nothing stored is lost; run it again.",
        )
    if sqlstate[:2] in ("42", "22", "54"):
        return PlanningFailed(
            "the server refused the statement",
            detail=f"SQLSTATE {sqlstate}.",
        )
    return TargetError(clean(str(error)), detail=f"SQLSTATE {sqlstate}.")


def _known(error: psycopg.Error, sqlstate: str, where: str) -> AnalyzerError:
    kind = _BY_SQLSTATE[sqlstate]
    message = clean((str(error).splitlines() or [sqlstate])[0])
    if kind is TimedOut:
        message = f"the server{where} did not finish in time"
    return kind(message, detail=f"SQLSTATE {sqlstate}.", hint=_HINTS.get(sqlstate))


def _connection_error(error: psycopg.Error, where: str) -> TargetError:
    text = clean(str(error))
    lowered = text.lower()
    if "timeout" in lowered or "timed out" in lowered:
        return TimedOut(
            f"the server{where} accepted the connection but stayed silent",
            detail=text,
            hint="Check that a PostgreSQL server listens on that port.",
        )
    if "password authentication failed" in lowered or "no password" in lowered:
        return MissingPrivilege(
            f"the server{where} did not accept the user or password",
            hint="Check user and password; PGPASSWORD is used if the DSN has none.",
        )
    if "does not exist" in lowered:
        return Unreachable(f"cannot connect to{where}", detail=text)
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return Unreachable(
            f"cannot connect to{where}",
            detail=text,
            hint="Check host and port, that the server runs, and pg_hba.conf.",
        )
    return TargetError(text)
