"""The attack suite: whatever is submitted, no harm is done and nothing leaks."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analyzer.domain.target import Address
from analyzer.errors import AnalyzerError, Refusal, TimedOut, UserError
from analyzer.planner.analyze import analyze
from analyzer.plans.mask import mask_literals
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.guard_built_ins import BuiltIns, built_ins, replaced_views
from analyzer.postgres.guarded_session import Limits
from tests.support.attacks import CASES, Outcome, wrongs_of
from tests.support.guarded import explain_guarded
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.integration

LIMITS = Limits(statement_timeout_ms=1_500, plan_timeout_ms=1_500)


@pytest.fixture(scope="module")
def on_18(superuser: Address) -> Iterator[Address]:
    with _database(superuser) as address:
        yield address


@pytest.fixture(scope="module")
def on_15(server15: Address) -> Iterator[Address]:
    with _database(server15) as address:
        yield address


@contextmanager
def _database(superuser: Address) -> Iterator[Address]:
    """A database of the attacks, and a role that may read it."""
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE attacks")
        connection.execute(f"CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'")
        connection.execute("GRANT pg_read_all_data TO guarded")
    owner = replace(superuser, database="attacks")
    with session(owner, read_only=False) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
    yield owner
    with session(owner) as connection:
        connection.execute("SET search_path = pg_catalog")
        # Else what an attack has left behind would refuse all that come after it.
        assert built_ins(connection) == BuiltIns()
        assert replaced_views(connection) == ()
    with session(superuser, read_only=False) as connection:
        assert _left_running(connection) == []
        connection.execute("DROP DATABASE attacks WITH (FORCE)")
        connection.execute("DROP ROLE guarded")


def _left_running(connection: Connection) -> list[tuple[object, ...]]:
    """What still runs in the database of the attacks, half a minute after the last."""
    query = "SELECT state, left(query, 200) FROM pg_stat_activity WHERE datname = %s"
    left = connection.execute(query, ("attacks",)).fetchall()
    ends_at = time.monotonic() + 30.0
    while left and time.monotonic() < ends_at:
        time.sleep(0.2)
        left = connection.execute(query, ("attacks",)).fetchall()
    return left


@pytest.fixture
def open_folder(server_dir: Path) -> Iterator[Path]:
    """A folder the server may write to, whichever user it runs as."""
    folder = Path(tempfile.mkdtemp(dir=server_dir))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def planner(target: Address, query: str, mode: str) -> Outcome:
    """The guard itself, without a face before it."""
    ask = analyze if mode == "analyze" else explain_guarded
    try:
        plan = ask(target, query, (), LIMITS)
    except (Refusal, UserError) as error:
        return Outcome(ended="refused", shown=_told(error))
    except TimedOut as error:
        return Outcome(ended="timed out", shown=_told(error))
    except AnalyzerError as error:
        return Outcome(ended="failed", shown=_told(error))
    return Outcome(ended="completed", shown=repr(mask_literals(plan)))


def _told(error: AnalyzerError) -> str:
    return f"{error.message}|{error.detail}|{error.hint}"


@pytest.mark.parametrize("user", ["guarded", "postgres"], ids=["reader", "superuser"])
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_attack_does_no_harm(
    case: dict[str, Any], user: str, on_18: Address, open_folder: Path
) -> None:
    target = replace(on_18, user=user)
    assert wrongs_of(case, planner, (on_18, target), open_folder) == []


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_attack_does_no_harm_on_15(
    case: dict[str, Any], on_15: Address, open_folder: Path
) -> None:
    for user in ("guarded", "postgres"):
        target = replace(on_15, user=user)
        assert wrongs_of(case, planner, (on_15, target), open_folder) == []
