"""Equal keys numbered alike by a kernel; to sort them takes several times as long."""

from __future__ import annotations

import numpy as np

from analyzer.logs.scan_texts import TEXT_KERNELS
from analyzer.logs.slices import Longs, Words
from analyzer.native.machine import machine_of

_BASE = 64


def grouped(keys: Longs | Words) -> tuple[Longs, Longs]:
    """Which keys are equal.

    Args:
        keys: hashes, of which nobody can choose many that are alike.

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
    machine = machine_of(TEXT_KERNELS)
    memory = machine.memory(slots + 4 * slot_count)
    memory[_BASE:groups].view(np.int64)[:] = keys.view(np.int64)
    memory[slots : slots + 4 * slot_count] = 0
    mask = slot_count - 1
    found = machine.call("number_keys", _BASE, groups, firsts, slots, mask)
    first = memory[firsts : firsts + 4 * found].view(np.int32).astype(np.int64)
    return first, memory[groups:firsts].view(np.int32).astype(np.int64)
