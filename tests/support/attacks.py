"""Attacks on EXPLAIN, and the faces through which they are submitted."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from analyzer.domain.target import Address
from analyzer.postgres.connect import session

GOLDEN = Path(__file__).parents[1] / "golden"
CASES: list[dict[str, Any]] = [
    case
    for name in ("explain_attacks", "explain_attacks_own")
    for case in json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a submission ended (refused, timed out, failed, completed, crashed)."""

    ended: str
    shown: str


Face = Callable[[Address, str, str], Outcome]
"""Submits a text in a mode (explain, analyze) for a target."""


def sql_of(case: dict[str, Any]) -> str:
    """The text to submit."""
    build = case.get("sql_build")
    if build:
        return str(
            build["prefix"] + build["repeat"] * int(build["times"]) + build["suffix"]
        )
    return str(case["sql"])


def filled(text: str | None, folder: Path) -> str:
    """A text of a case with the folder that the server may write to."""
    return (text or "").replace("__TMP__", str(folder))


def wrongs_of(
    case: dict[str, Any],
    face: Face,
    addresses: tuple[Address, Address],
    folder: Path,
    *,
    patience: float = 1.0,
) -> list[str]:
    """Set a case up, submit it, and say what is wrong with how it ended.

    Args:
        case: of the attack file.
        face: through which it is submitted.
        addresses: of the superuser, for setting up and checking, and of the role that
            the service is given.
        folder: that the server may write to; empty before.
        patience: how many times the case's seconds it may take.
    """
    owner, target = addresses
    query = filled(sql_of(case), folder)
    with session(owner, read_only=False, statement_timeout_ms=60_000) as admin:
        _script(admin, filled(case["setup_sql"], folder))
        with _holding_lock(case, owner):
            started = time.monotonic()
            outcome = face(target, query, str(case["mode"]))
            took_s = time.monotonic() - started
        wrongs = _judged(case, outcome, took_s / patience)
        if not _holds(admin, filled(case["check_sql"], folder)):
            wrongs.append(f"harm done; it {outcome.ended}")
        # A teardown may undo what the attack has not been able to do.
        with suppress(psycopg.Error):
            _script(admin, filled(case.get("teardown_sql"), folder))
    wrongs += [f"made the file {path.name}" for path in folder.iterdir()]
    return wrongs


def _judged(case: dict[str, Any], outcome: Outcome, took_s: float) -> list[str]:
    wrongs = []
    if outcome.ended == "crashed":
        wrongs.append(f"crash: {outcome.shown[-300:]}")
    if case["must_be"] == "refused" and outcome.ended != "refused":
        wrongs.append(f"not refused, it {outcome.ended}: {outcome.shown[-300:]}")
    secret = case.get("must_not_output")
    if secret and secret in outcome.shown:
        wrongs.append(f"disclosed {secret}")
    if took_s > (case.get("max_seconds") or 30):
        wrongs.append(f"took {took_s:.1f} s")
    return wrongs


def _script(connection: psycopg.Connection[Any], text: str) -> None:
    if text.strip():
        connection.execute(text.encode())


def _holds(connection: psycopg.Connection[Any], check: str) -> bool:
    row = connection.execute(check.encode()).fetchone()
    return bool(row and row[0])


@contextmanager
def _holding_lock(case: dict[str, Any], address: Address) -> Iterator[None]:
    """Another session with an exclusive lock, for the one case that needs it."""
    if case["name"] != "lock_timeout_wait":
        yield
        return
    with session(address, read_only=False, autocommit=False) as connection:
        connection.execute("LOCK TABLE atk.locked IN ACCESS EXCLUSIVE MODE")
        yield
