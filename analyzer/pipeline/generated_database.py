"""A database of our own with the rows that a snapshot's statistics describe."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from analyzer.domain.index import RelationName
from analyzer.domain.ports import Progress
from analyzer.domain.target import Address
from analyzer.domain.workload import NotSeen
from analyzer.embedded.cluster import SUPERUSER, Cluster, ClusterSpec
from analyzer.pipeline.generator_input import joins_of, links_of, tables_of
from analyzer.planner.shadow_objects import make_extensions, make_schema
from analyzer.planner.shadow_statistics import load_statistics
from analyzer.planner.snapshot_file import PlannerSnapshot
from analyzer.postgres.connect import Connection, open_session, session
from analyzer.postgres.errors_map import translated
from analyzer.postgres.fill import (
    check_constraints,
    copy_into,
    count_rows,
    drop_constraints,
    vacuum_analyze,
)
from analyzer.postgres.settings import planner_settings
from analyzer.postgres.shadow_database import (
    DatabaseLocale,
    as_search_path,
    create_database,
    create_role,
    forget_cached_pages,
    prepare_database,
    set_database_settings,
    set_session,
)
from analyzer.statements.split import split_statements
from analyzer.verification.generated_rows import Generated, copy_rows, make_tables
from analyzer.verification.key_links import key_links
from analyzer.verification.table_statistics import TableStatistics

DEFAULT_ROWS = 1_000_000
SEED = 20261127
LIMIT_MS = 600_000

_SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "maintenance_work_mem": "256MB",
    "shared_buffers": "512MB",
    "temp_file_limit": "8GB",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}
"""Its data is worth nothing after a crash, so nothing is done to keep it."""

_AFTER_ROWS = re.compile(
    r"\s*(?:CREATE (?:UNIQUE )?INDEX\b|ALTER INDEX\b|CREATE MATERIALIZED VIEW\b"
    r"|ALTER TABLE (?:ONLY )?.*?\sADD CONSTRAINT\s.*?\s"
    r"(?:PRIMARY KEY|UNIQUE|FOREIGN KEY|EXCLUDE)\b)",
    re.S,
)
"""What is made when the rows are there: an index is built faster than it is filled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedOptions:
    """How much to generate.

    Attributes:
        rows: in all tables together, at most about so many.
        seed: the same seed makes the same rows.
    """

    rows: int = DEFAULT_ROWS
    seed: int = SEED


@dataclass(slots=True, kw_only=True)
class GeneratedDatabase:
    """A filled database: a session of its owner, and one of the superuser.

    ``settings`` are those of the planner to use there, ``row_ratio`` the share of the
    rows of the real database it holds.
    """

    owner: Connection
    admin: Connection
    address: Address
    data_dir: Path
    tables: tuple[TableStatistics, ...]
    row_counts: dict[str, int] = field(default_factory=dict)
    row_ratio: float = 1.0
    assumptions: tuple[str, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)
    not_seen: list[NotSeen] = field(default_factory=list)

    def cool(self) -> None:
        """Take all pages out of PostgreSQL's memory and the system's."""
        self.admin.execute("CHECKPOINT")
        forget_cached_pages(self.admin)
        for path in (self.data_dir / "base").rglob("*"):
            if path.is_file():
                _forget_file(path)


@contextmanager
def generated_database(
    snapshot: PlannerSnapshot,
    queries: Sequence[str] = (),
    options: GeneratedOptions | None = None,
    progress: Progress | None = None,
) -> Iterator[GeneratedDatabase]:
    """Make a cluster of our own, fill a database in it, and remove it at the end.

    Nothing of it needs the watched server. Its schema and functions are foreign code,
    so they are loaded and run as a role without rights.

    Args:
        snapshot: of the watched database.
        queries: of the workload; their joins tell which columns share values.
        options: how much.
        progress: told how far it is.

    Raises:
        StoreUnreachable: the cluster cannot be started.
        QuerySyntaxError: the snapshot's scripts cannot be read.
    """
    chosen, tell = options or GeneratedOptions(), progress or _nobody
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="pgproof-generated-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        # The server may run as another user, who has to pass through.
        folder.chmod(0o711)
        data_dir = folder / "data"
        spec = ClusterSpec(data_dir=data_dir, settings=_SETTINGS)
        cluster = stack.enter_context(Cluster(spec))
        address = Address(
            host=str(cluster.socket_dir),
            port=cluster.port,
            database="postgres",
            user=SUPERUSER,
        )
        tell("making the schema", 0.0)
        made = _prepare(stack, address, data_dir, snapshot)
        with translated():
            _fill(made, snapshot, queries, chosen, tell)
        yield made


def _prepare(
    stack: ExitStack, address: Address, data_dir: Path, snapshot: PlannerSnapshot
) -> GeneratedDatabase:
    name = f"generated_{secrets.token_hex(4)}"
    not_seen: list[NotSeen] = []
    locale = DatabaseLocale(lc_collate="C.utf8", lc_ctype="C.utf8")
    with session(address, read_only=False) as connection:
        create_role(connection, name)
        create_database(connection, name, name, locale)
    admin = stack.enter_context(_kept(replace(address, database=name)))
    set_session(admin, {"search_path": "pg_catalog"})
    prepare_database(admin, name)
    set_database_settings(admin, name, planner_settings(snapshot.planner_settings))
    not_seen += make_extensions(admin, snapshot, name)
    of_owner = replace(address, database=name, user=name)
    owner = stack.enter_context(_kept(of_owner))
    set_session(owner, {"search_path": "", "check_function_bodies": "off"})
    not_seen += make_schema(owner, admin, _part(snapshot, after_rows=False))
    list(load_statistics(owner, admin, snapshot))
    return GeneratedDatabase(
        owner=owner,
        admin=admin,
        address=of_owner,
        data_dir=data_dir,
        tables=tables_of(owner, snapshot),
        not_seen=not_seen,
    )


@contextmanager
def _kept(address: Address) -> Iterator[Connection]:
    connection = open_session(address, read_only=False, statement_timeout_ms=LIMIT_MS)
    try:
        set_session(connection, {"idle_in_transaction_session_timeout": "0"})
        yield connection
    finally:
        connection.close()


def _part(snapshot: PlannerSnapshot, *, after_rows: bool) -> PlannerSnapshot:
    statements = split_statements(snapshot.schema_sql)
    kept = [s for s in statements if bool(_AFTER_ROWS.match(s)) == after_rows]
    return replace(snapshot, schema_sql=";\n".join(kept) + ";")


def _fill(
    made: GeneratedDatabase,
    snapshot: PlannerSnapshot,
    queries: Sequence[str],
    options: GeneratedOptions,
    tell: Progress,
) -> None:
    tables = {table.name: table for table in made.tables}
    links = key_links(
        tables, links_of(snapshot.catalog), joins_of(queries, snapshot.catalog)
    )
    generated = Generated()
    wanted = min(options.rows, sum(t.rows for t in made.tables)) or 1
    done = 0
    for rows in make_tables(tables, links, options.rows, options.seed, generated):
        tell(f"making rows of {rows.name}", 0.05 + 0.65 * min(done / wanted, 1.0))
        table = tables[rows.name]
        names = [c.name for c in table.columns]
        why = _load(
            made,
            table.name,
            names,
            partial(copy_rows, table, rows, names),
        )
        if why:
            made.not_seen.append(NotSeen(what=f"rows of {rows.name}", why=why))
        done += rows.rows
    made.row_ratio = generated.row_ratio
    made.assumptions = tuple(generated.assumptions)
    tell("building indexes and constraints", 0.7)
    made.not_seen += make_schema(
        made.owner, made.admin, _part(snapshot, after_rows=True)
    )
    tell("gathering statistics", 0.9)
    vacuum_analyze(made.owner, list(tables))
    made.row_counts = {str(name): count_rows(made.owner, name) for name in tables}
    set_session(
        made.owner, {"search_path": as_search_path(snapshot.catalog.search_path)}
    )


def _load(
    made: GeneratedDatabase,
    name: RelationName,
    columns: Sequence[str],
    rows: Callable[[], Iterator[bytes]],
) -> str:
    """Fill a table; the reason if it cannot be. Constraints in the way are dropped."""
    if not columns:
        return ""
    why = copy_into(made.owner, name, columns, rows())
    if not why:
        return ""
    checks = check_constraints(made.owner, name)
    if not checks:
        return why
    # Statistics do not tell what a CHECK demands of several columns together.
    drop_constraints(made.owner, name, checks)
    again = copy_into(made.owner, name, columns, rows())
    if not again:
        what = f"the constraints {', '.join(checks)} of {name}"
        made.not_seen.append(NotSeen(what=what, why=f"generated rows break one: {why}"))
    return again


def _forget_file(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(handle)


def _nobody(stage: str, done_ratio: float) -> None:
    """Progress for nobody."""
