"""From a stored recommendation to what is to be measured, and back to the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.domain.measurement import Measurement
from analyzer.errors import UserError
from analyzer.pipeline.measurable import Measurable, measurable
from analyzer.pipeline.verify import GivenStatement
from analyzer.report.read_json import recommendation
from analyzer.store.database import Store
from analyzer.store.recommendations import RecommendationRecord, get_recommendation
from analyzer.store.statements import statement
from analyzer.store.verifications import save_verification

MAX_STATEMENTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProof:
    """What a stored recommendation asks to be measured."""

    recommendation_id: int
    target_id: int
    target_name: str
    indexes: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    statements: tuple[GivenStatement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRecommendation:
    """A stored recommendation and what measuring it came to."""

    recommendation_id: int
    found: Measurement


def stored_proof(store: Store, recommendation_id: int) -> StoredProof:
    """What a recommendation promises, as something that can be measured.

    Its statements are those it affects, weighted by their calls.

    Raises:
        UserError: there is none of that number, or nothing in it can be measured.
    """
    record = get_recommendation(store, recommendation_id)
    if record is None:
        raise UserError(f"there is no recommendation {recommendation_id}")
    action = recommendation(record.document).action
    change = measurable(action)
    if change is None:
        raise UserError(
            f"recommendation {recommendation_id} cannot be measured",
            detail=f"It is of the kind {action.kind.replace('_', ' ')}.",
            hint="Indexes to create or drop and rewritten queries can be.",
        )
    return StoredProof(
        recommendation_id=recommendation_id,
        target_id=record.row.target_id,
        target_name=record.row.target_name,
        indexes=change.indexes,
        drop=change.drop,
        statements=tuple(_statements(store, record, change)),
    )


def save_proof(store: Store, recommendation_id: int, found: Measurement) -> None:
    """Write what was measured beside the recommendation."""
    save_verification(store, recommendation_id, found)


def _statements(
    store: Store, record: RecommendationRecord, change: Measurable
) -> Iterator[GivenStatement]:
    if change.rewritten is not None:
        yield GivenStatement(
            name="the query", query=change.original, rewritten=change.rewritten
        )
        return
    for item in record.document["affected_statements"][:MAX_STATEMENTS]:
        found = statement(store, record.row.target_id, item["fingerprint"])
        if found is not None:
            yield GivenStatement(
                name=item["fingerprint"],
                query=found.normalized_query,
                weight=float(item.get("calls") or 1),
            )
