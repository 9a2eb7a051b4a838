"""Many values in a row, on which expressions of one column are evaluated at once.

Of ``v % 97 = 5`` and ``v % 97 = 5 AND v % 89 <> 3`` no value near a constant tells the
difference; one in eight thousand does. The server looks at that many in milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product

from analyzer.postgres.attempt import Failure, attempt
from analyzer.statements.column_expressions import ColumnExpression
from analyzer.statements.identifiers import quote_identifier
from analyzer.statements.type_names import base_type
from analyzer.verification.schema_facts import Column, Table
from analyzer.verification.trial_database import TrialDatabase
from analyzer.verification.trial_sql import literal

_DAYS = (
    "SELECT generate_series(date '1999-12-25', date '2032-01-10', '1 day')"
    " UNION SELECT m - d FROM generate_series(date '1800-01-01', date '2200-01-01',"
    " '1 month') AS m, (VALUES (interval '0'), (interval '1 day')) AS e (d)"
)
_HOURS = (
    f"{_DAYS} UNION SELECT h - d FROM generate_series(timestamp '2023-12-25',"
    " timestamp '2025-01-10', '1 hour') AS h,"
    " (VALUES (interval '0'), (interval '1 microsecond')) AS e (d)"
)
_SERIES = {
    "smallint": "SELECT generate_series(-1000, 20000)",
    "integer": "SELECT generate_series(-1000, 20000)",
    "bigint": "SELECT generate_series(-1000, 20000)",
    "numeric": "SELECT generate_series(-50, 500, 0.05)",
    "real": "SELECT generate_series(-50, 500, 0.05)",
    "double precision": "SELECT generate_series(-50, 500, 0.05)",
    "date": _DAYS,
    "timestamp without time zone": _HOURS,
    "timestamp with time zone": _HOURS,
    "time without time zone": (
        "SELECT (date '2000-01-01' + n * interval '1 minute' - d)::time"
        " FROM generate_series(1, 1440) AS n,"
        " (VALUES (interval '0'), (interval '1 microsecond')) AS e (d)"
    ),
}
_DISCRETE = frozenset({"smallint", "integer", "bigint", "date"})
_LETTERS = "ab 1A-"
_MAX_LETTERS = 8
_MAX_PAIRS = 6
_MAX_FOUND = 4_000


def telling_values(
    database: TrialDatabase,
    table: Table,
    column: Column,
    expressions: Sequence[tuple[ColumnExpression, frozenset[int]]],
    strings: Iterable[str],
) -> Iterator[list[str]]:
    """For pairs of expressions of one query each, the values that tell them apart.

    Args:
        database: in which they are evaluated.
        table: of the column.
        column: that all the expressions are of.
        expressions: with the numbers of the queries that have them.
        strings: constants of the queries, whose letters make short texts.
    """
    values = _series(column, strings)
    whole = [(item, owners) for item, owners in expressions if item.is_whole]
    before = [item for item, owners in whole if owners == {0}]
    after = [item for item, owners in whole if owners == {1}]
    pairs = islice(product(before, after), _MAX_PAIRS) if values else ()
    for one, other in pairs:
        made = [(item.relation or table.name, item.text) for item in (one, other)]
        found = _differing(database, column, values, (made[0], made[1]))
        if found and len(found) < _MAX_FOUND:
            yield found


def _series(column: Column, strings: Iterable[str]) -> str:
    """The query for many values of a column; empty where its type has none."""
    if column.category == "S":
        signs = dict.fromkeys("".join(strings) + _LETTERS)
        letters = list(islice((s for s in signs if s.isprintable()), _MAX_LETTERS))
        values = ", ".join(f"({literal(sign)})" for sign in ("", *letters))
        return (
            f"WITH l (c) AS (VALUES {values}) SELECT DISTINCT a.c || b.c || d.c || e.c"
            " FROM l AS a, l AS b, l AS d, l AS e"
        )
    return _SERIES.get(column.base_type, "")


def are_one_condition(
    database: TrialDatabase,
    column: Column,
    pair: tuple[tuple[str, str], tuple[str, str]],
    equality: str,
    strings: Iterable[str],
) -> bool:
    """Whether two conditions are the same for each of many values of a column.

    Both must hold for some of the values and not for others, and another condition for
    one at least, unless these are whole numbers or days, between which nothing lies.

    Args:
        database: in which they are evaluated.
        column: that they are of.
        pair: the conditions, each with the alias by which it names the column's table.
        equality: the other condition, which goes by the first one's alias.
        strings: constants of the queries, whose letters make short texts.
    """
    values = _series(column, strings)
    if not values:
        return False
    met = "true"
    if column.base_type not in _DISCRETE:
        other = (pair[0][0], equality)
        met = (
            f"(SELECT bool_or(a) FROM ({_side_by_side(column, values, (other,) * 2)}))"
        )
    query = (
        "SELECT bool_and(a IS NOT DISTINCT FROM b) AND bool_or(a) AND NOT"
        f" bool_and(coalesce(a, false)) AND {met}"
        f" FROM ({_side_by_side(column, values, pair)}) AS s"
    )
    found = attempt(database.connection, query)
    return not isinstance(found, Failure) and found[0][0] in ("t", "true")


def _differing(
    database: TrialDatabase,
    column: Column,
    values: str,
    pair: tuple[tuple[str, str], tuple[str, str]],
) -> list[str]:
    """The values for which two expressions are not the same.

    None of them where one fails, or they are of different types. Each expression comes
    with the alias by which it names the column's table.
    """
    query = (
        f"SELECT v::text FROM ({_side_by_side(column, values, pair)}) AS s"
        f" WHERE a IS DISTINCT FROM b LIMIT {_MAX_FOUND}"
    )
    found = attempt(database.connection, query)
    return [] if isinstance(found, Failure) else [str(value) for (value,) in found]


def _side_by_side(
    column: Column, values: str, pair: tuple[tuple[str, str], tuple[str, str]]
) -> str:
    """The query for what two expressions make of values, as a, b and v."""
    (alias, text), (other_alias, other) = pair
    name = quote_identifier(column.name)
    # A domain may forbid some of the values, and they are not asked for that here.
    is_domain = base_type(column.type_name) != column.base_type
    type_name = column.base_type if is_domain else column.type_name
    return (
        f"SELECT two.v, a, b FROM (SELECT s.v::{type_name} AS v FROM ({values})"
        f" AS s (v)) AS one, LATERAL (SELECT ({text}) AS a, one.v FROM (SELECT one.v"
        f" AS {name}) AS {quote_identifier(alias)}) AS two, LATERAL (SELECT ({other})"
        f" AS b FROM (SELECT two.v AS {name}) AS {quote_identifier(other_alias)})"
        " AS three"
    )
