"""Kernels do what their text says, and what the language lacks is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.logs import slices
from analyzer.logs.scan_words import ROW, ROW_BYTES, SHARED
from analyzer.native.language import (
    Int,
    Long,
    NotCompiledError,
    below,
    is_at,
    long,
    put32,
    put64,
    u8,
    u32,
    u64,
    zeros_behind,
)
from analyzer.native.machine import Machine, machine_of
from analyzer.native.translate import NotInLanguageError, module_text

LIMIT = 10


def sum_below(end: Int, skipped: Int) -> Int:
    """The sum of the numbers up to an end, without one and those above a limit."""
    total = 0
    at = 0
    while True:
        at += 1
        if at >= end or at > LIMIT:
            break
        if at == skipped:
            continue
        total += at
    return total


def kind(byte: Int) -> Int:
    if byte in (ord("a"), ord("b")):
        return 1
    elif byte not in (99, 100) and not (byte > 100 and byte < 102):
        return 2
    return -3


def both(one: Int, other: Int) -> Int:
    return (one != 0 and other != 0) or one == 7


def words(at: Int) -> Int:
    put32(at, 0x64636261)
    put64(at + 4, long(u32(at)) << 8)
    found: Long = u64(at + 4) >> 8
    is_low = below(u8(at), u8(at + 1))
    return zeros_behind(found) + is_low * 100 + is_at(at, b"abcd") * 1000


def known_word(at: Int) -> Int:
    return is_at(at, b"a word of seventeen bytes and more")


def hashed(at: Int, end: Int, row: Int) -> None:
    put64(row, hash_of(0, at, end))


hash_of = SHARED[0]
MACHINE = Machine((sum_below, kind, both, words, known_word, hash_of, hashed))


@pytest.mark.parametrize(
    ("end", "skipped", "total"), [(5, 2, 8), (1, 0, 0), (100, 0, 55), (100, 10, 45)]
)
def test_loops(end: int, skipped: int, total: int) -> None:
    assert MACHINE.call("sum_below", end, skipped) == total


@pytest.mark.parametrize(("byte", "found"), [("a", 1), ("b", 1), ("c", -3), ("e", -3)])
def test_choices(byte: str, found: int) -> None:
    assert MACHINE.call("kind", ord(byte)) == found
    assert MACHINE.call("kind", 0) == 2


@pytest.mark.parametrize(
    ("one", "other", "found"), [(0, 0, 0), (3, 0, 0), (3, 2, 1), (7, 0, 1)]
)
def test_conditions(one: int, other: int, found: int) -> None:
    assert MACHINE.call("both", one, other) == found


def test_words_in_memory() -> None:
    MACHINE.memory(100)[:] = 0
    # 0x61 has its lowest 1 at 0; "a" is below "b".
    assert MACHINE.call("words", 64) == 1100
    memory = MACHINE.memory(100)
    memory[8:42] = np.frombuffer(b"a word of seventeen bytes and more", np.uint8)
    assert MACHINE.call("known_word", 8) == 1
    memory[41] = 0
    assert MACHINE.call("known_word", 8) == 0


def test_what_lies_beyond_the_memory_cannot_be_reached() -> None:
    with pytest.raises(Exception, match="out of bounds"):
        MACHINE.call("words", 0x7FFFFFF0)


def test_a_kernel_is_no_python_function() -> None:
    with pytest.raises(NotCompiledError):
        words(0)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=100))
def test_hashes_are_those_of_slices(data: bytes) -> None:
    memory = MACHINE.memory(300)
    memory[64 : 64 + len(data)] = np.frombuffer(data, np.uint8)
    MACHINE.call("hashed", 64, 64 + len(data), 200)
    found = int(MACHINE.memory(300)[200:208].view(np.int64)[0])
    assert found == slices.hash_of(data)


def test_the_layout_of_a_row_is_that_of_its_places() -> None:
    assert ROW.itemsize == ROW_BYTES


def wrong_type(at: Int) -> Int:
    return u64(at)


def wrong_widths(at: Int) -> Int:
    found: Long = u64(at) + at
    return zeros_behind(found)


def unknown_call(at: Int) -> Int:
    return print(at)  # type: ignore[return-value]


def too_few(at: Int) -> Int:
    return below(at)  # type: ignore[call-arg]


def text(at: Int) -> Int:
    return at + len("x")


def untyped(at):  # type: ignore[no-untyped-def]
    return at


def loop(at: Int) -> Int:
    for step in range(3):
        at += step
    return at


@pytest.mark.parametrize(
    "kernel", [wrong_type, wrong_widths, unknown_call, too_few, text, untyped, loop]
)
def test_what_is_not_in_the_language_is_refused(kernel: object) -> None:
    with pytest.raises(NotInLanguageError, match="is not in the language"):
        module_text([kernel])  # type: ignore[list-item]


def test_each_thread_has_a_machine_of_its_own() -> None:
    kernels = (sum_below,)
    mine = machine_of(kernels)
    assert machine_of(kernels) is mine
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(machine_of, kernels).result() is not mine
