"""A private database with a foreign schema, in which queries are tried on many rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from analyzer.domain.equivalence import CheckedSchema
from analyzer.embedded.warm_cluster import WarmCluster
from analyzer.errors import TargetError, TimedOut
from analyzer.postgres.attempt import (
    Failure,
    OutputColumn,
    attempt,
    attempt_script,
    describe,
)
from analyzer.postgres.connect import Connection, open_session, session
from analyzer.postgres.errors_map import translated
from analyzer.postgres.extended import parameter_types
from analyzer.postgres.queries import load
from analyzer.postgres.shadow_database import as_search_path, set_session
from analyzer.postgres.trial_cluster import (
    TEMPLATE,
    create_trial_database,
    drop_trial_databases,
    harden_template,
    has_template,
    make_template,
)
from analyzer.statements.sorted_output import SortedOutput
from analyzer.verification.definitions import Definition, read_definitions
from analyzer.verification.load_schema import LoadedSchema, load_schema
from analyzer.verification.schema_facts import (
    FOLDER,
    PARAMETERS_OID,
    Table,
    read_tables,
)
from analyzer.verification.trial_needs import TrialRows
from analyzer.verification.trial_repairs import repairs
from analyzer.verification.trial_sql import (
    COPY_PARAMETERS,
    PARAMETERS,
    RUN,
    copy_statement,
    create_stages,
    query_function,
    run_function,
    stage_name,
    staged_rows,
    table_name,
    writing_function,
)

STATEMENT_TIMEOUT_MS = 20_000
_TRIES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What one query gave on one database.

    ``query`` is -1 where the tables refused the rows; then, or where the query failed,
    ``sqlstate`` is set, and else ``hash`` stands for the rows.
    """

    number: int
    query: int
    row_count: int | None
    hash: str | None
    bag_hash: str | None
    sqlstate: str | None
    message: str | None

    @property
    def result(self) -> str:
        """What is compared: the rows, or that there was an error."""
        return "error" if self.sqlstate else f"{self.row_count} {self.hash}"

    @property
    def bag(self) -> str:
        """The same without the order of rows."""
        return "error" if self.sqlstate else f"{self.row_count} {self.bag_hash}"


def prepare_cluster(cluster: WarmCluster) -> None:
    """Drop what killed processes left, and make the template where there is none."""
    with session(cluster.address(), read_only=False) as admin:
        drop_trial_databases(admin)
        if has_template(admin):
            return
        make_template(admin)
    with session(cluster.address(TEMPLATE), read_only=False) as admin:
        harden_template(admin)


class TrialDatabase:
    """One database and the session of its role; close it to drop both.

    Args:
        cluster: running and prepared.
        schema: to load.

    Raises:
        StoreUnreachable, TargetError: the cluster cannot be used.
        QuerySyntaxError: the schema cannot be read.
    """

    def __init__(self, cluster: WarmCluster, schema: CheckedSchema) -> None:
        self._cluster = cluster
        with session(cluster.address(), read_only=False) as admin:
            self.name = create_trial_database(admin)
        try:
            self.connection = self._open()
            loaded = self._load(schema)
        except BaseException:
            self._drop()
            raise
        self.not_seen, self.hidden = loaded.not_seen, loaded.hidden
        self.tables: tuple[Table, ...] = ()
        self.parameter_count = 0
        self.is_list = False
        self.is_writing = False
        self._run_function = ""
        self._definitions: tuple[Definition, ...] | None = None

    def close(self) -> None:
        """Close the session and drop the database."""
        self.connection.close()
        self._drop()

    def _drop(self) -> None:
        with session(self._cluster.address(), read_only=False) as admin:
            drop_trial_databases(admin, [self.name])

    def _open(self) -> Connection:
        return open_session(
            self._cluster.address(self.name, self.name),
            read_only=False,
            statement_timeout_ms=STATEMENT_TIMEOUT_MS,
        )

    def _load(self, schema: CheckedSchema) -> LoadedSchema:
        self.set(
            {
                "search_path": as_search_path(schema.search_path),
                "TimeZone": schema.time_zone,
                "check_function_bodies": "off",
                "idle_in_transaction_session_timeout": "0",
                "client_min_messages": "error",
            }
        )
        admin_address = self._cluster.address(self.name)
        with (
            session(admin_address, read_only=False) as admin,
            translated(),
        ):
            return load_schema(self.connection, admin, schema, self.name)

    def set(self, settings: Mapping[str, str]) -> None:
        """Set settings of the session.

        Raises:
            TargetError: a value is not accepted.
        """
        with translated():
            set_session(self.connection, settings)

    def plan_anew(self, settings: Mapping[str, str]) -> None:
        """Set settings of the planner, and forget the plans that were made before.

        A function keeps its plans, and a setting alone does not make it plan again.
        """
        self.set(settings)
        self._must("DISCARD PLANS")

    @contextmanager
    def pinned(self) -> Iterator[None]:
        """A scope in which only PostgreSQL's own names are found without a schema."""
        rows = self.connection.execute("SHOW search_path").fetchone()
        set_session(self.connection, {"search_path": "pg_catalog"})
        try:
            yield
        finally:
            set_session(self.connection, {"search_path": str(rows[0] if rows else "")})

    def describe(self, query: str) -> tuple[OutputColumn, ...] | Failure:
        """The columns a query returns, or why it does not fit the schema."""
        return describe(self.connection, query)

    def parameter_type_names(self, query: str) -> tuple[str, ...]:
        """The types of ``$1`` …, which the server infers."""
        oids = parameter_types(self.connection, query)
        if not oids:
            return ()
        names = self.type_names([(oid, -1) for oid in oids])
        return tuple(names[oid, -1] for oid in oids)

    def read_tables(self, relations: Sequence[str]) -> tuple[Table, ...]:
        """The tables that quoted names stand for, and those they refer to."""
        found = self.connection.execute(
            load("relation_oids", folder=FOLDER).encode(), (list(relations),)
        ).fetchall()
        oids = [int(oid) for (oid,) in found]
        with self.pinned():
            return read_tables(self.connection, oids)

    def definitions(self) -> tuple[Definition, ...]:
        """What stands behind the names of the schema; read once."""
        if self._definitions is None:
            with self.pinned():
                self._definitions = read_definitions(self.connection)
        return self._definitions

    def make_stages(
        self, tables: Sequence[Table], parameter_types: Sequence[str]
    ) -> None:
        """Make empty staging tables."""
        self.tables = tuple(tables)
        self.parameter_count = len(parameter_types)
        self._run_function = ""
        self._must(create_stages(tables, parameter_types))

    def stage(
        self,
        databases: Iterable[tuple[int, TrialRows]],
        *,
        repair: bool = True,
    ) -> None:
        """Fill the staging tables with the rows of some databases, numbered.

        Args:
            databases: number and rows of each; parameters are the row of table 0.
            repair: take rows away that the constraints forbid.
        """
        batch = list(databases)
        names = [stage_name(table) for table in self.tables]
        # Rows that were rolled back stay in the files of the real tables as well.
        names += [table_name(table) for table in self.tables]
        self._must(f"TRUNCATE {', '.join([*names, PARAMETERS])} CASCADE")
        for table in self.tables:
            lines = [
                "\t".join([str(number), *map(copied, row)])
                for number, rows in batch
                for row in rows.get(table.oid, ())
            ]
            self._copy(copy_statement(table), lines)
        given = [
            "\t".join([str(number), *map(copied, row)])
            for number, rows in batch
            for row in rows.get(PARAMETERS_OID, [[None] * self.parameter_count])
        ]
        self._copy(COPY_PARAMETERS, given)
        if repair:
            self._repair()

    def _copy(self, statement: str, lines: Sequence[str]) -> None:
        if not lines:
            return
        with (
            translated(),
            self.connection.cursor() as cursor,
            cursor.copy(statement.encode()) as copy,
        ):
            copy.write("\n".join(lines) + "\n")

    def _repair(self) -> None:
        # Conditions were printed by the server with nothing but pg_catalog in mind.
        with self.pinned():
            for table in self.tables:
                for statement in repairs(table, self.tables):
                    # What cannot be repaired so is refused by the real table later.
                    attempt(self.connection, statement)

    def staged_rows(self, number: int) -> TrialRows:
        """The rows that a database has in the staging tables."""
        rows = {t.oid: self._staged(stage_name(t), number) for t in self.tables}
        return {**rows, PARAMETERS_OID: self._staged(PARAMETERS, number)}

    def _staged(self, stage: str, number: int) -> list[list[str | None]]:
        found = attempt(self.connection, staged_rows(stage), (str(number),))
        return [] if isinstance(found, Failure) else [list(row[1:]) for row in found]

    def type_names(
        self, types: Iterable[tuple[int, int]]
    ) -> dict[tuple[int, int], str]:
        """Names of types, by oid and modifier."""
        pairs = list(types)
        rows = self.connection.execute(
            load("type_names", folder=FOLDER).encode(),
            {
                "oids": [oid for oid, _ in pairs],
                "modifiers": [modifier for _, modifier in pairs],
            },
        ).fetchall()
        return {pair: str(name) for pair, (name,) in zip(pairs, rows, strict=True)}

    def add_query(
        self,
        number: int,
        query: SortedOutput,
        columns: Sequence[OutputColumn],
        parameter_types: Sequence[str],
    ) -> Failure | None:
        """Make a query ready to be tried; the reason if it cannot be."""
        if self.is_writing:
            text = writing_function(
                number, query.text, columns, parameter_types, self.tables
            )
        else:
            text = query_function(number, query, columns, parameter_types)
        return attempt_script(self.connection, text)

    def run(
        self,
        first: int,
        last: int,
        queries: Sequence[int],
        *,
        is_reversed: bool = False,
        limit_ms: int = STATEMENT_TIMEOUT_MS,
    ) -> list[Tried] | Failure:
        """Try queries on the staged databases from one number to another."""
        function = run_function(
            self.tables,
            queries,
            self.parameter_count,
            is_list=self.is_list,
            is_writing=self.is_writing,
        )
        if function != self._run_function:
            self._must(function)
            self._run_function = function
        self.set({"statement_timeout": str(limit_ms)})
        found = attempt(
            self.connection, RUN, (str(first), str(last), str(is_reversed).lower())
        )
        self._lift_limit()
        if isinstance(found, Failure):
            return found
        return [
            Tried(
                number=int(number or 0),
                query=int(query or 0),
                row_count=None if row_count is None else int(row_count),
                hash=hashed,
                bag_hash=bag_hashed,
                sqlstate=state,
                message=message,
            )
            for number, query, row_count, hashed, bag_hashed, state, message in found
        ]

    def _lift_limit(self) -> None:
        """Allow statements their usual time again.

        On a busy machine that alone may take longer than a short limit allows.
        """
        for _ in range(_TRIES):
            with suppress(TimedOut):
                self.set({"statement_timeout": str(STATEMENT_TIMEOUT_MS)})
                return
        self.set({"statement_timeout": str(STATEMENT_TIMEOUT_MS)})

    def _must(self, script: str) -> None:
        failure = attempt_script(self.connection, script)
        if failure is not None:
            raise TargetError(
                "a trial database could not be prepared", detail=str(failure)
            )


_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copied(value: str | None) -> str:
    r"""A value in COPY's text format.

    >>> copied(None), copied("a\tb")
    ('\\N', 'a\\tb')
    """
    return r"\N" if value is None else value.translate(_COPY_ESCAPES)
