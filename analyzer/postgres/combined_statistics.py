"""Load what CREATE STATISTICS gathered into a shadow, which SQL has no function for.

The types pg_ndistinct and pg_dependencies take no input, so their bytes are written
here from checked numbers and names, never from bytes of a snapshot. Layouts:
``mvdistinct.c`` and ``dependencies.c`` of PostgreSQL 13 to 18. Lists of most common
combinations are made by the server, see :mod:`analyzer.postgres.common_lists`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analyzer.domain.index import RelationName
from analyzer.domain.snapshot_parts import CommonCombination, ExpressionValues
from analyzer.postgres.common_lists import CommonValues, common_lists
from analyzer.postgres.connect import Connection
from analyzer.postgres.expression_statistics import Expressions, expression_tables
from analyzer.postgres.queries import load

_NDISTINCT_MAGIC = 0xA352BFA4
_DEPENDENCIES_MAGIC = 0xB4549A2C
_BASIC_TYPE = 1
_MAX_ATTRIBUTES = 8

Combinations = Sequence[tuple[tuple[str, ...], float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedValues:
    """The values of one statistics object, by names of columns.

    An expression's name is its text on the watched server.
    """

    name: RelationName
    relation: RelationName
    n_distinct: Combinations
    dependencies: Combinations
    attributes: tuple[str, ...]
    most_common: tuple[CommonCombination, ...]
    inherited: bool
    expressions: tuple[ExpressionValues, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Object:
    """A statistics object of the shadow: numbers by name, expressions as it prints."""

    oid: int
    numbers: Mapping[str, int]
    expressions: tuple[str, ...]


def load_combined_statistics(
    owner: Connection, admin: Connection, values: Sequence[CombinedValues]
) -> tuple[RelationName, ...]:
    """Write the values into the catalog of a shadow.

    Args:
        owner: of the role that owns the shadow's relations.
        admin: of the shadow's superuser, whose search path is ``pg_catalog``.
        values: of statistics objects that exist in the shadow.

    Returns:
        The names of objects that do not exist there, or not with these columns.
    """
    found = [(item, _object(admin, item)) for item in values]
    left_out = [item.name for item, made in found if made is None]
    made = [(item, place) for item, place in found if place is not None]
    lists = common_lists(
        owner,
        admin,
        [
            CommonValues(
                relation=item.relation,
                attributes=item.attributes,
                combinations=item.most_common,
                expressions=place.expressions,
            )
            for item, place in made
        ],
    )
    with expression_tables(
        owner,
        [
            Expressions(
                relation=item.relation,
                values=item.expressions,
                texts=place.expressions,
            )
            for item, place in made
        ],
    ) as tables:
        rows = [
            (item, _row(item, place, common, table))
            for (item, place), common, table in zip(made, lists, tables, strict=True)
        ]
        _insert(admin, [row for _, row in rows if row is not None])
    left_out += [item.name for item, row in rows if row is None]
    return tuple(left_out)


def _insert(admin: Connection, rows: Sequence[tuple[object, ...]]) -> None:
    kinds = ("pg_ndistinct", "pg_dependencies", "pg_mcv_list")
    with admin.transaction():
        for kind in kinds:
            admin.execute(f"CREATE CAST (bytea AS {kind}) WITHOUT FUNCTION")
        for row in rows:
            admin.execute(load("set_statistics_object"), row)
        for kind in kinds:
            # Bytes of anybody else must not be taken for these types.
            admin.execute(f"DROP CAST (bytea AS {kind})")


def _object(admin: Connection, item: CombinedValues) -> _Object | None:
    row = admin.execute(
        load("statistics_object"),
        (item.name.name, item.name.schema),
    ).fetchone()
    if row is None or len(row[2]) != len(item.expressions):
        return None
    computed = {one.expression: -n for n, one in enumerate(item.expressions, start=1)}
    return _Object(oid=row[0], numbers=row[1] | computed, expressions=tuple(row[2]))


def _row(
    item: CombinedValues, place: _Object, common: bytes | None, table: str | None
) -> tuple[object, ...] | None:
    """The values of an object as the catalog holds them; none if any is missing."""
    combinations = (*item.n_distinct, *item.dependencies)
    numbers = place.numbers
    if item.most_common and common is None:
        return None
    if not all(_known(names, numbers) for names, _ in combinations):
        return None
    if not combinations and common is None and table is None:
        return None
    return (
        place.oid,
        item.inherited,
        ndistinct_bytes(item.n_distinct, numbers) if item.n_distinct else None,
        dependencies_bytes(item.dependencies, numbers) if item.dependencies else None,
        common,
        table,
        len(place.expressions),
    )


def _known(names: tuple[str, ...], numbers: Mapping[str, int]) -> bool:
    return 2 <= len(names) <= _MAX_ATTRIBUTES and all(n in numbers for n in names)


def _in_order(numbers: Iterable[int]) -> list[int]:
    """Columns by number, then expressions, whose numbers are negative.

    >>> _in_order([-2, 3, -1, 1])
    [1, 3, -1, -2]
    """
    return sorted(numbers, key=lambda number: (number < 0, abs(number)))


def ndistinct_bytes(items: Combinations, numbers: Mapping[str, int]) -> bytes:
    """A pg_ndistinct without its length word.

    >>> len(ndistinct_bytes([(("a", "b"), 7.0)], {"a": 1, "b": 2}))
    28
    """
    parts = [struct.pack("<III", _NDISTINCT_MAGIC, _BASIC_TYPE, len(items))]
    for names, count in items:
        attributes = _in_order(numbers[name] for name in names)
        parts.append(struct.pack("<di", count, len(attributes)))
        parts.append(struct.pack(f"<{len(attributes)}h", *attributes))
    return b"".join(parts)


def dependencies_bytes(items: Combinations, numbers: Mapping[str, int]) -> bytes:
    """A pg_dependencies without its length word; the last column depends on the others.

    >>> len(dependencies_bytes([(("a", "b"), 0.5)], {"a": 1, "b": 2}))
    26
    """
    parts = [struct.pack("<III", _DEPENDENCIES_MAGIC, _BASIC_TYPE, len(items))]
    for names, degree in items:
        leading = _in_order(numbers[name] for name in names[:-1])
        attributes = [*leading, numbers[names[-1]]]
        parts.append(struct.pack("<dh", degree, len(attributes)))
        parts.append(struct.pack(f"<{len(attributes)}h", *attributes))
    return b"".join(parts)
