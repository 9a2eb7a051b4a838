"""The attack suite: whatever is submitted, no harm is done and nothing leaks."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from analyzer.domain.target import Address
from analyzer.errors import AnalyzerError, Refusal, TimedOut, UserError
from analyzer.planner.analyze import analyze, explain_guarded
from analyzer.plans.mask import mask_literals
from analyzer.postgres.connect import session
from analyzer.postgres.guarded_session import Limits
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.integration

CASES_FILE = Path(__file__).parents[1] / "golden" / "explain_attacks.json"
CASES = json.loads(CASES_FILE.read_text(encoding="utf-8"))
LIMITS = Limits(statement_timeout_ms=1_500, plan_timeout_ms=1_500)


@pytest.fixture(scope="module")
def targets(superuser: Address) -> Iterator[tuple[Address, Address]]:
    """A database of the attacks, for the superuser and for a role that may read."""
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE attacks")
        connection.execute(f"CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'")
        connection.execute("GRANT pg_read_all_data TO guarded")
    owner = replace(superuser, database="attacks")
    with session(owner, read_only=False) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
    yield owner, replace(owner, user="guarded")
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE attacks WITH (FORCE)")
        connection.execute("DROP ROLE guarded")


@pytest.fixture
def open_folder(server_dir: Path) -> Iterator[Path]:
    """A folder the server may write to, whichever user it runs as."""
    folder = Path(tempfile.mkdtemp(dir=server_dir))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def sql_of(case: dict[str, Any]) -> str:
    build = case.get("sql_build")
    if build:
        return build["prefix"] + build["repeat"] * int(build["times"]) + build["suffix"]
    return str(case["sql"])


def filled(text: str | None, folder: Path) -> str:
    return (text or "").replace("__TMP__", str(folder))


@pytest.mark.parametrize("as_superuser", [False, True], ids=["reader", "superuser"])
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_attack_does_no_harm(
    case: dict[str, Any],
    as_superuser: bool,
    targets: tuple[Address, Address],
    open_folder: Path,
) -> None:
    owner, reader = targets
    ask = analyze if case["mode"] == "analyze" else explain_guarded
    query = filled(sql_of(case), open_folder)
    with session(owner, read_only=False, statement_timeout_ms=60_000) as admin:
        run_script(admin, filled(case["setup_sql"], open_folder))
        with holding_lock(case, owner):
            started = time.monotonic()
            outcome, shown = "completed", ""
            try:
                plan = ask(owner if as_superuser else reader, query, (), LIMITS)
                shown = repr(mask_literals(plan))
            except (Refusal, UserError) as error:
                outcome, shown = "refused", told(error)
            except TimedOut as error:
                outcome, shown = "timed out", told(error)
            except AnalyzerError as error:
                outcome, shown = "failed", told(error)
            took_s = time.monotonic() - started
        assert harmless(admin, filled(case["check_sql"], open_folder)), outcome
        # A teardown may undo what the attack has not been able to do.
        with suppress(psycopg.Error):
            run_script(admin, filled(case.get("teardown_sql"), open_folder))
    if case["must_be"] == "refused":
        assert outcome == "refused", shown
    if case.get("must_not_output"):
        assert case["must_not_output"] not in shown
    assert took_s < (case.get("max_seconds") or 30)
    assert not list(open_folder.iterdir())


def told(error: AnalyzerError) -> str:
    return f"{error.message}|{error.detail}|{error.hint}"


def run_script(connection: psycopg.Connection[Any], text: str) -> None:
    if text.strip():
        connection.execute(text.encode())


def harmless(connection: psycopg.Connection[Any], check: str) -> bool:
    row = connection.execute(check.encode()).fetchone()
    return bool(row and row[0])


class holding_lock:  # noqa: N801
    """Another session with an exclusive lock, for the one case that needs it."""

    def __init__(self, case: dict[str, Any], address: Address) -> None:
        self._needed = case["name"] == "lock_timeout_wait"
        self._address = address

    def __enter__(self) -> None:
        if self._needed:
            self._session = session(self._address, read_only=False, autocommit=False)
            connection = self._session.__enter__()
            connection.execute("LOCK TABLE atk.locked IN ACCESS EXCLUSIVE MODE")

    def __exit__(self, *error: object) -> None:
        if self._needed:
            self._session.__exit__(None, None, None)
