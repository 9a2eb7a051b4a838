"""The SQL that makes staged rows fulfil the constraints of the tables they are for.

Most rows that chance makes break a CHECK over several columns, such as ``shipped >=
placed``: without them the tables would stay nearly empty, and a test of queries on
empty tables says nothing. So values change places first, or give way to NULL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from analyzer.statements.identifiers import quote_identifier
from analyzer.verification.schema_facts import Check, Key, Reference, Table
from analyzer.verification.trial_sql import NUMBER, stage_name


def repairs(table: Table, tables: Sequence[Table]) -> Iterator[str]:
    """Statements that mend or take away staged rows which a table's constraints forbid.

    They are conveniences: a row that is still wrong makes its database be left out.
    """
    stage = stage_name(table)
    generated = {c.name for c in table.columns if c.is_generated}
    checks = [
        check
        for check in table.checks
        if not any(name in check.condition for name in generated)
    ]
    for place, check in enumerate(checks):
        yield from _fulfilling(stage, table, check, checks[:place])
    for key in table.keys:
        if not any(name in generated for name in key.columns):
            yield _without_twins(stage, key)
    by_oid = {other.oid: other for other in tables}
    for reference in table.references:
        if reference.target in by_oid and reference.is_validated:
            yield _without_orphans(table, reference, by_oid[reference.target])


def _fulfilling(
    stage: str, table: Table, check: Check, fulfilled: Sequence[Check]
) -> Iterator[str]:
    """Statements after which rows that fulfil some conditions fulfil one more."""
    read = [column for column in table.stored if column.name in check.columns]
    holds = " AND ".join(
        f"({item.condition}) IS NOT FALSE" for item in (check, *fulfilled)
    )
    for one, other in combinations(read if len(read) > 1 else (), 2):
        if one.type_name == other.type_name:
            values = {one.name: other.name, other.name: one.name}
            yield _changed(stage, check, holds, values)
    for column in read if len(read) > 1 else ():
        if not column.not_null:
            yield _changed(stage, check, holds, {column.name: ""})
    yield f"DELETE FROM {stage} WHERE NOT ({check.condition})"


def _changed(stage: str, check: Check, holds: str, values: Mapping[str, str]) -> str:
    """Give columns the values of others, or NULL, where all holds with them."""
    sources = {
        quote_identifier(name): f"s.{quote_identifier(other)}" if other else "NULL"
        for name, other in values.items()
    }
    given = ", ".join(f"{name} = {source}" for name, source in sources.items())
    # Inside, the names of the conditions mean the new values, and else the row's own.
    names = ", ".join(f"{source} AS {name}" for name, source in sources.items())
    return (
        f"UPDATE {stage} AS s SET {given} WHERE NOT ({check.condition})"
        f" AND (SELECT {holds} FROM (SELECT {names}) AS n)"
    )


def _without_twins(stage: str, key: Key) -> str:
    expressions = ", ".join(key.expressions)
    conditions = [f"({key.predicate})"] if key.predicate else []
    if not key.nulls_not_distinct:
        conditions += [f"({item}) IS NOT NULL" for item in key.expressions]
    where = " AND ".join(conditions) or "true"
    return (
        f"DELETE FROM {stage} WHERE ctid IN (SELECT ctid FROM (SELECT ctid,"
        f" row_number() OVER (PARTITION BY {NUMBER}, {expressions} ORDER BY ctid)"
        f" AS place FROM {stage} WHERE {where}) AS twins WHERE place > 1)"
    )


def _without_orphans(table: Table, reference: Reference, target: Table) -> str:
    own = [quote_identifier(name) for name in reference.columns]
    other = [quote_identifier(name) for name in reference.target_columns]
    pairs = zip(own, other, strict=True)
    meets = " AND ".join(f"p.{b} = c.{a}" for a, b in pairs)
    given = " AND ".join(f"c.{name} IS NOT NULL" for name in own)
    lonely = (
        f"{given} AND NOT EXISTS (SELECT FROM {stage_name(target)} AS p"
        f" WHERE p.{NUMBER} = c.{NUMBER} AND {meets})"
    )
    required = {column.name for column in table.columns if column.not_null}
    free = [n for n in reference.columns if n not in required]
    if free:
        name = quote_identifier(free[0])
        return f"UPDATE {stage_name(table)} AS c SET {name} = NULL WHERE {lonely}"
    return f"DELETE FROM {stage_name(table)} AS c WHERE {lonely}"
