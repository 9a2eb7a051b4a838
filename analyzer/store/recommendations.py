"""Recommendations with their states, and who decided what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from analyzer.domain.recommendation import RecommendationState
from analyzer.errors import UserError
from analyzer.store.database import Store


class RecommendationSort(StrEnum):
    """What a list of recommendations may be ordered by."""

    IMPACT = "impact"
    FIRST_SEEN = "first_seen"
    LAST_SEEN = "last_seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationFilter:
    """Which recommendations to list; none means any.

    ``current`` keeps those the latest scan of their target still made (true) or no
    longer made (false). ``fingerprint`` keeps those that affect a statement. Those that
    a measurement has refuted are no advice: they are listed only if ``refuted`` is set.
    """

    target_id: int | None = None
    state: RecommendationState | None = None
    advisor: str | None = None
    action_kind: str | None = None
    fingerprint: str | None = None
    current: bool | None = None
    search: str = ""
    refuted: bool = False
    sort: RecommendationSort = RecommendationSort.IMPACT
    descending: bool = True
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationRow:
    """One line of the list; ``verdict`` is of its latest measurement, or empty."""

    recommendation_id: int
    target_id: int
    target_name: str
    identity: str
    advisor: str
    title: str
    action_kind: str
    basis: str
    impact_ratio: float
    state: RecommendationState
    is_current: bool
    verdict: str
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationPage:
    """One page of the list, and how many there are in all."""

    rows: tuple[RecommendationRow, ...]
    total_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationEvent:
    """Something that happened to a recommendation; user is empty for pgproof itself.

    ``what`` is ``first seen``, ``seen again``, ``gone``, ``decided`` or ``measured``.
    """

    happened_at: datetime
    user_name: str
    what: str
    from_state: str
    to_state: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationRecord:
    """One recommendation.

    ``document`` is ``analyzer.report.as_json.recommendation`` of the last scan that
    made it; ``affects`` are fingerprints, the largest share first.
    """

    row: RecommendationRow
    document: Mapping[str, Any]
    affects: tuple[str, ...]
    first_scan_id: int | None
    last_scan_id: int | None
    events: tuple[RecommendationEvent, ...]


_ANY: Mapping[str, Any] = {
    "target_id": None,
    "state": None,
    "advisor": None,
    "action_kind": None,
    "fingerprint": None,
    "current": None,
    "search": "",
    "refuted": True,
    "sort": RecommendationSort.IMPACT.value,
    "descending": True,
    "limit": 1,
    "offset": 0,
}


def list_recommendations(
    store: Store, wanted: RecommendationFilter
) -> RecommendationPage:
    """Recommendations that fit the filter, one page of them."""
    rows = store.all(
        _Listed,
        "recommendation_list",
        recommendation_id=None,
        target_id=wanted.target_id,
        state=wanted.state,
        advisor=wanted.advisor,
        action_kind=wanted.action_kind,
        fingerprint=wanted.fingerprint,
        current=wanted.current,
        search=wanted.search.strip(),
        refuted=wanted.refuted,
        sort=wanted.sort.value,
        descending=wanted.descending,
        limit=wanted.limit,
        offset=wanted.offset,
    )
    return RecommendationPage(
        rows=tuple(row.shown for row in rows),
        total_count=rows[0].total_count if rows else 0,
    )


def get_recommendation(
    store: Store, recommendation_id: int
) -> RecommendationRecord | None:
    """One recommendation with its history, oldest event first; or none."""
    row = store.one(
        _Listed, "recommendation_list", **_ANY, recommendation_id=recommendation_id
    )
    rest = store.one(_Rest, "recommendation_get", recommendation_id=recommendation_id)
    if row is None or rest is None:
        return None
    return RecommendationRecord(
        row=row.shown,
        document=rest.document,
        affects=tuple(rest.affects),
        first_scan_id=rest.first_scan_id,
        last_scan_id=rest.last_scan_id,
        events=store.all(
            RecommendationEvent,
            "recommendation_events",
            recommendation_id=recommendation_id,
        ),
    )


def count_by_state(
    store: Store, target_id: int | None = None
) -> dict[RecommendationState, int]:
    """How many current recommendations are in each state; all states are present."""
    found = store.all(_Count, "recommendation_count", target_id=target_id)
    counts = dict.fromkeys(RecommendationState, 0)
    counts.update(
        {RecommendationState(item.state): item.recommendation_count for item in found}
    )
    return counts


def decide(
    store: Store,
    recommendation_id: int,
    decision: RecommendationState,
    user: str,
    reason: str = "",
) -> None:
    """Put a recommendation into another state and write that into its history.

    Raises:
        UserError: there is no such recommendation, or it is dismissed without reason.
    """
    if decision is RecommendationState.DISMISSED and not reason.strip():
        raise UserError(
            "a recommendation is dismissed with a reason",
            hint="Say why, so that the next reader need not ask.",
        )
    written = store.run(
        "recommendation_decide",
        recommendation_id=recommendation_id,
        decision=decision.value,
        user=user,
        reason=reason.strip(),
    )
    if not written:
        raise UserError(f"there is no recommendation {recommendation_id}")


class _Listed:
    def __init__(self, *, total_count: int, state: str, **columns: Any) -> None:
        self.total_count = total_count
        self.shown = RecommendationRow(state=RecommendationState(state), **columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    document: Mapping[str, Any]
    affects: list[str]
    first_scan_id: int | None
    last_scan_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    state: str
    recommendation_count: int
