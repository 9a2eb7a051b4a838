"""What to look at before an action, by its kind, with the SQL to look with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from web.formatting import size


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing to check; ``sql`` is empty where no statement shows it."""

    text: str
    sql: str = ""


_OUTSIDE = Note(
    text="CONCURRENTLY does not run inside a transaction block: no BEGIN, no psql -1."
)
_REPLICAS_USE = Note(
    text="A standby counts its own scans: ask each of them whether it uses the index."
)

_FIXED: dict[str, tuple[Note, ...]] = {
    "rewrite_query": (
        Note(text="Run both queries on a copy of the data and compare the rows."),
        Note(text="Deploy it like any change of code; it is undone the same way."),
    ),
    "run_maintenance": (
        Note(
            text="It reads the whole relation or a sample of it; prefer a quiet hour."
        ),
    ),
    "change_application": (
        Note(text="Change the code behind the statement; measure the page it is on."),
    ),
}


def preflight(action: Mapping[str, Any]) -> tuple[Note, ...]:
    """What to check before the action of a stored recommendation."""
    kind = str(action.get("kind", ""))
    if kind == "create_index":
        return _before_create(action)
    if kind == "drop_index":
        return _before_drop(action)
    return _FIXED.get(kind, ())


def _before_create(action: Mapping[str, Any]) -> tuple[Note, ...]:
    return (
        _OUTSIDE,
        Note(
            text="It waits for every transaction older than itself. Look for old ones "
            "first; a short lock_timeout would only leave an invalid index behind.",
            sql=_sql("oldest_transactions"),
        ),
        Note(
            text="An attempt that failed leaves an invalid index of the same name; "
            "drop it first.",
            sql=_sql("invalid_leftover", name=str(action.get("name", ""))),
        ),
        Note(
            text=f"The index takes about {size(float(action.get('size_bytes') or 0))}, "
            "and its sort about as much again while it is built. "
            "Check the free disk space.",
        ),
        Note(
            text="The index is written on every standby too; look at the lag before.",
            sql=_sql("replication_lag"),
        ),
    )


def _before_drop(action: Mapping[str, Any]) -> tuple[Note, ...]:
    schema, name = str(action.get("schema", "")), str(action.get("name", ""))
    return (
        _OUTSIDE,
        Note(
            text="Look once more whether it is used, and since when that is counted.",
            sql=_sql("index_usage", schema=schema, name=name),
        ),
        _REPLICAS_USE,
    )


def _sql(file: str, **texts: str) -> str:
    """The statement of a file, its placeholders filled with literals."""
    literals = {key: _literal(text) for key, text in texts.items()}
    return _load(file).format_map(literals).rstrip()


@cache
def _load(file: str) -> str:
    return (files(__package__) / "sql" / f"{file}.sql").read_text(encoding="utf-8")


def _literal(text: str) -> str:
    """A text as an SQL literal.

    >>> _literal("o'clock")
    "'o''clock'"
    """
    return "'" + text.replace("'", "''").replace("\0", "") + "'"
