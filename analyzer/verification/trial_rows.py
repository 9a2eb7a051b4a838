"""Rows of small databases on which two queries that differ are likely to show it.

The first database is empty, then each table is empty alone. The others come in the
styles of :mod:`analyzer.verification.trial_styles`. What a database taught is used
again: a *neighbour* of one that told queries apart differs from it in a value or a row,
since what tells two queries apart often lies one step beside. Measurements: rewrites.md
6.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from random import Random

from analyzer.verification.number_texts import decimal_of
from analyzer.verification.schema_facts import PARAMETERS_OID, Column, Table
from analyzer.verification.trial_filling import Filling, Large
from analyzer.verification.trial_needs import (
    MAX_COUNTED_ROWS,
    Row,
    TrialNeeds,
    TrialRows,
)
from analyzer.verification.trial_styles import (
    CONTRASTING,
    CONTRASTING_RATIO,
    COUNTED,
    DENSE,
    EXTREME,
    FITTING,
    STYLE_WEIGHTS,
    STYLES,
    TELLING,
)

_MAX_CHANGES = 3
_MAX_LARGE = 2
_LARGE_POLICIES = ("constant", "serial")
_COUNTED_MORE = 0.22
_EXTREME_MORE = 0.1


class TrialRowMaker:
    """Makes the n-th database of a seed.

    Args:
        needs: what the rows are for.
        seed: the same seed and number give the same rows.
    """

    def __init__(self, needs: TrialNeeds, *, seed: int) -> None:
        self._needs = needs
        self._seed = seed

    @property
    def needs(self) -> TrialNeeds:
        """What the rows are for."""
        return self._needs

    def large(self, most: int) -> Iterator[TrialRows]:
        """Databases with as many rows as a number counts that others do not reach.

        Args:
            most: the largest such number.
        """
        counts = [n for n in self._needs.row_counts if MAX_COUNTED_ROWS < n <= most]
        asked = [t.oid for t in self.tables if t.oid in self._needs.asked]
        for count in counts[-_MAX_LARGE:]:
            for oid in asked[:_MAX_LARGE]:
                for policy, more in product(_LARGE_POLICIES, (0, 1)):
                    large = Large(oid=oid, rows=count + more, policy=policy)
                    random = Random(f"{self._seed}/large {large}")
                    yield Filling(self._needs, COUNTED, random, large).fill(())

    def remote(self) -> TrialRowMaker | None:
        """A maker of databases with moments before the year 1, where they may tell."""
        needs = self._needs.remote()
        return TrialRowMaker(needs, seed=self._seed) if needs is not None else None

    @property
    def tables(self) -> Sequence[Table]:
        """The tables rows are made for."""
        return self._needs.tables

    def make(self, number: int) -> TrialRows:
        """The rows of the database of that number, counted from 0."""
        random = Random(f"{self._seed}/{number}")
        empty: set[int] = set()
        oids = [table.oid for table in self.tables]
        if number <= len(oids):
            empty = set(oids) if number == 0 else {oids[number - 1]}
        style = random.choices(STYLES, STYLE_WEIGHTS)[0]
        if self._needs.thresholds and random.random() < _COUNTED_MORE:
            style = COUNTED
        elif self._needs.computes and random.random() < _EXTREME_MORE:
            style = EXTREME
        if (style is COUNTED and not self._needs.has_counts) or (
            style is TELLING and not self._needs.has_telling
        ):
            style = random.choice((FITTING, DENSE))
        if self._needs.contrasts and random.random() < CONTRASTING_RATIO:
            style = CONTRASTING
        return Filling(self._needs, style, random).fill(empty)

    def neighbour(self, number: int, known: Sequence[TrialRows]) -> TrialRows:
        """One of some databases with a few of its rows or values changed.

        Args:
            number: of the database to be made; it decides by chance what is changed.
            known: of which one is taken; they are left as they are.
        """
        random = Random(f"{self._seed}/{number}/neighbour")
        base = random.choice(known)
        rows = {oid: [list(row) for row in given] for oid, given in base.items()}
        for _ in range(random.randint(1, _MAX_CHANGES) if self.tables else 0):
            table = random.choice(self.tables)
            self._change(table, rows[table.oid], random)
        return rows

    def _change(self, table: Table, rows: list[Row], random: Random) -> None:
        if not rows or not table.stored:
            return
        place = random.randrange(len(rows))
        draw = random.random()
        if table.oid != PARAMETERS_OID and draw < 0.1:
            del rows[place]
        elif table.oid != PARAMETERS_OID and draw < 0.35:
            rows.insert(place, list(rows[place]))
        if not rows:
            return
        # A copy that keeps a key is taken away later: most get another value too.
        row, spot = random.choice(rows), random.randrange(len(table.stored))
        if not 0.1 <= draw < 0.18:
            row[spot] = self._other(table, table.stored[spot], row[spot], random)

    def _other(
        self, table: Table, column: Column, value: str | None, random: Random
    ) -> str | None:
        """Another value for a column: a step away, or one of those it may have."""
        if not column.not_null and random.random() < 0.15:
            return None
        stepped = _stepped(value, random) if random.random() < 0.3 else None
        if stepped is not None:
            return stepped
        _leader, pool = self._needs.pool_of((table.oid, column.name))
        if self._needs.computes and pool.extremes and random.random() < _EXTREME_MORE:
            return random.choice(pool.extremes)
        lists = (pool.telling, pool.exact, pool.specific, pool.fitting, pool.all)
        usable = [values for values in lists if values]
        return random.choice(random.choice(usable)) if usable else value

    def completed(
        self, given: Sequence[tuple[int, Mapping[str, str | None]]]
    ) -> TrialRows:
        """Rows of which only some values are given; the others are everyday ones."""
        rows: TrialRows = {table.oid: [] for table in self.tables}
        for oid, values in given:
            table = next(table for table in self.tables if table.oid == oid)
            row: Row = []
            for column in table.stored:
                _leader, pool = self._needs.pool_of((oid, column.name))
                usual = pool.ordinary[0] if pool.ordinary else None
                row.append(values.get(column.name, usual))
            rows[oid].append(row)
        return rows


def _stepped(value: str | None, random: Random) -> str | None:
    """A number one more or less; none if it is no number."""
    number = decimal_of(value or "")
    return None if number is None else f"{number + random.choice((1, -1)):f}"
