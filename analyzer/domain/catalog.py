"""What a database is made of, as the system catalogs and statistics tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from analyzer.domain.index import Index, RelationName


class RelationKind(StrEnum):
    """The kinds of relations we advise on or see through."""

    TABLE = "table"
    PARTITIONED = "partitioned table"
    MATERIALIZED_VIEW = "materialized view"
    VIEW = "view"
    FOREIGN = "foreign table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A column with its statistics.

    ``not_null`` says that no row read of it holds a NULL, in the tables that inherit
    from its own as well; ``has_fuzzy_equality`` that values which differ may be equal,
    by a collation that is not deterministic. ``n_distinct`` is as in pg_stats:
    negative is a ratio of the rows. All statistics are none where the column was never
    analyzed or may not be seen.
    """

    name: str
    number: int
    type_name: str
    not_null: bool = False
    has_fuzzy_equality: bool = False
    n_distinct: float | None = None
    null_frac: float | None = None
    avg_width_bytes: int | None = None
    correlation: float | None = None
    most_common_freqs: tuple[float, ...] = ()
    type_length: int | None = None
    """Bytes of a value, −1 where it varies; none where only its name is known."""
    type_alignment: str = ""
    """``c``, ``s``, ``i`` or ``d``, as pg_type has it; empty where unknown."""
    value_lengths: tuple[tuple[int, float], ...] = ()
    """Bytes of values without header, ascending, with their shares; where known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """A foreign key of the relation that holds it (the referencing side).

    ``is_dependable`` says that each row which a query reads finds its equal at any
    moment, unless it holds a NULL: the key is validated, its triggers are on, it is not
    deferrable and without PERIOD, no other table inherits from its own, and no
    row-level security hides rows of the other.
    """

    name: str
    attributes: tuple[str, ...]
    referenced: RelationName
    referenced_attributes: tuple[str, ...]
    on_delete: str = "no action"
    on_update: str = "no action"
    is_dependable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationActivity:
    """Cumulative counters of pg_stat_all_tables, since ``stats_reset_at``."""

    seq_scan: int = 0
    idx_scan: int = 0
    n_tup_ins: int = 0
    n_tup_upd: int = 0
    n_tup_hot_upd: int = 0
    n_tup_del: int = 0
    n_live_tup: int = 0
    n_dead_tup: int = 0
    n_mod_since_analyze: int = 0
    last_analyzed_at: datetime | None = None
    last_vacuumed_at: datetime | None = None

    @property
    def write_count(self) -> int:
        """Rows inserted, updated and deleted."""
        return self.n_tup_ins + self.n_tup_upd + self.n_tup_del


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A relation; ``reltuples`` is an estimate of rows, −1 if never analyzed."""

    name: RelationName
    kind: RelationKind
    reltuples: float
    relpages: int
    size_bytes: int
    relallvisible: int = 0
    attributes: tuple[Attribute, ...] = ()
    indexes: tuple[Index, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    """Attribute sets that are unique: valid, not partial, not deferrable; none of a
    table that others inherit from, since its keys do not span their rows."""
    activity: RelationActivity | None = None
    partition_of: RelationName | None = None
    has_children: bool = False
    """Whether other tables inherit from it, partitions apart: it is read with theirs,
    for which its keys do not hold."""
    distinct_combinations: tuple[tuple[tuple[str, ...], float], ...] = ()
    """Attribute sets with their number of distinct values, as in ``n_distinct``."""

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name, if there is one."""
        return next((item for item in self.attributes if item.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """One database at one moment.

    ``settings`` holds the planner's and a few other settings by name, values as
    current_setting() prints them. ``stats_reset_at`` is the age of the activity
    counters. ``is_replica`` tells a hot standby. ``replica_count`` is the number of
    standbys the primary feeds, none where it may not be seen.
    """

    server_id: str
    server_version_num: int
    database: str
    read_at: datetime
    relations: tuple[Relation, ...]
    search_path: tuple[str, ...] = ("public",)
    settings: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, str] = field(default_factory=dict)
    stats_reset_at: datetime | None = None
    is_replica: bool = False
    replica_count: int | None = None
    by_name: Mapping[RelationName, Relation] = field(
        init=False, repr=False, compare=False
    )
    partitions: Mapping[RelationName, tuple[Relation, ...]] = field(
        init=False, repr=False, compare=False
    )
    """Those directly below each partitioned table that has any."""

    def __post_init__(self) -> None:
        """Index the relations by name, and partitions by what they are part of."""
        below: dict[RelationName, list[Relation]] = {}
        for relation in self.relations:
            if relation.partition_of is not None:
                below.setdefault(relation.partition_of, []).append(relation)
        object.__setattr__(
            self, "by_name", {relation.name: relation for relation in self.relations}
        )
        object.__setattr__(
            self, "partitions", {name: tuple(parts) for name, parts in below.items()}
        )

    def leaves(self, name: RelationName) -> tuple[Relation, ...]:
        """The partitions at all depths that hold rows, none of a plain table."""
        return tuple(
            leaf
            for part in self.partitions.get(name, ())
            for leaf in (
                self.leaves(part.name)
                if part.kind is RelationKind.PARTITIONED
                else (part,)
            )
        )

    def find(self, name: RelationName) -> Relation | None:
        """The relation a text means, by its schema or else by the search path."""
        if name.schema:
            return self.by_name.get(name)
        places = (RelationName(schema, name.name) for schema in self.search_path)
        return next((self.by_name[p] for p in places if p in self.by_name), None)
