"""The choice of a set of indexes as a mixed-integer programme, and HiGHS to solve it.

Minimise the worth of all statements plus what writers pay, where each statement takes
one option, an option needs all its indexes, and the set keeps within size, number and
write limits. Two indexes of which one's keys lead the other's exclude each other: the
shorter one would be needless. Only the indexes are integers; given them, the best
option of a statement follows (CoPhy: Dash, Polyzotis, Ailamaki, VLDB 2011).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from analyzer.domain.index import IndexDefinition, RelationName
from analyzer.indexing.benefit import Configuration, sort_key
from analyzer.indexing.definition import key_path

GAP_RATIO = 0.0005
"""How far from the optimum a solution may be and still end the solver."""

MAX_NODES = 100
MAX_NODE_COLUMNS = 50_000
TIME_LIMIT_S = 60.0
"""Of one solution: nodes, nodes times columns, seconds; then the best one so far is
taken. The nodes come first, so that the answer does not hang on how busy the machine
is."""


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
class Offer:
    """What one statement may take: options with their worth, the best ones first."""

    weight: float
    base: float
    options: Sequence[tuple[Configuration, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """The programme: first the columns of the indexes, then those of the options."""

    indexes: list[IndexDefinition]
    costs: list[float]
    rows: Rows
    constant: float


def programme(
    offers: Sequence[Offer],
    facts: Mapping[IndexDefinition, IndexFacts],
    limits: SetLimits,
) -> Programme:
    """The choice among the indexes of ``facts`` as a programme."""
    indexes = sorted(facts, key=sort_key)
    number = {index: position for position, index in enumerate(indexes)}
    costs = [facts[index].price for index in indexes]
    rows = Rows()
    constant = 0.0
    for offer in offers:
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
    return Programme(indexes=indexes, costs=costs, rows=rows, constant=constant)


@dataclass(slots=True)
class Rows:
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


def _limit(
    rows: Rows,
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


def as_lp(problem: Programme, lower: np.ndarray) -> highspy.HighsLp:
    """The programme as HiGHS takes it, with the least value of each column."""
    rows, columns = problem.rows, len(problem.costs)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, len(rows.lower)
    lp.col_cost_ = np.array(problem.costs, dtype=float)
    lp.col_lower_, lp.col_upper_ = lower, np.ones(columns)
    lp.row_lower_ = np.array(rows.lower, dtype=float)
    lp.row_upper_ = np.array(rows.upper, dtype=float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array([*rows.starts, len(rows.columns)], dtype=np.int32)
    lp.a_matrix_.index_ = np.array(rows.columns, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(rows.values, dtype=float)
    integers = len(problem.indexes)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * integers + [
        highspy.HighsVarType.kContinuous
    ] * (columns - integers)
    return lp


def answer(
    lp: highspy.HighsLp, start: np.ndarray | None
) -> tuple[np.ndarray | None, float]:
    """The values found, none if there are none or not those of the objective.

    HiGHS 1.16 gives the start back, beside the objective of something better, where
    presolve leaves nothing to solve.
    """
    solver = _Silent()
    nodes = min(MAX_NODES, max(1, MAX_NODE_COLUMNS // lp.num_col_))
    # With integers presolve takes most of the time and leaves nearly all there is.
    presolve = "off" if lp.integrality_ else "choose"
    solver.setOptionValue("mip_max_nodes", nodes)
    solver.setOptionValue("presolve", presolve)
    for name, value in _OPTIONS.items():
        solver.setOptionValue(name, value)
    solver.passModel(lp)
    if start is not None:
        known = highspy.HighsSolution()
        known.col_value = start
        solver.setSolution(known)
    solver.run()
    info = solver.getInfo()
    values = np.array(solver.getSolution().col_value)
    told = float(info.objective_function_value)
    bound = float(info.mip_dual_bound) if lp.integrality_ else told
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        bound = bound if lp.integrality_ else -math.inf
    if len(values) != lp.num_col_ or info.primal_solution_status != _FEASIBLE:
        return None, bound
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
