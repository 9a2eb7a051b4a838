"""Finished scans, as lists and as the documents that were made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analyzer.store.database import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRow:
    """One finished scan; ``kind`` is ``scan`` or ``submission``."""

    scan_id: int
    target_id: int
    target_name: str
    job_id: int | None
    kind: str
    database: str
    server_id: str
    started_at: datetime
    finished_at: datetime
    window_started_at: datetime
    window_ended_at: datetime
    planner_source: str
    statement_count: int
    recommendation_count: int
    not_seen_count: int
    did_not_run_count: int
    covered_time_ratio: float
    own_exec_time_ratio: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRecord:
    """A scan with ``analyzer.report.as_json.scan_result`` of its result."""

    row: ScanRow
    document: Mapping[str, Any]


def list_scans(
    store: Store, target_id: int | None = None, *, limit: int = 50, offset: int = 0
) -> tuple[ScanRow, ...]:
    """Scans of one or all targets, the latest first."""
    return store.all(
        ScanRow,
        "scan_list",
        scan_id=None,
        target_id=target_id,
        kind=None,
        limit=limit,
        offset=offset,
    )


def get_scan(store: Store, scan_id: int) -> ScanRecord | None:
    """One scan with its document, or none."""
    return _with_document(store, scan_id=scan_id, target_id=None, kind=None)


def latest_scan(store: Store, target_id: int) -> ScanRecord | None:
    """The latest scan (not submission) of a target with its document, or none."""
    return _with_document(store, scan_id=None, target_id=target_id, kind="scan")


def _with_document(store: Store, **wanted: Any) -> ScanRecord | None:
    row = store.one(ScanRow, "scan_list", **wanted, limit=1, offset=0)
    if row is None:
        return None
    document = store.value("scan_document", scan_id=row.scan_id)
    return ScanRecord(row=row, document=document)
