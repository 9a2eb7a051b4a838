"""Objects that are changed after the guard has judged them, before they are used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from analyzer.domain.target import Address
from analyzer.embedded.cluster import Cluster
from analyzer.errors import CatalogChanged, Refusal, UnsafeStatement
from analyzer.planner import analyze as module
from analyzer.planner.analyze import analyze
from analyzer.postgres.connect import session
from analyzer.postgres.guard_answers import CatalogQuestions
from tests.support.flipped_objects import RACES, ROLES, SETUP, Race
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.integration

STEPS = ("_refuse_expensive", "_run")
"""What plans the statement once it has passed, and what runs it."""
HELD = ("view replaced", "views renamed")
"""What the locks on the statement's relations keep out."""
_Before = Callable[[str, Callable[[], None]], None]
FLIPPED = [item for item in RACES if item.name not in HELD]


@pytest.fixture(scope="module")
def owner(server: Cluster, superuser: Address) -> Iterator[Address]:
    with session(superuser, read_only=False) as connection:
        connection.execute("CREATE DATABASE races")
        connection.execute(ROLES.format(password=PASSWORD).encode())
    address = replace(superuser, database="races")
    with session(address, read_only=False) as connection:
        connection.execute(SETUP.encode())
    yield address
    with session(superuser, read_only=False) as connection:
        connection.execute("DROP DATABASE races WITH (FORCE)")
        connection.execute("DROP ROLE flipper")
        connection.execute("DROP ROLE reader")


@pytest.fixture
def flipper(owner: Address) -> Iterator[psycopg.Connection]:
    address = replace(owner, user="flipper")
    with session(address, read_only=False) as connection:
        yield connection


@pytest.fixture
def before(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str, Callable[[], None]], None]:
    """Have something done before a step of the analysis."""

    def before_step(step: str, do: Callable[[], None]) -> None:
        real = getattr(module, step)

        def done_before(*arguments: Any, **options: Any) -> Any:
            do()
            return real(*arguments, **options)

        monkeypatch.setattr(module, step, done_before)

    return before_step


def _apply(flipper: psycopg.Connection, commands: tuple[str, ...]) -> None:
    with flipper.transaction():
        for command in commands:
            flipper.execute(command.encode())


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("race", FLIPPED, ids=[race.name for race in FLIPPED])
def test_what_was_put_in_place_is_judged(
    owner: Address, flipper: psycopg.Connection, before: _Before, race: Race, step: str
) -> None:
    done: list[None] = []

    def put_in_place() -> None:
        if not done:
            _apply(flipper, race.hostile)
        done.append(None)

    before(step, put_in_place)
    try:
        with pytest.raises(UnsafeStatement, match="may not be run"):
            analyze(replace(owner, user="reader"), race.query)
    finally:
        _apply(flipper, race.harmless)
    assert len(done) == 1


@pytest.mark.parametrize("step", STEPS)
def test_what_was_put_in_place_and_taken_back_is_noticed(
    owner: Address, flipper: psycopg.Connection, before: _Before, step: str
) -> None:
    race = RACES[0]

    def to_and_fro() -> None:
        _apply(flipper, race.hostile)
        _apply(flipper, race.harmless)

    before(step, to_and_fro)
    with pytest.raises(CatalogChanged) as refused:
        analyze(replace(owner, user="reader"), race.query)
    assert "rule unchanged" in str(refused.value.detail)
    assert refused.value.hint


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", HELD)
def test_relations_are_held(
    owner: Address, flipper: psycopg.Connection, before: _Before, name: str, step: str
) -> None:
    race = next(item for item in RACES if item.name == name)
    flipper.execute("SET lock_timeout = '50ms'")
    kept_out: list[str | None] = []

    def try_to_replace() -> None:
        try:
            _apply(flipper, race.hostile)
        except psycopg.errors.LockNotAvailable as error:
            kept_out.append(error.sqlstate)

    before(step, try_to_replace)
    assert analyze(replace(owner, user="reader"), race.query).root.loops == 1
    assert kept_out == ["55P03"]


def test_change_during_the_run_is_logged(
    owner: Address,
    flipper: psycopg.Connection,
    before: _Before,
    caplog: pytest.LogCaptureFixture,
) -> None:
    race = RACES[0]
    analyze(replace(owner, user="reader"), race.query)
    assert not caplog.records
    before("read_plan", lambda: _apply(flipper, race.hostile))
    assert analyze(replace(owner, user="reader"), race.query).root.loops == 1
    assert "changed while it ran" in caplog.text
    _apply(flipper, race.harmless)


def test_what_changes_while_it_is_looked_up_is_looked_up_again(
    owner: Address, flipper: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    race = next(item for item in RACES if item.name == "overload made")
    _apply(flipper, race.hostile)
    real = CatalogQuestions.rows
    asked: list[str] = []

    def dropped_meanwhile(self: Any, question: str, values: Any) -> Any:
        asked.append(question)
        if asked.count("guard_functions") == 1 and question == "guard_functions":
            _apply(flipper, race.harmless)
        return real(self, question, values)

    monkeypatch.setattr(CatalogQuestions, "rows", dropped_meanwhile)
    assert analyze(replace(owner, user="reader"), race.query).root.loops == 1
    assert asked.count("guard_calls") == 2


def test_other_objects_may_change(
    owner: Address, flipper: psycopg.Connection, before: _Before
) -> None:
    def change_others() -> None:
        flipper.execute("CREATE TABLE public.other (id int)")
        flipper.execute(
            "CREATE FUNCTION public.other() RETURNS int LANGUAGE sql RETURN 1"
        )
        flipper.execute("DROP TABLE public.other")
        flipper.execute("DROP FUNCTION public.other()")
        flipper.execute("CREATE TEMP TABLE IF NOT EXISTS people (id int)")

    for step in STEPS:
        before(step, change_others)
    for race in RACES:
        try:
            assert analyze(replace(owner, user="reader"), race.query).root.loops == 1
        except Refusal as error:
            pytest.fail(f"{race.query}: {error.detail}")
