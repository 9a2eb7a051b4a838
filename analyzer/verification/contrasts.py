"""Values that one expression takes for one, or orders otherwise, and another does not.

``x::float8`` makes one value of two numerics that differ in the twentieth digit. Rows
made by chance hardly hold two such values, and only such rows tell whether a query may
sort, group, join or filter by the one expression instead of the other. So each
expression is evaluated by the server on many values that lie close to each other, and
pairs of values are kept that it relates otherwise than another one does. Compared are
expressions of one query with those of the other, and all with the columns themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise, product
from random import Random

from analyzer.postgres.attempt import Failure, attempt, attempt_script
from analyzer.statements.column_expressions import (
    ColumnExpression,
    column_expressions,
)
from analyzer.statements.data_hints import DataHints
from analyzer.statements.identifiers import quote_identifier
from analyzer.verification.definitions import QueryTexts
from analyzer.verification.dense_values import telling_values
from analyzer.verification.image_sql import failing_rows, images
from analyzer.verification.schema_facts import Column, Table
from analyzer.verification.trial_database import TrialDatabase
from analyzer.verification.trial_needs import Contrast
from analyzer.verification.twin_values import half_way, twin_arrays, twins
from analyzer.verification.value_pools import NESTED, Pool, PoolKey

_MAX_VALUES = 170
_MAX_GROUPS = 40
_MAX_PER_GROUP = 24
_DRAWN = 7
"""Values of each column of several, of which all combinations are tried at a time."""
_DRAWS = 4
_RANDOM_PAIRS = 120
_ALIKE = ("1", "11", "111")
"""1 and 11 are the same text as 11 and 1 when they are written together."""
_WRITTEN_TOGETHER = frozenset("NS")
"""Categories of pg_type whose values these are."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """Expressions of the same columns of one table, and rows to try them on."""

    table: Table
    columns: tuple[Column, ...]
    expressions: tuple[tuple[ColumnExpression, frozenset[int]], ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Image:
    """What an expression makes of rows: by row, its rank and its text."""

    owners: frozenset[int]
    is_whole: bool
    by_row: Mapping[int, tuple[int, str | None]]
    type_name: str = ""

    @property
    def is_condition(self) -> bool:
        """Whether it is true or false of a row, as far as can be seen."""
        return {text for _, text in self.by_row.values()} <= {"true", "false", None}

    def holds(self, number: int) -> bool:
        """Whether it is true of a row."""
        return self.by_row[number][1] == "true"


def find_contrasts(
    database: TrialDatabase,
    queries: Sequence[QueryTexts],
    pools: Mapping[PoolKey, Pool],
    *,
    seed: int,
) -> tuple[tuple[Contrast, ...], ...]:
    """Groups of pairs of values; each group is what two expressions see otherwise.

    Args:
        database: with staging tables, whose rows are replaced.
        queries: both, with what stands behind them.
        pools: of all columns.
        seed: the same seed finds the same.
    """
    random = Random(seed)
    units = list(_units(database.tables, queries, pools, random))
    if not units:
        return ()
    starts = [0]
    for unit in units:
        starts.append(starts[-1] + len(unit.rows))
    database.stage(
        (
            (start + place, {unit.table.oid: [_whole_row(unit, row)]})
            for unit, start in zip(units, starts, strict=False)
            for place, row in enumerate(unit.rows)
        ),
        repair=False,
    )
    groups = list(_of_many_values(database, units, queries, random))
    for unit, start in zip(units, starts, strict=False):
        groups += _of_unit(database, unit, start, random)
    return tuple(groups[:_MAX_GROUPS])


def _of_many_values(
    database: TrialDatabase,
    units: Sequence[_Unit],
    queries: Sequence[QueryTexts],
    random: Random,
) -> Iterator[tuple[Contrast, ...]]:
    strings = [text for query in queries for text in query.hints.strings]
    for unit in units:
        if len(unit.columns) > 1:
            continue
        for values in telling_values(
            database, unit.table, unit.columns[0], unit.expressions, strings
        ):
            drawn = random.sample(values, min(len(values), _MAX_PER_GROUP))
            yield tuple(_contrast(unit, [(value,)]) for value in drawn)


def _units(
    tables: Sequence[Table],
    queries: Sequence[QueryTexts],
    pools: Mapping[PoolKey, Pool],
    random: Random,
) -> Iterator[_Unit]:
    owners: dict[tuple[int, ColumnExpression], set[int]] = defaultdict(set)
    for number, query in enumerate(queries):
        for text, hint in query.parts:
            for item in column_expressions(text):
                for table in _meant(item, tables, hint):
                    owners[table.oid, item].add(number)
    hints = [query.hints for query in queries]
    grouped: dict[tuple[int, tuple[str, ...]], list[ColumnExpression]] = {}
    for oid, item in owners:
        grouped.setdefault((oid, tuple(sorted(item.columns))), []).append(item)
    by_oid = {table.oid: table for table in tables}
    for (oid, names), items in grouped.items():
        table = by_oid[oid]
        columns = tuple(c for c in table.stored if c.name in names)
        made = tuple((item, frozenset(owners[oid, item])) for item in items)
        if len(columns) == len(names):
            values = [_values(table, c, hints, pools, random) for c in columns]
            rows = _rows(columns, values, random)
            yield _Unit(table=table, columns=columns, expressions=made, rows=rows)


def _meant(
    item: ColumnExpression, tables: Sequence[Table], hint: DataHints
) -> list[Table]:
    """The tables whose columns an expression may be of."""
    named = {name for alias, (_, name) in hint.relations if alias == item.relation}
    named &= {table.name for table in tables}
    return [
        table
        for table in tables
        if (not named or table.name in named)
        and set(item.columns) <= {column.name for column in table.stored}
    ]


def _values(
    table: Table,
    column: Column,
    hints: Sequence[DataHints],
    pools: Mapping[PoolKey, Pool],
    random: Random,
) -> list[str]:
    """Values of a column that lie close to each other, those of the queries first."""
    pool = pools[table.oid, column.name]
    first = dict.fromkeys((*pool.exact, *pool.fitting[:8], *pool.ordinary[:6]))
    others = [value for value in pool.all if value not in first]
    random.shuffle(others)
    if column.category in NESTED:
        # Few of all the values with parts are near what decides.
        others = [*pool.specific, *others]
    if column.labels:
        return list(column.labels)
    if column.category == "A":
        near = twin_arrays([*_bare(pool.ordinary), "1", "2"])
    else:
        near = twins(
            column.base_type,
            list(first),
            [number for hint in hints for number in hint.numbers],
            [string for hint in hints for string in hint.strings],
        )
    return list(dict.fromkeys((*first, *near, *others)))[:_MAX_VALUES]


def _bare(arrays: Sequence[str]) -> list[str]:
    """Elements of arrays that have one, as they are written in one."""
    inner = [text[1:-1] for text in arrays if text[:1] == "{" and "," not in text]
    return [text for text in inner if text and text != "NULL"][:4]


def _rows(
    columns: Sequence[Column], values: Sequence[Sequence[str]], random: Random
) -> list[tuple[str, ...]]:
    if len(values) == 1:
        return [(value,) for value in values[0]]
    found: dict[tuple[str, ...], None] = {}
    if all(column.category in _WRITTEN_TOGETHER for column in columns):
        found.update(dict.fromkeys(product(_ALIKE, repeat=len(columns))))
    first = list(found)
    for _ in range(_DRAWS):
        drawn = [random.sample(list(v), min(_DRAWN, len(v))) for v in values]
        found.update(dict.fromkeys(product(*drawn)))
    rows = list(found)[len(first) :]
    random.shuffle(rows)
    return [*first, *rows][:_MAX_VALUES]


def _whole_row(unit: _Unit, row: Sequence[str]) -> list[str | None]:
    given = dict(zip((c.name for c in unit.columns), row, strict=True))
    return [given.get(column.name) for column in unit.table.stored]


def _of_unit(
    database: TrialDatabase, unit: _Unit, start: int, random: Random
) -> Iterator[tuple[Contrast, ...]]:
    names = ", ".join(quote_identifier(column.name) for column in unit.columns)
    itself = f"ROW({names})" if len(unit.columns) > 1 else names
    found = []
    for item, owners in unit.expressions:
        alias = item.relation or unit.table.name
        made = _image(database, unit, start, (alias, item.text))
        if made is not None:
            found.append(replace(made, owners=owners, is_whole=item.is_whole))
    column = _image(database, unit, start, (unit.table.name, itself)) if found else None
    if column is None:
        return
    groups = [
        pairs
        for one, other in _to_compare(found, column)
        for pairs in (_told_apart(one, other, random), _differing(one, other, random))
    ]
    for pairs in filter(None, groups):
        rows = ([unit.rows[n - start] for n in pair] for pair in pairs)
        yield tuple(_contrast(unit, list(pair)) for pair in rows)
    for image in found:
        if len(unit.columns) == 1 and image.type_name == column.type_name:
            stepped = _stepped(unit, start, image, random)
            if stepped:
                yield stepped


def _stepped(
    unit: _Unit, start: int, image: _Image, random: Random
) -> tuple[Contrast, ...]:
    """Values with what the expression makes of them, and what lies between the two."""
    rows = [n for n, (_, text) in image.by_row.items() if text is not None]
    random.shuffle(rows)
    found = []
    for number in rows:
        (value,), made = unit.rows[number - start], image.by_row[number][1]
        if made is not None and made != value:
            values = (value, made, *half_way(value, made))
            found.append(_contrast(unit, [(text,) for text in values]))
    return tuple(found[:_MAX_PER_GROUP])


def _image(
    database: TrialDatabase, unit: _Unit, start: int, what: tuple[str, str]
) -> _Image | None:
    """What an expression makes of the unit's rows; none if it cannot be tried."""
    alias, expression = what
    first, last = str(start), str(start + len(unit.rows) - 1)
    failing = "{}"
    for is_ordered in (True, False, True, False):
        query = images(unit.table, alias, expression, is_ordered=is_ordered)
        answer = attempt(database.connection, query, (first, last, failing))
        if not isinstance(answer, Failure):
            by_row = {int(n or 0): (int(r or 0), text) for n, r, text, _ in answer}
            type_name = str(answer[0][3]) if answer else ""
            return _Image(frozenset(), True, by_row, type_name) if by_row else None
        if not is_ordered and answer.sqlstate.startswith(_OF_DATA):
            function, call = failing_rows(unit.table, alias, expression)
            attempt_script(database.connection, function)
            found = attempt(database.connection, call, (first, last))
            rows = [] if isinstance(found, Failure) else found
            failing = "{" + ",".join(str(number) for (number,) in rows) + "}"
    return None


_OF_DATA = "22"
"""SQLSTATE class of values that an operation does not take."""


def _to_compare(
    found: Sequence[_Image], column: _Image
) -> Iterator[tuple[_Image, _Image]]:
    """Pairs of expressions of which each is of one query alone, or the column."""
    alone = [image for image in found if len(image.owners) == 1]
    for one, other in combinations(alone, 2):
        is_of_both = one.owners != other.owners and one.is_whole and other.is_whole
        if is_of_both and one.is_condition == other.is_condition:
            yield one, other
    for image in alone:
        if not image.is_condition:
            yield image, column
    # What both queries have may stand at different places in them.
    for image in found:
        if len(image.owners) > 1 and not image.is_condition:
            yield image, column


def _told_apart(one: _Image, other: _Image, random: Random) -> list[tuple[int, ...]]:
    shared = sorted(one.by_row.keys() & other.by_row.keys())
    random.shuffle(shared)
    if one.is_condition:
        return []
    confused = [*_confused(one, other, shared), *_confused(other, one, shared)]
    turned = list(_turned(one, other, shared, random))
    half = _MAX_PER_GROUP // 2
    return [*confused[: _MAX_PER_GROUP - min(len(turned), half)], *turned[:half]]


def _differing(one: _Image, other: _Image, random: Random) -> list[tuple[int, ...]]:
    """Rows of which the two make different things, if they agree on most."""
    if not (one.owners and other.owners):
        return []
    shared = sorted(one.by_row.keys() & other.by_row.keys())
    found = [n for n in shared if one.by_row[n][1] != other.by_row[n][1]]
    if len(found) * 2 > len(shared) and not one.is_condition:
        return []
    random.shuffle(found)
    if one.is_condition:
        # A row goes where a condition is true: false or NULL come to the same there.
        found.sort(key=lambda number: one.holds(number) == other.holds(number))
    return [(number,) for number in found[:_MAX_PER_GROUP]]


def _confused(
    one: _Image, other: _Image, rows: Sequence[int]
) -> Iterator[tuple[int, ...]]:
    """Pairs of rows that the first takes for one and the second does not."""
    classes: dict[int, list[int]] = defaultdict(list)
    for number in rows:
        classes[one.by_row[number][0]].append(number)
    for together in classes.values():
        yield from (
            pair
            for pair in pairwise(together)
            if other.by_row[pair[0]] != other.by_row[pair[1]]
        )


def _turned(
    one: _Image, other: _Image, rows: Sequence[int], random: Random
) -> Iterator[tuple[int, ...]]:
    """Pairs of rows that the two put in opposite orders."""
    if len(rows) < 2:
        return
    near = pairwise(sorted(rows, key=lambda number: one.by_row[number][0]))
    far = (tuple(random.sample(rows, 2)) for _ in range(_RANDOM_PAIRS))
    for first, second in (*near, *far):
        by_one = one.by_row[first][0] - one.by_row[second][0]
        by_other = other.by_row[first][0] - other.by_row[second][0]
        if by_one * by_other < 0:
            yield first, second


def _contrast(unit: _Unit, rows: Sequence[tuple[str, ...]]) -> Contrast:
    return {
        (unit.table.oid, column.name): tuple(row[i] for row in rows)
        for i, column in enumerate(unit.columns)
    }
