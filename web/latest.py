"""The latest scan of each target, without its document."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.domain.scan import ScanKind
from analyzer.store import scans
from analyzer.store.database import Store
from analyzer.store.scans import ScanRow
from analyzer.store.targets import TargetRecord

LOOKED_AT = 10
"""Scans and submissions share a list; usually a scan is among the last few."""


def latest_scans(store: Store, targets: Iterable[TargetRecord]) -> dict[int, ScanRow]:
    """The latest scan of each target that has one, by the target's id."""
    found: dict[int, ScanRow] = {}
    for target in targets:
        row = _latest(store, target)
        if row is not None:
            found[target.target_id] = row
    return found


def _latest(store: Store, target: TargetRecord) -> ScanRow | None:
    if target.last_scan_id is None:
        return None
    rows = scans.list_scans(store, target.target_id, limit=LOOKED_AT)
    scanned = next((row for row in rows if row.kind == ScanKind.SCAN), None)
    if scanned is not None or len(rows) < LOOKED_AT:
        return scanned
    record = scans.latest_scan(store, target.target_id)
    return record.row if record else None
