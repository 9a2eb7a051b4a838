"""A bench on a watched server: the index lives in transactions that are rolled back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.domain.measurement import Ground
from analyzer.errors import AnalyzerError
from analyzer.indexing.definition import ddl
from analyzer.postgres import extended
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import building, running, translated
from analyzer.postgres.guarded_session import READER_ROLE
from analyzer.postgres.proof_indexes import index_size_bytes, new_name
from analyzer.postgres.rolled_back import set_local
from analyzer.verification.bench import BenchFacts

RUNS_PER_ENTRY = 4
"""Runs for each build: a build locks out writers, so there are few of them."""


@dataclass(slots=True, kw_only=True)
class RolledBackBench:
    """CREATE INDEX, some runs, ROLLBACK; nobody else ever sees the index.

    The table is locked against writers (SHARE) from the build to the rollback, so its
    owner must have allowed it. Existing indexes are not dropped here, not even for
    a moment: that would lock out readers too.

    Attributes:
        connection: of the owner of the tables.
        create: indexes to build.
        settings: set for each run.
        reader_role: whether to read as ``pg_read_all_data``.
        build_limit_ms: longest time a build may take.
    """

    connection: Connection
    create: tuple[IndexDefinition, ...]
    settings: dict[str, str] = field(default_factory=dict)
    reader_role: bool = False
    build_limit_ms: int = 60_000
    ground: Ground = Ground.ROLLED_BACK
    runs_per_entry: int = RUNS_PER_ENTRY
    _bytes: dict[str, int] = field(default_factory=dict)
    _build_ms: float = 0.0

    @property
    def facts(self) -> BenchFacts:
        """See :class:`Bench`."""
        return BenchFacts(index_bytes=self._bytes, build_ms=self._build_ms)

    @contextmanager
    def entered(self, *, after: bool, writes: bool = False) -> Iterator[None]:
        """See :class:`Bench`; ``writes`` is never asked for here."""
        extended.run(self.connection, "BEGIN")
        try:
            if after:
                self._build()
            scope = {**self.settings, "transaction_read_only": "on"}
            if self.reader_role:
                scope["role"] = READER_ROLE
            set_local(self.connection, scope)
            yield
        finally:
            with suppress(AnalyzerError), translated():
                extended.run(self.connection, "ROLLBACK")

    def cool(self) -> bool:
        """Never: the server's memory serves others."""
        return False

    def _build(self) -> None:
        set_local(self.connection, {"statement_timeout": str(self.build_limit_ms)})
        started = time.perf_counter()
        for definition in self.create:
            name = RelationName(definition.relation.schema, new_name())
            with running(self.build_limit_ms), building():
                extended.run(self.connection, ddl(definition, name=name.name))
            self._bytes[ddl(definition)] = index_size_bytes(self.connection, name)
        self._build_ms = (time.perf_counter() - started) * 1000
