"""Every proof that holds for a pair, strongest first."""

from __future__ import annotations

from analyzer.domain.equivalence import Derivation, Level
from analyzer.verification.pair import PreparedPair
from analyzer.verification.trial_database import TrialDatabase


def proofs_of(
    database: TrialDatabase, pair: PreparedPair, derivation: Derivation | None
) -> tuple[tuple[Level, str], ...]:
    """The levels that hold, each with its argument."""
    return ()
