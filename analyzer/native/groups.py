"""Equal keys numbered alike by a kernel; to sort them takes several times as long."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from analyzer.native.language import Int, Long, put32, u32, u64
from analyzer.native.machine import machine_of

Longs = npt.NDArray[np.int64]

_BASE = 64


def number_keys(keys: Int, groups: Int, firsts: Int, slots: Int, mask: Int) -> Int:
    """Number keys in the order in which each comes first; how many differ.

    Args:
        keys: hashes of eight bytes; the groups begin behind the last.
        groups: where the number of each key is written, in four bytes.
        firsts: where it is written at which place each number came first.
        slots: a power of two of zeros of four bytes, more of them than keys.
        mask: their number less one.
    """
    found = 0
    at = 0
    while keys + at * 8 < groups:
        place = keys + at * 8
        key: Long = u64(place)
        slot = u32(place) ^ u32(place + 4)
        while True:
            slot = slot & mask
            known = u32(slots + slot * 4)
            if known == 0:
                put32(firsts + found * 4, at)
                found += 1
                known = found
                put32(slots + slot * 4, known)
            if u64(keys + u32(firsts + known * 4 - 4) * 8) == key:
                break
            slot += 1
        put32(groups + at * 4, known - 1)
        at += 1
    return found


_KERNELS = (number_keys,)


def grouped(keys: npt.NDArray[Any]) -> tuple[Longs, Longs]:
    """Which keys are equal.

    Args:
        keys: hashes of 64 bits, of which nobody can choose many that are alike.

    Returns:
        The index of the first key of each group, ascending, and the group of each key.

    >>> first, group = grouped(np.array([7, 3, 7, 5]))
    >>> first.tolist(), group.tolist()
    ([0, 1, 3], [0, 1, 0, 2])
    """
    count = len(keys)
    slot_count = 1 << (2 * count).bit_length()
    groups = _BASE + 8 * count
    firsts = groups + 4 * count
    slots = firsts + 4 * count
    machine = machine_of(_KERNELS)
    memory = machine.memory(slots + 4 * slot_count)
    memory[_BASE:groups].view(np.int64)[:] = keys.view(np.int64)
    memory[slots : slots + 4 * slot_count] = 0
    mask = slot_count - 1
    found = machine.call("number_keys", _BASE, groups, firsts, slots, mask)
    first = memory[firsts : firsts + 4 * found].view(np.int32).astype(np.int64)
    return first, memory[groups:firsts].view(np.int32).astype(np.int64)
