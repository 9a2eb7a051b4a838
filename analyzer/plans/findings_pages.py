"""Findings on pages that are written: by a read, and whole into the log of a change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.findings_view import (
    PlanView,
    finding,
    measured,
    own_pages,
    place,
    title,
)
from analyzer.plans.measure import NodeMeasure
from analyzer.plans.node_facts import number

MIN_DIRTIED = 1_000
MIN_DIRTIED_RATIO = 0.5
MIN_PAGES_TIME_RATIO = 0.5
MIN_IMAGES = 2_000
MIN_IMAGES_RATIO = 0.7
MIN_LOGGED_MS = 200.0

_BLOCK_BYTES = 8192
_IN_TEXT = re.compile(r"(?P<name>fpi|bytes)=(?P<value>\d{1,18})")
_SCANS = frozenset({"Seq Scan", "Index Scan", "Bitmap Heap Scan"})


def hint_bits(view: PlanView) -> Iterator[Finding]:
    """Scans of a SELECT that change most pages they read."""
    if any(item.node.node_type == "ModifyTable" for item in view.items):
        return
    for item in view.ran():
        if item.node.node_type not in _SCANS or item.own_buffers is None:
            continue
        dirtied, pages = item.own_buffers.shared_dirtied_blks, own_pages(item)
        ratio = view.own_ratio(item)
        if dirtied < max(MIN_DIRTIED, MIN_DIRTIED_RATIO * pages):
            continue
        if ratio < MIN_PAGES_TIME_RATIO:
            continue
        claim = (
            f"{title(item)} changes {dirtied:,} of the {pages:,.0f} pages it reads: "
            "the first reader of written rows notes in them that they are valid (hint "
            "bits), or takes dead ones out"
        )
        remedy = (
            f"VACUUM {place(item)} after many rows were loaded or changed does it "
            "before anybody waits for it; run again to see what the query itself takes."
        )
        found = finding(item, "hint_bits", claim, measured(dirtied, "pages"), ratio)
        yield replace(found, remedy=remedy)


def full_page_images(view: PlanView) -> Iterator[Finding]:
    """Changes whose log (WAL) is for the most part whole pages."""
    for item in view.ran():
        if item.node.node_type != "ModifyTable":
            continue
        images, logged_bytes = _logged(item)
        ratio = view.own_ratio(item)
        if images < MIN_IMAGES or (item.own_time_ms or 0.0) < MIN_LOGGED_MS:
            continue
        if images * _BLOCK_BYTES < MIN_IMAGES_RATIO * logged_bytes:
            continue
        if ratio < MIN_PAGES_TIME_RATIO:
            continue
        claim = (
            f"{title(item)} writes {images:,.0f} whole pages to the WAL, most of its "
            f"{logged_bytes / 2**20:,.0f} MB: a page is logged whole when it is first "
            "changed after a checkpoint"
        )
        remedy = (
            "Let checkpoints be further apart (max_wal_size, checkpoint_timeout), or "
            "wal_compression; keys in the order of insertion change fewer pages of "
            "indexes than random ones (UUID)."
        )
        quantity = measured(images, "pages")
        found = finding(item, "full_page_images", claim, quantity, ratio)
        yield replace(found, remedy=remedy)


def _logged(item: NodeMeasure) -> tuple[float, float]:
    """Full page images and bytes that a change wrote, where EXPLAIN (WAL) tells."""
    details = item.node.details
    text = str(details.get("WAL", ""))
    told = {found["name"]: float(found["value"]) for found in _IN_TEXT.finditer(text)}
    images = number(details, "WAL FPI") or told.get("fpi", 0.0)
    return images, number(details, "WAL Bytes") or told.get("bytes", 0.0)
