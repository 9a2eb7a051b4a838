"""Make the rows of one table from its statistics and the tables it refers to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analyzer.verification.column_pool import ColumnPool, column_pool
from analyzer.verification.combined_columns import combined_codes
from analyzer.verification.event_chains import Delay, delays
from analyzer.verification.generated_table import (
    NULL,
    GeneratedColumn,
    GeneratedTable,
)
from analyzer.verification.linked_rows import (
    Numbering,
    number_in_group,
    numbered_rows,
    parent_rows,
    sequence_of,
)
from analyzer.verification.row_order import Ints, ranks_by_place, real_correlation
from analyzer.verification.table_statistics import (
    ColumnStatistics,
    Link,
    TableStatistics,
)
from analyzer.verification.unique_columns import repair, unique_pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """A link to a table that is made already, with that table's statistics."""

    link: Link
    made: GeneratedTable
    statistics: TableStatistics


@dataclass(slots=True, kw_only=True)
class TableMaker:
    """Makes the rows of one table.

    The order of work: references to other tables, numbers within them, keys, moments
    that follow others, combined statistics, and every other column by itself.

    Attributes:
        table: its statistics.
        rows: how many rows are wanted; references may change it a little.
        parents: the tables it refers to.
        must_have: values by column that children refer to.
        chance: seeded.
    """

    table: TableStatistics
    rows: int
    parents: Sequence[Parent]
    must_have: Mapping[str, Sequence[str]]
    chance: np.random.Generator
    referred: dict[int, Ints] = field(default_factory=dict)
    assumed: list[Delay] = field(default_factory=list)

    def make(self) -> GeneratedTable:
        """The table."""
        made = GeneratedTable(name=self.table.name, rows=self.rows)
        self._refer(made)
        self._keys(made)
        self._moments(made)
        self._combined(made)
        for column in self.table.columns:
            if column.name not in made.columns:
                made.columns[column.name] = self._alone(column, made.rows)
        for key in self.table.unique_keys:
            if len(key) > 1:
                repair(made, key, self._partners(key), self.chance)
        self._nulls(made)
        return made

    def _refer(self, made: GeneratedTable) -> None:
        numbered = self._numbered()
        if numbered is not None:
            number, numbering = numbered
            self._refer_numbered(made, number, numbering)
        for number, parent in enumerate(self.parents):
            if number in self.referred:
                continue
            rows = parent_rows(
                self.table, parent.link, parent.made, made.rows, self.chance
            )
            self._take(made, number, rows)

    def _numbered(self) -> tuple[int, Numbering] | None:
        for number, parent in enumerate(self.parents):
            found = sequence_of(self.table, parent.link, self.rows)
            if found is not None:
                return number, found
        return None

    def _refer_numbered(
        self, made: GeneratedTable, number: int, numbering: Numbering
    ) -> None:
        parent = self.parents[number]
        rows = numbered_rows(
            self.table, parent.link, parent.made, numbering, self.chance
        )
        made.rows = len(rows)
        self._take(made, number, rows)
        column = self.table.by_name[numbering.column]
        pool = column_pool(column, made.rows, self.chance)
        position = {text: code for code, text in enumerate(pool.texts)}
        codes = np.array([position[text] for text in numbering.texts], dtype=np.int64)
        made.columns[column.name] = GeneratedColumn(
            pool=pool, codes=codes[np.minimum(number_in_group(rows), len(codes) - 1)]
        )

    def _take(self, made: GeneratedTable, number: int, rows: Ints) -> None:
        self.referred[number] = rows
        link, parent = self.parents[number].link, self.parents[number].made
        for mine, theirs in zip(link.columns, link.parent_columns, strict=True):
            source = parent.columns[theirs]
            made.columns.setdefault(
                mine, GeneratedColumn(pool=source.pool, codes=source.codes[rows])
            )

    def _keys(self, made: GeneratedTable) -> None:
        for column in self.table.columns:
            if column.name in made.columns or not self.table.is_unique(column.name):
                continue
            filled = round(made.rows * (1 - column.null_frac))
            pool = unique_pool(
                column, filled, self.chance, self.must_have.get(column.name, ())
            )
            ranks = ranks_by_place(made.rows, column.correlation or 0.0, self.chance)
            codes = np.minimum(ranks * filled // max(made.rows, 1), len(pool) - 1)
            made.columns[column.name] = GeneratedColumn(pool=pool, codes=codes)

    def _moments(self, made: GeneratedTable) -> None:
        theirs = {n: p.statistics.columns for n, p in enumerate(self.parents)}
        mine = [c for c in self.table.columns if c.name not in made.columns]
        for delay in delays(mine, theirs):
            base = self._base(made, delay)
            if base is None:
                continue
            column = self.table.by_name[delay.column]
            pool = self._pool(column, made.rows)
            if pool.line is None or pool.numbers is None:
                continue
            codes = self._follow(base, delay, pool, pool.numbers * pool.line.unit_us)
            made.columns[column.name] = GeneratedColumn(pool=pool, codes=codes)
            self.assumed.append(delay)

    def _base(self, made: GeneratedTable, delay: Delay) -> Ints | None:
        if delay.link is not None:
            parent = self.parents[delay.link].made
            found = parent.microseconds(delay.base)
            return None if found is None else found[self.referred[delay.link]]
        if delay.base not in made.columns:
            base = self.table.by_name[delay.base]
            made.columns[delay.base] = self._alone(base, made.rows)
        return made.microseconds(delay.base)

    def _follow(self, base: Ints, delay: Delay, pool: ColumnPool, places: Ints) -> Ints:
        """Codes of moments that follow others, with the column's own distribution."""
        drawn = base + self.chance.integers(
            delay.shortest_us, delay.longest_us + 1, len(base)
        )
        ranks = np.empty(len(base), dtype=np.int64)
        ranks[np.argsort(drawn, kind="stable")] = np.arange(len(base))
        codes = pool.codes_at((ranks + 0.5) / max(len(base), 1))
        # Its own distribution may move a moment out of its delay; the delay is kept,
        # as far as the column has a value in it.
        earliest = np.searchsorted(places, base + delay.shortest_us)
        latest = np.searchsorted(places, base + delay.longest_us, side="right") - 1
        codes = np.maximum(np.minimum(codes, latest), np.minimum(earliest, latest))
        codes = np.clip(codes, 0, len(places) - 1)
        return codes

    def _combined(self, made: GeneratedTable) -> None:
        for item in self.table.combined:
            names = [n for n in item.columns if n in self.table.by_name]
            free = [n for n in names if n not in made.columns]
            if len(free) < 2:
                continue
            pools = {
                name: self._pool(self.table.by_name[name], made.rows) for name in free
            }
            for name, codes in combined_codes(
                item, pools, made.rows, self.chance
            ).items():
                made.columns[name] = GeneratedColumn(pool=pools[name], codes=codes)

    def _pool(self, column: ColumnStatistics, rows: int) -> ColumnPool:
        return column_pool(
            column, rows, self.chance, must_have=self.must_have.get(column.name, ())
        )

    def _alone(self, column: ColumnStatistics, rows: int) -> GeneratedColumn:
        pool = self._pool(column, rows)
        if not len(pool):
            return GeneratedColumn(pool=pool, codes=np.full(rows, NULL, dtype=np.int64))
        correlation = real_correlation(column.correlation, pool.shares)
        ranks = ranks_by_place(rows, correlation, self.chance)
        return GeneratedColumn(
            pool=pool, codes=pool.codes_at((ranks + 0.5) / max(rows, 1))
        )

    def _partners(self, key: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Columns of the key that come with others by a reference."""
        return {
            name: parent.link.columns
            for parent in self.parents
            for name in parent.link.columns
            if name in key and len(parent.link.columns) > 1
        }

    def _nulls(self, made: GeneratedTable) -> None:
        keys = {name for key in self.table.unique_keys for name in key}
        for column in self.table.columns:
            if column.null_frac <= 0 or column.not_null or column.name in keys:
                continue
            found = made.columns[column.name]
            codes = found.codes.copy()
            codes[self.chance.random(made.rows) < column.null_frac] = NULL
            made.columns[column.name] = GeneratedColumn(pool=found.pool, codes=codes)
