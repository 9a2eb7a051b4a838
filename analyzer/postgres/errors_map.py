"""Driver errors to ours, every one; the driver's text is cleaned before it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from analyzer.domain.target import Address
from analyzer.errors import (
    AnalyzerError,
    MissingExtension,
    MissingPrivilege,
    NotAllowedHere,
    PlanningFailed,
    TargetError,
    TimedOut,
    UnfitStatement,
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

_OTHER = ("the server could not plan the statement", None)
_PLANNING: dict[str, tuple[str, str | None]] = {
    "22": ("a value of the statement does not fit its type", None),
    "25006": ("the statement would change something", None),
    "25": ("the session's transaction does not allow the statement", None),
    "42501": (
        "the role may not read a relation or call a function of the statement",
        "Run pgproof doctor to see the GRANT that is needed.",
    ),
    "42601": ("the server does not understand the statement's syntax", None),
    "42703": ("a column of the statement does not exist here", None),
    "42883": ("a function or operator of the statement does not exist here", None),
    "42P01": (
        "a relation of the statement does not exist here",
        "Check the names; outside the search_path a name needs its schema before it.",
    ),
    "42P02": ("the statement has a parameter without a value", None),
    "42P18": ("the type of a parameter cannot be determined", None),
    "3F000": ("a schema of the statement does not exist here", None),
    "42": ("the statement does not fit the schema here", None),
    "0A": ("the server does not support something the statement uses", None),
    **dict.fromkeys(
        ("53200", "53400"),
        ("the statement needs more memory or temporary files than it may have", None),
    ),
    "54": ("the statement is too complex for the server", None),
    "57014": ("planning the statement took longer than the limit", None),
    "55P03": ("a relation of the statement is locked by another session", None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _ConnectionError:
    """What a text of libpq or of the server means."""

    parts: tuple[str, ...]
    kind: type[TargetError]
    message: str
    hint: str
    repeats_text: bool = True


_CONNECTION_ERRORS = (
    _ConnectionError(
        parts=("timeout", "timed out"),
        kind=TimedOut,
        message="the server{where} accepted the connection but stayed silent",
        hint="Check that a PostgreSQL server listens on that port.",
    ),
    _ConnectionError(
        parts=("password authentication failed", "no password", "empty password"),
        kind=MissingPrivilege,
        message="the server{where} did not accept the user or password",
        hint="Check user and password; PGPASSWORD is used if the DSN has none.",
        repeats_text=False,
    ),
    _ConnectionError(
        parts=("authentication method requirement",),
        kind=MissingPrivilege,
        message="the server{where} asks for the password in clear text",
        hint="Use sslmode=require, or scram-sha-256 in the server's pg_hba.conf.",
        repeats_text=False,
    ),
    _ConnectionError(
        parts=("no pg_hba.conf entry", "pg_hba.conf rejects", "authentication failed"),
        kind=MissingPrivilege,
        message="the server{where} does not let this user in from here",
        hint="Add a line to its pg_hba.conf and reload it; or check sslmode.",
    ),
    _ConnectionError(
        parts=("does not support ssl",),
        kind=Unreachable,
        message="the server{where} does not offer an encrypted connection",
        hint="Use sslmode=prefer, or turn ssl on in the server.",
        repeats_text=False,
    ),
    _ConnectionError(
        parts=("certificate", "ssl error"),
        kind=Unreachable,
        message="no encrypted connection to the server{where} could be made",
        hint="Check sslmode and the server's certificate.",
    ),
    _ConnectionError(
        parts=(
            "invalid response to ssl",
            "expected authentication request",
            "unexpected message",
            "invalid authentication request",
            "received invalid protocol",
            "message contents do not agree",
            "lost synchronization",
        ),
        kind=Unreachable,
        message="what answers at{where} is not a PostgreSQL server",
        hint="Check the port; PostgreSQL's is 5432 unless it was changed.",
        repeats_text=False,
    ),
    _ConnectionError(
        parts=("server closed the connection", "connection reset"),
        kind=Unreachable,
        message="the server{where} closed the connection",
        hint="Check that a PostgreSQL server listens on that port; see its log.",
        repeats_text=False,
    ),
    _ConnectionError(
        parts=("too many connections", "too many clients", "connection slots"),
        kind=Unreachable,
        message="the server{where} has no connection free",
        hint="Try again later, or raise the limit of the role or the server.",
    ),
    _ConnectionError(
        parts=("starting up", "shutting down", "recovery mode", "not yet accepting"),
        kind=Unreachable,
        message="the server{where} is starting or stopping",
        hint="Try again in a moment.",
    ),
    _ConnectionError(
        parts=("resolve host", "translate host name", "name or service not known"),
        kind=Unreachable,
        message="cannot find the host of{where}",
        hint="Check the host's name.",
        repeats_text=False,
    ),
    _ConnectionError(
        parts=("connection refused",),
        kind=Unreachable,
        message="nothing listens at{where}",
        hint="Check host and port, and that the server runs and listens there.",
        repeats_text=False,
    ),
    _ConnectionError(
        parts=("does not exist",),
        kind=Unreachable,
        message="cannot connect to{where}",
        hint="Check the names of the database and the user.",
    ),
)
"""The first that fits tells; a failed connection has no SQLSTATE in psycopg."""


def clean(text: str) -> str:
    r"""A server's message as one safe line: no control, escape or bidi characters.

    >>> clean("a\x1b[31mred\nline")
    'a [31mred line'
    """
    return _CONTROL.sub(" ", text).strip()[:_MAX_DETAIL_CHARS]


def pooled(where: str) -> Unreachable:
    """That a pooler answers, where a session of our own is needed."""
    return Unreachable(
        f"a connection pooler answers at{where}",
        detail="The limits that pgproof sets for its session would stay behind in a "
        "connection of the pool, for whoever gets it next.",
        hint="Give the host and port of PostgreSQL itself.",
    )


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


@contextmanager
def planning() -> Iterator[None]:
    """Turn what the server says of a statement into PlanningFailed, in our own words.

    The server's message may repeat values of the statement or of rows, so it is never
    passed on. A lost connection stays what it is.
    """
    try:
        yield
    except psycopg.Error as error:
        raise planning_failed(error) from None


def planning_failed(error: psycopg.Error) -> AnalyzerError:
    """The error of our tree for a statement that could not be planned or run."""
    sqlstate = error.sqlstate or ""
    if not sqlstate or sqlstate[:3] == "57P":
        return translate(error)
    if sqlstate[:2] in ("08", "53") and sqlstate not in _PLANNING:
        return translate(error)
    why, hint = _PLANNING.get(sqlstate) or _PLANNING.get(sqlstate[:2]) or _OTHER
    # Class 42 is "Syntax Error or Access Rule Violation" (manual, appendix A).
    is_mistake = sqlstate[:2] == "42" and sqlstate != "42501"
    kind = UnfitStatement if is_mistake else PlanningFailed
    return kind(why, detail=f"SQLSTATE {sqlstate}.", hint=hint)


@contextmanager
def running(limit_ms: int) -> Iterator[None]:
    """As :func:`planning`, for a statement that is run with a limit of time."""
    try:
        yield
    except psycopg.Error as error:
        sqlstate = error.sqlstate or ""
        if sqlstate in ("57014", "25P04"):
            raise TimedOut(
                f"the statement ran longer than the limit of {limit_ms / 1000:g} s",
                detail=f"SQLSTATE {sqlstate}.",
                hint="Its plan can still be asked for without running it.",
            ) from None
        raise planning_failed(error) from None


@contextmanager
def building() -> Iterator[None]:
    """Say of CREATE INDEX that only an owner may build one; else nothing.

    Raises:
        NotAllowedHere: the role does not own the table.
    """
    try:
        yield
    except psycopg.errors.InsufficientPrivilege:
        raise NotAllowedHere(
            "the role may not build an index there",
            detail="rule owner: PostgreSQL lets only the owner of a table do so.",
            hint="Connect as the owner of the table, or measure on generated data.",
        ) from None


def _known(error: psycopg.Error, sqlstate: str, where: str) -> AnalyzerError:
    kind = _BY_SQLSTATE[sqlstate]
    message = clean((str(error).splitlines() or [sqlstate])[0])
    if kind is TimedOut:
        message = f"the server{where} did not finish in time"
    return kind(message, detail=f"SQLSTATE {sqlstate}.", hint=_HINTS.get(sqlstate))


def _connection_error(error: psycopg.Error, where: str) -> TargetError:
    text = clean(str(error))
    lowered = text.lower()
    if "unsupported startup parameter" in lowered:
        return pooled(where)
    for told in _CONNECTION_ERRORS:
        if any(part in lowered for part in told.parts):
            return told.kind(
                told.message.format(where=where),
                detail=text if told.repeats_text else None,
                hint=told.hint,
            )
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return Unreachable(
            f"cannot connect to{where}",
            detail=text,
            hint="Check host and port, that the server runs, and pg_hba.conf.",
        )
    return TargetError(text)
