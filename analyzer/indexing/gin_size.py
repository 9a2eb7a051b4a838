"""The length of a GIN index, from how often its items (elements, words, …) appear.

The layout follows ``ginentrypage.c``, ``gindatapage.c`` and ``ginpostinglist.c`` of
PostgreSQL 13 to 18:

* Each distinct item has one entry: an index tuple with the key and the list of its
  rows, or, where the list is longer than a third of a page, the root of a tree of them.
* A list holds the difference of each row's address to the one before, 7 bits a byte; an
  address is the block times 2048 plus the line (``ginpostinglist.c``).
* Entries come in the order of their keys, and a full page is split in the middle, so a
  build leaves entry pages half full; pages of row lists are packed full.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

BLOCK_BYTES = 8192
_PAGE_ROOM_BYTES = 8192 - 24 - 8
_ENTRY_FILL_RATIO = 0.53
_MAX_LIST_BYTES = 2704
_LIST_HEADER_BYTES = 8
_SEGMENT_BYTES = 256
_TUPLE_HEADER_BYTES = 8
_LINE_POINTER_BYTES = 4
_DOWNLINKS_PER_BLK = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class GinItems:
    """The items of one key column.

    Attributes:
        shares: of the rows that have a value, the share that holds each frequent item.
        rest_count: how many other items there are.
        rest_per_row: how many of these others a row has on the mean.
        width_bytes: of an item as it is stored, with its header.
    """

    shares: tuple[float, ...]
    rest_count: float
    rest_per_row: float
    width_bytes: float

    def groups(self) -> Iterator[tuple[float, float]]:
        """How many items appear in which share of the rows."""
        for share in self.shares:
            yield 1.0, share
        if self.rest_count > 0:
            yield self.rest_count, min(self.rest_per_row / self.rest_count, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class GinContents:
    """What the metapage of a GIN index says, and the planner reads there."""

    total_blks: int
    entry_blks: int
    data_blks: int
    entry_count: int


def gin_contents(
    columns: tuple[GinItems, ...], rows: float, rows_per_blk: float
) -> GinContents:
    """An index right after CREATE INDEX: metapage, entries, and trees of rows.

    Args:
        columns: items of each key; of several, each entry also names its column.
        rows: that have a value.
        rows_per_blk: of the table.
    """
    number_bytes = 8 if len(columns) > 1 else 0
    entry_bytes, tree_blks, entries = 0.0, 0.0, 0.0
    for items in columns:
        key_bytes = _aligned(_TUPLE_HEADER_BYTES + items.width_bytes + number_bytes)
        for count, share in items.groups():
            list_bytes = _list_bytes(share, rows, rows_per_blk)
            if list_bytes <= _MAX_LIST_BYTES:
                entry = _aligned(key_bytes + list_bytes)
            else:
                entry = key_bytes
                tree_blks += count * _tree_blks(list_bytes)
            entry_bytes += count * (entry + _LINE_POINTER_BYTES)
            entries += count
    leaves = max(1, math.ceil(entry_bytes / _PAGE_ROOM_BYTES / _ENTRY_FILL_RATIO))
    inner = math.ceil(leaves / _DOWNLINKS_PER_BLK) if leaves > 1 else 0
    data_blks = math.ceil(tree_blks)
    return GinContents(
        total_blks=1 + leaves + inner + data_blks,
        entry_blks=leaves + inner,
        data_blks=data_blks,
        entry_count=round(entries),
    )


def _tree_blks(list_bytes: float) -> int:
    packed = list_bytes * (1 + _LIST_HEADER_BYTES / _SEGMENT_BYTES)
    leaves = math.ceil(packed / _PAGE_ROOM_BYTES)
    return leaves if leaves == 1 else leaves + 1


def _list_bytes(share: float, rows: float, rows_per_blk: float) -> float:
    """Bytes of a list of rows that are spread evenly over the table.

    >>> round(_list_bytes(1.0, 1000, 50)), round(_list_bytes(0.001, 1_000_000, 50))
    (1026, 2669)
    """
    count = max(1.0, share * rows)
    in_block = 1 - math.pow(1 - min(share, 1.0), max(rows_per_blk, 1.0))
    blocks = min(count, max(1.0, rows / max(rows_per_blk, 1.0) * in_block))
    within = (count - blocks) * 1.0
    # The next block that holds one is g blocks on, with chance (1 - q)^(g - 1) q.
    reach = [1 - math.pow(1 - in_block, far) for far in (7, 1_023)]
    between = 2 * reach[0] + 3 * (reach[1] - reach[0]) + 4 * (1 - reach[1])
    return _LIST_HEADER_BYTES + within + (blocks - 1) * between


def _aligned(width: float) -> float:
    return math.ceil(width / 8) * 8
