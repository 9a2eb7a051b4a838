"""What EXPLAIN says of a node beside rows and time, from JSON and from text alike.

In JSON each number is a field; in text several share a line, as in
``Sort Method: external merge  Disk: 1234kB``, which the reader keeps as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analyzer.domain.plan import Plan, PlanNode

_KIB = 1024
_MAX_DIGITS = 20
_LARGEST = 1e15
"""No plan has a larger number; a file may claim one."""
_TEXT_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_SORTS = frozenset({"Sort", "Incremental Sort"})
_HASHES = frozenset({"Hash", "Aggregate"})
_JIT_TOTAL = re.compile(r"Total (\d{1,15}(?:\.\d{1,6})?) ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class SortFacts:
    """How a sort was done; of several processes the one that wrote most."""

    on_disk: bool
    space_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HashFacts:
    """A hash table: of a join (batches, peak memory) or of an aggregate (disk)."""

    batches: int
    planned_batches: int
    peak_memory_bytes: int
    disk_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BitmapFacts:
    """Table pages that a bitmap named row by row, and as a whole (lossy)."""

    exact_blks: int
    lossy_blks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheFacts:
    """What a Memoize node found among the rows it kept, over all processes."""

    hits: float
    misses: float
    evictions: float
    peak_memory_bytes: int


def sort_facts(node: PlanNode) -> SortFacts | None:
    """How a sort was done; none where the node is no sort or was not run."""
    if node.node_type not in _SORTS:
        return None
    found = [fact for fields in _with_workers(node) if (fact := _sort(fields))]
    return max(found, key=lambda fact: fact.space_bytes, default=None)


def _sort(fields: Mapping[str, Any]) -> SortFacts | None:
    method = fields.get("Sort Method")
    if not isinstance(method, str):
        return _incremental(fields)
    in_text = re.search(r"(Disk|Memory): (\d{1,15})kB", method)
    if in_text:
        kind, used_kib = in_text[1], float(in_text[2])
    else:
        kind = str(fields.get("Sort Space Type", ""))
        used_kib = number(fields, "Sort Space Used") or 0.0
    return SortFacts(on_disk=kind == "Disk", space_bytes=int(used_kib * _KIB))


def _incremental(fields: Mapping[str, Any]) -> SortFacts | None:
    """The largest of the many sorts of an Incremental Sort that went to disk."""
    found = []
    for name in ("Full-sort Groups", "Pre-sorted Groups"):
        groups = fields.get(name)
        if isinstance(groups, Mapping):
            space = groups.get("Sort Space Disk")
            if isinstance(space, Mapping):
                found.append(number(space, "Peak Sort Space Used") or 0.0)
        elif isinstance(groups, str):
            found.append(_of_line(groups, "Peak Disk"))
    used_kib = max(found, default=0.0)
    if not used_kib:
        return None
    return SortFacts(on_disk=True, space_bytes=int(used_kib * _KIB))


def hash_facts(node: PlanNode) -> HashFacts | None:
    """The hash table of a Hash node or an aggregate; none where there is none."""
    if node.node_type not in _HASHES:
        return None
    found = [fact for fields in _with_workers(node) if (fact := _hash(fields))]
    return max(found, key=lambda fact: fact.batches, default=None)


def _hash(fields: Mapping[str, Any]) -> HashFacts | None:
    line = " ".join(
        f"{name}: {fields[name]}"
        for name in ("Buckets", "Batches", "Planned Partitions")
        if name in fields
    )
    batches = number(fields, "Hash Batches") or number(fields, "HashAgg Batches")
    in_text = re.search(r"Batches: (\d{1,15})(?: \(originally (\d{1,15})\))?", line)
    if batches is None and in_text is None:
        return None
    if batches is None and in_text is not None:
        batches, planned = float(in_text[1]), float(in_text[2] or in_text[1])
    else:
        planned = number(fields, "Original Hash Batches") or batches or 0.0
    memory = number(fields, "Peak Memory Usage") or _of_line(line, "Memory Usage")
    disk = number(fields, "Disk Usage") or _of_line(line, "Disk Usage")
    return HashFacts(
        batches=int(batches or 0),
        planned_batches=int(planned),
        peak_memory_bytes=int(memory * _KIB),
        disk_bytes=int(disk * _KIB),
    )


def _of_line(line: str, name: str) -> float:
    found = re.search(rf"{name}: (\d{{1,15}})kB", line)
    return float(found[1]) if found else 0.0


def bitmap_facts(node: PlanNode) -> BitmapFacts | None:
    """Pages of a bitmap heap scan; none where it was not run, or is another node.

    From PostgreSQL 18 on the workers of a parallel scan tell their own.
    """
    if node.node_type != "Bitmap Heap Scan":
        return None
    exact = lossy = 0.0
    seen = False
    for fields in _with_workers(node):
        for name, value in (
            ("exact", number(fields, "Exact Heap Blocks")),
            ("lossy", number(fields, "Lossy Heap Blocks")),
        ):
            text = re.search(
                rf"{name}=(\d{{1,15}})", str(fields.get("Heap Blocks", ""))
            )
            amount = float(text[1]) if text else value
            seen = seen or amount is not None
            exact += (amount or 0.0) if name == "exact" else 0.0
            lossy += (amount or 0.0) if name == "lossy" else 0.0
    return BitmapFacts(exact_blks=int(exact), lossy_blks=int(lossy)) if seen else None


def stored_bytes(node: PlanNode) -> int:
    """Bytes that a node's tuplestore has on disk, as told from 18 on; 0 in memory."""
    text = str(node.details.get("Storage", ""))
    on_disk = text.startswith("Disk")
    used_kib = number(node.details, "Maximum Storage") or _of_line(
        text, "Maximum Storage"
    )
    return int(used_kib * _KIB) if on_disk else 0


def cache_facts(node: PlanNode) -> CacheFacts | None:
    """How often a Memoize node had what was asked for; none of another node."""
    if node.node_type != "Memoize":
        return None
    found = [_cache(fields) for fields in _with_workers(node)]
    return CacheFacts(
        hits=sum(fact.hits for fact in found),
        misses=sum(fact.misses for fact in found),
        evictions=sum(fact.evictions for fact in found),
        peak_memory_bytes=max(fact.peak_memory_bytes for fact in found),
    )


def _cache(fields: Mapping[str, Any]) -> CacheFacts:
    # In text all stand in one line, which begins with the hits.
    line = f"Hits: {fields.get('Hits', '')}"
    hits = number(fields, "Cache Hits")
    told = {name: _count_of(line, name) for name in ("Hits", "Misses", "Evictions")}
    memory = number(fields, "Peak Memory Usage") or _of_line(line, "Memory Usage")
    return CacheFacts(
        hits=told["Hits"] if hits is None else hits,
        misses=number(fields, "Cache Misses") or told["Misses"],
        evictions=number(fields, "Cache Evictions") or told["Evictions"],
        peak_memory_bytes=int(memory * _KIB),
    )


def _count_of(line: str, name: str) -> float:
    found = re.search(rf"{name}: (\d{{1,15}})\b", line)
    return float(found[1]) if found else 0.0


def jit_ms(plan: Plan) -> float | None:
    """Time that compiling took, in milliseconds; none where nothing was compiled."""
    jit = plan.raw.get("JIT")
    timing = jit.get("Timing") if isinstance(jit, Mapping) else None
    if isinstance(timing, Mapping):
        return number(timing, "Total")
    found = _JIT_TOTAL.search(str(plan.root.details.get("Timing", "")))
    return float(found[1]) if found else None


_READ_TIMES = (
    *("I/O Read Time", "I/O Write Time"),
    *("Shared I/O Read Time", "Shared I/O Write Time"),
    *("Local I/O Read Time", "Local I/O Write Time"),
)
_READ_IN_TEXT = re.compile(r"(?:read|write)=(\d{1,15}(?:\.\d{1,6})?)")


def read_ms(node: PlanNode) -> float | None:
    """Time of reading and writing blocks, of a node and its children, in milliseconds.

    None where the server did not measure it (track_io_timing). Temporary files are left
    out. The names are those of 13 to 16, and from 17 on (explain.c, show_buffer_usage).
    """
    text = node.details.get("I/O Timings")
    if isinstance(text, str):
        blocks = text.partition("temp ")[0]
        return sum(float(found) for found in _READ_IN_TEXT.findall(blocks))
    details = node.details
    known = [number(details, name) for name in _READ_TIMES if name in details]
    found = [value for value in known if value is not None]
    return sum(found) if found else None


def number(fields: Mapping[str, Any], name: str) -> float | None:
    """A field as a number, from JSON or from the start of its text."""
    value = fields.get(name)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        found = _TEXT_NUMBER.match(value.strip()[:_MAX_DIGITS])
        value = float(found[0]) if found else None
    if not isinstance(value, int | float) or not abs(value) <= _LARGEST:
        return None
    return float(value)


def _with_workers(node: PlanNode) -> Iterator[Mapping[str, Any]]:
    """The node's own fields, and those of each worker."""
    yield node.details
    workers = node.details.get("Workers")
    if isinstance(workers, list | tuple):
        yield from (item for item in workers if isinstance(item, Mapping))
