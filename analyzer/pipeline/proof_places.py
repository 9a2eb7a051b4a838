"""The places a change can be measured on, each opened for one change after another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from analyzer.domain.catalog import Catalog
from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.measurement import Ground, Likeness, MeasuredChange
from analyzer.domain.target import Address
from analyzer.errors import AnalyzerError, NotAllowedHere, UnknownRelation
from analyzer.pipeline.generated_database import GeneratedDatabase
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.errors_map import translated
from analyzer.postgres.guard import Place
from analyzer.postgres.proof_indexes import (
    claim_clone,
    drop_indexes,
    left_over,
    stop_running,
)
from analyzer.postgres.shadow_database import set_session
from analyzer.statements.ddl import index_from_ddl
from analyzer.verification.bench import Bench
from analyzer.verification.built_bench import BuiltBench, BuiltChange
from analyzer.verification.rolled_back_bench import RolledBackBench

RUN_LIMIT_MS = 30_000
BUILD_LIMIT_MS = 600_000
CLEANING_LIMIT_MS = 10_000


class ProofPlace(Protocol):
    """A place that stays while one change after the other is measured on it."""

    @property
    def connection(self) -> Connection:
        """Its session."""

    @property
    def catalog(self) -> Catalog:
        """What is in it."""

    @property
    def guard_place(self) -> Place:
        """Which rules hold for reading statements there."""

    @property
    def may_write(self) -> bool:
        """Whether writing statements may run there, and be rolled back."""

    def open(self, change: MeasuredChange) -> AbstractContextManager[Bench]:
        """A bench with that change."""


@dataclass(slots=True, kw_only=True)
class OwnedPlace:
    """A clone, or generated data of ours: indexes are built and dropped there.

    Attributes:
        connection: of the owner of the tables.
        catalog: of the database.
        ground: which of the two it is.
        guard_place: the rules that hold there.
        may_write: whether writing statements may run, and be rolled back.
        reader_role: whether reading statements run as ``pg_read_all_data``.
        generated: the generated database it is.
        likeness: of generated data.
    """

    connection: Connection
    catalog: Catalog
    ground: Ground
    guard_place: Place
    may_write: bool
    reader_role: bool = False
    generated: GeneratedDatabase | None = None
    likeness: Likeness | None = None

    @contextmanager
    def open(self, change: MeasuredChange) -> Iterator[BuiltBench]:
        """See :class:`ProofPlace`."""
        made = self.generated
        limit = {"statement_timeout": str(RUN_LIMIT_MS), "jit": "off"}
        bench = BuiltBench(
            connection=self.connection,
            ground=self.ground,
            change=BuiltChange(
                create=definitions(change, self.catalog), drop=change.drop
            ),
            settings={**limit, **(made.settings if made else {})},
            reader_role="yes" if self.reader_role else "",
            cooler=made.cool if made else None,
            likeness=self.likeness,
            row_counts=dict(made.row_counts) if made else {},
            keeps_statistics=made is None,
        )
        set_session(self.connection, {"statement_timeout": str(BUILD_LIMIT_MS)})
        with bench.built():
            yield bench


@dataclass(slots=True, kw_only=True)
class RolledBackPlace:
    """A watched server whose owner lets an index live in rolled-back transactions."""

    connection: Connection
    catalog: Catalog
    reader_role: bool = False
    guard_place: Place = Place.WATCHED
    may_write: bool = False
    settings: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def open(self, change: MeasuredChange) -> Iterator[RolledBackBench]:
        """See :class:`ProofPlace`.

        Raises:
            NotAllowedHere: an existing index would have to be dropped.
        """
        if change.drop:
            raise NotAllowedHere(
                "an index in use is not dropped to measure without it",
                detail="rule lock: it would lock out everybody who reads the table.",
                hint="Measure it on a clone, or on generated data.",
            )
        limit = {"statement_timeout": str(RUN_LIMIT_MS)}
        yield RolledBackBench(
            connection=self.connection,
            create=definitions(change, self.catalog),
            settings={**limit, **self.settings},
            reader_role=self.reader_role,
        )


def definitions(
    change: MeasuredChange, catalog: Catalog
) -> tuple[IndexDefinition, ...]:
    """The indexes to build, with the schemas their tables are found in.

    Raises:
        UserError: a DDL is no CREATE INDEX.
        UnknownRelation: its table does not exist there.
    """
    found = []
    for text in change.create:
        definition, _name = index_from_ddl(text)
        relation = catalog.find(definition.relation)
        if relation is None:
            raise UnknownRelation(f'relation "{definition.relation}" does not exist')
        found.append(replace(definition, relation=relation.name))
    return tuple(found)


def existing_index(name: str, catalog: Catalog) -> RelationName:
    """The index of that name, with or without its schema.

    Raises:
        UnknownRelation: there is none, or more than one.
    """
    found = [
        index.name
        for relation in catalog.relations
        for index in relation.indexes
        if name in (index.name.name, str(index.name))
    ]
    if len(found) != 1:
        why = "does not exist" if not found else "is not the only one of that name"
        raise UnknownRelation(f'index "{name}" {why}')
    return found[0]


@contextmanager
def clone_place(address: Address) -> Iterator[OwnedPlace]:
    """A clone that its owner has named as one.

    One measurement at a time; indexes that a killed one left behind are dropped first,
    and nothing else is changed there.

    Raises:
        NotAllowedHere: somebody else measures there now.
        TargetError: by its branches.
    """
    interrupted = True
    try:
        with _measuring(address) as connection:
            claim_clone(connection)
            drop_indexes(connection, left_over(connection))
            catalog, _not_seen = read_catalog(connection)
            superuser = _is_superuser(connection)
            try:
                yield OwnedPlace(
                    connection=connection,
                    catalog=catalog,
                    ground=Ground.CLONE,
                    guard_place=Place.CLONE,
                    may_write=not superuser,
                    reader_role=superuser,
                )
                interrupted = False
            finally:
                stop_running(connection)
    except NotAllowedHere:
        interrupted = False
        raise
    finally:
        if interrupted:
            _clean_up(address)


def _clean_up(address: Address) -> None:
    """Drop what an interrupted measurement could not drop in its own session."""
    with (
        suppress(AnalyzerError),
        session(address, read_only=False) as connection,
    ):
        set_session(connection, {"lock_timeout": str(CLEANING_LIMIT_MS)})
        claim_clone(connection)
        drop_indexes(connection, left_over(connection))


@contextmanager
def rolled_back_place(address: Address) -> Iterator[RolledBackPlace]:
    """A watched server whose owner allows builds in rolled-back transactions.

    Raises:
        TargetError: by its branches.
    """
    with _measuring(address) as connection:
        catalog, _not_seen = read_catalog(connection)
        yield RolledBackPlace(
            connection=connection,
            catalog=catalog,
            reader_role=_is_superuser(connection),
        )


@contextmanager
def generated_place(
    made: GeneratedDatabase, likeness: Likeness | None = None
) -> Iterator[OwnedPlace]:
    """The generated database as a place to measure on."""
    with translated():
        catalog, _not_seen = read_catalog(made.owner)
        yield OwnedPlace(
            connection=made.owner,
            catalog=catalog,
            ground=Ground.GENERATED,
            guard_place=Place.TEST,
            may_write=True,
            generated=made,
            likeness=likeness,
        )


@contextmanager
def _measuring(address: Address) -> Iterator[Connection]:
    with session(
        address, read_only=False, statement_timeout_ms=BUILD_LIMIT_MS
    ) as connection:
        set_session(connection, {"idle_in_transaction_session_timeout": "0"})
        yield connection


def _is_superuser(connection: Connection) -> bool:
    return connection.info.parameter_status("is_superuser") == "on"
