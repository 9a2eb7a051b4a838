"""Measured proofs of recommendations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analyzer.domain.measurement import Measurement
from analyzer.errors import UserError
from analyzer.postgres.pool import as_jsonb, execute
from analyzer.report.measurement_as_json import measurement_as_json
from analyzer.store.database import Store, load
from analyzer.store.jobs import Claim, finish_within
from analyzer.store.storable import storable

KEPT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """One measured proof; ``document`` is that of ``measurement_as_json``."""

    verification_id: int
    recommendation_id: int
    verified_at: datetime
    ground: str
    verdict: str
    saved_ratio: float | None
    document: Mapping[str, Any]


def save_verification(
    store: Store,
    recommendation_id: int,
    found: Measurement,
    *,
    job: Claim | None = None,
) -> None:
    """Write a proof and mark its job done: both, or nothing.

    From now on its verdict is the recommendation's.

    Args:
        store: where.
        recommendation_id: what was measured.
        found: what it came to.
        job: the claim it ran under; none outside of the worker.

    Raises:
        ClaimLost: another attempt holds the job now; nothing was written.
        UserError: there is no such recommendation.
    """
    ground = found.environment.ground.value
    parameters = {
        "recommendation_id": recommendation_id,
        "verified_at": found.environment.finished_at,
        "ground": ground,
        "verdict": found.verdict.value,
        "saved_ratio": found.saved_ratio,
        "document": as_jsonb(storable(measurement_as_json(found))),
        "reason": f"{found.verdict.value} on {ground}",
    }
    with store.connection() as connection:
        if job is not None:
            finish_within(connection, job)
        if not execute(connection, load("verification_save"), parameters):
            raise UserError(f"there is no recommendation {recommendation_id}")


def verifications(
    store: Store, recommendation_id: int, limit: int = KEPT
) -> tuple[Verification, ...]:
    """Proofs of a recommendation, the latest first."""
    return store.all(
        Verification,
        "verification_list",
        recommendation_id=recommendation_id,
        limit=limit,
    )
