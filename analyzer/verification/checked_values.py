"""Which values of a column the CHECKs allow that read no other column."""

from __future__ import annotations

import json
from collections.abc import Iterable

from analyzer.postgres.attempt import Failure, attempt
from analyzer.postgres.connect import Connection
from analyzer.statements.identifiers import quote_identifier
from analyzer.verification.schema_facts import Column, Table


def allowed_values(
    connection: Connection, table: Table, column: Column, texts: Iterable[str]
) -> frozenset[str] | None:
    """Of some values of a column those that every such CHECK of its table allows.

    Args:
        connection: to the database of the table.
        table: with its checks.
        column: of the table.
        texts: values of the column's type.

    Returns:
        None where there is nothing to ask, or a check fails on a value.
    """
    conditions = [c.condition for c in table.checks if c.columns == (column.name,)]
    if not conditions:
        return None
    given = f"value::{column.type_name} AS {quote_identifier(column.name)}"
    holds = " AND ".join(f"({condition}) IS NOT FALSE" for condition in conditions)
    query = (
        "SELECT value FROM jsonb_array_elements_text($1::jsonb)"
        f" CROSS JOIN LATERAL (SELECT {given}) AS pgproof_row WHERE {holds}"
    )
    found = attempt(connection, query, (json.dumps(sorted(texts)),))
    if isinstance(found, Failure):
        return None
    return frozenset(str(value) for (value,) in found)
