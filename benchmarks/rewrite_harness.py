"""Verify every rewrite that any rule makes of many foreign statements.

    python benchmarks/rewrite_harness.py FOLDER --schema FILE.sql     # one schema
    python benchmarks/rewrite_harness.py FOLDER --target DSN          # real data too
    python benchmarks/rewrite_harness.py FOLDER --scripts [--setup FILE.sql]
    python benchmarks/rewrite_harness.py PAIRS.json                   # {"pairs": […]}

FOLDER has files of SQL. With ``--scripts`` each file is run from its top in a database
of its own, and each SELECT is looked at where it stands, on the rows that are there:
made for PostgreSQL's own regression tests (``src/test/regress/sql``, with
``test_setup.sql`` as ``--setup``).

Of each SELECT come all steps of all rules, and all steps of those, whatever their cost,
as far as their conditions are proved and they promise the same rows. Each is compared
with the statement on generated databases, and on the rows at hand. What differs, what
cannot be read and what crashes is listed; the command fails on a difference or crash.
`pgproof rewrite` offers less: what pays, and what its own check does not refute.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import psycopg
from psycopg import sql

from analyzer.domain.catalog import Catalog
from analyzer.domain.equivalence import (
    CheckedSchema,
    CheckOptions,
    Difference,
    Outcome,
)
from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import RewriteStep
from analyzer.domain.statement import StatementKind
from analyzer.domain.target import Address
from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port
from analyzer.errors import AnalyzerError
from analyzer.pipeline.equivalence import schema_of_target
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import Connection, open_session, parse_dsn, session
from analyzer.postgres.function_facts import read_volatility
from analyzer.postgres.view_facts import read_views
from analyzer.rewriting.protocol import Setting, subject
from analyzer.rewriting.registry import RULES
from analyzer.statements.describe import describe
from analyzer.statements.split import split_statements
from analyzer.verification.equivalence import EquivalenceChecker
from tests.support.same_rows import difference

PASSWORD = "harness"
MAX_STEPS = 12
_STATEMENT_MS = 8_000
_META = re.compile(r"^\\.*$|\\g(set|exec|desc|x)?\b.*$|\\crosstabview.*$", re.M)
_COPIED = re.compile(r"(?ims)^copy\s[^;]*from\s+stdin[^;]*;.*?^\\\.$")
_KEEPS_SCHEMA = ("select", "explain", "show", "insert", "update", "delete", "analyze")
_NEVER = re.compile(r"(?i)\s*(alter\s+system|\\|drop\s+database|create\s+database)")


@dataclass
class Tally:
    """What came of all statements."""

    counts: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)
    unchecked: Counter[str] = field(default_factory=Counter)
    never_offered: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where statements stand: a session with their tables, and the schema as DDL."""

    connection: Connection
    setting: Setting
    schema: CheckedSchema
    has_rows: bool


class Harness:
    """Takes statements one by one."""

    def __init__(self, checker: EquivalenceChecker, databases: int) -> None:
        self.tally = Tally()
        self._checker = checker
        self._options = CheckOptions(databases=databases, budget_s=15.0)
        self._seen: set[tuple[str, str]] = set()

    def look(self, text: str, place: Place) -> None:
        """Verify the steps of one statement, if it is a SELECT."""
        kind = describe(text).kind
        if kind is StatementKind.UNPARSED:
            self.tally.counts["unread"] += 1
            self.tally.unread.append(" ".join(text.split())[:110])
        if kind is not StatementKind.SELECT:
            return
        self.tally.counts["SELECTs"] += 1
        try:
            steps = list(chains(text, place.setting))
        except AnalyzerError as error:
            self.tally.counts["not looked at"] += 1
            self.tally.unread.append(f"{error.message}: {' '.join(text.split())[:90]}")
            return
        except Exception as error:
            self._crashed(text, error)
            return
        self.tally.counts["SELECTs with a step"] += bool(steps)
        for names, query in steps[:MAX_STEPS]:
            if (text, query) not in self._seen:
                self._seen.add((text, query))
                self._verify(text, names, query, place)

    def _crashed(self, text: str, error: Exception) -> None:
        told = f"{type(error).__name__}: {error}"[:120]
        self.tally.crashes.append(f"{told}\n    {' '.join(text.split())[:400]}")

    def _verify(self, text: str, names: str, query: str, place: Place) -> None:
        self.tally.counts["steps"] += 1
        self.tally.rules[names] += 1
        try:
            verdict = self._checker.check(
                place.schema, text, query, options=self._options
            )
            outcome = verdict.outcome.value
            reason = verdict.reason
            found = verdict.counterexample
            if found:
                reason += f" {found.inserts} {found.before_error}{found.after_error}"
            if found and found.difference is Difference.ERROR:
                # A client never sees it: what the checker refutes is not offered.
                self.tally.never_offered.append(f"{names}: {reason[:300]}")
                outcome = "differs in an error alone, so is not offered"
        except AnalyzerError as error:
            outcome, reason = "not checked", ""
            self.tally.unchecked[f"{error.message}: {error.detail or ''}"[:110]] += 1
        except Exception as error:
            self._crashed(f"{text} / {query}", error)
            return
        self.tally.counts[f"  generated: {outcome}"] += 1
        if outcome == Outcome.REFUTED.value:
            self._wrong(text, names, query, reason)
        elif place.has_rows:
            self._on_rows(text, names, query, place, outcome)

    def _on_rows(
        self, text: str, names: str, query: str, place: Place, outcome: str
    ) -> None:
        if "$" in text and re.search(r"\$\d", text):
            return
        found = difference(place.connection, text, query)
        if "57014" in found:
            self.tally.counts["  real rows: took too long"] += 1
        elif found and outcome == Outcome.REFUSED.value:
            self.tally.counts["  real rows: no fixed result"] += 1
        elif found:
            self._wrong(text, names, query, f"real rows: {found}")
        else:
            self.tally.counts["  real rows: the same"] += 1

    def _wrong(self, text: str, names: str, query: str, reason: str) -> None:
        texts = f"{' '.join(text.split())[:700]}\n    {' '.join(query.split())[:700]}"
        self.tally.wrong.append(f"{names}: {reason[:500]}\n    {texts}")


def chains(text: str, setting: Setting) -> Iterator[tuple[str, str]]:
    """Names of rules and the text they come to: one step, then two."""
    first = list(sound_steps(text, setting))
    yield from ((step.rule, step.query) for step in first)
    for step in first:
        for second in sound_steps(step.query, setting):
            if second.query != text:
                yield f"{step.rule} + {second.rule}", second.query


def sound_steps(text: str, setting: Setting) -> Iterator[RewriteStep]:
    given = subject(text, setting)
    for rule in RULES:
        for step in rule.steps(given):
            exact = step.semantics is Semantics.UNCHANGED
            if exact and all(c.holds for c in step.conditions):
                yield step


# -- where statements come from


def place_of(
    connection: Connection, schema: CheckedSchema, *, has_rows: bool = True
) -> Place:
    # A script may have another style than the driver reads.
    (style,) = connection.execute("SELECT current_setting('DateStyle')").fetchone()
    connection.execute("SET DateStyle = 'ISO'")
    catalog, _ = read_catalog(connection)
    connection.execute(sql.SQL("SET DateStyle = {}").format(sql.Literal(style)))
    catalog = replace(catalog, settings={**catalog.settings, "DateStyle": style})
    return Place(
        connection=connection,
        setting=Setting(
            catalog=sized(catalog),
            functions=read_volatility(connection),
            views=read_views(connection),
        ),
        schema=schema,
        has_rows=has_rows,
    )


def sized(catalog: Catalog) -> Catalog:
    """With large tables, so that no rule finds them too small to bother."""
    large = tuple(replace(r, reltuples=100_000.0) for r in catalog.relations)
    return replace(catalog, relations=large)


def run_script(
    harness: Harness, connection: Connection, path: Path, setup: Path | None
) -> None:
    """Run a file, looking at each SELECT before it runs."""
    ddl: list[str] = []
    if setup is not None:
        ddl += [text for text in statements(setup) if done(connection, text)]
    place: Place | None = None
    for text in statements(path):
        if _NEVER.match(text):
            continue
        first = text.split(None, 1)[0].lower()
        if first in ("select", "with", "values", "("):
            place = place or current(connection, ddl)
            if place is not None:
                harness.look(text, place)
        is_done = done(connection, text)
        if is_done and first not in _KEEPS_SCHEMA:
            place = None
            if first in ("create", "alter", "drop"):
                ddl.append(text)


def current(connection: Connection, ddl: list[str]) -> Place | None:
    """The place as it is now; none inside of a failed transaction."""
    if connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
        return None
    try:
        return place_of(connection, CheckedSchema(ddl=";\n".join(ddl)))
    except (psycopg.Error, AnalyzerError):
        return None


def done(connection: Connection, text: str) -> bool:
    try:
        connection.execute(text.encode())
    except (psycopg.Error, ValueError):
        return False
    return True


def statements(path: Path) -> tuple[str, ...]:
    """The statements of a file, without psql's commands and COPY's data."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return split_statements(_META.sub(";", _COPIED.sub("", text)))


@contextmanager
def own_server() -> Iterator[Address]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        spec = ClusterSpec(
            data_dir=Path(folder) / "data",
            port=free_port(),
            password=PASSWORD,
            settings={"fsync": "off", "jit": "off"},
        )
        with Cluster(spec) as cluster:
            yield Address(
                host="127.0.0.1",
                port=cluster.port,
                database="postgres",
                user="postgres",
                password=PASSWORD,
            )


@contextmanager
def fresh_database(server: Address, number: int) -> Iterator[Connection]:
    name = f"harness_{number}"
    with session(server, read_only=False) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    connection = open_session(
        replace(server, database=name),
        read_only=False,
        statement_timeout_ms=_STATEMENT_MS,
    )
    try:
        yield connection
    finally:
        connection.close()
        with session(server, read_only=False) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def all_scripts(harness: Harness, arguments: argparse.Namespace) -> None:
    with own_server() as server:
        for number, path in enumerate(sorted(arguments.source.glob("*.sql"))):
            begun = time.monotonic()
            try:
                with fresh_database(server, number) as connection:
                    run_script(harness, connection, path, arguments.setup)
            except (psycopg.Error, AnalyzerError) as error:
                harness.tally.unread.append(f"{path.name}: rest not run: {error}"[:120])
            print(f"{path.name} {time.monotonic() - begun:.0f} s", flush=True)


def one_schema(harness: Harness, arguments: argparse.Namespace) -> None:
    texts = [
        text
        for path in sorted(arguments.source.glob("**/*.sql"))
        for text in statements(path)
    ]
    if arguments.target:
        address = parse_dsn(arguments.target)
        with session(address, statement_timeout_ms=arguments.timeout_ms) as connection:
            place = place_of(connection, schema_of_target(address))
            for text in texts:
                harness.look(text, place)
        return
    ddl = arguments.schema.read_text(encoding="utf-8")
    with own_server() as server, fresh_database(server, 0) as connection:
        connection.execute(ddl.encode())
        place = place_of(connection, CheckedSchema(ddl=ddl), has_rows=False)
        for text in texts:
            harness.look(text, place)


def of_pairs(harness: Harness, path: Path) -> None:
    by_schema: dict[str, list[str]] = {}
    for pair in json.loads(path.read_text(encoding="utf-8"))["pairs"]:
        by_schema.setdefault(pair["schema"], []).extend((pair["q1"], pair["q2"]))
    with own_server() as server:
        for number, (ddl, texts) in enumerate(by_schema.items()):
            with fresh_database(server, number) as connection:
                connection.execute(ddl.encode())
                place = place_of(connection, CheckedSchema(ddl=ddl), has_rows=False)
                for text in dict.fromkeys(texts):
                    harness.look(text, place)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--schema", type=Path)
    parser.add_argument("--target")
    parser.add_argument("--scripts", action="store_true")
    parser.add_argument("--setup", type=Path)
    parser.add_argument("--databases", type=int, default=200)
    parser.add_argument("--timeout-ms", type=int, default=20_000)
    arguments = parser.parse_args()
    with ExitStack() as stack:
        checker = stack.enter_context(EquivalenceChecker())
        harness = Harness(checker, arguments.databases)
        if arguments.source.suffix == ".json":
            of_pairs(harness, arguments.source)
        elif arguments.scripts:
            all_scripts(harness, arguments)
        elif arguments.schema or arguments.target:
            one_schema(harness, arguments)
        else:
            parser.error("give --schema, --target or --scripts")
    return report(harness.tally)


def report(tally: Tally) -> int:
    for title, items in (
        ("not read", tally.unread),
        ("not checked", [f"{n} x {why}" for why, n in tally.unchecked.items()]),
        ("never offered", tally.never_offered),
        ("CRASHES", tally.crashes),
        ("DIFFERENT", tally.wrong),
    ):
        print(f"{title}: {len(items)}")
        for item in items:
            print(f"  {item}")
    for name, number in sorted(tally.counts.items()):
        print(f"{name:34} {number:6}")
    print("steps by rules:", dict(tally.rules.most_common(60)))
    failed = len(tally.wrong) + len(tally.crashes)
    print("holds" if not failed else f"DOES NOT HOLD: {failed}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
