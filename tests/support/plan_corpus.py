"""Statements with a known cause and good ones, and their plans as they were recorded.

``python -m tests.support.plan_corpus [SET...]`` records them anew, on the embedded
server and on 15 where it is installed. The sets ``library``, ``trips``, ``clinic`` and
``depot`` were written after the rules, to see what these say of causes and schemas they
had not been made for; ``theatre`` and ``garden`` with the rules that an outside
author's plans wanted.
"""

from __future__ import annotations

import json
import re
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

from analyzer.domain.target import Address
from analyzer.postgres.connect import Connection, session
from tests.support.older_servers import both_servers

FOLDER = Path(__file__).parent.parent / "plan_corpus"
SETS = ("shop", "library", "trips", "clinic", "depot", "theatre", "garden")
VERSIONS = ("18", "15")
_HEAD = re.compile(r"-- (?P<name>\w+):(?: (?P<rule>\w+))?(?:; (?P<words>.+))?")
_LINE = re.compile(r"-- (?P<what>set|first|with|only) (?P<value>.+)")
_SERVER = {"fsync": "off", "autovacuum": "off", "shared_buffers": "256MB"}
_DEFAULTS = {"jit": "off", "max_parallel_workers_per_gather": "0"}


@dataclass(frozen=True)
class PlannedCase:
    """A statement, how it is run, and the rule that must come first (none: silence)."""

    name: str
    statement: str
    rule: str = ""
    words: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    first: tuple[str, ...] = ()
    options: str = ""
    only: str = ""


def folder(name: str) -> Path:
    """Where the files of a set are."""
    return FOLDER if name == "shop" else FOLDER / name


def cases(kind: str, of: str = "shop") -> tuple[PlannedCase, ...]:
    """The cases of ``planted.sql`` or ``good.sql`` of a set."""
    parts = (folder(of) / f"{kind}.sql").read_text().split("\n\n")
    return tuple(_case(part.strip()) for part in parts if _HEAD.match(part.strip()))


def _case(text: str) -> PlannedCase:
    head, *lines = text.split("\n")
    found = _HEAD.fullmatch(head)
    assert found, head
    given: dict[str, list[str]] = {"set": [], "first": [], "with": [], "only": []}
    statement = []
    for line in lines:
        more = _LINE.fullmatch(line)
        if more:
            given[more["what"]].append(more["value"])
        else:
            statement.append(line)
    pairs = (pair.split(" = ") for line in given["set"] for pair in line.split("; "))
    return PlannedCase(
        name=found["name"],
        statement="\n".join(statement),
        rule=found["rule"] or "",
        words=found["words"] or "",
        settings=tuple((name, value) for name, value in pairs),
        first=tuple(given["first"]),
        options=", ".join(given["with"]),
        only="".join(given["only"]),
    )


def set_up(address: Address, of: str = "shop") -> None:
    """Make the tables of a set's ``setup.sql`` in a database."""
    blocks = (folder(of) / "setup.sql").read_text().split("-- next\n")
    with session(address, read_only=False, statement_timeout_ms=300_000) as connection:
        for block in blocks:
            connection.execute(block.encode())


def run(connection: Connection, case: PlannedCase, form: str) -> str:
    """The plan of a case as the server prints it; nothing of the run stays."""
    options = f"ANALYZE, BUFFERS, SETTINGS, FORMAT {form}"
    if case.options:
        options += f", {case.options}"
        options = options.replace("BUFFERS, ", "", "BUFFERS OFF" in case.options)
    with connection.transaction(force_rollback=True):
        for name, value in {**_DEFAULTS, **dict(case.settings)}.items():
            try:
                with connection.transaction():
                    connection.execute(f"SET LOCAL {name} = '{value}'".encode())
            except psycopg.errors.UndefinedObject:
                continue  # younger than this server
        for text in case.first:
            connection.execute(text.encode())
        command = f"EXPLAIN ({options}) {case.statement}"
        rows = connection.execute(command.encode()).fetchall()
    connection.execute("DEALLOCATE ALL")
    parts = [r[0] if isinstance(r[0], str) else json.dumps(r[0]) for r in rows]
    return "\n".join(parts)


def recorded(version: str, of: str = "shop") -> dict[str, str]:
    """Recorded plans of a version, by the name of their case."""
    lines = (folder(of) / f"plans-{version}.jsonl").read_text().splitlines()
    return {item["name"]: item["plan"] for item in map(json.loads, lines)}


def _record(address: Address, version: str, of: str) -> None:
    place = replace(address, database=of)
    with session(address, read_only=False) as admin:
        create = f"CREATE DATABASE {of} TEMPLATE template0 LOCALE 'C.UTF-8'"
        admin.execute(create.encode())
    set_up(place, of)
    path = folder(of) / f"plans-{version}.jsonl"
    with (
        path.open("w") as file,
        session(place, read_only=False, statement_timeout_ms=120_000) as connection,
    ):
        for number, case in enumerate((*cases("planted", of), *cases("good", of))):
            # Each case in one form by one version, in the other by the other.
            if case.only not in ("", version):
                continue
            form = ("JSON", "TEXT")[(number + VERSIONS.index(version)) % 2]
            try:
                run(connection, case, form)  # so that pages are in memory
                plan = run(connection, case, form)
            except psycopg.Error as error:
                raise RuntimeError(f"{case.name}: {error}") from error
            print(json.dumps({"name": case.name, "plan": plan}), file=file)


if __name__ == "__main__":
    with ExitStack() as stack:
        for version, address in both_servers(stack, _SERVER):
            for name in sys.argv[1:] or SETS:
                _record(address, version, name)
