"""What stands behind the names in a query: views, functions, columns and domains.

Their constants and expressions decide what a query returns as much as its own do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.errors import AnalyzerError
from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load
from analyzer.statements.data_hints import DataHints, data_hints
from analyzer.verification.schema_facts import FOLDER

_WORD = re.compile(r'"((?:[^"]|"")+)"|([A-Za-z_][\w$]*)')
_STRING = re.compile(r"'((?:[^']|'')*)'")
_NUMBER = re.compile(r"(?<![\w.'])\d+(?:\.\d+)?(?![\w.'])")
_MAX_BEHIND = 40
_MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A name and the text behind it; ``kind`` is view, function or column."""

    kind: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryTexts:
    """A query with all that stands behind it.

    Attributes:
        parts: the query and the queries of its views, each with its own hints.
        hints: of all together, with the constants of functions.
    """

    parts: tuple[tuple[str, DataHints], ...]
    hints: DataHints


def read_definitions(connection: Connection) -> tuple[Definition, ...]:
    """Every definition of a database.

    Args:
        connection: with ``pg_catalog`` alone in its search path.
    """
    rows = connection.execute(load("definitions", folder=FOLDER).encode()).fetchall()
    return tuple(
        Definition(kind=str(kind), name=str(name), text=str(text or "")[:_MAX_TEXT])
        for kind, _schema, name, text in rows
    )


def constants_of(text: str) -> tuple[list[str], list[str]]:
    """Numbers and strings in a text that need not be SQL.

    >>> constants_of("IF x > 5 THEN RETURN 'it''s'; END IF")
    (['5'], ["it's"])
    """
    strings = [s.replace("''", "'") for s in _STRING.findall(text)]
    return _NUMBER.findall(_STRING.sub("", text)), strings


def with_definitions(query: str, known: Sequence[Definition]) -> QueryTexts:
    """A query with the definitions that it names, and those that these name.

    Raises:
        QuerySyntaxError, UserError: the query is not one statement.
    """
    own = data_hints(query)
    parts, hints = [(query, own)], own
    for item in _behind(query, known):
        numbers, strings = constants_of(item.text)
        if item.kind == "view":
            try:
                found = data_hints(item.text)
            except AnalyzerError:
                continue
            parts.append((item.text, found))
            hints = together(hints, found)
        else:
            found = DataHints(numbers=tuple(numbers), strings=tuple(strings))
            hints = together(hints, found)
    return QueryTexts(parts=tuple(parts), hints=hints)


def _behind(query: str, known: Sequence[Definition]) -> Iterator[Definition]:
    """Definitions named in a text, or in one of those that are named in it."""
    waiting, left, given = [query], list(known), 0
    while waiting and given < _MAX_BEHIND:
        words = _words(waiting.pop())
        for item in [item for item in left if item.name in words]:
            left.remove(item)
            waiting.append(item.text)
            given += 1
            yield item


def _words(text: str) -> set[str]:
    found = _WORD.findall(text)
    return {quoted.replace('""', '"') or bare.lower() for quoted, bare in found}


def together(one: DataHints, other: DataHints) -> DataHints:
    """The hints of two texts as those of one."""
    return replace(
        one,
        numbers=tuple(dict.fromkeys((*one.numbers, *other.numbers))),
        strings=tuple(dict.fromkeys((*one.strings, *other.strings))),
        counts=tuple(sorted({*one.counts, *other.counts})),
        thresholds=tuple(sorted({*one.thresholds, *other.thresholds})),
        row_counts=tuple(sorted({*one.row_counts, *other.row_counts})),
        comparisons=tuple(dict.fromkeys((*one.comparisons, *other.comparisons))),
        equalities=tuple(dict.fromkeys((*one.equalities, *other.equalities))),
        ranges=tuple(dict.fromkeys((*one.ranges, *other.ranges))),
        relations=tuple(dict.fromkeys((*one.relations, *other.relations))),
        columns=one.columns | other.columns,
        summed=one.summed | other.summed,
        has_star=one.has_star or other.has_star,
        has_groups=one.has_groups or other.has_groups,
        joins_texts=one.joins_texts or other.joins_texts,
        computes=one.computes or other.computes,
        reads_calendar=one.reads_calendar or other.reads_calendar,
    )
