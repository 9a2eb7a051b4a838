"""For each column, the values that rows may have, as the server accepts them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from analyzer.postgres.connect import Connection
from analyzer.postgres.queries import load
from analyzer.statements.data_hints import Comparison, DataHints
from analyzer.verification.checked_values import allowed_values
from analyzer.verification.definitions import constants_of
from analyzer.verification.moment_values import before_christ
from analyzer.verification.nested_values import (
    near_arrays,
    odd_arrays,
    of_array,
    of_composite,
    of_json,
)
from analyzer.verification.range_values import (
    of_multirange,
    of_range,
    range_ends,
    with_gaps,
)
from analyzer.verification.rarer_values import LONG_NAMES, near_words
from analyzer.verification.schema_facts import FOLDER, Column, Table
from analyzer.verification.value_candidates import (
    CALENDAR,
    SAME_AS,
    bits,
    extremes,
    near,
    ordinary,
    serial,
)

_MAX_BOUNDS = 7
_MAX_PER_LIST = 60
_MAX_NESTED = 120
NESTED = frozenset("RUC")
"""Categories of pg_type whose values have parts: ranges, documents, rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Values of one column as text.

    Attributes:
        ordinary: everyday values of the type.
        constants: at and near the constants of both queries.
        specific: at and near constants that this very column is compared with.
        fitting: of these, values that fulfil the comparison.
        extremes: ends of the type.
        telling: at and near constants that only one of the queries has, and pieces
            of texts where texts are put together.
        exact: the constants themselves that this very column is compared with.
        remote: moments before the year 1 that are printed like constants; they are
            drawn only after all others told nothing.
        is_listed: a CHECK allows hardly more than these.
        is_forbidden: a CHECK allows none of these.
        all: every value, without repetition.
    """

    ordinary: tuple[str, ...]
    constants: tuple[str, ...] = ()
    specific: tuple[str, ...] = ()
    fitting: tuple[str, ...] = ()
    extremes: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    remote: tuple[str, ...] = ()
    is_listed: bool = False
    is_forbidden: bool = False
    all: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        together = (*self.ordinary, *self.constants, *self.specific, *self.extremes)
        together = (*together, *self.telling)
        object.__setattr__(self, "all", tuple(dict.fromkeys(together)))


PoolKey = tuple[int, str]
"""A table's oid and a column's name."""


def make_pools(
    connection: Connection, tables: Sequence[Table], hints: Sequence[DataHints]
) -> dict[PoolKey, Pool]:
    """The pools of all columns that are given values.

    Args:
        connection: to ask which texts the types accept.
        tables: with their columns.
        hints: of the queries.
    """
    wished: dict[PoolKey, Pool] = {}
    columns: dict[PoolKey, tuple[Table, Column]] = {}
    names = {table.name for table in tables}
    has_names = any(c.base_type == "name" for table in tables for c in table.stored)
    for table in tables:
        constants = replace(_constants(table, hints), has_names=has_names)
        for column in table.stored:
            key = (table.oid, column.name)
            columns[key] = (table, column)
            compared = _comparisons(table, column, hints, names)
            wished[key] = _wished(column, constants, compared)
    valid = _valid(connection, columns, wished)
    pools: dict[PoolKey, Pool] = {}
    for key, pool in wished.items():
        table, column = columns[key]
        texts = valid[column.type_name]
        made = [t for t in _first_made(column) if t in texts]
        mine = texts & {*pool.all, *pool.fitting, *pool.remote, *made}
        allowed = allowed_values(connection, table, column, mine)
        most = _MAX_NESTED if column.category in NESTED else _MAX_PER_LIST
        kept = _kept(pool, allowed or mine, most)
        is_listed = bool(allowed and not allowed.issuperset(made))
        is_forbidden = allowed is not None and not allowed
        pools[key] = replace(kept, is_listed=is_listed, is_forbidden=is_forbidden)
    return pools


def without_values(
    tables: Sequence[Table],
    pools: Mapping[PoolKey, Pool],
    hints: Sequence[DataHints],
) -> tuple[str, ...]:
    """Columns that queries name and that no value is known for, with their types."""
    named = frozenset[str]().union(*(hint.columns for hint in hints))
    return tuple(
        f"{table.name}.{column.name} ({column.type_name})"
        for table in tables
        for column in table.stored
        if column.name in named and _is_empty(pools[table.oid, column.name])
    )


def _is_empty(pool: Pool) -> bool:
    return pool.is_forbidden or not pool.all


def _first_made(column: Column) -> list[str]:
    """The first of the values that are made where many different ones are wanted."""
    return [serial(column.base_type, place) for place in range(1, 4)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Constants:
    """Of the queries and of the table's own conditions.

    ``told_numbers`` and ``told_strings`` are those of one query alone: what they
    decide is likely to be what tells the queries apart.
    """

    numbers: tuple[str, ...]
    strings: tuple[str, ...]
    told_numbers: tuple[str, ...]
    told_strings: tuple[str, ...]
    joins_texts: bool
    reads_calendar: bool
    searches_text: bool
    has_names: bool = False


def _constants(table: Table, hints: Sequence[DataHints]) -> _Constants:
    checks = [check.condition for check in table.checks]
    texts = [*checks, *(key.predicate for key in table.keys)]
    numbers = [n for hint in hints for n in hint.numbers]
    strings = [s for hint in hints for s in hint.strings]
    for found_numbers, found_strings in map(constants_of, texts):
        numbers += found_numbers
        strings += found_strings
    return _Constants(
        numbers=tuple(dict.fromkeys(numbers)),
        strings=tuple(dict.fromkeys(strings)),
        told_numbers=_of_one_alone([hint.numbers for hint in hints]),
        told_strings=_of_one_alone([hint.strings for hint in hints]),
        joins_texts=any(hint.joins_texts for hint in hints),
        reads_calendar=any(hint.reads_calendar for hint in hints),
        searches_text=any(hint.searches_text for hint in hints),
    )


def _of_one_alone(lists: Sequence[Sequence[str]]) -> tuple[str, ...]:
    shared = set.intersection(*(set(items) for items in lists)) if lists else set()
    return tuple(dict.fromkeys(x for items in lists for x in items if x not in shared))


def _comparisons(
    table: Table, column: Column, hints: Sequence[DataHints], tables: Container[str]
) -> list[Comparison]:
    found = []
    for hint in hints:
        aliases = {
            alias for alias, (_schema, name) in hint.relations if name == table.name
        }
        # A view's columns are found by their names alone.
        known = {alias for alias, (_schema, name) in hint.relations if name in tables}
        for item in hint.comparisons:
            alias, name = item.column
            if name == column.name and (alias in aliases or alias not in known):
                found.append(item)
    return found


def _wished(column: Column, known: _Constants, compared: Sequence[Comparison]) -> Pool:
    base = column.base_type
    if column.labels:
        return Pool(ordinary=column.labels)
    if column.category == "A":
        elements = (
            *near(known.numbers, known.strings, column.element_type),
            *ordinary(column.element_type),
        )
        return Pool(
            ordinary=(*known.strings, *of_array(elements)),
            constants=tuple(near_arrays(known.strings)),
            extremes=tuple(odd_arrays(elements)),
        )
    if column.fields:
        return _of_composite(column, known)
    literals = [item.literal for item in compared]
    is_joined = column.category == "S" and known.joins_texts
    pieces = _pieces(known.strings) if is_joined else ()
    direct = [item for item in compared if item.operator or not is_joined]
    return Pool(
        ordinary=bits(column.type_name) if base == "bit" else ordinary(base),
        constants=_near_constants(column, known),
        specific=(
            *pieces,
            *near(literals, literals, base),
            *_near_parts(column, known, literals),
        ),
        fitting=tuple(value for item in direct for value in _fitting(item, base)),
        extremes=_ends(base, known),
        telling=(
            *pieces,
            *near(known.told_numbers, known.told_strings, base),
        ),
        exact=tuple(literals),
        remote=(
            tuple(before_christ((*literals, *known.strings)))
            if base.startswith(("timestamp", "date"))
            else ()
        ),
    )


def _ends(base: str, known: _Constants) -> tuple[str, ...]:
    """The ends of a type; beside a name a text may be too long to be one."""
    is_long = known.has_names and SAME_AS.get(base, base) in ("text", "name")
    return (*extremes(base), *(LONG_NAMES if is_long else ()))


def _near_parts(
    column: Column, known: _Constants, literals: Sequence[str]
) -> tuple[str, ...]:
    """Values with parts near what this very column is compared with."""
    if column.category not in NESTED:
        return ()
    texts = tuple(dict.fromkeys(literals))
    return _near_constants(column, replace(known, numbers=texts, strings=texts))


def _of_composite(column: Column, known: _Constants) -> Pool:
    """Rows of a composite type: their fields have values as columns have them."""
    constants = [near(known.numbers, known.strings, kind) for kind in column.fields]
    usual = [ordinary(kind) for kind in column.fields]
    return Pool(
        ordinary=tuple(of_composite(usual)),
        constants=tuple(
            of_composite([(*c, *o[:2]) for c, o in zip(constants, usual, strict=True)])
        ),
        telling=tuple(known.strings),
    )


def _near_constants(column: Column, known: _Constants) -> tuple[str, ...]:
    base = column.base_type
    if base in ("json", "jsonb"):
        return (*known.strings, *of_json(known.strings, known.numbers))
    if column.category == "R":
        inner = _BOUNDS.get(base.replace("multi", ""), "integer")
        ends = [end for text in known.strings for end in range_ends(text)]
        bounds = near((*ends, *known.numbers), known.strings, inner)
        made = of_range(bounds)
        if "multirange" not in base:
            return tuple(made)
        return (*with_gaps(bounds[:_MAX_BOUNDS]), *of_multirange(made))
    if known.searches_text and SAME_AS.get(base, base) in ("text", "tsvector"):
        words = near_words(known.strings)
        return (*words, *near(known.numbers, known.strings, base))
    if known.reads_calendar and base.startswith(("timestamp", "date")):
        return (*CALENDAR, *near(known.numbers, known.strings, base))
    return near(known.numbers, known.strings, base)


_BOUNDS = {
    "numrange": "numeric",
    "daterange": "date",
    "tsrange": "timestamp without time zone",
    "tstzrange": "timestamp with time zone",
}
_MAX_SEPARATOR = 2


def _pieces(strings: Sequence[str]) -> tuple[str, ...]:
    """Texts that, put together in two ways, with or without a separator, are one."""
    separators = [text for text in strings if 0 < len(text) <= _MAX_SEPARATOR]
    around = (
        piece
        for sign in separators
        for piece in (f"a{sign}", f"{sign}a", f"a{sign}a", sign)
    )
    return ("", "a", "aa", *around)


def _fitting(item: Comparison, base: str) -> tuple[str, ...]:
    """Values that fulfil a comparison; only those the server accepts will stay."""
    around = near([item.literal], [item.literal], base)
    if item.operator in ("=", "<=", ">="):
        return (item.literal,)
    if item.operator in (">", "<"):
        return around[1:2] if item.operator == ">" else around[2:3]
    return around[:_WRAPPED] if not item.operator else around[1:3]


_WRAPPED = 4
"""Behind a function any value near the constant may fit, but few of them."""


def _valid(
    connection: Connection,
    columns: Mapping[PoolKey, tuple[Table, Column]],
    pools: Mapping[PoolKey, Pool],
) -> dict[str, frozenset[str]]:
    """By type, the texts that are values of it."""
    asked: dict[str, set[str]] = defaultdict(set)
    for key, pool in pools.items():
        column = columns[key][1]
        texts = (*pool.all, *pool.fitting, *pool.remote, *_first_made(column))
        asked[column.type_name].update(texts)
    pairs = [(kind, text) for kind, texts in asked.items() for text in sorted(texts)]
    statement = load("valid_values", folder=FOLDER)
    rows = connection.execute(
        statement.encode(), ([kind for kind, _ in pairs], [text for _, text in pairs])
    ).fetchall()
    valid: dict[str, set[str]] = {kind: set() for kind in asked}
    for kind, text in rows:
        valid[kind].add(text)
    return {kind: frozenset(texts) for kind, texts in valid.items()}


def _kept(pool: Pool, valid: frozenset[str], most: int) -> Pool:
    def keep(texts: Iterable[str]) -> tuple[str, ...]:
        kept = [text for text in dict.fromkeys(texts) if text in valid]
        return tuple(kept[:most])

    usual = keep(pool.ordinary)
    if not usual:
        usual = keep(pool.constants)[:5] or keep(pool.extremes)
    return Pool(
        ordinary=usual,
        constants=keep(pool.constants),
        specific=keep(pool.specific),
        fitting=keep(pool.fitting),
        extremes=keep(pool.extremes),
        telling=keep(pool.telling),
        exact=keep(pool.exact),
        remote=keep(pool.remote),
    )
