"""Random statements against the guard alone, and what they changed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg

from analyzer.errors import AnalyzerError
from analyzer.planner.analyze import guard_statement
from analyzer.postgres import guard_built_ins, guard_catalog, guard_lookup
from analyzer.postgres.guard import Action, Place
from analyzer.postgres.guard_answers import CatalogQuestions
from analyzer.postgres.guard_facts import FunctionFact
from analyzer.statements.lexer import tokens
from analyzer.statements.safety import SafetyFacts, safety_facts
from tests.support.fuzzed_sql import REAL, SESSION_STATE, STATE, TRAPS, Grammar

BATCH = 500
_CONSTANTS = frozenset({"SCONST", "ICONST", "FCONST", "PARAM"})


@dataclass(slots=True)
class Found:
    """How many statements ended how, and those that changed something."""

    counts: Counter[str] = field(default_factory=Counter)
    changing: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """The counts, the most frequent first."""
        return ", ".join(f"{name} {n:,}" for name, n in self.counts.most_common())


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What statements could change: all that the superuser sees, and their session."""

    admin: psycopg.Connection
    session: psycopg.Connection
    data_dir: Path

    def state(self) -> list[object]:
        """Equal to what it was before if nothing has changed."""
        rows = self.admin.execute(STATE.encode()).fetchall()
        of_session = self.session.execute(SESSION_STATE.encode()).fetchall()
        files = sorted(path.name for path in self.data_dir.iterdir())
        return [rows, of_session, files]


def fuzz(
    dsn: str,
    count: int,
    seed: int,
    data_dir: Path,
    reader_dsn: str = "",
) -> Found:
    """Try statements from the grammar and mutated ones, half and half.

    Args:
        dsn: of a superuser, in a database that may be filled with traps.
        count: how many statements.
        seed: equal seeds give equal statements.
        data_dir: of the server; files that appear in it are looked for.
        reader_dsn: of the role that runs what is accepted; the superuser if empty.
    """
    chance = random.Random(seed)
    found = Found()
    with (
        psycopg.connect(dsn, autocommit=True) as admin,
        psycopg.connect(reader_dsn or dsn, autocommit=True) as connection,
        _remembered_catalog(),
    ):
        admin.execute(TRAPS.encode())
        # Its library brings settings, which a session has once it is loaded.
        connection.execute("SELECT similarity('a', 'b')")
        watched = Watched(admin=admin, session=connection, data_dir=data_dir)
        grammar = Grammar(chance, connection)
        before = watched.state()
        batch: list[str] = []
        for number in range(1, count + 1):
            text = grammar.statement()
            if chance.random() < 0.5:
                text = _mutated(chance.choice(REAL), chance, grammar)
            if _accepted(connection, text, found.counts):
                batch.append(text)
                _run(connection, text, found.counts)
            if number % BATCH == 0 or number == count:
                if watched.state() != before:
                    found.changing += _guilty(watched, batch)
                    before = watched.state()
                batch = []
    return found


@contextmanager
def _remembered_catalog() -> Iterator[None]:
    """Ask the catalog for each name once: it does not change while we fuzz.

    Afterwards it is asked again: another database is another catalog.
    """
    named, facts_of = guard_lookup.NameLookup._named, guard_lookup.function_facts
    known: dict[tuple[object, ...], list[dict[str, Any]]] = {}
    functions: dict[int, FunctionFact] = {}

    def rows(
        self: Any, question: str, names: Iterable[Any], **more: Any
    ) -> list[dict[str, Any]]:
        asked: list[tuple[Any, dict[str, Any]]] = [(name, {}) for name in names]
        if "oids" in more:
            asked += [(None, {"oids": [oid]}) for oid in more.pop("oids")]
            more["oids"] = []
        found: list[dict[str, Any]] = []
        for name, extra in asked:
            key = (question, tuple(self._path), name, repr(extra))
            if key not in known:
                given = [name] if name else []
                known[key] = named(self, question, given, **more | extra)
            found += known[key]
        return found

    def by_oid(questions: Any, oids: Iterable[int]) -> dict[int, FunctionFact]:
        asked = set(oids)
        functions.update(facts_of(questions, asked - functions.keys()))
        return {oid: functions[oid] for oid in asked if oid in functions}

    with (
        patch.object(guard_catalog, "built_ins", cache(guard_built_ins.built_ins)),
        patch.object(guard_lookup.NameLookup, "_named", rows),
        patch.object(guard_lookup, "function_facts", by_oid),
        patch.object(CatalogQuestions, "confirm", lambda *_: []),
    ):
        yield


def _accepted(
    connection: psycopg.Connection, text: str, counts: Counter[str]
) -> SafetyFacts | None:
    try:
        facts = safety_facts(text)
        with connection.transaction(force_rollback=True):
            guard_statement(connection, facts, Place.WATCHED, Action.RUN)
    except AnalyzerError as error:
        counts[f"{type(error).__name__}"] += 1
        return None
    except (RecursionError, psycopg.Error) as error:
        counts[f"{type(error).__name__}"] += 1
        return None
    counts["accepted"] += 1
    return facts


def _run(connection: psycopg.Connection, text: str, counts: Counter[str]) -> None:
    printed = safety_facts(text).text
    nulls = [None] * safety_facts(text).parameter_count
    try:
        with connection.transaction():
            connection.execute("SET LOCAL statement_timeout = '100ms'")
            pgconn = connection.pgconn
            command = f"EXPLAIN (ANALYZE, FORMAT JSON) {printed}".encode()
            result = pgconn.exec_params(command, nulls or None)
            if result.error_message:
                raise psycopg.DatabaseError(result.error_message.decode())
        counts["ran"] += 1
    except psycopg.Error:
        counts["failed when run"] += 1


def _guilty(watched: Watched, batch: Sequence[str]) -> Iterator[str]:
    """The statements of a batch that change something when run again, one by one."""
    any_found = False
    for text in batch:
        before = watched.state()
        _run(watched.session, text, Counter())
        if watched.state() != before:
            any_found = True
            yield text
    if not any_found:
        yield f"one of {len(batch)} statements, which does not do it again"


def _mutated(text: str, chance: random.Random, grammar: Grammar) -> str:
    """A real statement with one or two of its parts changed."""
    found = tokens(text)
    words = [text[token.start : token.end] for token in found]
    constants = [n for n, token in enumerate(found) if token.kind in _CONSTANTS]
    for _ in range(chance.randint(1, 2)):
        pick = chance.random()
        if pick < 0.6 and constants:
            at = chance.choice(constants)
            kind = "text" if found[at].kind == "SCONST" else "int"
            words[at] = f"({grammar.expression(2, kind)})"
        elif pick < 0.8:
            words.append(f"AND {grammar.expression(2, 'bool')}")
        else:
            words.insert(chance.randrange(len(words) + 1), grammar.fragment())
    return " ".join(words)
