"""What came out of trying two queries and their mutants on many databases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from analyzer.verification.trial_database import Tried
from analyzer.verification.trial_needs import TrialRows

BEFORE, AFTER = 0, 1
FIRST_MUTANT = 2
_MAX_SUSPECTS = 40
_MAX_ORDERED_OTHERWISE = 4
_MAX_FAILING = 8
_NOT_A_RESULT = ("53", "54", "57", "XX")
"""SQLSTATE classes that say something of the machine, not of the query."""


@dataclass(slots=True, kw_only=True)
class TrialResult:
    """What came out so far.

    Attributes:
        compared: databases on which both queries were run.
        with_rows: of these, those where the first query returned a row.
        refused: databases that the tables did not accept.
        results: different results of the first query.
        suspects: numbers of some on which their rows differ, to be looked at closer.
        differing: number of the first that tells them apart, each having one result.
        rounded: how many were found on which only sums of floats differ in rounding.
        open: how many were found on which one query alone has several results.
        is_open_alike: whether the two gave the same on all of these.
        ordered_otherwise: numbers of some on which rows or their order differ.
        failing: numbers of some on which one query fails and the other does not.
        killed: mutants that a database told from what they are mutants of.
        out_of_time: whether the budget ended it.
        too_slow: whether a database had to be tried alone, since a query did not end.
        telling: databases that killed a mutant first or gave a new result, the latest
            first.
        rows: of the databases that are named above, as they were staged.
    """

    compared: int = 0
    with_rows: int = 0
    refused: int = 0
    results: set[str] = field(default_factory=set)
    suspects: list[int] = field(default_factory=list)
    differing: int | None = None
    rounded: int = 0
    open: int = 0
    is_open_alike: bool = True
    ordered_otherwise: list[int] = field(default_factory=list)
    failing: list[int] = field(default_factory=list)
    killed: set[int] = field(default_factory=set)
    out_of_time: bool = False
    too_slow: bool = False
    telling: list[TrialRows] = field(default_factory=list)
    rows: dict[int, TrialRows] = field(default_factory=dict)

    @property
    def numbers(self) -> list[int]:
        """The databases that tell the two apart, the most telling first."""
        if self.differing is not None:
            return [self.differing]
        return [*self.ordered_otherwise, *self.failing]

    def compare(self, before: Tried, after: Tried) -> None:
        """Note what the two gave on one database."""
        self.compared += 1
        self.results.add(before.result)
        self.with_rows += bool(before.row_count)
        number = before.number
        if bool(before.sqlstate) != bool(after.sqlstate):
            _note(number, self.failing, _MAX_FAILING)
        elif before.bag != after.bag:
            _note(number, self.suspects, _MAX_SUSPECTS)
        elif before.result != after.result:
            _note(number, self.ordered_otherwise, _MAX_ORDERED_OTHERWISE)


def _note(number: int, numbers: list[int], most: int) -> None:
    if len(numbers) < most:
        numbers.append(number)


def by_number(tried: Sequence[Tried]) -> dict[int, dict[int, Tried]]:
    """What was tried, by database and query."""
    found: dict[int, dict[int, Tried]] = defaultdict(dict)
    for item in tried:
        found[item.number][item.query] = item
    return found


def is_result(item: Tried | None) -> bool:
    """Whether it says something of the query, and not of the machine's limits."""
    if item is None:
        return False
    return not (item.sqlstate or "").startswith(_NOT_A_RESULT)
