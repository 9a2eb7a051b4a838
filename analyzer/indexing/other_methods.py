"""Rough lengths of indexes that are no B-trees.

They stand on typical contents, not on statistics (PostgreSQL keeps none about words,
trigrams or shapes), so a caller should present them as assumed.
"""

from __future__ import annotations

import math

from analyzer.domain.catalog import Relation
from analyzer.domain.index import IndexDefinition
from analyzer.indexing.key_statistics import KeyStatistics, key_statistics

_BLOCK_BYTES = 8192
_ROOM_BYTES = 8152
_BRIN_RANGE_BLKS = 128
_BRIN_MAP_ENTRIES = 1_360
_HASH_TUPLE_BYTES = 20
_HASH_FILL = 0.75
_GIST_FILL = 0.75
_GIN_BYTES_PER_ITEM = 3.0
_GIN_ITEM_WIDTH_BYTES = 6.0


def other_blks(definition: IndexDefinition, relation: Relation, rows: float) -> int:
    """Length in blocks, at least the two that every method begins with."""
    keys = key_statistics(definition, relation)
    width = sum(key.width_bytes for key in keys)
    match definition.method:
        case "brin":
            return _brin(relation, width)
        case "hash":
            return _hash(rows)
        case "gin":
            return _gin(keys, rows)
    return 1 + math.ceil(rows * (_aligned(8 + width) + 4) / (_ROOM_BYTES * _GIST_FILL))


def _brin(relation: Relation, width: float) -> int:
    # Metapage, range map, and one summary of minimum and maximum per 128 blocks.
    ranges = math.ceil(relation.size_bytes / _BLOCK_BYTES / _BRIN_RANGE_BLKS)
    summaries = math.ceil(ranges * (_aligned(8 + 2 * width) + 4) / _ROOM_BYTES)
    return 1 + max(1, math.ceil(ranges / _BRIN_MAP_ENTRIES)) + max(1, summaries)


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
