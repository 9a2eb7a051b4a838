"""Every proof that holds for a pair, strongest first."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from analyzer.domain.equivalence import Derivation, Level
from analyzer.statements.predicate_pair import read_alike
from analyzer.verification.key_proof import distinct_by_key
from analyzer.verification.planner_proof import plan_alike
from analyzer.verification.predicate_answer import PredicateAnswer
from analyzer.verification.prepared_pair import PreparedPair
from analyzer.verification.rule_proof import broken_conditions
from analyzer.verification.trial_database import TrialDatabase


def proofs_of(
    database: TrialDatabase,
    pair: PreparedPair,
    derivation: Derivation | None,
    by_z3: PredicateAnswer | None,
) -> tuple[tuple[Level, str], ...]:
    """The levels that hold, each with its argument."""
    found = list(_proofs(database, pair, derivation))
    if by_z3 is not None and by_z3.is_proved:
        found.append((Level.Z3_PROVED, _BY_Z3))
    order = list(Level)
    return tuple(sorted(found, key=lambda item: order.index(item[0])))


_BY_Z3 = "z3 finds no row that one keeps and the other does not"


def z3_answer(database: TrialDatabase, pair: PreparedPair) -> PredicateAnswer | None:
    """What z3 says, if the pair is of a form it is asked about."""
    texts = (pair.before.text, pair.after.text)
    if pair.is_list or pair.parameter_types or not read_alike(*texts):
        return None
    # z3 takes a fifth of a second to import, and few pairs need it.
    prover = import_module("analyzer.verification.predicate_proof")
    answer: PredicateAnswer | None = prover.decide(*texts, database.tables)
    return answer


def _proofs(
    database: TrialDatabase, pair: PreparedPair, derivation: Derivation | None
) -> Iterator[tuple[Level, str]]:
    if not pair.parameter_types and plan_alike(
        database, pair.before.text, pair.after.text
    ):
        yield Level.PLANNER_EQUAL, "PostgreSQL makes the same plan of both"
    if not pair.before.writes:
        key = distinct_by_key(database, pair.before.text, pair.after.text)
        if key:
            yield Level.RULE_PROVED, f"DISTINCT takes nothing away: {key} is a key"
    if derivation is not None and derivation.steps:
        broken = broken_conditions(database, derivation)
        if not broken:
            rules = ", ".join(step.rule for step in derivation.steps)
            yield Level.RULE_PROVED, f"by {rules}; the catalog fulfils their conditions"
