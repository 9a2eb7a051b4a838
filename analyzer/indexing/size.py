"""The size and height an index would have, from the statistics of its relation.

B-trees follow PostgreSQL's bulk build, ``nbtsort.c`` and ``nbtdedup.c`` of versions 13
to 18, for blocks of 8192 bytes:

* An index tuple is an 8-byte header (16 with a bitmap if it holds a NULL), then the
  columns, each at its alignment, short variable ones without; the whole is rounded up
  to 8 bytes and has a line pointer of 4 bytes (``index_form_tuple``).
* A leaf is left 10% free and internal pages 30% (``fillfactor`` 90 and 70). The tuple
  that does not fit any more becomes the high key (``_bt_buildadd``).
* Equal keys become posting lists of up to a tenth of a page: one key and 6 bytes for
  each row (``_bt_sort_dedup_finish_pending``). Unique indexes, those with INCLUDE, and
  types whose equal values differ in bytes (``_bt_allequalimage``) stay as they are.
* Separator keys keep only the columns needed to tell neighbours (suffix truncation).

Other access methods are rough: see :mod:`analyzer.indexing.other_methods`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from analyzer.domain.catalog import Relation
from analyzer.domain.index import IndexDefinition
from analyzer.indexing.gin_size import GinContents, GinItems
from analyzer.indexing.key_statistics import (
    KeyStatistics,
    distinct_combinations,
    hit,
    include_statistics,
    is_independent,
    key_statistics,
    without_excluded_nulls,
)
from analyzer.indexing.other_methods import gin_of_items, other_blks

BLOCK_BYTES = 8192
LEAF_FILL_PERCENT = 90
INTERNAL_FILL_PERCENT = 70


_LINE_POINTER_BYTES = 4
_TUPLE_HEADER_BYTES = 8
_BITMAP_BYTES = 4
_HEAP_TID_BYTES = 6
_SEPARATOR_TID_BYTES = 8
# Page header 24, opaque 16, line pointers of the high key and of the next tuple.
_PAGE_ROOM_BYTES = BLOCK_BYTES - 24 - 16 - 2 * _LINE_POINTER_BYTES
_MAX_POSTING_BYTES = (BLOCK_BYTES // 10) // 8 * 8 - _LINE_POINTER_BYTES
_MAX_TUPLE_BYTES = 2704
_ALIGNMENT_BYTES = {"c": 1, "s": 2, "i": 4, "d": 8}
_SHORT_VARLENA_BYTES = 127
_SPREAD_BYTES = (-1, 0, 1, 2)
"""How lengths that vary are taken to lie around their mean, where no more is known."""
_SAMPLES = 12
_STRIDES = (1, 5, 7, 11)
"""Coprime to the number of samples, so that columns do not vary together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSize:
    """An index as a planner sees it: rows, blocks, levels above the leaves."""

    rows: float
    blks: int
    height: int
    gin: GinContents | None = None

    @property
    def size_bytes(self) -> int:
        """Length in bytes."""
        return self.blks * BLOCK_BYTES


def index_size(
    definition: IndexDefinition,
    relation: Relation,
    *,
    rows: float | None = None,
    leaf_fill_percent: int = LEAF_FILL_PERCENT,
    items: tuple[GinItems, ...] = (),
) -> IndexSize:
    """The size of an index right after CREATE INDEX.

    Args:
        definition: the index.
        relation: its table, with statistics.
        rows: rows in the index, for a partial one; else all rows of the relation.
        leaf_fill_percent: the storage parameter ``fillfactor``.
        items: of each key of a GIN index, where something is known of them.
    """
    rows = max(relation.reltuples if rows is None else rows, 0.0)
    if definition.predicate:
        relation = without_excluded_nulls(definition, relation)
    if definition.method != "btree":
        if definition.method == "gin" and items:
            gin = gin_of_items(definition, relation, rows, items)
            return IndexSize(rows=rows, blks=gin.total_blks, height=0, gin=gin)
        blks = other_blks(definition, relation, rows)
        return IndexSize(rows=rows, blks=blks, height=0)
    if rows < 1:
        return IndexSize(rows=rows, blks=1, height=0)
    tuples = _leaf_tuples(definition, relation, rows)
    room = _PAGE_ROOM_BYTES - BLOCK_BYTES * (100 - leaf_fill_percent) // 100
    leaves = _blks(*tuples, room)
    fanout = _fanout(definition, relation, rows, tuples[0])
    internal, height = _internal(leaves, fanout)
    return IndexSize(rows=rows, blks=1 + leaves + internal, height=height)


def btree_height(definition: IndexDefinition, relation: Relation, blks: int) -> int:
    """The height of an existing B-tree of some length, where it cannot be read.

    Pages split one by one end up less full than bulk-built ones; both give the same
    height except close to a border.
    """
    leaves = max(blks - 1, 1)
    rows = max(relation.reltuples, 1.0)
    tuples = _leaf_tuples(definition, relation, rows)[0]
    return _internal(leaves, _fanout(definition, relation, rows, tuples))[1]


def _leaf_tuples(
    definition: IndexDefinition, relation: Relation, rows: float
) -> tuple[float, float]:
    """Tuples in all leaves, and bytes with their line pointers."""
    keys = key_statistics(definition, relation)
    columns = (*keys, *include_statistics(definition, relation))
    tuple_bytes = tuple_size(columns)
    if not _deduplicates(definition, keys):
        return rows, rows * (tuple_bytes + _LINE_POINTER_BYTES)
    groups = _groups(definition, relation, rows)
    count = sum(number * _postings(size, tuple_bytes)[0] for number, size in groups)
    total = sum(number * _postings(size, tuple_bytes)[1] for number, size in groups)
    return count, total


def _blks(tuple_count: float, total_bytes: float, room: int) -> int:
    if tuple_count < 1:
        return 1
    per_page = room / (total_bytes / tuple_count)
    # Many equal tuples: a page takes a whole number of them.
    per_page = max(1.0, math.floor(per_page))
    return max(1, math.ceil(tuple_count / per_page))


def _deduplicates(definition: IndexDefinition, keys: tuple[KeyStatistics, ...]) -> bool:
    return (
        not definition.unique
        and not definition.include
        and all(key.is_equal_image for key in keys)
    )


def tuple_size(columns: tuple[KeyStatistics, ...]) -> float:
    """Mean bytes of an index tuple, header included, line pointer not.

    >>> tuple_size((KeyStatistics(width_bytes=4, length=4, alignment="i"),))
    16.0
    """
    all_set = math.prod(1 - column.null_frac for column in columns)
    with_bitmap = _aligned(_TUPLE_HEADER_BYTES + _BITMAP_BYTES, 8)
    full = _rounded(_TUPLE_HEADER_BYTES, columns)
    if all_set >= 1:
        return min(full, _MAX_TUPLE_BYTES)
    some_null = _rounded(with_bitmap, _without_nulls(columns))
    return min(all_set * full + (1 - all_set) * some_null, _MAX_TUPLE_BYTES)


def _without_nulls(columns: tuple[KeyStatistics, ...]) -> tuple[KeyStatistics, ...]:
    # A tuple with NULLs most likely lacks the columns that are NULL most often.
    worst = max(column.null_frac for column in columns)
    return tuple(column for column in columns if column.null_frac < worst)


def _rounded(start: float, columns: tuple[KeyStatistics, ...]) -> float:
    """Mean of the whole tuple's length, rounded up as each single tuple is."""
    if all(column.length > 0 for column in columns):
        return _length(start, columns, 0)
    lengths = [_length(start, columns, n) for n in range(_SAMPLES)]
    return sum(lengths) / len(lengths)


def _length(start: float, columns: tuple[KeyStatistics, ...], sample: int) -> float:
    offset = start
    for number, column in enumerate(columns):
        widths = _widths(column)
        stride = _STRIDES[number % len(_STRIDES)] if column.value_lengths else 1
        width = widths[sample * stride % len(widths)]
        if column.length > 0 or width > _SHORT_VARLENA_BYTES:
            offset = _aligned(offset, _ALIGNMENT_BYTES.get(column.alignment, 8))
        offset += width
    return _aligned(max(offset, 9.0), 8)


@lru_cache(maxsize=4096)
def _widths(column: KeyStatistics) -> tuple[float, ...]:
    """Some widths that lie as those of the values do, headers included."""
    if column.value_lengths:
        return tuple(_known_width(column, sample) for sample in range(_SAMPLES))
    if column.length < 0:
        return tuple(_sampled_width(column, n) for n in range(len(_SPREAD_BYTES)))
    return (column.width_bytes,)


def _known_width(column: KeyStatistics, sample: int) -> float:
    """One of some widths that lie as those of the values do, header included."""
    wanted = (sample + 0.5) / _SAMPLES
    length = column.value_lengths[-1][0]
    for known, share in column.value_lengths:
        wanted -= share
        if wanted < 0:
            length = known
            break
    return length + (1 if length < _SHORT_VARLENA_BYTES else 4)


def _sampled_width(column: KeyStatistics, sample: int) -> float:
    if not column.is_numeric:
        return max(1.0, math.floor(column.width_bytes) + _SPREAD_BYTES[sample])
    # Widths are odd, so the mean lies between two of them.
    lower = max(3.0, 2 * math.floor((column.width_bytes - 1) / 2) + 1.0)
    longer_ratio = (column.width_bytes - lower) / 2
    is_longer = (sample + 0.5) / len(_SPREAD_BYTES) < longer_ratio
    return lower + 2 if is_longer else lower


def _aligned(offset: float, alignment: int) -> float:
    return float(math.ceil(offset / alignment) * alignment)


def _groups(
    definition: IndexDefinition, relation: Relation, rows: float
) -> list[tuple[float, float]]:
    """Groups of equal keys and the rows in each: frequent ones, then the rest."""
    if len(definition.keys) > 1:
        if is_independent(definition, relation):
            return _skewed_groups(key_statistics(definition, relation), rows)
        distinct = distinct_combinations(definition, relation, rows)
        return _uneven(distinct, rows / max(distinct, 1.0))
    key = key_statistics(definition, relation)[0]
    frequent = [f for f in (*key.most_common_freqs, key.null_frac) if f > 0]
    rest_rows = rows * max(0.0, 1 - sum(frequent))
    groups = [(1.0, max(1.0, freq * rows)) for freq in frequent]
    if rest_rows < 1:
        return groups
    distinct = distinct_combinations(definition, relation, rows)
    rest = min(max(distinct - len(frequent), 1.0), rest_rows)
    return [*groups, *_uneven(rest, rest_rows / rest)]


def _uneven(count: float, size: float) -> list[tuple[float, float]]:
    """Groups of a mean size; small ones are hardly ever all of that size."""
    if not 1.5 <= size <= _EVEN_GROUP_ROWS:
        return [(count, size)]
    return [(count / 3, max(1.0, size * factor)) for factor in (0.5, 1.0, 1.5)]


_EVEN_GROUP_ROWS = 30


def _skewed_groups(
    keys: Sequence[KeyStatistics], rows: float
) -> list[tuple[float, float]]:
    """Groups of several independent columns, by the values of the most uneven one.

    A value with few rows meets few of the other columns' values, so the combinations
    are counted for each frequent value by itself.
    """
    uneven = max(keys, key=lambda key: sum(f * f for f in _frequencies(key)))
    frequent = _frequencies(uneven)
    values = [(key.distinct or 1.0) + (1 if key.null_frac else 0) for key in keys]
    others = min(math.prod(values), 1e18) / max(values[keys.index(uneven)], 1.0)
    rest_values = max(values[keys.index(uneven)] - len(frequent), 1.0)
    rest_rows = rows * max(0.0, 1 - sum(frequent))
    shares = [(others, frequency * rows) for frequency in frequent]
    groups = []
    for combinations, here in (*shares, (others * rest_values, rest_rows)):
        if here >= 1:
            found = max(hit(max(combinations, 1.0), here), 1.0)
            groups.append((found, here / found))
    return groups


def _frequencies(key: KeyStatistics) -> list[float]:
    return [f for f in (*key.most_common_freqs, key.null_frac) if f > 0]


def _postings(size: float, tuple_bytes: float) -> tuple[float, float]:
    """Tuples and bytes that a group of equal keys takes, line pointers included."""
    low = math.floor(size)
    if low < size:
        # Groups of a broken size are a mixture of the two whole sizes beside it.
        share = size - low
        one, other = (
            _postings(max(low, 1), tuple_bytes),
            _postings(low + 1, tuple_bytes),
        )
        return (
            (1 - share) * one[0] + share * other[0],
            (1 - share) * one[1] + share * other[1],
        )
    most = max(1, int((_MAX_POSTING_BYTES // 8 * 8 - tuple_bytes) // _HEAP_TID_BYTES))
    full, rest = divmod(low, most)
    count = full + (1 if rest else 0)
    full_bytes = full * _posting_bytes(most, tuple_bytes)
    return count, full_bytes + (_posting_bytes(rest, tuple_bytes) if rest else 0)


def _posting_bytes(rows: int, tuple_bytes: float) -> float:
    if rows == 1:
        return tuple_bytes + _LINE_POINTER_BYTES
    size = _aligned(tuple_bytes + rows * _HEAP_TID_BYTES, 8)
    return size + _LINE_POINTER_BYTES


def _fanout(
    definition: IndexDefinition, relation: Relation, rows: float, tuples: float
) -> int:
    """Children of an internal page of a bulk build.

    The separator of two leaves has as many keys as tell the last tuple of one from the
    first of the next, and a heap TID where none does (``_bt_truncate`` in
    nbtutils.c). A build ends a leaf wherever it is full, so how often the first keys
    are not enough follows from how many values they have for so many tuples.
    """
    keys = key_statistics(definition, relation)
    tuples = max(tuples, 1.0)
    mean_bytes, alike_ratio = 0.0, 1.0
    for count in range(1, len(keys) + 1):
        first = replace(definition, keys=definition.keys[:count], include=())
        values = distinct_combinations(first, relation, rows)
        still_alike = min(alike_ratio, max(0.0, 1.0 - values / tuples))
        mean_bytes += (alike_ratio - still_alike) * tuple_size(keys[:count])
        alike_ratio = still_alike
    mean_bytes += alike_ratio * (tuple_size(keys) + _SEPARATOR_TID_BYTES)
    room = _PAGE_ROOM_BYTES - BLOCK_BYTES * (100 - INTERNAL_FILL_PERCENT) // 100
    return max(2, int(room / (mean_bytes + _LINE_POINTER_BYTES)))


def _internal(leaves: int, fanout: int) -> tuple[int, int]:
    """Internal pages, and levels, above some leaves."""
    pages, height = 0, 0
    level = leaves
    while level > 1:
        level = math.ceil(level / fanout)
        pages += level
        height += 1
    return pages, height
