"""Parameters of a query: values that are always the same, and numbers without gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analyzer.domain.workload import ParameterSet
from analyzer.statements.constants import with_constants
from analyzer.statements.lexer import tokens

LOGGED = "log"


def constant_values(samples: Sequence[ParameterSet]) -> dict[int, str]:
    """The parameters that have one value, never NULL, in every logged sample.

    pg_stat_statements also hides constants that the application never varies, such as
    the unit of date_trunc(); only executions in a log bring them back. Values drawn
    from statistics say nothing here.
    """
    logged = [item.values for item in samples if item.label == LOGGED]
    if not logged:
        return {}
    common: dict[int, str] = {}
    for number, column in enumerate(zip(*logged, strict=False), start=1):
        first = column[0]
        if first is not None and all(value == first for value in column):
            common[number] = first
    return common


def with_assumed(
    query: str, known: Mapping[int, str], conditions: Sequence[str]
) -> str:
    """The query with the values in place that a rewrite of it takes for granted.

    Of the text with ``$n`` it would be no rewrite: ``date_trunc($1, at)`` is a range of
    a day only while "the unit is always 'day'".

    Args:
        query: the text with all its parameters.
        known: parameters that have one value in every logged execution.
        conditions: what the rewrite rests on, in the words of its rules.

    >>> with_assumed("SELECT f($1, $2)", {1: "day", 2: "x"}, ["it is always 'day'"])
    "SELECT f('day', $2)"
    """
    assumed = {
        number: value
        for number, value in known.items()
        if any(f"always '{value}'" in item for item in conditions)
    }
    return with_constants(query, assumed)


def used_parameters(query: str) -> list[int]:
    """The numbers of the parameters in a query, in order.

    >>> used_parameters("SELECT $3, $1, $3")
    [1, 3]
    """
    found = [item for item in tokens(query) if item.kind == "PARAM"]
    return sorted({int(query[item.start + 1 : item.end]) for item in found})


def compacted(
    query: str, values: Sequence[str | None]
) -> tuple[str, tuple[str | None, ...]]:
    """The query with its parameters renumbered from 1 without gaps, and their values.

    A planner cannot find the type of a ``$n`` that the text no longer has.

    >>> compacted("SELECT $3, $1", ("a", "b", "c"))
    ('SELECT $2, $1', ('a', 'c'))
    """
    found = [item for item in tokens(query) if item.kind == "PARAM"]
    numbers = [int(query[item.start + 1 : item.end]) for item in found]
    order = used_parameters(query)
    new = {old: place for place, old in enumerate(order, start=1)}
    pieces, position = [], 0
    for item, number in zip(found, numbers, strict=True):
        pieces.append(f"{query[position : item.start]}${new[number]}")
        position = item.end
    kept = tuple(values[old - 1] for old in order if old <= len(values))
    return "".join((*pieces, query[position:])), kept
