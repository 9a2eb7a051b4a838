"""Documents of finished scans, the last few kept: they never change once written."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, cast

from flask import Flask, current_app

from analyzer.store import scans
from analyzer.store.scans import ScanRecord
from analyzer.store.targets import TargetRecord
from web import current
from web.latest import latest_scans

KEPT = 8
_CACHE = "pgproof.documents"


class DocumentCache:
    """Scans by id with their statements by fingerprint, the least recent dropped."""

    def __init__(self) -> None:
        self._found: OrderedDict[int, tuple[ScanRecord, dict[str, Any]]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, scan_id: int) -> tuple[ScanRecord, dict[str, Any]] | None:
        """The scan and its statements, if it is kept."""
        with self._lock:
            if scan_id in self._found:
                self._found.move_to_end(scan_id)
            return self._found.get(scan_id)

    def put(self, record: ScanRecord) -> tuple[ScanRecord, dict[str, Any]]:
        """Keep a scan."""
        listed = record.document.get("statements", [])
        entry = (record, {str(item["fingerprint"]): item for item in listed})
        with self._lock:
            self._found[record.row.scan_id] = entry
            while len(self._found) > KEPT:
                self._found.popitem(last=False)
        return entry


def install(app: Flask) -> None:
    """Give the application its cache."""
    app.extensions[_CACHE] = DocumentCache()


def latest_record(target: TargetRecord) -> ScanRecord | None:
    """The latest scan of a target with its document, none before the first."""
    entry = _latest(target)
    return entry[0] if entry else None


def latest_statement(
    target: TargetRecord, fingerprint: str
) -> Mapping[str, Any] | None:
    """A statement as the latest scan of a target saw it, none where it did not."""
    entry = _latest(target)
    return entry[1].get(fingerprint) if entry else None


def _latest(target: TargetRecord) -> tuple[ScanRecord, dict[str, Any]] | None:
    row = latest_scans(current.store(), (target,)).get(target.target_id)
    if row is None:
        return None
    cache = cast(DocumentCache, current_app.extensions[_CACHE])
    kept = cache.get(row.scan_id)
    if kept is not None:
        return kept
    record = scans.get_scan(current.store(), row.scan_id)
    return cache.put(record) if record else None
