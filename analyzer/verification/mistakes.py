"""Deliberate mistakes in both queries, ready to be tried beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from analyzer.postgres.attempt import Failure, OutputColumn
from analyzer.statements.boundaries import comparisons, differing_number
from analyzer.statements.mutants import (
    BOUNDARIES,
    ORDER_TURNED,
    MutatedQuery,
    is_same_tree,
    mutants,
)
from analyzer.statements.safety import SafetyFacts
from analyzer.statements.sorted_output import SortedOutput, sorted_output
from analyzer.statements.unstable import may_depend_on_storage
from analyzer.verification.trial_database import TrialDatabase
from analyzer.verification.trial_result import FIRST_MUTANT

_WISHED = (16, 8)
"""How many are made of the first query, and of the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A deliberate mistake in one of the queries.

    Attributes:
        number: of the query in the trial database.
        original: the number of the query it is a mistake in.
        description: in words.
        text: of the mutant.
        lone_comparison: what it makes wrong, if that is a comparison that the other
            query does not make; else nothing.
    """

    number: int
    original: int
    description: str
    text: str
    lone_comparison: str = ""


def add_mutants(
    database: TrialDatabase,
    facts: Sequence[SafetyFacts],
    columns: Sequence[Sequence[OutputColumn]],
    types: Sequence[str],
    *,
    is_list: bool,
) -> Iterator[Mutant]:
    """Mutants of both queries that the server accepts, made ready.

    Args:
        database: that they are added to.
        facts: of both queries.
        columns: that they return.
        types: of their parameters.
        is_list: whether the order of rows counts.
    """
    numbers = count(FIRST_MUTANT)
    number = next(numbers)
    for original, item in enumerate(facts):
        other = facts[1 - original].text
        orders = is_list or may_depend_on_storage(item.text)
        known = comparisons(other)
        for mutated in mutants(item.text, _WISHED[original]):
            if mutated.description == ORDER_TURNED and not orders:
                continue
            if is_same_tree(mutated.text, other):
                # Whether this is a mistake is what is asked.
                continue
            found = database.describe(mutated.text)
            if isinstance(found, Failure) or len(found) != len(columns[original]):
                continue
            query = SortedOutput(text=mutated.text)
            if is_list:
                names = tuple(column.name for column in found)
                query = sorted_output(mutated.text, names)
            if database.add_query(number, query, found, types) is None:
                yield _mutant(number, original, mutated, known)
                number = next(numbers)


def _mutant(
    number: int, original: int, mutated: MutatedQuery, known: frozenset[str]
) -> Mutant:
    is_lone = mutated.comparison not in known
    return Mutant(
        number=number,
        original=original,
        description=mutated.description,
        text=mutated.text,
        lone_comparison=mutated.comparison if is_lone else "",
    )


def only_mistake(before: str, after: str) -> str:
    """The one boundary or number in which two queries differ, in words; else nothing.

    >>> only_mistake("SELECT a FROM t WHERE a < b", "SELECT a FROM t WHERE a <= b")
    '< made <='
    """
    for mutated in mutants(before):
        is_boundary = mutated.description in BOUNDARIES
        if is_boundary and is_same_tree(mutated.text, after):
            return mutated.description
    numbers = differing_number(before, after)
    return f"{numbers[0]} made {numbers[1]}" if numbers else ""
