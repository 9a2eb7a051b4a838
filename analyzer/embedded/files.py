"""Relation files of a shadow: sparse lengths, and B-trees of a given height.

A planner reads the length of a relation's file, and the height of a B-tree from its
metapage. The files written here have both and hold no rows. The cluster must have been
made without data checksums. Layouts: storage/bufpage.h, access/nbtree.h, access/itup.h
of PostgreSQL 11 to 18 (B-tree version 4), little-endian, blocks of 8192 bytes.
"""

from __future__ import annotations

import os
import re
import struct
from functools import lru_cache
from pathlib import Path

from analyzer.embedded.cluster import own
from analyzer.errors import StoreError

BLOCK_BYTES = 8192
SEGMENT_BLKS = 131_072
"""Blocks in one file of a relation, 1 GiB (RELSEG_SIZE)."""

MAX_BLKS = 0xFFFFFFFE
MAX_HEIGHT = 10

_GIN_COUNTS = struct.Struct("<IIIxxxxq")
_GIN_COUNTS_OFFSET = 24 + 24
_BRIN_LAST_MAP_OFFSET = 24 + 12
_RELATION_PATH = re.compile(r"base/\d+/\d+")
_HEADER = struct.Struct("<QHHHHHHI")
_META = struct.Struct("<IIIIIIIxxxxdBxxxxxxx")
_OPAQUE = struct.Struct("<IIIHH")
_ITEM_ID = struct.Struct("<I")
_INDEX_TUPLE = struct.Struct("<HHHH")

_MAGIC, _VERSION = 0x053162, 4
_LEAF, _ROOT, _META_FLAG = 1, 2, 8
_INDEX_ALT_TID_MASK = 0x2000
_LP_NORMAL = 1
_SPECIAL = BLOCK_BYTES - _OPAQUE.size
_ALL_EQUAL_IMAGE_OFFSET = _HEADER.size + 40


def relation_path(data_dir: Path, filepath: str) -> Path:
    """The first file of a relation, from what pg_relation_filepath() says.

    Raises:
        StoreError: the path does not lie among the files of a database.
    """
    if not _RELATION_PATH.fullmatch(filepath):
        raise StoreError("a relation's file has an unexpected place", detail=filepath)
    return data_dir / filepath


def empty(path: Path) -> None:
    """Make a relation zero blocks long, so that an index on it is built at once.

    Only the first segment is cut: a server that finds it short looks no further.
    """
    os.truncate(path, 0)


def lengthen(path: Path, blks: int) -> None:
    """Give a relation its length in blocks, as sparse files that use no disk."""
    blks = min(max(blks, 0), MAX_BLKS)
    if blks < SEGMENT_BLKS and path.exists():
        # Nearly always, and thousands of times for a large schema.
        os.truncate(path, blks * BLOCK_BYTES)
        return
    segment = 0
    while True:
        here = min(blks - segment * SEGMENT_BLKS, SEGMENT_BLKS)
        _truncate(_segment_path(path, segment), here * BLOCK_BYTES)
        if here < SEGMENT_BLKS:
            return
        segment += 1


def _segment_path(path: Path, segment: int) -> Path:
    return path if segment == 0 else path.with_name(f"{path.name}.{segment}")


def _truncate(path: Path, length_bytes: int) -> None:
    is_new = not path.exists()
    with path.open("ab") as file:
        file.truncate(length_bytes)
    if is_new:
        own(path)


def write_btree(
    path: Path, *, blks: int, height: int, leaf: bytes | None = None
) -> None:
    """Make an empty B-tree as long and as high as asked for.

    Block 0 is the metapage. Blocks 1 to ``height`` are internal pages, each alone on
    its level, with one downlink to the next block. Behind them comes an empty leaf.
    A search descends it and finds nothing, where a zero page would be an error.

    Args:
        path: first file of an index that no session has read yet.
        blks: length of the index in blocks; it is made long enough for its height.
        height: levels above the leaves, as ``btm_level`` counts them.
        leaf: page of :func:`leaf_of_scratch`; an empty one where none.
    """
    height = min(max(height, 0), MAX_HEIGHT)
    file = os.open(path, os.O_RDWR)
    try:
        # Whether de-duplication is safe depends on the operator classes; the empty
        # index that CREATE INDEX has just made knows.
        is_safe = os.pread(file, 1, _ALL_EQUAL_IMAGE_OFFSET) == b"\x01"
        pages = _upper_pages(height, is_safe)
        content = pages + _leaf_page(is_root=height == 0, entries=leaf)
        lengthen(path, max(blks, len(content) // BLOCK_BYTES))
        os.pwrite(file, content, 0)
    finally:
        os.close(file)


@lru_cache(maxsize=4 * MAX_HEIGHT)
def _upper_pages(height: int, all_equal_image: bool) -> bytes:
    """The metapage and the pages between it and the leaf."""
    pages = [_metapage(height, all_equal_image=all_equal_image)]
    pages += [_internal_page(block, height) for block in range(1, height + 1)]
    return b"".join(pages)


def _page(content: bytes, *, items_end: int, opaque: bytes, tail: bytes = b"") -> bytes:
    header = _HEADER.pack(
        0, 0, 0, items_end, _SPECIAL - len(tail), _SPECIAL, BLOCK_BYTES | 4, 0
    )
    body = header + content
    return body.ljust(_SPECIAL - len(tail), b"\0") + tail + opaque


def _metapage(height: int, *, all_equal_image: bool) -> bytes:
    meta = _META.pack(
        _MAGIC, _VERSION, 1, height, 1, height, 0, -1.0, int(all_equal_image)
    )
    return _page(
        meta,
        items_end=_HEADER.size + len(meta),
        opaque=_OPAQUE.pack(0, 0, 0, _META_FLAG, 0),
    )


def _internal_page(block: int, height: int) -> bytes:
    child = block + 1
    # Zero key attributes: the "minus infinity" downlink (nbtree README).
    downlink = _INDEX_TUPLE.pack(
        child >> 16, child & 0xFFFF, 0, _INDEX_TUPLE.size | _INDEX_ALT_TID_MASK
    )
    offset = _SPECIAL - len(downlink)
    item = _ITEM_ID.pack(offset | _LP_NORMAL << 15 | len(downlink) << 17)
    flags = _ROOT if block == 1 else 0
    return _page(
        item,
        items_end=_HEADER.size + len(item),
        opaque=_OPAQUE.pack(0, 0, height - block + 1, flags, 0),
        tail=downlink,
    )


def _leaf_page(*, is_root: bool, entries: bytes | None = None) -> bytes:
    opaque = _OPAQUE.pack(0, 0, 0, _LEAF | (_ROOT if is_root else 0), 0)
    if entries is not None:
        return entries[:_SPECIAL] + opaque
    return _page(b"", items_end=_HEADER.size, opaque=opaque)


def leaf_of_scratch(path: Path) -> bytes:
    """The only leaf of a B-tree that PostgreSQL made of a few rows.

    Args:
        path: its file, written out by the server.

    Raises:
        StoreError: the file is not such a tree.
    """
    with path.open("rb") as file:
        file.seek(BLOCK_BYTES)
        page = file.read(BLOCK_BYTES)
    if len(page) != BLOCK_BYTES or not _OPAQUE.unpack(page[_SPECIAL:])[3] & _LEAF:
        raise StoreError("a scratch index is not as expected", detail=path.name)
    return page


def mark_first_block_visible(path: Path) -> None:
    """Say in a table's visibility map that its block 0 is visible to everybody.

    Two bits for each block stand behind the page header; the lower one is
    VISIBILITYMAP_ALL_VISIBLE (visibilitymapdefs.h).

    Args:
        path: first file of the table.
    """
    header = _HEADER.pack(
        0, 0, 0, _HEADER.size, BLOCK_BYTES, BLOCK_BYTES, BLOCK_BYTES | 4, 0
    )
    fork = path.with_name(f"{path.name}_vm")
    fork.write_bytes((header + b"\x01").ljust(BLOCK_BYTES, b"\0"))
    own(fork)


def write_gin_counts(
    path: Path, *, total_blks: int, entry_blks: int, data_blks: int, entry_count: int
) -> None:
    """Say in a GIN index's metapage what it is said to hold.

    ``GinMetaPageData`` of ``ginblock.h``: nTotalPages, nEntryPages, nDataPages and
    nEntries stand 24 bytes behind the page header; costs follow them.

    Args:
        path: first file of an index that no session has read yet, lengthened.
        total_blks: with metapage and roots.
        entry_blks: pages of entries.
        data_blks: pages of lists of rows.
        entry_count: different items.
    """
    counts = _GIN_COUNTS.pack(total_blks, entry_blks, data_blks, entry_count)
    _overwrite(path, _GIN_COUNTS_OFFSET, counts)


def write_brin_map(path: Path, map_blks: int) -> None:
    """Say in a BRIN index's metapage how long its range map is.

    ``lastRevmapPage`` of ``brin_page.h``, the fourth number behind the page header.
    """
    _overwrite(path, _BRIN_LAST_MAP_OFFSET, struct.pack("<I", map_blks))


def _overwrite(path: Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        head = file.read(_HEADER.size)
        if not any(head):
            # The server has not written this metapage out: it says what it said.
            return
        file.seek(offset)
        file.write(content)
