"""Names of relations, and indexes as definitions and as things that exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class RelationName:
    """Schema and name, unquoted. The schema is empty where the text gave none."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def is_system(self) -> bool:
        """Whether the name, as written, is one of PostgreSQL's own."""
        if self.schema:
            return self.schema in ("pg_catalog", "information_schema")
        return self.name.startswith("pg_")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class IndexKey:
    """One key column: an attribute, or an expression as PostgreSQL prints it."""

    attribute: str = ""
    expression: str = ""
    opclass: str = ""
    collation: str = ""
    descending: bool = False
    nulls_first: bool | None = None
    """None is the default of the direction: last for ASC, first for DESC."""


class HashedOnce:
    """A place for the hash of a value, which searches ask for millions of times.

    It is no field, so that it is not copied, compared or pickled.
    """

    __slots__ = ("_hash",)
    _hash: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDefinition(HashedOnce):
    """What an index is made of, without a name."""

    relation: RelationName
    keys: tuple[IndexKey, ...]
    method: str = "btree"
    include: tuple[str, ...] = ()
    predicate: str = ""
    unique: bool = False
    nulls_not_distinct: bool = False

    def __hash__(self) -> int:
        """That of the fields, counted once."""
        try:
            return self._hash
        except AttributeError:
            value = hash((self.relation, self.keys, self.include, self.predicate))
            object.__setattr__(self, "_hash", value)
            return value

    @property
    def attributes(self) -> tuple[str, ...]:
        """Plain key attributes in order; an expression key is an empty string."""
        return tuple(key.attribute for key in self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index that exists on the watched server.

    ``constraint_kind`` is ``primary key``, ``unique``, ``exclusion`` or empty;
    ``idx_scan`` counts scans since ``stats_reset_at`` on this server only (none
    where unknown); ``ddl`` is the server's own CREATE INDEX.
    """

    name: RelationName
    definition: IndexDefinition
    size_bytes: int
    ddl: str
    valid: bool = True
    constraint_kind: str = ""
    is_replica_identity: bool = False
    idx_scan: int | None = None
    last_idx_scan_at: datetime | None = None
    attached_to: RelationName | None = None
    """The partitioned index it is a part of, with which alone it can be dropped."""
