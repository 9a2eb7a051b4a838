"""The conditions under which a rewrite engine's rules hold, looked up once more."""

from __future__ import annotations

from analyzer.domain.equivalence import ConditionKind, Derivation, RuleCondition
from analyzer.domain.index import RelationName
from analyzer.postgres.queries import load
from analyzer.statements.identifiers import quote_relation
from analyzer.verification.schema_facts import FOLDER
from analyzer.verification.trial_database import TrialDatabase

_QUESTIONS = {
    ConditionKind.NOT_NULL: "not_null_columns",
    ConditionKind.UNIQUE: "unique_columns",
    ConditionKind.FOREIGN_KEY: "foreign_key_columns",
}


def broken_conditions(
    database: TrialDatabase, derivation: Derivation
) -> tuple[RuleCondition, ...]:
    """The conditions of a derivation that the loaded schema does not fulfil."""
    return tuple(
        condition
        for step in derivation.steps
        for condition in step.conditions
        if not condition_holds(database, condition)
    )


def condition_holds(database: TrialDatabase, condition: RuleCondition) -> bool:
    """Whether the loaded schema fulfils a condition."""
    if not condition.columns:
        return False
    referenced = condition.referenced or RelationName("", "")
    with database.pinned():
        row = database.connection.execute(
            load(_QUESTIONS[condition.kind], folder=FOLDER).encode(),
            {
                "relation": quote_relation(condition.relation),
                "columns": list(condition.columns),
                "referenced": quote_relation(referenced) if referenced.name else "",
                "referenced_columns": list(condition.referenced_columns),
            },
        ).fetchone()
    return bool(row and row[0])
