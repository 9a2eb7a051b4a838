"""Findings of a log: what is wrong, the evidence from its lines, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from analyzer.domain.recommendation import Evidence
from analyzer.domain.statement import Fingerprint

LOCK_HOT_SPOT = "lock_hot_spot"
"""The kind of finding whose parent held the lock that its statement waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFinding:
    """One thing the log shows, silent where it is in doubt.

    Attributes:
        kind: ``n_plus_one``, ``unbatched_inserts`` and so on; names a way to look.
        title: one sentence: what, how often, how much.
        instruction: what to do about it.
        evidence: numbers from the log, each with its unit, basis and source.
        fingerprint: the statement it is about, if it is about one.
        parent: the statement that fed it, or that held the lock it waited for.
        query: what could be sent instead, or SQL that changes a setting.
        caveats: what would make the advice wrong.
        lost_ms: time the log shows lost, for rank; 0 where it cannot be told.
        facts: the same numbers by name, for machines.
        waited_ms: how long each statement waited, where it is about waiting.
    """

    kind: str
    title: str
    instruction: str
    evidence: tuple[Evidence, ...]
    fingerprint: Fingerprint | None = None
    parent: Fingerprint | None = None
    query: str = ""
    caveats: tuple[str, ...] = ()
    lost_ms: float = 0.0
    facts: Mapping[str, object] = field(default_factory=dict)
    waited_ms: Mapping[Fingerprint, float] = field(default_factory=dict)
