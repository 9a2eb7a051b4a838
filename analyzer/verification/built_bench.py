"""A bench with indexes that are really built: a clone, or generated data of ours."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.measurement import Ground, Likeness
from analyzer.domain.workload import NotSeen
from analyzer.errors import AnalyzerError
from analyzer.indexing.definition import ddl
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import building, planning, translated
from analyzer.postgres.guarded_session import READER_ROLE
from analyzer.postgres.proof_indexes import (
    analyze_relation,
    drop_indexes,
    index_size_bytes,
    new_name,
)
from analyzer.postgres.rolled_back import set_local
from analyzer.verification.bench import BenchFacts

_RUNS_WHERE_ANALYZED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltChange:
    """The definitions to build, and the existing indexes to do without."""

    create: tuple[IndexDefinition, ...] = ()
    drop: tuple[RelationName, ...] = ()


@dataclass(slots=True, kw_only=True)
class BuiltBench:
    """Indexes exist while it is open; to be *before*, they are dropped and rolled back.

    ``DROP INDEX`` in a transaction that is rolled back hides an index from one session
    completely: plans, index-only scans, HOT and the work of writers are those without
    it. It locks the table against everybody else for that long, which only a clone or
    data of our own may suffer.

    Attributes:
        connection: of the owner of the tables.
        ground: a clone or generated data.
        change: what to build and what to do without.
        settings: set for each run.
        reader_role: the role that reads, empty for the session's own.
        cooler: takes pages out of memory, none where that cannot be done.
        likeness: of generated data.
        row_counts: rows by table, where they are known.
        keeps_statistics: whether statistics of the tables must not change.
    """

    connection: Connection
    ground: Ground
    change: BuiltChange
    settings: dict[str, str] = field(default_factory=dict)
    reader_role: str = ""
    cooler: Callable[[], None] | None = None
    likeness: Likeness | None = None
    row_counts: dict[str, int] = field(default_factory=dict)
    keeps_statistics: bool = True
    _built: dict[RelationName, str] = field(default_factory=dict)
    _bytes: dict[str, int] = field(default_factory=dict)
    _build_ms: float = 0.0
    _not_seen: list[NotSeen] = field(default_factory=list)

    @property
    def runs_per_entry(self) -> int:
        """See :class:`Bench`."""
        return _RUNS_WHERE_ANALYZED if self._analyzes_in_transaction else 1

    @property
    def facts(self) -> BenchFacts:
        """See :class:`Bench`."""
        return BenchFacts(
            index_bytes=self._bytes,
            build_ms=self._build_ms,
            likeness=self.likeness,
            row_counts=self.row_counts,
            not_seen=tuple(self._not_seen),
        )

    @contextmanager
    def built(self) -> Iterator[BuiltBench]:
        """Build the indexes, and drop them at the end, come what may.

        Raises:
            PlanningFailed: the server does not accept a definition.
            TargetError: by its branches.
        """
        try:
            for definition in self.change.create:
                self._build(definition)
            yield self
        finally:
            with suppress(AnalyzerError), translated():
                if self._built and not self.connection.closed:
                    self._rollback()
                    drop_indexes(self.connection, tuple(self._built))

    @contextmanager
    def entered(self, *, after: bool, writes: bool = False) -> Iterator[None]:
        """See :class:`Bench`."""
        extended.run(self.connection, "BEGIN")
        try:
            with planning():
                hidden = self.change.drop if after else tuple(self._built)
                drop_indexes(self.connection, hidden)
                if after and self._analyzes_in_transaction:
                    for relation in self._expression_relations():
                        analyze_relation(self.connection, relation)
                set_local(self.connection, self._scope(writes=writes))
            yield
        finally:
            self._rollback()

    def cool(self) -> bool:
        """See :class:`Bench`."""
        if self.cooler is None:
            return False
        self.cooler()
        return True

    def _scope(self, *, writes: bool) -> dict[str, str]:
        scope = dict(self.settings)
        if not writes:
            scope["transaction_read_only"] = "on"
            if self.reader_role:
                scope["role"] = READER_ROLE
        return scope

    def _build(self, definition: IndexDefinition) -> None:
        name = RelationName(definition.relation.schema, new_name())
        # Noted before it exists, so that it is dropped whatever happens meanwhile.
        self._built[name] = ddl(definition)
        started = time.perf_counter()
        with planning(), building():
            extended.run(self.connection, ddl(definition, name=name.name))
            self._build_ms += (time.perf_counter() - started) * 1000
            if _has_expressions(definition) and not self.keeps_statistics:
                analyze_relation(self.connection, definition.relation)
            self._bytes[ddl(definition)] = index_size_bytes(self.connection, name)

    @property
    def _analyzes_in_transaction(self) -> bool:
        return self.keeps_statistics and bool(self._expression_relations())

    def _expression_relations(self) -> Sequence[RelationName]:
        found = (d.relation for d in self.change.create if _has_expressions(d))
        return tuple(dict.fromkeys(found))

    def _rollback(self) -> None:
        with suppress(AnalyzerError), translated():
            extended.run(self.connection, "ROLLBACK")


def _has_expressions(definition: IndexDefinition) -> bool:
    return any(key.expression for key in definition.keys)
