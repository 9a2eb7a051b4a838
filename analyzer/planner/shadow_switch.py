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
from analyzer.postgres.script import FailedStatement, run_script
from analyzer.postgres.shadow_database import (
    RelationLength,
    ShadowRelation,
    read_shadow_relations,
    set_relation_lengths,
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
            failed = self._make([definition])
            if failed:
                raise PlanningFailed(
                    f"PostgreSQL does not accept an index on {definition.relation}",
                    detail=f"{failed[0].message} (SQLSTATE {failed[0].sqlstate}).",
                )
        return self._made[definition]

    def prepare(self, definitions: Iterable[IndexDefinition]) -> None:
        """Make many hypothetical indexes at once, which is many times faster.

        Those that PostgreSQL refuses are left out; asked about alone, such a one is
        refused again, with the reason.

        Raises:
            UnknownRelation: a relation is not in the shadow.
        """
        asked = dict.fromkeys(self._qualified(item) for item in definitions)
        self._make([item for item in asked if item not in self._made])

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

    def _make(self, definitions: Sequence[IndexDefinition]) -> list[FailedStatement]:
        """Make hypothetical indexes, all switched off; what was refused."""
        if not definitions:
            return []
        names = {hypothetical_name(item): item for item in definitions}
        leaves = {
            item: {leaf.name: leaf for leaf in self._leaves(self._relation(relation))}
            for item in definitions
            for relation in [item.relation]
        }
        made, failed = self._create(
            names, {name for parts in leaves.values() for name in parts}
        )
        pages = self._leaf_pages(names.values())
        lengths: list[RelationLength] = []
        for name, items in self._by_root(made, names).items():
            item = names[name]
            sizes = {n: self._leaf_size(item, leaf) for n, leaf in leaves[item].items()}
            lengths += self._give_sizes(items, sizes, pages.get(item))
            self._made[item] = Hypothetical(
                definition=item,
                oids=tuple(one.oid for one in items),
                names=tuple(one.name for one in items),
                size_bytes=sum(size.size_bytes for size in sizes.values()),
            )
        set_relation_lengths(self.owner, lengths)
        self._derive(made, names)
        return failed

    def _derive(
        self, made: Sequence[ShadowRelation], names: Mapping[str, IndexDefinition]
    ) -> None:
        """Give expressions the statistics that follow from their columns'."""
        for name, items in self._by_root(made, names).items():
            item = names[name]
            if any(key.expression for key in item.keys):
                relation = self._relation(item.relation)
                self.caveats += derive_statistics(self.owner, item, relation, items)

    def _create(
        self, names: Mapping[str, IndexDefinition], leaves: Iterable[RelationName]
    ) -> tuple[list[ShadowRelation], list[FailedStatement]]:
        """CREATE INDEX on empty files, and switched off at once."""
        tables = [self._shadow_table(leaf) for leaf in leaves]
        roots = {self._shadow_table(item.relation) for item in names.values()}
        before = set(self.database.relations)
        with self._emptied(tables):
            failed = run_script(
                self.owner,
                [ddl(item, name=name) for name, item in names.items()],
                deadline_s=CREATE_DEADLINE_S,
            )
        oids = [table.oid for table in tables]
        is_partitioned = any(root.kind == "p" for root in roots)
        found = read_shadow_relations(
            self.database.admin, None if is_partitioned else oids
        )
        made = [item for item in found if item.oid not in before]
        self.database.relations.update((item.oid, item) for item in made)
        set_valid(self.database.admin, [], [item.oid for item in made])
        return made, list(failed)

    def _by_root(
        self, made: Sequence[ShadowRelation], names: Mapping[str, IndexDefinition]
    ) -> dict[str, list[ShadowRelation]]:
        """The indexes of each name, with the parts they have on partitions."""
        found: dict[str, list[ShadowRelation]] = {}
        for item in made:
            top = item
            while top.parent_oid in self.database.relations:
                top = self.database.relations[top.parent_oid]
            if top.name in names:
                found.setdefault(top.name, []).append(item)
        return found

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

    def _leaf_pages(
        self, definitions: Iterable[IndexDefinition]
    ) -> dict[IndexDefinition, bytes]:
        # The planner asks the newest index on a column for its ends, so this one must
        # know them where an existing one does.
        wanted = [
            (item, ends)
            for item in definitions
            if (ends := ends_of(item, self.database.ends)) is not None
        ]
        database = self.database
        return leaf_pages(self.owner, database.admin, database.server.data_dir, wanted)

    def _give_sizes(
        self,
        items: Sequence[ShadowRelation],
        sizes: Mapping[RelationName, IndexSize],
        leaf: bytes | None,
    ) -> Iterator[RelationLength]:
        """Make the files as long as they should be; what the planner is to be told."""
        for item in items:
            size = sizes.get(self._table_name(item))
            if size is None or not item.filepath:
                continue
            path = relation_path(self.database.server.data_dir, item.filepath)
            if item.method == "btree" and size.blks > 1:
                write_btree(path, blks=size.blks, height=size.height, leaf=leaf)
            elif item.method != "btree":
                lengthen(path, max(size.blks, path.stat().st_size // BLOCK_BYTES))
            yield RelationLength(
                schema=item.schema,
                name=item.name,
                blks=max(size.blks, 1),
                rows=size.rows,
            )

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
