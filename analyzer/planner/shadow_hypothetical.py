"""Make hypothetical indexes in a shadow: thousands at once, each with its size."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace

from analyzer.domain.catalog import Catalog, Relation
from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.embedded.files import (
    BLOCK_BYTES,
    empty,
    lengthen,
    relation_path,
    write_brin_map,
    write_btree,
    write_gin_counts,
)
from analyzer.errors import AnalyzerError, PlanningFailed, TimedOut, UnknownRelation
from analyzer.indexing.combinations import with_bounds
from analyzer.indexing.definition import ddl
from analyzer.indexing.other_methods import brin_map_blks
from analyzer.indexing.size import IndexSize, index_size
from analyzer.indexing.workload_choice import SKIP_SCANS_VERSION_NUM
from analyzer.planner.shadow_build import ShadowDatabase
from analyzer.planner.shadow_ends import ends_of, leaf_pages
from analyzer.planner.shadow_expressions import ExpressionStatistics
from analyzer.planner.shadow_items import ItemStatistics
from analyzer.planner.shadow_predicates import PredicateRows
from analyzer.postgres.connect import Connection
from analyzer.postgres.errors_map import planning
from analyzer.postgres.rolled_back import rolled_back
from analyzer.postgres.script import FailedStatement, run_script
from analyzer.postgres.shadow_database import (
    RelationLength,
    ShadowRelation,
    forget_cached_pages,
    read_shadow_relations,
    set_relation_lengths,
    set_valid,
)
from analyzer.postgres.skip_scans import skip_scans_off
from analyzer.postgres.value_lengths import value_lengths

CREATE_DEADLINE_S = 300.0
_GUESSED_ROWS_PER_BLK = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothetical:
    """An index that was made: its oids and the names a plan may show.

    On a partitioned table there is one for each partition.
    """

    definition: IndexDefinition
    oids: tuple[int, ...]
    names: tuple[str, ...]
    size_bytes: int


Made = dict[IndexDefinition, Hypothetical | AnalyzerError]


@dataclass(slots=True, kw_only=True)
class IndexMaker:
    """Makes indexes of the relations of one shadow.

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
    _by_name: dict[RelationName, ShadowRelation] = field(default_factory=dict)
    _leaves_below: dict[RelationName, list[Relation]] = field(default_factory=dict)
    _expressions: ExpressionStatistics = field(init=False)
    _items: ItemStatistics = field(init=False)
    _predicates: PredicateRows = field(init=False)

    def __post_init__(self) -> None:
        """Remember what is derived for expressions."""
        self._expressions = ExpressionStatistics(self.owner, self.caveats)
        self._items = ItemStatistics(self.owner)
        self._predicates = PredicateRows(self.owner)

    def qualified(self, definition: IndexDefinition) -> IndexDefinition:
        """The definition with the schema that its relation is in.

        Raises:
            UnknownRelation: it is not in the snapshot.
        """
        name = self._relation(definition.relation).name
        if name == definition.relation:
            return definition
        return replace(definition, relation=name)

    def size_bytes(self, definition: IndexDefinition) -> int:
        """Estimated bytes, the parts on all partitions together.

        Raises:
            PlanningFailed: the predicate is not accepted by PostgreSQL.
        """
        leaves = self._leaves(definition.relation)
        return sum(self._leaf_size(definition, leaf).size_bytes for leaf in leaves)

    def make(self, definitions: Sequence[IndexDefinition]) -> Made:
        """Make new indexes, switched off, or tell why one cannot be made.

        Args:
            definitions: qualified, none of them made before.
        """
        made: Made = {}
        sizes: dict[IndexDefinition, dict[RelationName, IndexSize]] = {}
        for definition in definitions:
            try:
                sizes[definition] = {
                    leaf.name: self._leaf_size(definition, leaf)
                    for leaf in self._leaves(definition.relation)
                }
                self._shadow_table(definition.relation)
            except AnalyzerError as error:
                made[definition] = error
        found, failed = self._create(list(sizes))
        for definition, problem in failed.items():
            made[definition] = PlanningFailed(
                f"PostgreSQL does not accept an index on {definition.relation}",
                detail=f"{problem.message} (SQLSTATE {problem.sqlstate}).",
            )
        self._give_sizes(found, sizes)
        for definition, items in found.items():
            relation = self._relation(definition.relation)
            self._expressions.give(definition, relation, items)
            made[definition] = Hypothetical(
                definition=definition,
                oids=tuple(item.oid for item in items),
                names=tuple(item.name for item in items),
                size_bytes=sum(size.size_bytes for size in sizes[definition].values()),
            )
        return made

    def index(self, name: RelationName) -> ShadowRelation:
        """An index by its name, with or without a schema.

        Raises:
            UnknownRelation: there is no such index.
        """
        for schema in [name.schema] if name.schema else self.catalog.search_path:
            item = self._named().get(RelationName(schema, name.name))
            if item is not None and item.table_oid:
                return item
        raise UnknownRelation(f'index "{name}" is not in the shadow')

    def _relation(self, name: RelationName) -> Relation:
        relation = self.catalog.find(name)
        if relation is None:
            raise UnknownRelation(f'relation "{name}" is not in the snapshot')
        return relation

    def _leaves(self, name: RelationName) -> list[Relation]:
        """The relation itself, or the partitions below it that hold rows."""
        if name not in self._leaves_below:
            parts = self.catalog.partitions.get(name, ())
            leaves = [leaf for part in parts for leaf in self._leaves(part.name)]
            self._leaves_below[name] = leaves or [self._measured(name)]
        return self._leaves_below[name]

    def _measured(self, name: RelationName) -> Relation:
        """A relation with what else is known of the size of its indexes."""
        own = with_bounds(self._relation(name), self.catalog)
        try:
            with planning(), rolled_back(self.owner):
                lengths = value_lengths(self.owner, name)
        except (PlanningFailed, TimedOut):
            return own
        attributes = tuple(
            replace(item, value_lengths=lengths.get(item.name, ()))
            for item in own.attributes
        )
        return replace(own, attributes=attributes)

    def _leaf_size(self, definition: IndexDefinition, leaf: Relation) -> IndexSize:
        rows = leaf.reltuples
        if rows < 0:
            # Never analyzed: the planner guesses from the length, we do likewise.
            rows = leaf.size_bytes / BLOCK_BYTES * _GUESSED_ROWS_PER_BLK
        if definition.predicate and rows:
            rows = min(rows, self._predicates.of(definition.predicate, leaf))
        definition = replace(definition, relation=leaf.name)
        items = self._items.of(definition, leaf)
        if not items:
            definition, leaf = self._expressions.with_expressions(definition, leaf)
        return index_size(definition, leaf, rows=rows, items=items)

    def _create(
        self, definitions: Sequence[IndexDefinition]
    ) -> tuple[
        dict[IndexDefinition, list[ShadowRelation]],
        dict[IndexDefinition, FailedStatement],
    ]:
        """CREATE INDEX on empty files, and switched off at once."""
        if not definitions:
            return {}, {}
        names = {d: hypothetical_name(d) for d in definitions}
        scripts = {ddl(d, name=name): d for d, name in names.items()}
        newest = max(self.database.relations, default=0)
        with self._emptied({d.relation for d in definitions}):
            failed = run_script(self.owner, scripts, deadline_s=CREATE_DEADLINE_S)
        if self.catalog.server_version_num < SKIP_SCANS_VERSION_NUM:
            skip_scans_off(self.database.admin, newer_than=newest)
        items = read_shadow_relations(self.database.admin, newer_than=newest)
        self.database.relations.update((item.oid, item) for item in items)
        set_valid(self.database.admin, [], [item.oid for item in items])
        problems = {scripts[item.statement]: item for item in failed}
        found = self._parts_of(items)
        wanted = (d for d in definitions if d not in problems)
        return {d: found[names[d]] for d in wanted}, problems

    def _parts_of(
        self, items: Sequence[ShadowRelation]
    ) -> dict[str, list[ShadowRelation]]:
        """New indexes by name, each with its parts on partitions behind it."""
        below: dict[int, list[ShadowRelation]] = {}
        for item in items:
            below.setdefault(item.parent_oid or 0, []).append(item)

        def walk(item: ShadowRelation) -> Iterator[ShadowRelation]:
            yield item
            for part in below.get(item.oid, ()):
                yield from walk(part)

        return {item.name: list(walk(item)) for item in below.get(0, ())}

    @contextmanager
    def _emptied(self, relations: Collection[RelationName]) -> Iterator[None]:
        # CREATE INDEX would read every zero page of a long file.
        leaves = {leaf.name for name in relations for leaf in self._leaves(name)}
        paths = [
            relation_path(self.database.server.data_dir, table.filepath)
            for table in map(self._shadow_table, sorted(leaves))
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

    def _give_sizes(
        self,
        found: Mapping[IndexDefinition, Sequence[ShadowRelation]],
        sizes: Mapping[IndexDefinition, Mapping[RelationName, IndexSize]],
    ) -> None:
        pages = self._leaf_pages(found)
        if any(definition.method != "btree" for definition in found):
            # Other methods build in shared buffers, which would be written later.
            forget_cached_pages(self.database.admin)
        lengths = []
        for definition, items in found.items():
            for item in items:
                size = sizes[definition].get(self._table_name(item))
                if size is None or not item.filepath:
                    continue
                self._lengthen(item, size, pages.get(definition))
                if definition.predicate:
                    # Without one an index has the rows of its table (plancat.c).
                    lengths.append(
                        RelationLength(
                            schema=item.schema,
                            name=item.name,
                            blks=max(size.blks, 1),
                            rows=size.rows,
                        )
                    )
        set_relation_lengths(self.owner, lengths)

    def _leaf_pages(
        self, definitions: Collection[IndexDefinition]
    ) -> dict[IndexDefinition, bytes]:
        # The planner asks the newest index on a column for its ends, so this one must
        # know them where an existing one does.
        wanted = [
            (definition, extremes)
            for definition in definitions
            if (extremes := ends_of(definition, self.database.ends)) is not None
        ]
        database = self.database
        return leaf_pages(self.owner, database.admin, database.server.data_dir, wanted)

    def _lengthen(
        self, item: ShadowRelation, size: IndexSize, leaf: bytes | None
    ) -> None:
        path = relation_path(self.database.server.data_dir, item.filepath)
        if item.method == "btree" and size.blks > 1:
            write_btree(path, blks=size.blks, height=size.height, leaf=leaf)
        elif item.method != "btree":
            lengthen(path, max(size.blks, path.stat().st_size // BLOCK_BYTES))
        if size.gin is not None:
            write_gin_counts(path, **asdict(size.gin))
        elif item.method == "brin":
            write_brin_map(path, brin_map_blks(self._relation(self._table_name(item))))

    def _shadow_table(self, name: RelationName) -> ShadowRelation:
        item = self._named().get(name)
        if item is not None:
            return item
        raise UnknownRelation(f'relation "{name}" could not be made in the shadow')

    def _named(self) -> dict[RelationName, ShadowRelation]:
        """Relations by schema and name; made again when relations were added."""
        if len(self._by_name) != len(self.database.relations):
            self._by_name = {
                RelationName(item.schema, item.name): item
                for item in self.database.relations.values()
            }
        return self._by_name

    def _table_name(self, index: ShadowRelation) -> RelationName:
        table = self.database.relations[index.table_oid or 0]
        return RelationName(table.schema, table.name)


def hypothetical_name(definition: IndexDefinition) -> str:
    """A name that says what it is and cannot be an existing one."""
    digest = hashlib.sha256(repr(definition).encode()).hexdigest()
    return f"hypothetical_{digest[:16]}"
