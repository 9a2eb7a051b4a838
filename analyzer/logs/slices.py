"""Slices of one buffer, many at a time: compared, hashed, grouped, read as numbers.

Eight bytes are looked at as one number, so that a slice costs some instructions per
word and no object.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]

PADDING = 64
"""Bytes after the end of a buffer that may be looked at; any, mostly zeros."""

MAX_BYTES = 4096
"""Longer slices are rare, and looked at one by one."""

# Different in each run, and the same in its forks: nobody can make texts collide.
SEED = hash("analyzer.logs.slices") & (1 << 64) - 1 | 1
FACTOR = 0x9E3779B97F4A7C15 ^ (SEED & ~1)
_MASKS = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)
_ZEROS = 0x3030303030303030
_HIGH = np.uint64(0x8080808080808080)
_ALL = (1 << 64) - 1


def count_of(data: bytes, byte: bytes) -> int:
    """How often one byte occurs; several times as fast as ``bytes.count``.

    >>> count_of(b"a,b,c", b",")
    2
    """
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == byte[0]))


def padded(data: bytes) -> Bytes:
    """The bytes with padding behind them."""
    return np.frombuffer(data + bytes(PADDING), np.uint8)


def words_of(buffer: Bytes) -> Words:
    """The eight bytes from each place on as one number, without copying any."""
    size = len(buffer) - 7
    return np.ndarray((size,), np.dtype("<u8"), buffer.data, strides=(1,))


def begins_with(buffer: Bytes, starts: Longs, word: bytes) -> Bools:
    """Whether the bytes at each start are these."""
    words = words_of(buffer)
    found: Bools = np.ones(len(starts), np.bool_)
    for place in range(0, len(word), 8):
        part = word[place : place + 8]
        value = np.uint64(int.from_bytes(part, "little"))
        mask = np.uint64((1 << 8 * len(part)) - 1)
        found &= (words[starts + place] & mask) == value
    return found


def colons_of(buffer: Bytes) -> Longs:
    """Every place of a colon followed by a blank, ascending."""
    colons = np.flatnonzero(buffer[:-1] == ord(":"))
    found: Longs = colons[buffer[colons + 1] == ord(" ")]
    return found


def hash_of(data: bytes) -> int:
    """The hash of one slice.

    >>> hash_of(b"abcdefghij") == int(hashes(padded(b"abcdefghij"), *_ONE)[0])
    True
    """
    if len(data) > MAX_BYTES:
        found = int.from_bytes(blake2b(data, digest_size=8).digest(), "little")
    else:
        found = len(data) * SEED & _ALL
        for place in range(0, len(data), 8):
            word = int.from_bytes(data[place : place + 8], "little")
            found = (found ^ word) * FACTOR & _ALL
            found ^= found >> 32
    return found - (1 << 64) if found >> 63 else found


_ONE = (np.array([0]), np.array([10]))


def mixed(state: Words, buffer: Bytes, starts: Longs, ends: Longs) -> Words:
    """States that have taken in the bytes of short slices, one slice each.

    States are only to be compared with those made by the same call.
    """
    words = words_of(buffer)
    length = ends - starts
    state = (state ^ length.astype(np.uint64)) * np.uint64(FACTOR)
    for place in range(0, int(length.max(initial=0)), 8):
        mask = _MASKS[np.clip(length - place, 0, 8)]
        state = (state ^ (words[np.minimum(starts + place, len(words) - 1)] & mask)) * (
            np.uint64(FACTOR)
        )
        state ^= state >> np.uint64(32)
    return state


def hashes(buffer: Bytes, starts: Longs, ends: Longs) -> Longs:
    """A hash of the bytes of each slice, the same as :func:`hash_of`."""
    length = ends - starts
    # The long ones first, so that those with a word left always stand in front.
    order = np.argsort(
        np.uint16(MAX_BYTES + 1) - np.minimum(length, MAX_BYTES + 1).astype(np.uint16),
        kind="stable",
    )
    words = words_of(buffer)
    ranked = length[order]
    long = int(np.searchsorted(-ranked, -MAX_BYTES, "left"))
    order, ranked = order[long:], ranked[long:]
    begin = starts[order]
    state = ranked.astype(np.uint64) * np.uint64(SEED)
    edges = np.searchsorted(-ranked, -np.arange(0, MAX_BYTES + 9, 8), "left")
    inner = np.searchsorted(-ranked, -np.arange(8, MAX_BYTES + 17, 8), "right")
    for step, (count, whole) in enumerate(
        zip(edges.tolist(), inner.tolist(), strict=True)
    ):
        if not count:
            break
        word = words[begin[:count] + 8 * step]
        if whole < count:
            word[whole:] &= _MASKS[ranked[whole:count] - 8 * step]
        part = (state[:count] ^ word) * np.uint64(FACTOR)
        state[:count] = part ^ (part >> np.uint64(32))
    found: Longs = np.empty(len(starts), np.int64)
    found[order] = state.view(np.int64)
    for at in np.flatnonzero(length > MAX_BYTES).tolist():
        found[at] = hash_of(buffer[starts[at] : ends[at]].tobytes())
    return found


def pair_keys(one: Longs, other: Longs) -> Words:
    """A number for each pair, equal for equal pairs and no others (as hashes are)."""
    state = (one.view(np.uint64) ^ np.uint64(SEED)) * np.uint64(FACTOR)
    state ^= state >> np.uint64(32)
    found: Words = (state ^ other.view(np.uint64)) * np.uint64(FACTOR)
    return found


def grouped(keys: Longs | Words) -> tuple[Longs, Longs]:
    """Which keys are equal.

    Returns:
        The index of the first key of each group, ascending, and the group of each key.

    >>> first, group = grouped(np.array([7, 3, 7, 5]))
    >>> first.tolist(), group.tolist()
    ([0, 1, 3], [0, 1, 0, 2])
    """
    if not len(keys):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    # Not a stable sort, which takes several times as long.
    order = np.argsort(keys)
    ranked = keys[order]
    is_new = np.append(True, ranked[1:] != ranked[:-1])
    first = np.minimum.reduceat(order, np.flatnonzero(is_new))
    by_first = np.argsort(first)
    place = np.empty(len(first), np.int64)
    place[by_first] = np.arange(len(first))
    group = np.empty(len(keys), np.int64)
    group[order] = place[np.cumsum(is_new) - 1]
    return first[by_first], group


def find(buffer: Bytes, starts: Longs, byte: int, limit: int) -> Longs:
    """The first place from each start on that has a byte; start + limit if none."""
    words = words_of(buffer)
    pattern = np.uint64(byte * 0x0101010101010101)
    ends = starts.copy()
    left = np.arange(len(starts))
    for _ in range(0, limit, 8):
        value = words[ends[left]] ^ pattern
        zero = (value - np.uint64(0x0101010101010101)) & ~value & _HIGH
        count = _zero_bytes_before(zero)
        ends[left] += count
        left = left[count == 8]
        if not len(left):
            break
    return np.minimum(ends, starts + limit)


def _zero_bytes_before(flags: Words) -> Longs:
    """How many bytes stand before the first one that is flagged, 8 if none is."""
    lowest = flags & (~flags + np.uint64(1))
    found: Longs = np.bitwise_count(lowest - np.uint64(1)).astype(np.int64) >> 3
    return found


def digits_end(buffer: Bytes, starts: Longs, limit: int) -> Longs:
    """Where the digits end that begin at each start, ``limit`` at most looked at."""
    words = words_of(buffer)
    ends = starts.copy()
    left = np.arange(len(starts))
    for _ in range(0, limit, 8):
        value = words[ends[left]] ^ np.uint64(_ZEROS)
        other = ((value + np.uint64(0x7676767676767676)) | value) & _HIGH
        count = _zero_bytes_before(other)
        ends[left] += count
        left = left[count == 8]
        if not len(left):
            break
    return np.minimum(ends, starts + limit)


def numbers(buffer: Bytes, starts: Longs, ends: Longs) -> Longs:
    """The numbers that digits are, 19 of them at most; no digits are 0.

    There must be 24 bytes before the first start.
    """
    words = words_of(buffer)
    found: Longs = np.zeros(len(starts), np.int64)
    scale = 1
    left = np.flatnonzero(ends > starts)
    at = ends[left]
    while len(left):
        count = np.minimum(at - starts[left], 8)
        # Digits to the front, zeros in place of what stands before them.
        unused = (8 - count).astype(np.uint64) * np.uint64(8)
        kept = words[at - 8] >> unused << unused
        kept |= np.uint64(_ZEROS) & ((np.uint64(1) << unused) - np.uint64(1))
        found[left] += _eight_digits(kept) * scale
        at = at - 8
        more = at > starts[left]
        left, at = left[more], at[more]
        scale *= 10**8
    return found


def _eight_digits(word: Words) -> Longs:
    """Eight digits, the first one in the lowest byte."""
    value = word & np.uint64(0x0F0F0F0F0F0F0F0F)
    value = (value * np.uint64(2561)) >> np.uint64(8)
    value = ((value & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601)) >> np.uint64(
        16
    )
    value = (
        (value & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001)
    ) >> np.uint64(32)
    return value.astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slices:
    """Some slices of bytes; where start and end are -1 there is none."""

    data: bytes
    starts: Longs
    ends: Longs

    def __len__(self) -> int:
        """Number of slices."""
        return len(self.starts)

    def raw(self, at: int) -> bytes:
        """One slice."""
        return self.data[int(self.starts[at]) : int(self.ends[at])]

    def raws(self, numbers: Longs) -> list[bytes]:
        """Some of the slices."""
        data = self.data
        places = zip(
            self.starts[numbers].tolist(), self.ends[numbers].tolist(), strict=True
        )
        return [data[start:end] for start, end in places]

    def has(self, at: int) -> bool:
        """Whether there is one."""
        return bool(self.starts[at] >= 0)

    def compact(self) -> Slices:
        """The same slices without the bytes between them."""
        kept = np.flatnonzero(self.starts >= 0)
        lengths = self.ends[kept] - self.starts[kept]
        parts = self.raws(kept)
        ends = np.full(len(self), -1, np.int64)
        starts = ends.copy()
        ends[kept] = np.cumsum(lengths)
        starts[kept] = ends[kept] - lengths
        return Slices(data=b"".join(parts), starts=starts, ends=ends)
