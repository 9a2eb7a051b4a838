"""Which ordinary queries the guard lets run: ``guard_accepts.py [--tpc DSN] …``.

Ordinary are the SELECTs of ``guard_accepts.sql`` (JSON, windows, recursion,
extensions), of ``guard_accepts_orm.sql`` (what object mappers and reports write, on
partitions, domains, enumerations and functions in SQL), of
``guard_accepts_reports.sql`` (reports, searches by extensions, SQL/JSON, look-ups of a
DBA), of ``guard_accepts_services.sql`` (chats, devices, ledgers, networks, places,
schedules), of TPC-H and TPC-DS (``--tpc`` is a server of ``tpc.py FOLDER --serve``,
``--queries`` its folder of queries), and of PostgreSQL's own regression suite
(``--suite`` is a folder of its SQL files, which are run in their order on a server of
our own, without psql's commands). Nothing that the server itself cannot plan is
counted, and what the suite asks of catalogs, files and settings of the server, or of
functions it has just made, is told apart: to refuse that is right. ``--list`` prints
each refusal.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
from support import verdict

from analyzer.domain.target import Address
from analyzer.errors import AnalyzerError, Refusal, UnknownRelation
from analyzer.planner.analyze import guard_statement
from analyzer.planner.parse_process import parse_apart
from analyzer.postgres.connect import session
from analyzer.postgres.guard import Action, Place
from analyzer.postgres.guarded_session import Limits, restrict
from analyzer.postgres.rolled_back import rolled_back
from analyzer.statements.split import split_statements
from tests.support.older_servers import both_servers

MIN_ACCEPTED_RATIO = 0.95
STATEMENT_TIMEOUT_MS = 3_000
PLAN_TIMEOUT_MS = 5_000
LISTS = (
    *("guard_accepts", "guard_accepts_orm", "guard_accepts_reports"),
    "guard_accepts_services",
)
FIRST = ("test_setup",)
FILES = (
    *("aggregates", "arrays", "bit", "boolean", "case", "char", "circle", "date"),
    *("expressions", "float4", "float8", "geometry", "groupingsets", "horology"),
    *("incremental_sort", "inet", "int2", "int4", "int8", "interval", "join", "json"),
    *(
        "jsonb",
        "jsonb_jsonpath",
        "jsonpath",
        "limit",
        "line",
        "macaddr",
        "md5",
        "money",
    ),
    *("memoize", "multirangetypes", "name", "numeric", "numerology", "partition_join"),
    *("partition_prune", "point", "polygon", "rangetypes", "regex", "rowtypes"),
    *("select", "select_distinct", "select_distinct_on", "select_having"),
    *("select_implicit", "sqljson", "strings", "subselect", "text", "tid", "time"),
    *("timestamp", "timestamptz", "timetz", "tsearch", "tsrf", "tstypes", "union"),
    *("unicode", "uuid", "varchar", "window", "with", "xml", "enum", "tidscan"),
)
"""Of the suite, those on queries, types and operators; the others are on commands."""
RIGHT = frozenset(
    {
        *("denied function", "volatile function", "user function", "user operator"),
        *("user type", "user cast", "system catalog", "foreign table", "row security"),
        *("default calls user function", "user operator class", "locks rows"),
        *("changes data", "creates relation", "view", "memory", "volatile check"),
    }
)
"""Rules that speak of what a query reaches for, not of how it is written."""
_SELECT = re.compile(r"\s*(?:SELECT|WITH|VALUES|TABLE|\()", re.IGNORECASE)
_COMMENT = re.compile(r"\s*(?:--[^\n]*\n|/\*.*?\*/)", re.DOTALL)


@dataclass
class Tally:
    """What became of the queries of one source."""

    is_ordinary: bool = False
    accepted: int = 0
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def wrong(self) -> list[tuple[str, str, str]]:
        """Refusals of ordinary queries: all, or where a query may reach for anything,
        those by rules that do not speak of what it reaches for."""
        return [
            item for item in self.refused if self.is_ordinary or item[0] not in RIGHT
        ]

    def line(self) -> str:
        total = self.accepted + len(self.refused)
        rules = Counter(rule for rule, _, _ in self.refused)
        named = ", ".join(f"{rule} {count}" for rule, count in rules.most_common())
        return (
            f"{self.accepted} of {total} accepted ({self.accepted / max(total, 1):.1%})"
            f"; refused by: {named or 'none'}; errors {len(self.failed)}"
        )


def main() -> int:
    """Judge all queries and print what was refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tpc", help="host=… port=… user=… of a server of tpc.py")
    parser.add_argument("--queries", type=Path, help="folder of TPC queries")
    parser.add_argument("--suite", type=Path, help="folder of the regression suite")
    parser.add_argument("--every", type=int, default=1, help="ask of each n-th only")
    parser.add_argument("--list", action="store_true", help="print each refusal")
    options = parser.parse_args()
    tallies = {**_tpc(options), **_of_our_servers(options)}
    for name, tally in tallies.items():
        print(f"{name}: {tally.line()}")
        if options.list:
            _print_each(tally)
    ordinary = sum(t.accepted + len(t.wrong) for t in tallies.values())
    accepted = sum(t.accepted for t in tallies.values())
    print(f"{accepted} of {ordinary} ordinary queries accepted")
    holds = ordinary > 0 and accepted >= MIN_ACCEPTED_RATIO * ordinary
    holds &= not any(t.failed for t in tallies.values())
    return verdict(holds, "at least 95% of ordinary queries may run")


def _print_each(tally: Tally) -> None:
    failed = (("ERROR", what, text) for what, text in tally.failed)
    for rule, what, text in (*tally.refused, *failed):
        print(f"    {rule}: {what}\n        {' '.join(text.split())[:160]}")


def _tpc(options: argparse.Namespace) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    for name in ("tpch", "tpcds") if options.tpc and options.queries else ():
        address = _address(options.tpc, name)
        tallies[name] = Tally(is_ordinary=True)
        for file in sorted((options.queries / name).glob("*.sql")):
            judge(address, file.read_text(), tallies[name])
    return tallies


def _of_our_servers(options: argparse.Namespace) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    with ExitStack() as stack:
        for version, owner in both_servers(stack, {"fsync": "off"}):
            for name in LISTS:
                tallies[f"{name}, {version}"] = _own_list(owner, name)
            if options.suite:
                tallies[f"suite, {version}"] = _suite(owner, options)
    return tallies


def judge(address: Address, query: str, tally: Tally) -> None:
    """Ask the guard, in a session of its own as a run has it."""
    try:
        facts = parse_apart(query)
        with (
            session(address, statement_timeout_ms=PLAN_TIMEOUT_MS) as connection,
            rolled_back(connection),
        ):
            restrict(connection, Limits(), is_clone=False)
            guard_statement(connection, facts, Place.WATCHED, Action.RUN)
    except UnknownRelation:
        return  # a temporary table of another session
    except Refusal as error:
        rule, what = _reason(error)
        tally.refused.append((rule, what, query))
    except AnalyzerError as error:
        tally.failed.append((f"{error} {error.detail or ''}", query))
    else:
        tally.accepted += 1


def _reason(error: Refusal) -> tuple[str, str]:
    found = re.match(r"rule ([\w ]+): (.*)", error.detail or "")
    return (found[1], found[2]) if found else (str(error), error.detail or "")


def _own_list(owner: Address, name: str) -> Tally:
    address = _database(owner, name)
    tally = Tally(is_ordinary=True)
    text = Path(__file__).with_name(f"{name}.sql").read_text()
    head, *queries = text.split("-- queries\n")
    with session(address, read_only=False) as connection:
        for part in split_statements(head):
            try:
                connection.execute(part.encode())
            except psycopg.Error:
                continue  # an extension that this server does not have
    for query in split_statements("".join(queries)):
        if _plans(address, query):
            judge(address, query, tally)
    return tally


def _suite(owner: Address, options: argparse.Namespace) -> Tally:
    tally, asked = Tally(), 0
    address = _database(owner, "suite")
    with session(
        address, read_only=False, statement_timeout_ms=STATEMENT_TIMEOUT_MS
    ) as connection:
        for name in (*FIRST, *FILES):
            file = options.suite / f"{name}.sql"
            if not file.exists():
                continue
            for statement in _statements(file.read_text(errors="replace")):
                is_query = name not in FIRST and _is_select(statement)
                asked += is_query
                is_asked = is_query and asked % options.every == 0
                if is_asked and _plans(address, statement):
                    judge(address, statement, tally)
                try:
                    connection.execute(statement.encode())
                except (psycopg.Error, AnalyzerError):
                    continue
    return tally


def _statements(text: str) -> Iterator[str]:
    """The statements of a file, without what only psql understands."""
    lines, in_data = [], False
    for line in text.split("\n"):
        if in_data:
            in_data = line != "\\."
        elif re.match(r"(?i)copy .* from stdin", line):
            in_data = True
        elif not line.lstrip().startswith("\\"):
            lines.append(re.split(r"\\(?:g|gx|gset|gexec)\b", line)[0])
    try:
        yield from split_statements("\n".join(lines))
    except AnalyzerError:
        return


def _is_select(statement: str) -> bool:
    while comment := _COMMENT.match(statement):
        statement = statement[comment.end() :]
    return bool(_SELECT.match(statement))


def _plans(address: Address, statement: str) -> bool:
    """Whether the server can plan it, in a session that knows no temporary table."""
    try:
        with (
            session(address, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as connection,
            connection.transaction(force_rollback=True),
        ):
            connection.execute(f"EXPLAIN {statement}".encode())
    except (psycopg.Error, AnalyzerError):
        return False
    return True


def _address(dsn: str, database: str) -> Address:
    fields = psycopg.conninfo.conninfo_to_dict(dsn)
    return Address(
        host=str(fields["host"]),
        port=int(str(fields.get("port", 5432))),
        database=database,
        user=str(fields["user"]),
        password=str(fields.get("password") or ""),
    )


def _database(owner: Address, name: str) -> Address:
    with session(owner, read_only=False) as connection:
        create = f"CREATE DATABASE {name} TEMPLATE template0 LOCALE 'C.UTF-8'"
        connection.execute(create.encode())
    return replace(owner, database=name)


if __name__ == "__main__":
    sys.exit(main())
