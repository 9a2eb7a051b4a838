"""The rows of one small database, table by table."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from analyzer.verification.schema_facts import PARAMETERS_OID, Column, Table
from analyzer.verification.table_plans import Link, PlannedColumn, TablePlan
from analyzer.verification.trial_needs import (
    Contrast,
    Row,
    Sources,
    TrialNeeds,
    TrialRows,
)
from analyzer.verification.trial_styles import CONTRASTING, COUNTED, Style
from analyzer.verification.value_candidates import serial
from analyzer.verification.value_pools import Pool, PoolKey

_POLICIES = (
    *("constant", "constant", "serial", "serial", "serial", "strides"),
    *("few", "blocks", "cycle"),
)
_STRIDE = 37
"""More than a month of days: rows that are apart, in groups of their own."""
_PARENT_POLICIES = ("first", "first", "mixed", "blocks", "any")
_CHAIN_RATIO = 0.4
"""How often each row of a table that refers to itself refers to the one before."""
_LONG_RATIO = 0.3
_LONG = (4, 7)
"""How often a chain of edges is long, and how many rows its tables have then."""
_LOOSE_RATIO = 0.4
"""How often summands only come near a total, which has no row for itself then."""
_TOTAL_RATIO = 0.4
_FITTING_RATIO = 0.8
_TOGETHER_RATIO = 0.7
"""How often values of several columns that tell only together come together."""
_LISTED_RATIO = 0.3
_MAX_GRID_ROWS = 40
_MAX_PARENTS = 5
_TRIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Large:
    """A table that gets many rows, whose values follow one policy."""

    oid: int
    rows: int
    policy: str


class Filling:
    """One database while it is filled: constraints are kept where that is easy.

    In a *counted* database as many rows are alike in some columns as a threshold says.
    Thresholds within thresholds ("three sales each of two products") need a *grid*: as
    many blocks of rows as one threshold says, each as long as another.

    Args:
        needs: what the rows are for.
        style: of the database.
        random: decides what is left open.
        large: which table is to have how many rows, if that is given.
    """

    def __init__(
        self,
        needs: TrialNeeds,
        style: Style,
        random: Random,
        large: Large | None = None,
    ) -> None:
        self._needs = needs
        self._style = style
        self._random = random
        self._null_ratio = random.choice(style.null_ratios)
        self._domains: dict[PoolKey, list[str]] = {}
        self._policies: dict[PoolKey, str] = {}
        self._totals: dict[PoolKey, int | None] = {}
        self._is_loose = random.random() < _LOOSE_RATIO
        self._rows: TrialRows = {}
        self._count = 0
        self._many: set[int] = set()
        self._parent_policies: dict[PoolKey, str] = {}
        self._block = 1
        self._is_grid = False
        self._is_chain = random.random() < _CHAIN_RATIO
        self._is_long = (
            self._is_chain
            and any(plan.edges for plan in needs.plans.values())
            and random.random() < _LONG_RATIO
        )
        self._fewest_parents = 0
        self._together: Contrast = {}
        if style is CONTRASTING:
            contrast = needs.contrast(random)
            self._domains.update(needs.domains(contrast))
            if len(contrast) > 1 and random.random() < _TOGETHER_RATIO:
                self._together = contrast
        self._large = large
        if large is not None:
            self._many, self._count, self._block = {large.oid}, large.rows, large.rows
            self._null_ratio = 0.0
        elif style is COUNTED:
            self._count = needs.threshold(random)
            self._block = min(needs.threshold(random), _MAX_GRID_ROWS)
            self._is_grid = random.random() < (0.5 if needs.is_nested else 0.15)
            self._fewest_parents = min(self._block, _MAX_PARENTS)
            oids = [t.oid for t in needs.tables if t.oid in needs.asked]
            oids = oids or [table.oid for table in needs.tables]
            self._many = set(oids if random.random() < 0.3 else [random.choice(oids)])

    def fill(self, empty: Container[int]) -> TrialRows:
        """The rows of every table that is not to be empty."""
        for table in self._needs.tables:
            self._rows[table.oid] = []
            if table.oid == PARAMETERS_OID:
                self._rows[table.oid].append(self._values(table.oid, 0))
            elif table.oid not in empty:
                self._fill_table(table)
        return self._rows

    def _fill_table(self, table: Table) -> None:
        random, rows = self._random, self._rows[table.oid]
        plan = self._needs.plans[table.oid]
        taken: list[set[tuple[str | None, ...]]] = [set() for _ in plan.keys]
        is_copying = not plan.keys and table.oid not in self._many
        for number in range(self._rows_wanted(table)):
            if is_copying and rows and random.random() < self._style.copied_ratio:
                rows.append(list(random.choice(rows)))
                continue
            row = self._row(table, plan, number)
            if row is not None and self._is_new(plan, row, taken):
                rows.append(row)

    def _row(self, table: Table, plan: TablePlan, number: int) -> Row | None:
        row = self._values(table.oid, number)
        if self._together:
            self._set_together(table, row, number)
        if self._is_chain and plan.chained:
            self._set_chained(plan, row, self._rows[table.oid])
        for link in plan.links:
            picked = self._parent_values(table.oid, link)
            for spot, value, is_required in zip(
                link.spots, picked, link.required, strict=True
            ):
                if value is None and is_required:
                    return None
                row[spot] = value
        if self._is_chain and plan.edges:
            self._set_linked(plan, row, self._rows[table.oid])
        return row

    def _set_linked(self, plan: TablePlan, row: Row, rows: Sequence[Row]) -> None:
        """Let a row of edges begin where the one before ends, and go on to another."""
        for edge in plan.edges:
            place = edge.target_spot
            nodes = [held[place] for held in self._rows.get(edge.target, ())]
            # A walk often begins at a constant of the query.
            nodes.sort(key=edge.is_no_constant)
            if len(nodes) > 1:
                row[edge.start] = rows[-1][edge.end] if rows else nodes[0]
                row[edge.end] = nodes[(len(rows) + 1) % len(nodes)]

    def _set_chained(self, plan: TablePlan, row: Row, rows: Sequence[Row]) -> None:
        """Let a row name the key of the one before, where a query compares the two."""
        for key, spot in plan.chained:
            if rows:
                row[spot] = rows[-1][key]
            elif plan.columns[spot].may_be_null:
                row[spot] = None

    def _set_together(self, table: Table, row: Row, number: int) -> None:
        """Give a row the values of one row of a contrast, in most cases."""
        if self._random.random() > _TOGETHER_RATIO:
            return
        for spot, column in enumerate(table.stored):
            values = self._together.get((table.oid, column.name))
            if values:
                row[spot] = values[number % len(values)]

    def _parent_values(self, oid: int, link: Link) -> Row:
        parents = self._rows.get(link.target, [])
        is_none = link.is_optional and self._random.random() < self._null_ratio
        if not parents or is_none:
            return [None] * len(link.spots)
        place = self._parent_place(link.first, len(parents))
        if link.target == oid and self._is_chain:
            place = len(parents) - 1
        parent = parents[place]
        return [parent[spot] for spot in link.target_spots]

    def _parent_place(self, key: PoolKey, count: int) -> int:
        """Which of some parents a row gets; rows that are counted share one, or few."""
        random = self._random
        if key[0] not in self._many:
            return int(random.random() * count)
        policy = self._parent_policies.get(key)
        if policy is None:
            policy = random.choice(_PARENT_POLICIES)
            self._parent_policies[key] = policy
        if policy == "blocks":
            return (len(self._rows[key[0]]) // self._block) % count
        is_first = policy == "first" or (policy == "mixed" and random.random() < 0.8)
        return 0 if is_first else random.randrange(count)

    def _values(self, oid: int, number: int) -> Row:
        """One value for each column of a row."""
        chance, null_ratio, domains = (
            self._random.random,
            self._null_ratio,
            self._domains,
        )
        is_many = oid in self._many
        row: Row = []
        for item in self._needs.plans[oid].columns:
            if item.may_be_null and chance() < null_ratio:
                row.append(None)
            elif is_many:
                row.append(self._counted_value(item, number))
            else:
                domain = domains.get(item.leader)
                if domain is None:
                    domain = domains[item.leader] = self._domain(item.pool)
                row.append(domain[int(chance() * len(domain))] if domain else None)
        return row

    def _pick(self, leader: PoolKey, pool: Pool) -> str | None:
        domain = self._domains.get(leader)
        if domain is None:
            domain = self._domains[leader] = self._domain(pool)
        return self._random.choice(domain) if domain else None

    def _domain(self, pool: Pool) -> list[str]:
        random, chance = self._random, self._random.random
        lists, weights = self._sources(pool)
        if not lists:
            return list(pool.all[:1])
        count = random.randint(*self._style.values)
        domain: list[str] = []
        for values in random.choices(lists, cum_weights=weights, k=count):
            value = values[int(chance() * len(values))]
            # Two values that are the same would make a poorer database.
            for _ in range(_TRIES):
                if value not in domain:
                    break
                value = values[int(chance() * len(values))]
            domain.append(value)
        return domain

    def _sources(self, pool: Pool) -> Sources:
        """The lists of a pool that the style draws from, with weights added up."""
        known = self._needs.sources.get((id(pool), self._style.name))
        if known is None:
            known = _sources(pool, self._style)
            self._needs.sources[id(pool), self._style.name] = known
        return known

    def _counted_value(self, item: PlannedColumn, number: int) -> str | None:
        column, leader, pool = item.column, item.leader, item.pool
        policy = self._policies.get(leader)
        if policy is None:
            policy = self._policies[leader] = self._policy(column, pool)
        place = {
            "serial": number,
            "strides": number * _STRIDE,
            "blocks": number // self._block,
            "cycle": number % self._block,
        }.get(policy)
        if place is not None:
            labels = pool.all if pool.is_listed else column.labels
            return serial(column.base_type, place + 1, labels)
        if policy == "turns":
            return pool.exact[number % len(pool.exact)]
        if policy == "total":
            return self._summand(leader, pool, number)
        if policy == "constant":
            domain = self._domains.get(leader)
            if domain is None:
                domain = self._domains[leader] = self._domain(pool)
            return domain[0] if domain else None
        return self._pick(leader, pool)

    def _summand(self, leader: PoolKey, pool: Pool, number: int) -> str | None:
        """One of as many summands as rows are counted; they come to a named total."""
        if leader not in self._totals:
            self._totals[leader] = self._needs.total(self._random)
        total = self._totals[leader]
        if total is None:
            return self._pick(leader, pool)
        if self._is_loose:
            return self._needs.part_of_total(self._random, self._count)
        place = number % self._count
        return str(total * (place + 1) // self._count - total * place // self._count)

    def _policy(self, column: Column, pool: Pool) -> str:
        if self._large is not None:
            return self._large.policy
        # A sum is compared with what no single value of its column need be.
        is_summed = column.name in self._needs.summed or not self._needs.summed
        draw = self._random.random()
        if self._needs.summed and is_summed and draw < _TOTAL_RATIO:
            return "total"
        if pool.fitting and draw < _FITTING_RATIO:
            # Each of the values of an IN list, for a query that counts them.
            is_listed = len(pool.exact) > 1 and self._random.random() < _LISTED_RATIO
            return "turns" if is_listed else "constant"
        if column.category == "N" and is_summed and draw < _TOTAL_RATIO:
            return "total"
        return self._random.choice(_POLICIES)

    def _rows_wanted(self, table: Table) -> int:
        if table.oid not in self._many:
            fewest, most = self._style.rows
            if self._is_long:
                return self._random.randint(*_LONG)
            return self._random.randint(fewest, max(most, self._fewest_parents))
        if self._is_grid:
            return min(self._count * self._block, max(self._count, _MAX_GRID_ROWS))
        return self._count

    def _is_new(
        self,
        plan: TablePlan,
        row: Row,
        taken: Sequence[set[tuple[str | None, ...]]],
    ) -> bool:
        """Make the row's keys new, if need be by other values; false if not."""
        for (key, spots), seen in zip(plan.keys, taken, strict=True):
            if key.predicate:
                continue
            value = tuple([row[spot] for spot in spots])
            tries = 0
            while value in seen and (None not in value or key.nulls_not_distinct):
                tries += 1
                if tries > 3:
                    return False
                self._change(plan, row, spots, len(seen) + tries)
                value = tuple([row[spot] for spot in spots])
        for (_key, spots), seen in zip(plan.keys, taken, strict=True):
            seen.add(tuple([row[spot] for spot in spots]))
        return True

    def _change(
        self, plan: TablePlan, row: Row, spots: Sequence[int], number: int
    ) -> None:
        own = [spot for spot in spots if spot not in plan.referencing]
        spot = self._random.choice(own or list(spots))
        item = plan.columns[spot]
        column = item.column
        value = row[spot] = serial(column.base_type, number, column.labels)
        # What is joined with it may now have this value as well.
        domain = self._domains.get(item.leader)
        if domain is None:
            domain = self._domains[item.leader] = self._domain(item.pool)
        domain.append(value)


def _sources(pool: Pool, style: Style) -> Sources:
    lists = (
        *(pool.ordinary, pool.constants, pool.specific, pool.fitting),
        *(pool.extremes, pool.telling, pool.exact),
    )
    usable = [
        (values, weight)
        for values, weight in zip(lists, style.weights, strict=True)
        if values and weight
    ]
    weights = list(accumulate(weight for _, weight in usable))
    return [values for values, _ in usable], weights
