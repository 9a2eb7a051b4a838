"""Hypothetical indexes of a shadow: made once, kept off, switched on for a question."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.embedded.files import (
    BLOCK_BYTES,
    empty,
    lengthen,
    relation_path,
    write_btree,
)
from analyzer.errors import PlanningFailed, UnknownRelation
from analyzer.indexing.definition import ddl
from analyzer.indexing.size import IndexSize, index_size
from analyzer.planner.explain import explain
from analyzer.planner.shadow_build import ShadowDatabase
from analyzer.planner.shadow_ends import ends_of, leaf_pages
from analyzer.planner.shadow_expressions import derive_statistics
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import planning
from analyzer.postgres.rolled_back import set_local
from analyzer.postgres.script import run_script
from analyzer.postgres.shadow_database import (
    ShadowRelation,
    read_shadow_relations,
    set_relation_statistics,
    set_valid,
)
from analyzer.statements.identifiers import quote_relation

CREATE_DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothetical:
    """An index that was made: its oids and the names a plan may show.

    On a partitioned table there is one for each partition.
    """

    definition: IndexDefinition
    oids: tuple[int, ...]
    names: tuple[str, ...]
    size_bytes: int


@dataclass(slots=True, kw_only=True)
class IndexSwitch:
    """Makes hypothetical indexes in one shadow, and tells what to switch.

    Attributes:
        database: the shadow.
        catalog: of the watched database.
        owner: a session of the unprivileged role, for planning and for DDL.
        caveats: what is assumed about the indexes made so far.
    """

    database: ShadowDatabase
    catalog: Catalog
    owner: Connection
    caveats: list[str] = field(default_factory=list)
    _made: dict[IndexDefinition, Hypothetical] = field(default_factory=dict)
    _by_name: dict[tuple[str, str], ShadowRelation] = field(default_factory=dict)

    def hypothetical(self, definition: IndexDefinition) -> Hypothetical:
        """The hypothetical index of a definition, made now if it is new.

        Raises:
            UnknownRelation: its relation is not in the shadow.
            PlanningFailed: PostgreSQL does not accept the definition.
        """
        definition = self._qualified(definition)
        if definition not in self._made:
            self._made[definition] = self._make(definition)
        return self._made[definition]

    def hidden_oids(self, names: Iterable[RelationName]) -> list[int]:
        """Oids of existing indexes and of their parts on partitions.

        Raises:
            UnknownRelation: there is no such index.
        """
        return [oid for name in names for oid in self._with_parts(self._index(name))]

    @contextmanager
    def switched(
        self,
        create: Sequence[Hypothetical],
        hide: Sequence[RelationName],
        settings: Mapping[str, str] | None = None,
    ) -> Iterator[None]:
        """A block in which some indexes exist and some do not, for this session.

        Settings of the planner hold inside of it, if their values are accepted.
        """
        on_oids = [oid for item in create for oid in item.oids]
        off_oids = self.hidden_oids(hide)
        with self.owner.transaction(force_rollback=True):
            if on_oids or off_oids:
                set_valid(self.owner, on_oids, off_oids)
            with planning():
                set_local(self.owner, settings or {})
            yield

    def size(self, definition: IndexDefinition) -> int:
        """Estimated bytes, the parts on all partitions together."""
        definition = self._qualified(definition)
        if definition in self._made:
            return self._made[definition].size_bytes
        leaves = self._leaves(self._relation(definition.relation))
        return sum(self._leaf_size(definition, leaf).size_bytes for leaf in leaves)

    def _qualified(self, definition: IndexDefinition) -> IndexDefinition:
        return replace(definition, relation=self._relation(definition.relation).name)

    def _relation(self, name: RelationName) -> Relation:
        relation = self.catalog.find(name)
        if relation is None:
            raise UnknownRelation(f'relation "{name}" is not in the snapshot')
        return relation

    def _leaves(self, relation: Relation) -> list[Relation]:
        """The relation itself, or the partitions below it that hold rows."""
        parts = [r for r in self.catalog.relations if r.partition_of == relation.name]
        if not parts:
            return [relation]
        return [leaf for part in parts for leaf in self._leaves(part)]

    def _leaf_size(self, definition: IndexDefinition, leaf: Relation) -> IndexSize:
        rows = leaf.reltuples
        if rows < 0:
            # Never analyzed: the planner guesses from the length, we do likewise.
            rows = leaf.size_bytes / BLOCK_BYTES * _GUESSED_ROWS_PER_BLK
        if definition.predicate and rows:
            rows = min(rows, self._predicate_rows(definition, leaf))
        return index_size(replace(definition, relation=leaf.name), leaf, rows=rows)

    def _predicate_rows(self, definition: IndexDefinition, leaf: Relation) -> float:
        query = (
            f"SELECT FROM ONLY {quote_relation(leaf.name)}"
            f" WHERE ({definition.predicate})"
        )
        return explain(self.owner, query, source="shadow").root.plan_rows

    def _make(self, definition: IndexDefinition) -> Hypothetical:
        relation = self._relation(definition.relation)
        leaves = {leaf.name: leaf for leaf in self._leaves(relation)}
        sizes = {n: self._leaf_size(definition, leaf) for n, leaf in leaves.items()}
        name = hypothetical_name(definition)
        made = self._create(definition, name, list(leaves))
        leaf = self._leaf_page(definition)
        for item in made:
            size = sizes.get(self._table_name(item))
            if size is not None and item.filepath:
                self._give_size(item, size, leaf)
        if any(key.expression for key in definition.keys):
            self.caveats += derive_statistics(self.owner, definition, relation, made)
        return Hypothetical(
            definition=definition,
            oids=tuple(item.oid for item in made),
            names=tuple(item.name for item in made),
            size_bytes=sum(size.size_bytes for size in sizes.values()),
        )

    def _create(
        self, definition: IndexDefinition, name: str, leaves: Sequence[RelationName]
    ) -> list[ShadowRelation]:
        """CREATE INDEX on empty files, and switched off at once."""
        tables = [self._shadow_table(leaf) for leaf in leaves]
        oids = [table.oid for table in tables]
        root = self._shadow_table(definition.relation)
        before = set(self.database.relations)
        with self._emptied(tables):
            failed = run_script(
                self.owner,
                [ddl(definition, name=name)],
                deadline_s=CREATE_DEADLINE_S,
            )
        if failed:
            raise PlanningFailed(
                f"PostgreSQL does not accept an index on {definition.relation}",
                detail=f"{failed[0].message} (SQLSTATE {failed[0].sqlstate}).",
            )
        wanted = None if root.kind == "p" else oids
        found = read_shadow_relations(self.database.admin, wanted)
        made = [item for item in found if item.oid not in before]
        self.database.relations.update((item.oid, item) for item in made)
        set_valid(self.database.admin, [], [item.oid for item in made])
        return made

    @contextmanager
    def _emptied(self, tables: Sequence[ShadowRelation]) -> Iterator[None]:
        # CREATE INDEX would read every zero page of a long file.
        paths = [
            relation_path(self.database.server.data_dir, table.filepath)
            for table in tables
            if table.filepath
        ]
        lengths = [path.stat().st_size for path in paths]
        for path in paths:
            empty(path)
        try:
            yield
        finally:
            for path, length_bytes in zip(paths, lengths, strict=True):
                lengthen(path, length_bytes // BLOCK_BYTES)

    def _leaf_page(self, definition: IndexDefinition) -> bytes | None:
        # The planner asks the newest index on a column for its ends, so this one must
        # know them where an existing one does.
        extremes = ends_of(definition, self.database.ends)
        if extremes is None:
            return None
        pages = leaf_pages(
            self.owner,
            self.database.admin,
            self.database.server.data_dir,
            [(definition, extremes)],
        )
        return pages.get(definition)

    def _give_size(
        self, item: ShadowRelation, size: IndexSize, leaf: bytes | None
    ) -> None:
        path = relation_path(self.database.server.data_dir, item.filepath)
        if item.method == "btree" and size.blks > 1:
            write_btree(path, blks=size.blks, height=size.height, leaf=leaf)
        elif item.method != "btree":
            lengthen(path, max(size.blks, path.stat().st_size // BLOCK_BYTES))
        blks = max(size.blks, 1)
        set_relation_statistics(self.owner, (item.schema, item.name), blks, size.rows)

    def _shadow_table(self, name: RelationName) -> ShadowRelation:
        item = self._named().get((name.schema, name.name))
        if item is not None:
            return item
        raise UnknownRelation(f'relation "{name}" could not be made in the shadow')

    def _named(self) -> dict[tuple[str, str], ShadowRelation]:
        """Relations by schema and name; made again when relations were added."""
        if len(self._by_name) != len(self.database.relations):
            self._by_name = {
                (item.schema, item.name): item
                for item in self.database.relations.values()
            }
        return self._by_name

    def _table_name(self, index: ShadowRelation) -> RelationName:
        table = self.database.relations[index.table_oid or 0]
        return RelationName(table.schema, table.name)

    def _index(self, name: RelationName) -> ShadowRelation:
        for schema in [name.schema] if name.schema else self.catalog.search_path:
            item = self._named().get((schema, name.name))
            if item is not None and item.table_oid:
                return item
        raise UnknownRelation(f'index "{name}" is not in the shadow')

    def _with_parts(self, index: ShadowRelation) -> Iterator[int]:
        yield index.oid
        if index.kind == "I":
            for item in self.database.relations.values():
                if item.parent_oid == index.oid:
                    yield from self._with_parts(item)


_GUESSED_ROWS_PER_BLK = 50


def hypothetical_name(definition: IndexDefinition) -> str:
    """A name that says what it is and cannot be an existing one."""
    digest = hashlib.sha256(repr(definition).encode()).hexdigest()
    return f"hypothetical_{digest[:16]}"
