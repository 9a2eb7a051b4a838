"""Lengths of indexes that are no B-trees.

A GIN index of which no items are known, and GiST and SP-GiST in general, stand on
typical contents, so a caller should present them as assumed.
"""

from __future__ import annotations

import math
import re

from analyzer.domain.catalog import Relation
from analyzer.domain.index import IndexDefinition
from analyzer.indexing.gin_size import GinContents, GinItems, gin_contents
from analyzer.indexing.key_statistics import KeyStatistics, key_statistics

_BLOCK_BYTES = 8192
_ROOM_BYTES = 8152
_LINE_POINTER_BYTES = 4
_BRIN_RANGE_BLKS = 128
_BRIN_MAP_ENTRIES = 1_360
_HASH_TUPLE_BYTES = 20
_HASH_FILL = 0.75
_GIST_FILL = 0.66
_GIST_SORTED_FILL = 0.98
_SPGIST_FILL = 0.78
_SPGIST_HEADER_BYTES = 12
_BOX_BYTES = 32
_SIGNATURE_BYTES = {"gist_trgm_ops": 16, "tsvector_ops": 128}
_RANGE = re.compile(r"(int4|int8|num|ts|tstz|date)range")
_BOXED = frozenset({"point", "polygon", "circle", "box"})
_GIN_BYTES_PER_ITEM = 3.0
_GIN_ITEM_WIDTH_BYTES = 6.0


def other_blks(definition: IndexDefinition, relation: Relation, rows: float) -> int:
    """Length in blocks, at least the two that every method begins with.

    Args:
        definition: of another method than B-tree.
        relation: its table.
        rows: in the index.
    """
    keys = key_statistics(definition, relation)
    width = sum(key.width_bytes for key in keys)
    match definition.method:
        case "brin":
            return _brin(relation, width)
        case "hash":
            return _hash(rows)
        case "gin":
            return _gin(keys, rows)
        case "spgist":
            entry = _aligned(_SPGIST_HEADER_BYTES + width) + _LINE_POINTER_BYTES
            return 3 + math.ceil(rows * entry / (_ROOM_BYTES * _SPGIST_FILL))
    return _gist(definition, relation, rows)


def gin_of_items(
    definition: IndexDefinition,
    relation: Relation,
    rows: float,
    items: tuple[GinItems, ...],
) -> GinContents:
    """A GIN index of which the items of every key are known."""
    keys = key_statistics(definition, relation)
    present = rows * (1 - min(key.null_frac for key in keys))
    return gin_contents(items, present, _rows_per_blk(relation))


def _rows_per_blk(relation: Relation) -> float:
    blks = max(relation.size_bytes / _BLOCK_BYTES, 1.0)
    return max(relation.reltuples, 1.0) / blks


def _gist(definition: IndexDefinition, relation: Relation, rows: float) -> int:
    """Leaves of keys as they are stored, packed by a sorted build where there is one.

    Points and shapes are stored as boxes, words and trigrams as signatures; btree_gist
    keeps two values. Ranges of version 18 are sorted before (rangetypes_gist.c).
    """
    width, fill = 0.0, _GIST_FILL
    for key, statistics in zip(
        definition.keys, key_statistics(definition, relation), strict=True
    ):
        attribute = relation.attribute(key.attribute)
        kind = attribute.type_name if attribute else ""
        opclass = key.opclass.rpartition(".")[2]
        if opclass in _SIGNATURE_BYTES or kind == "tsvector":
            width += _SIGNATURE_BYTES.get(opclass, _SIGNATURE_BYTES["tsvector_ops"])
        elif kind in _BOXED:
            width += _BOX_BYTES
        elif _RANGE.fullmatch(kind):
            width, fill = width + statistics.width_bytes, _GIST_SORTED_FILL
        else:
            width += 2 * statistics.width_bytes
    entry = _aligned(8 + width) + _LINE_POINTER_BYTES
    return 1 + math.ceil(rows * entry / (_ROOM_BYTES * fill))


def brin_map_blks(relation: Relation) -> int:
    """Blocks of the map from ranges of the table to their summaries."""
    ranges = math.ceil(relation.size_bytes / _BLOCK_BYTES / _BRIN_RANGE_BLKS)
    return max(1, math.ceil(ranges / _BRIN_MAP_ENTRIES))


def _brin(relation: Relation, width: float) -> int:
    # Metapage, range map, and one summary of minimum and maximum per 128 blocks.
    ranges = math.ceil(relation.size_bytes / _BLOCK_BYTES / _BRIN_RANGE_BLKS)
    summaries = math.ceil(ranges * (_aligned(8 + 2 * width) + 4) / _ROOM_BYTES)
    return 1 + brin_map_blks(relation) + max(1, summaries)


def _hash(rows: float) -> int:
    # Buckets double, so half of the last doubling is free on the mean (hashpage.c).
    per_bucket = _ROOM_BYTES * _HASH_FILL / _HASH_TUPLE_BYTES
    buckets = max(2, math.ceil(rows / per_bucket))
    return 2 + (1 << math.ceil(math.log2(buckets)))


def _gin(keys: tuple[KeyStatistics, ...], rows: float) -> int:
    # A value has about one item (element, word, trigram) for each six bytes; the rows
    # of an item are a posting list, compressed to a few bytes for each.
    items = sum(max(1.0, key.width_bytes / _GIN_ITEM_WIDTH_BYTES) for key in keys)
    return 2 + math.ceil(rows * items * _GIN_BYTES_PER_ITEM / _ROOM_BYTES)


def _aligned(width: float) -> float:
    return math.ceil(width / 8) * 8
