"""The audit trail: who did what to what; rows can be added and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analyzer.postgres.pool import as_jsonb
from analyzer.store.database import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One entry; ``action`` is a verb with its object, such as ``target.add``."""

    audit_id: int
    happened_at: datetime
    user_name: str
    action: str
    subject: str
    detail: Mapping[str, Any]


def append(
    store: Store,
    user: str,
    action: str,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry. ``detail`` must hold no secrets and no literals of queries."""
    store.run(
        "audit_append",
        user=user,
        action=action,
        subject=subject,
        detail=as_jsonb(dict(detail or {})),
    )


def list_audit(
    store: Store, *, limit: int = 100, offset: int = 0
) -> tuple[AuditEntry, ...]:
    """Entries, the latest first."""
    return store.all(AuditEntry, "audit_list", limit=limit, offset=offset)
