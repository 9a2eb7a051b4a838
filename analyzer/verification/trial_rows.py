"""Rows of small databases on which two queries that differ are likely to show it.

The first database is empty, then each table is empty alone. The others come in styles:
*sparse* (few rows of few values), *dense* (one or two values per column, so that groups
and ties arise), *fitting* (rows that pass the filters and joins), *extreme* (ends of
types), and *counted* (as many joining rows as a threshold of the queries, one more or
less). Measurements: rewrites.md 6.1.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from analyzer.verification.schema_facts import PARAMETERS_OID, Column, Key, Table
from analyzer.verification.value_candidates import serial
from analyzer.verification.value_pools import Pool, PoolKey

Row = list[str | None]
TrialRows = dict[int, list[Row]]
"""Rows by the oid of their table, in the order of its stored columns."""

MAX_COUNTED_ROWS = 1_200
_USUAL_COUNT = 24
_LARGEST_COUNT = 20
"""Above it a number may also be a total that sums are compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How one database is filled.

    Attributes:
        name: of the style.
        rows: smallest and largest number of rows of a table.
        values: how many different values a column draws from, smallest and largest.
        weights: of ordinary, constants, specific, fitting and extreme values.
        null_ratios: one of these is the share of NULLs.
        copied_ratio: share of rows that repeat one before.
    """

    name: str
    rows: tuple[int, int]
    values: tuple[int, int]
    weights: tuple[float, float, float, float, float]
    null_ratios: tuple[float, ...]
    copied_ratio: float = 0.15


SPARSE = Style(
    name="sparse",
    rows=(0, 5),
    values=(2, 4),
    weights=(3, 3, 3, 1, 0.2),
    null_ratios=(0.0, 0.25, 0.25, 0.5),
)
DENSE = Style(
    name="dense",
    rows=(1, 12),
    values=(1, 2),
    weights=(3, 2, 2, 2, 0),
    null_ratios=(0.0, 0.1, 0.3),
    copied_ratio=0.3,
)
FITTING = Style(
    name="fitting",
    rows=(1, 5),
    values=(1, 3),
    weights=(0.5, 0.5, 1, 12, 0),
    null_ratios=(0.0, 0.15, 0.35),
)
EXTREME = Style(
    name="extreme",
    rows=(1, 3),
    values=(1, 3),
    weights=(1, 1, 2, 1, 4),
    null_ratios=(0.0, 0.1),
)
COUNTED = Style(
    name="counted",
    rows=(1, 3),
    values=(1, 2),
    weights=(1, 1, 1, 12, 0),
    null_ratios=(0.0, 0.0, 0.1),
    copied_ratio=0.0,
)
_STYLES = (SPARSE, DENSE, FITTING, EXTREME, COUNTED)
_WEIGHTS = (0.24, 0.18, 0.3, 0.08, 0.2)


class TrialRowMaker:
    """Makes the n-th database of a seed.

    Args:
        tables: referenced ones first.
        pools: of each set of joined columns, by its leader.
        leaders: from a column to the leader of its set.
        counts: numbers of rows, or sums, that may matter.
        seed: the same seed and number give the same rows.
    """

    def __init__(
        self,
        tables: Sequence[Table],
        pools: Mapping[PoolKey, Pool],
        leaders: Mapping[PoolKey, PoolKey],
        *,
        counts: Sequence[int],
        seed: int,
    ) -> None:
        self._tables = tables
        self._pools = pools
        self._leaders = leaders
        self._counts = [n for n in counts if n <= MAX_COUNTED_ROWS]
        self._usual = [n for n in self._counts if n <= _USUAL_COUNT]
        self._totals = [n for n in counts if n > _LARGEST_COUNT]
        self._seed = seed

    def make(self, number: int) -> TrialRows:
        """The rows of the database of that number, counted from 0."""
        random = Random(f"{self._seed}/{number}")
        empty: set[int] = set()
        oids = [table.oid for table in self._tables]
        if number <= len(oids):
            empty = set(oids) if number == 0 else {oids[number - 1]}
        style = random.choices(_STYLES, _WEIGHTS)[0]
        if style is COUNTED and not self._counts:
            style = random.choice((FITTING, DENSE))
        filling = _Filling(self, style, random)
        return filling.fill(empty)

    def completed(
        self, given: Sequence[tuple[int, Mapping[str, str | None]]]
    ) -> TrialRows:
        """Rows of which only some values are given; the others are everyday ones."""
        rows: TrialRows = {table.oid: [] for table in self._tables}
        for oid, values in given:
            table = next(table for table in self._tables if table.oid == oid)
            row: Row = []
            for column in table.stored:
                _leader, pool = self.pool_of((oid, column.name))
                usual = pool.ordinary[0] if pool.ordinary else None
                row.append(values.get(column.name, usual))
            rows[oid].append(row)
        return rows

    @property
    def tables(self) -> Sequence[Table]:
        """The tables rows are made for."""
        return self._tables

    def pool_of(self, key: PoolKey) -> tuple[PoolKey, Pool]:
        """The set a column belongs to, and its values."""
        leader = self._leaders[key]
        return leader, self._pools[leader]

    def threshold(self, random: Random) -> int:
        """A number of rows at or next to one that the queries name."""
        counts = self._counts
        if self._usual and random.random() < 0.95:
            counts = self._usual
        return max(1, random.choice(counts) + random.choice((-1, 0, 1, 1, 2)))

    def part_of_total(self, random: Random, count: int) -> str | None:
        """A summand that brings the sum of ``count`` rows near a named total."""
        if not self._totals:
            return None
        total = random.choice(self._totals)
        exact = random.choice((total, total + 1, total - 1))
        return str(random.choice((exact, total // count, total // count + 1)))


class _Filling:
    """One database while it is filled."""

    def __init__(self, maker: TrialRowMaker, style: Style, random: Random) -> None:
        self._maker = maker
        self._style = style
        self._random = random
        self._null_ratio = random.choice(style.null_ratios)
        self._domains: dict[PoolKey, list[str]] = {}
        self._policies: dict[PoolKey, str] = {}
        self._rows: TrialRows = {}
        self._count = 0
        self._many: set[int] = set()
        if style is COUNTED:
            self._count = maker.threshold(random)
            oids = [table.oid for table in maker.tables]
            self._many = set(oids if random.random() < 0.3 else [random.choice(oids)])

    def fill(self, empty: Container[int]) -> TrialRows:
        for table in self._maker.tables:
            self._rows[table.oid] = []
            if table.oid == PARAMETERS_OID:
                values = [self._value(table, column, 0) for column in table.stored]
                self._rows[table.oid].append(values)
            elif table.oid not in empty:
                self._fill_table(table)
        return self._rows

    def _fill_table(self, table: Table) -> None:
        random, rows = self._random, self._rows[table.oid]
        wanted = random.randint(*self._style.rows)
        if table.oid in self._many:
            wanted = self._count
        places = {column.name: i for i, column in enumerate(table.stored)}
        keys = [
            (key, [places[name] for name in key.columns])
            for key in table.keys
            if all(name in places for name in key.columns)
        ]
        taken: list[set[tuple[str | None, ...]]] = [set() for _ in keys]
        is_copying = not keys and table.oid not in self._many
        for number in range(wanted):
            if is_copying and rows and random.random() < self._style.copied_ratio:
                rows.append(list(random.choice(rows)))
                continue
            row = self._row(table, number, places)
            if row is not None and self._is_new(table, row, keys, taken):
                rows.append(row)

    def _row(self, table: Table, number: int, places: Mapping[str, int]) -> Row | None:
        row: Row = [self._value(table, column, number) for column in table.stored]
        for reference in table.references:
            if not all(name in places for name in reference.columns):
                continue
            spots = [places[name] for name in reference.columns]
            picked = self._parent_values(table, reference.target, reference)
            for spot, value in zip(spots, picked, strict=True):
                if value is None and table.stored[spot].not_null:
                    return None
                row[spot] = value
        return row

    def _parent_values(self, table: Table, target: int, reference: object) -> Row:
        columns: Sequence[str] = reference.target_columns  # type: ignore[attr-defined]
        parents = self._rows.get(target, [])
        optional = all(
            not column.not_null
            for column in table.stored
            if column.name in reference.columns  # type: ignore[attr-defined]
        )
        if not parents or (optional and self._random.random() < self._null_ratio):
            return [None] * len(columns)
        parent_table = next(t for t in self._maker.tables if t.oid == target)
        names = [column.name for column in parent_table.stored]
        is_first = table.oid in self._many and self._random.random() < 0.8
        parent = parents[0] if is_first else self._random.choice(parents)
        return [parent[names.index(name)] for name in columns]

    def _value(self, table: Table, column: Column, number: int) -> str | None:
        random = self._random
        if not column.not_null and random.random() < self._null_ratio:
            return None
        key = (table.oid, column.name)
        leader, pool = self._maker.pool_of(key)
        if table.oid in self._many:
            return self._counted_value(column, leader, pool, number)
        return self._pick(leader, pool)

    def _pick(self, leader: PoolKey, pool: Pool) -> str | None:
        domain = self._domains.get(leader)
        if domain is None:
            domain = self._domains[leader] = self._domain(pool)
        return self._random.choice(domain) if domain else None

    def _domain(self, pool: Pool) -> list[str]:
        random = self._random
        lists = (
            pool.ordinary,
            pool.constants,
            pool.specific,
            pool.fitting,
            pool.extremes,
        )
        usable = [
            (values, weight)
            for values, weight in zip(lists, self._style.weights, strict=True)
            if values and weight
        ]
        if not usable:
            return list(pool.all[:1])
        sources = random.choices(
            [values for values, _ in usable],
            [weight for _, weight in usable],
            k=random.randint(*self._style.values),
        )
        domain: list[str] = []
        for values in sources:
            # Two values that are the same would make a poorer database.
            fresh = [value for value in values if value not in domain]
            domain.append(random.choice(fresh or values))
        return domain

    def _counted_value(
        self, column: Column, leader: PoolKey, pool: Pool, number: int
    ) -> str | None:
        policy = self._policies.get(leader)
        if policy is None:
            policy = self._policies[leader] = self._policy(column, pool)
        if policy == "serial":
            return serial(column.base_type, number + 1, column.labels)
        if policy == "total":
            return self._maker.part_of_total(self._random, self._count)
        domain = self._domains.setdefault(leader, self._domain(pool))
        if policy == "constant":
            return domain[0] if domain else None
        return self._random.choice(domain) if domain else None

    def _policy(self, column: Column, pool: Pool) -> str:
        draw = self._random.random()
        if pool.fitting and draw < 0.8:
            return "constant"
        if (
            column.category == "N"
            and draw < 0.3
            and self._maker.part_of_total(self._random, self._count)
        ):
            return "total"
        return self._random.choice(("constant", "serial", "serial", "few"))

    def _is_new(
        self,
        table: Table,
        row: Row,
        keys: Sequence[tuple[Key, list[int]]],
        taken: Sequence[set[tuple[str | None, ...]]],
    ) -> bool:
        """Make the row's keys new, if need be by other values; false if not."""
        for (key, spots), seen in zip(keys, taken, strict=True):
            if key.predicate:
                continue
            value = tuple(row[spot] for spot in spots)
            tries = 0
            while value in seen and (None not in value or key.nulls_not_distinct):
                tries += 1
                if tries > 3:
                    return False
                self._change(table, row, spots, len(seen) + tries)
                value = tuple(row[spot] for spot in spots)
        for (_key, spots), seen in zip(keys, taken, strict=True):
            seen.add(tuple(row[spot] for spot in spots))
        return True

    def _change(
        self, table: Table, row: Row, spots: Sequence[int], number: int
    ) -> None:
        referencing = {
            name for reference in table.references for name in reference.columns
        }
        own = [s for s in spots if table.stored[s].name not in referencing]
        spot = self._random.choice(own or list(spots))
        column = table.stored[spot]
        value = row[spot] = serial(column.base_type, number, column.labels)
        # What is joined with it may now have this value as well.
        leader, pool = self._maker.pool_of((table.oid, column.name))
        self._domains.setdefault(leader, self._domain(pool)).append(value)
