"""What a kernel is written in: a small part of Python over numbers and one memory.

A kernel is a plain function of whole numbers. Its text is read, never run: the names
here say what the compiled code does (:mod:`analyzer.native.translate`).

- Numbers are ``Int`` (32 bits) or ``Long`` (64 bits) and wrap round. Parameters and
  results say which; a local is an ``Int`` unless its first assignment is annotated.
- ``+ - * & | ^ << >>`` need two numbers of one width; ``>>`` brings in zeros.
  Comparisons have signs. ``and``, ``or``, ``not``, ``x if y else z``, ``in (…)`` and
  ``min`` of two are those of Python.
- There are ``if``, ``while``, ``break``, ``continue``, ``return``, calls of other
  kernels, module constants that are numbers, and ``ord("x")``.
"""

from __future__ import annotations

Int = int
"""A number of 32 bits; places in memory are such."""

Long = int
"""A number of 64 bits."""


class NotCompiledError(RuntimeError):
    """A kernel was called as a Python function."""


def u8(at: Int) -> Int:
    """The byte at a place."""
    raise NotCompiledError(at)


def u32(at: Int) -> Int:
    """The four bytes from a place on, the first one the lowest."""
    raise NotCompiledError(at)


def u64(at: Int) -> Long:
    """The eight bytes from a place on, the first one the lowest."""
    raise NotCompiledError(at)


def put32(at: Int, value: Int) -> None:
    """Write four bytes."""
    raise NotCompiledError(at, value)


def put64(at: Int, value: Long) -> None:
    """Write eight bytes."""
    raise NotCompiledError(at, value)


def long(value: Int) -> Long:
    """The same number with 64 bits; there are no negative ones."""
    raise NotCompiledError(value)


def below(one: Int, other: Int) -> Int:
    """Whether one is less than the other, both without a sign."""
    raise NotCompiledError(one, other)


def zeros_behind(value: Long) -> Int:
    """How many bits below the lowest 1; 64 if there is none."""
    raise NotCompiledError(value)


def is_at(at: Int, word: bytes) -> Int:
    """Whether a word, written out in the call, stands at a place."""
    raise NotCompiledError(at, word)
