"""DISTINCT changes nothing where a key is among the columns of a query of one table."""

from __future__ import annotations

from analyzer.domain.equivalence import ConditionKind, RuleCondition
from analyzer.domain.index import RelationName
from analyzer.postgres.attempt import Failure, attempt
from analyzer.statements.distinct import DistinctOnly, distinct_only
from analyzer.statements.identifiers import quote_relation
from analyzer.verification.rule_proof import condition_holds
from analyzer.verification.schema_facts import Table
from analyzer.verification.trial_database import TrialDatabase

_OID = "SELECT to_regclass($1)::oid::bigint::text"


def distinct_by_key(database: TrialDatabase, before: str, after: str) -> str:
    """The key by which two queries that differ in a DISTINCT alone return the same.

    Args:
        database: whose catalog tells the keys.
        before: one statement.
        after: another.

    Returns:
        The table and its key in words; empty where this proves nothing.
    """
    both = distinct_only(before, after)
    table = None if both is None else _table(database, both)
    if both is None or table is None:
        return ""
    named = frozenset(column.name for column in table.columns)
    kept = named if "*" in both.columns else both.columns & named
    for key in table.keys:
        is_kept = bool(key.columns) and kept.issuperset(key.columns)
        if is_kept and _is_key(database, table, key.columns):
            return f"{table.name} ({', '.join(key.columns)})"
    return ""


def _is_key(database: TrialDatabase, table: Table, columns: tuple[str, ...]) -> bool:
    relation = RelationName(table.schema, table.name)
    return all(
        condition_holds(
            database, RuleCondition(kind=kind, relation=relation, columns=columns)
        )
        for kind in (ConditionKind.UNIQUE, ConditionKind.NOT_NULL)
    )


def _table(database: TrialDatabase, both: DistinctOnly) -> Table | None:
    """The table that a name stands for; none if it stands for a view."""
    name = quote_relation(RelationName(both.schema, both.table))
    found = attempt(database.connection, _OID, (name,))
    oid = None if isinstance(found, Failure) else found[0][0]
    return next((t for t in database.tables if str(t.oid) == oid), None)
