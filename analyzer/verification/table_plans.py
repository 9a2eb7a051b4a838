"""What rows of a table are made by: looked up once, not for each row of each database.

A check makes thousands of rows, and a third of its time was names looked up again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.verification.schema_facts import Column, Key, Reference, Table
from analyzer.verification.value_pools import Pool, PoolKey

_Names = dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedColumn:
    """A column, the set of joined columns it belongs to, and the values of that."""

    column: Column
    leader: PoolKey
    pool: Pool
    may_be_null: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A foreign key: where its values stand, and in the rows of its target.

    ``is_optional`` tells whether they may all be NULL, ``required`` which may not be.
    """

    first: PoolKey
    target: int
    spots: tuple[int, ...]
    target_spots: tuple[int, ...]
    is_optional: bool
    required: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Two columns that refer to one of another table, with that one's constants."""

    target: int
    target_spot: int
    constants: frozenset[str]
    start: int
    end: int

    def is_no_constant(self, node: str | None) -> bool:
        """Whether a value of that column is none of the queries' constants."""
        return node not in self.constants


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePlan:
    """What rows of a table are made by.

    Attributes:
        columns: those that are given values, in their order.
        keys: with the places of their columns.
        links: its foreign keys.
        edges: pairs of foreign keys to one column.
        chained: places of a key and of a column that a query compares with it.
        referencing: places of all columns of foreign keys.
    """

    columns: tuple[PlannedColumn, ...]
    keys: tuple[tuple[Key, tuple[int, ...]], ...]
    links: tuple[Link, ...]
    edges: tuple[Edge, ...]
    chained: tuple[tuple[int, int], ...]
    referencing: frozenset[int]


def plan_tables(
    tables: Sequence[Table],
    pools: Mapping[PoolKey, Pool],
    leaders: Mapping[PoolKey, PoolKey],
) -> dict[int, TablePlan]:
    """The plans of some tables, by oid.

    Args:
        tables: all that rows are made for.
        pools: of each set of joined columns, by its leader.
        leaders: from a column to the leader of its set.
    """
    by_oid = {table.oid: table for table in tables}
    return {table.oid: _plan(table, by_oid, pools, leaders) for table in tables}


def _plan(
    table: Table,
    by_oid: Mapping[int, Table],
    pools: Mapping[PoolKey, Pool],
    leaders: Mapping[PoolKey, PoolKey],
) -> TablePlan:
    places = _places(table)
    own = [leaders[table.oid, column.name] for column in table.stored]
    single = [key.columns[0] for key in table.keys if len(key.columns) == 1]
    keyed = [places[name] for name in single if name in places]
    known = [
        ref
        for ref in table.references
        if set(ref.columns) <= places.keys() and ref.target in by_oid
    ]
    return TablePlan(
        columns=tuple(
            PlannedColumn(
                column=column,
                leader=leader,
                pool=pools[leader],
                may_be_null=not column.not_null,
            )
            for column, leader in zip(table.stored, own, strict=True)
        ),
        keys=tuple(
            (key, tuple(places[name] for name in key.columns))
            for key in table.keys
            if all(name in places for name in key.columns)
        ),
        links=tuple(_link(table, ref, by_oid, places) for ref in known),
        edges=tuple(_edges(table, by_oid, pools, leaders, places)),
        chained=tuple(
            (key, spot)
            for key in keyed
            for spot in range(len(own))
            if spot != key and own[spot] == own[key]
        ),
        referencing=frozenset(
            places[name]
            for ref in table.references
            for name in ref.columns
            if name in places
        ),
    )


def _places(table: Table) -> _Names:
    return {column.name: place for place, column in enumerate(table.stored)}


def _link(
    table: Table, ref: Reference, by_oid: Mapping[int, Table], places: _Names
) -> Link:
    spots = tuple(places[name] for name in ref.columns)
    target_places = _places(by_oid[ref.target])
    required = tuple(table.stored[spot].not_null for spot in spots)
    return Link(
        first=(table.oid, ref.columns[0]),
        target=ref.target,
        spots=spots,
        target_spots=tuple(target_places[name] for name in ref.target_columns),
        is_optional=not any(required),
        required=required,
    )


def _edges(
    table: Table,
    by_oid: Mapping[int, Table],
    pools: Mapping[PoolKey, Pool],
    leaders: Mapping[PoolKey, PoolKey],
    places: _Names,
) -> list[Edge]:
    ends: dict[PoolKey, list[int]] = {}
    for ref in table.references:
        is_single = len(ref.columns) == 1 and ref.columns[0] in places
        if is_single and ref.target != table.oid:
            target = (ref.target, ref.target_columns[0])
            ends.setdefault(target, []).append(places[ref.columns[0]])
    return [
        Edge(
            target=oid,
            target_spot=_places(by_oid[oid])[column],
            constants=frozenset(pools[leaders[oid, column]].constants),
            start=at[0],
            end=at[1],
        )
        for (oid, column), at in ends.items()
        if len(at) > 1
    ]
