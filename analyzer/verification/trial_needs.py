"""What all databases of one pair of queries are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from analyzer.verification.schema_facts import Table
from analyzer.verification.table_plans import TablePlan, plan_tables
from analyzer.verification.value_pools import Pool, PoolKey

Row = list[str | None]
TrialRows = dict[int, list[Row]]
"""Rows by the oid of their table, in the order of its stored columns."""

Contrast = Mapping[PoolKey, tuple[str, ...]]
"""For each column of a few rows, the values in them, row by row."""

Sources = tuple[list[tuple[str, ...]], list[float]]
"""Lists of values, and their weights, each added to those before."""

MAX_COUNTED_ROWS = 1_200
_USUAL_COUNT = 24
_LARGEST_COUNT = 20
"""Above it a number may also be a total that sums are compared with."""
_ROWS_FOR_COUNTS = 150
"""How often a threshold is met falls with its size: many rows take long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialNeeds:
    """Tables, values and numbers that rows are made for.

    Attributes:
        tables: referenced ones first.
        pools: of each set of joined columns, by its leader.
        leaders: from a column to the leader of its set.
        counts: numbers of rows, or sums, that may matter.
        thresholds: of these, the ones that are surely compared with such a number.
        row_counts: of these, the ones that surely count rows.
        summed: names of columns that sums are taken of.
        asked: oids of the tables that the queries name; the others are referenced.
        computes: whether a query does arithmetic, which may overflow.
        contrasts: values that two expressions relate otherwise, in groups.
        ranged: for leaders, those that their columns are compared with by ``<``.
        valueless: columns that the queries name and no value is known for.
        plans: of the tables, by oid.
        sources: what the styles draw from, by the pool's id, noted when it is asked.
    """

    tables: Sequence[Table]
    pools: Mapping[PoolKey, Pool]
    leaders: Mapping[PoolKey, PoolKey]
    counts: tuple[int, ...] = ()
    thresholds: tuple[int, ...] = ()
    row_counts: tuple[int, ...] = ()
    summed: frozenset[str] = frozenset()
    asked: frozenset[int] = frozenset()
    computes: bool = False
    contrasts: tuple[tuple[Contrast, ...], ...] = ()
    ranged: Mapping[PoolKey, frozenset[PoolKey]] = field(default_factory=dict)
    valueless: tuple[str, ...] = ()
    plans: Mapping[int, TablePlan] = field(init=False, repr=False, compare=False)
    sources: dict[tuple[int, str], Sources] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        plans = plan_tables(self.tables, self.pools, self.leaders)
        object.__setattr__(self, "plans", plans)

    def pool_of(self, key: PoolKey) -> tuple[PoolKey, Pool]:
        """The set a column belongs to, and its values."""
        leader = self.leaders[key]
        return leader, self.pools[leader]

    @property
    def has_counts(self) -> bool:
        """Whether some number of rows is worth being met."""
        return bool(self.tables) and any(n <= MAX_COUNTED_ROWS for n in self.counts)

    @property
    def is_nested(self) -> bool:
        """Whether one threshold may count what another one left."""
        return len(self.thresholds) > 1

    @property
    def has_telling(self) -> bool:
        """Whether only one of the queries has some constant."""
        return any(pool.telling for pool in self.pools.values())

    def remote(self) -> TrialNeeds | None:
        """The same with moments before the year 1; none if no constant is a moment."""
        if not any(pool.remote for pool in self.pools.values()):
            return None
        pools = {
            key: Pool(ordinary=(*pool.remote, *pool.ordinary[:2]))
            if pool.remote
            else pool
            for key, pool in self.pools.items()
        }
        return replace(self, pools=pools, contrasts=())

    def contrast(self, random: Random) -> Contrast:
        """Rows that some expression confuses."""
        return random.choice(random.choice(self.contrasts))

    def domains(self, contrast: Contrast) -> dict[PoolKey, list[str]]:
        """The values of rows by leader of joined columns, and of those compared."""
        domains: dict[PoolKey, list[str]] = {}
        for key, values in contrast.items():
            leader = self.leaders[key]
            for other in (leader, *sorted(self.ranged.get(leader, ()))):
                domains.setdefault(other, list(dict.fromkeys(values)))
        return domains

    def threshold(self, random: Random) -> int:
        """A number of rows at or next to one that the queries name."""
        counts = [n for n in self.counts if n <= MAX_COUNTED_ROWS]
        usual = [n for n in counts if n <= _USUAL_COUNT]
        sure = [n for n in self.thresholds if n <= MAX_COUNTED_ROWS]
        aim = random.choice(sure) if sure and random.random() < 0.6 else 0
        if not aim or random.random() > _ROWS_FOR_COUNTS / aim:
            is_usual = usual and random.random() < 0.95
            aim = random.choice(usual if is_usual else counts)
        return max(1, aim + random.choice((-1, 0, 0, 0, 1, 1, 2)))

    def total(self, random: Random) -> int | None:
        """A sum at or next to one that the queries name."""
        totals = [n for n in self.counts if n > _LARGEST_COUNT]
        sure = [n for n in self.thresholds if n > _LARGEST_COUNT]
        if not totals:
            return None
        total = random.choice(sure if sure and random.random() < 0.5 else totals)
        return random.choice((total, total + 1, total - 1))

    def part_of_total(self, random: Random, count: int) -> str | None:
        """A summand that brings the sum of ``count`` rows near a named total."""
        exact = self.total(random)
        if exact is None:
            return None
        return str(random.choice((exact, exact // count, exact // count + 1)))
