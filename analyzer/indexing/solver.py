"""The best set of indexes for known options, by mixed-integer programming (HiGHS).

Minimise the worth of all statements plus what writers pay, where each statement takes
one option, an option needs all its indexes, and the set keeps within size, number and
write limits. Two indexes of which one's keys lead the other's exclude each other: the
shorter one would be needless. Only the indexes are integers; given them, the best
option of a statement follows (CoPhy: Dash, Polyzotis, Ailamaki, VLDB 2011).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.indexing.benefit import NOTHING, Configuration, sort_key
from analyzer.indexing.definition import is_prefix_of, key_path
from analyzer.indexing.guesses import Guessed
from analyzer.indexing.options import OptionTable, WeightedStatement

GAP_RATIO = 0.0005
"""How far from the optimum a solution may be and still end the solver."""

MAX_NODES = 100
MAX_NODE_COLUMNS = 5_000
TIME_LIMIT_S = 60.0
"""Of one solution: nodes, nodes times columns, seconds; then the best one so far is
taken. The nodes come first, so that the answer does not hang on how busy the machine
is. More nodes of the whole brought less than what solving parts of it brings
(:mod:`.neighbourhoods`)."""

MIN_OPTION_GAIN_RATIO = 0.001
"""Of a statement's worth: an option that gains less is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLimits:
    """What a set of indexes may be; none is no limit.

    ``write_overhead_ratio`` bounds, for each table, the bytes that go into new indexes
    for a byte that goes into the table.
    """

    budget_bytes: int | None = None
    max_indexes: int | None = None
    write_overhead_ratio: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFacts:
    """Of one index: size, price in the measure of the objective, write overhead."""

    size_bytes: int
    price: float = 0.0
    write_overhead_ratio: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The set chosen, its worth by the known options, and the solver's bound."""

    chosen: Configuration
    worth: float
    bound: float


@dataclass(slots=True)
class _Rows:
    """Constraints, row by row, in the form that HiGHS takes."""

    starts: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)

    def add(self, terms: Mapping[int, float], lower: float, upper: float) -> None:
        """One constraint: lower <= sum of the terms <= upper."""
        self.starts.append(len(self.columns))
        self.columns.extend(terms)
        self.values.extend(terms.values())
        self.lower.append(lower)
        self.upper.append(upper)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one statement may take: options with their worth, the best ones first."""

    weight: float
    base: float
    options: Sequence[tuple[Configuration, float]]


def offers_of(
    table: OptionTable,
    facts: Mapping[IndexDefinition, IndexFacts],
    guessed: Guessed | None = None,
) -> list[Offer]:
    """The options of the indexes in ``facts``, and those that no plan has shown yet."""
    number = {index: position for position, index in enumerate(facts)}
    return [
        Offer(
            weight=item.weight,
            base=table.base(item),
            options=_offered(
                table, item, number, (guessed or {}).get(item.fingerprint)
            ),
        )
        for item in table.statements
    ]


def worths_of(offers: Sequence[Offer], chosen: Configuration) -> list[float]:
    """What each statement is worth under a set by the options, weighted."""
    return [
        offer.weight
        * next((worth for used, worth in offer.options if used <= chosen), offer.base)
        for offer in offers
    ]


def solve(
    offers: Sequence[Offer],
    facts: Mapping[IndexDefinition, IndexFacts],
    limits: SetLimits,
    *,
    start: Configuration = NOTHING,
    fixed: Configuration = NOTHING,
) -> Solution:
    """Choose among the indexes of ``facts``, by options of these.

    Args:
        offers: the options of the statements.
        facts: of each index that may be chosen.
        limits: what the set may be.
        start: a set within the limits that is known already; the answer is no worse.
        fixed: part of ``start`` that must be chosen.
    """
    indexes = sorted(facts, key=sort_key)
    number = {index: position for position, index in enumerate(indexes)}
    costs = [facts[index].price for index in indexes]
    rows = _Rows()
    constant = 0.0
    values = [1.0 if index in start else 0.0 for index in indexes]
    for offer in offers:
        values += _taken(offer.options, start)
        base = offer.weight * offer.base
        constant += base
        own: dict[int, float] = {}
        needed: dict[int, dict[int, float]] = {}
        for used, worth in offer.options:
            column = len(costs)
            costs.append(offer.weight * worth - base)
            own[column] = 1.0
            for index in sorted(used, key=sort_key):
                needed.setdefault(number[index], {})[column] = 1.0
        if own:
            # Taking none is to stay as it is. Options that share an index share a row.
            rows.add(own, 0.0, 1.0)
        for position, columns in needed.items():
            rows.add({**columns, position: -1.0}, -highspy.kHighsInf, 0.0)
    _limit(rows, indexes, facts, limits)
    lower = np.zeros(len(costs))
    lower[[number[index] for index in fixed]] = 1.0
    found, bound = _run(costs, lower, rows, (len(indexes), np.array(values)))
    chosen = frozenset(index for index in indexes if found[number[index]] > 0.5)
    worth = constant + float(np.dot(costs, found))
    return Solution(chosen=chosen, worth=worth, bound=constant + bound)


def _taken(
    offered: Sequence[tuple[Configuration, float]], start: Configuration
) -> list[float]:
    """Which option a statement takes under a set: the first that it can have."""
    taken = next((n for n, (used, _) in enumerate(offered) if used <= start), -1)
    return [1.0 if number == taken else 0.0 for number in range(len(offered))]


def _offered(
    table: OptionTable,
    item: WeightedStatement,
    number: Mapping[IndexDefinition, int],
    guessed: Mapping[Configuration, float] | None = None,
) -> list[tuple[Configuration, float]]:
    """Options that gain and that no smaller one beats, in a stable order."""
    least = table.base(item) * (1.0 - MIN_OPTION_GAIN_RATIO)
    options = []
    for used, worth in {**(guessed or {}), **table.options(item)}.items():
        if used and worth < least and all(index in number for index in used):
            mask = sum(1 << number[index] for index in used)
            options.append((worth, len(used), mask, used))
    options.sort(key=lambda option: option[:3])
    kept: list[tuple[int, Configuration, float]] = []
    for worth, _, mask, used in options:
        # Those kept are cheaper, so one that needs no more beats this one.
        if not any(other & ~mask == 0 for other, _, _ in kept):
            kept.append((mask, used, worth))
    return [(used, worth) for _, used, worth in kept]


def _limit(
    rows: _Rows,
    indexes: Sequence[IndexDefinition],
    facts: Mapping[IndexDefinition, IndexFacts],
    limits: SetLimits,
) -> None:
    infinity = highspy.kHighsInf
    if limits.budget_bytes is not None:
        # In units of the budget, so that the numbers of the rows are alike.
        sizes = {
            n: facts[index].size_bytes / max(limits.budget_bytes, 1)
            for n, index in enumerate(indexes)
        }
        rows.add(sizes, -infinity, 1.0)
    if limits.max_indexes is not None:
        rows.add(dict.fromkeys(range(len(indexes)), 1.0), -infinity, limits.max_indexes)
    by_relation: dict[RelationName, list[int]] = {}
    for position, index in enumerate(indexes):
        by_relation.setdefault(index.relation, []).append(position)
    for positions in by_relation.values():
        if limits.write_overhead_ratio is not None:
            written = {n: facts[indexes[n]].write_overhead_ratio for n in positions}
            rows.add(written, -infinity, limits.write_overhead_ratio)
        for chain in _chains({n: indexes[n] for n in positions}):
            rows.add(dict.fromkeys(chain, 1.0), -infinity, 1.0)


def _chains(indexes: Mapping[int, IndexDefinition]) -> list[list[int]]:
    """Sets of indexes of which only one may be chosen, as few and large as can be.

    All whose keys lead the same keys exclude each other, so one row holds a whole path
    of the tree of keys.
    """
    by_keys: dict[tuple[object, ...], list[int]] = {}
    for number, index in indexes.items():
        by_keys.setdefault(key_path(index), []).append(number)
    inner = {path[:length] for path in by_keys for length in range(1, len(path))}
    chains = [
        [
            number
            for length in range(1, len(path) + 1)
            for number in by_keys.get(path[:length], [])
        ]
        for path in by_keys
        if path not in inner
    ]
    return [chain for chain in chains if len(chain) > 1]


def is_in_the_way(one: IndexDefinition, other: IndexDefinition) -> bool:
    """Whether the keys of one lead those of the other: both are one too many."""
    return is_prefix_of(one, other) or is_prefix_of(other, one)


def _run(
    costs: Sequence[float],
    lower: np.ndarray,
    rows: _Rows,
    start: tuple[int, np.ndarray],
) -> tuple[np.ndarray, float]:
    """The values of all columns, of which the first ones are integers; the bound."""
    integer_count, known_values = start
    if not costs:
        return np.zeros(0), 0.0
    columns = len(costs)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, len(rows.lower)
    lp.col_cost_ = np.array(costs, dtype=float)
    lp.col_lower_, lp.col_upper_ = lower, np.ones(columns)
    lp.row_lower_ = np.array(rows.lower, dtype=float)
    lp.row_upper_ = np.array(rows.upper, dtype=float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array([*rows.starts, len(rows.columns)], dtype=np.int32)
    lp.a_matrix_.index_ = np.array(rows.columns, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(rows.values, dtype=float)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * integer_count + [
        highspy.HighsVarType.kContinuous
    ] * (columns - integer_count)
    values, bound = _answer(lp, known_values)
    if values is None:
        values, bound = _answer(lp, None)
    return known_values if values is None else values, bound


def _answer(
    lp: highspy.HighsLp, start: np.ndarray | None
) -> tuple[np.ndarray | None, float]:
    """The values found, none if there are none or not those of the objective.

    HiGHS 1.16 gives the start back, beside the objective of something better, where
    presolve leaves nothing to solve.
    """
    solver = _Silent()
    nodes = min(MAX_NODES, max(1, MAX_NODE_COLUMNS // lp.num_col_))
    for name, value in (_OPTIONS | {"mip_max_nodes": nodes}).items():
        solver.setOptionValue(name, value)
    solver.passModel(lp)
    if start is not None:
        known = highspy.HighsSolution()
        known.col_value = start
        solver.setSolution(known)
    solver.run()
    info = solver.getInfo()
    values = np.array(solver.getSolution().col_value)
    bound = float(info.mip_dual_bound)
    if len(values) != lp.num_col_ or info.primal_solution_status != _FEASIBLE:
        return None, bound
    told = float(info.objective_function_value)
    is_same = np.isclose(np.dot(lp.col_cost_, values), told, rtol=1e-6)
    return (values if is_same else None), bound


_FEASIBLE = 2
"""SolutionStatus::kSolutionStatusFeasible of HiGHS."""


_OPTIONS = {
    "output_flag": False,
    "time_limit": TIME_LIMIT_S,
    "mip_rel_gap": GAP_RATIO,
    "threads": 1,
    "random_seed": 0,
}


class _Silent(highspy.Highs):
    """A solver that leaves standard output to results.

    The library prints its banner when callbacks are set, which its constructor does.
    """

    def enableCallbacks(self) -> None:  # noqa: N802 (the library's name)
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()
