"""What the names of columns stand for, while the growth of a statement is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzer.statements.growing_calls import Size

COLUMN = Size(copies=1, size_bytes=100)
"""What a column of a table counts as."""
ARGUMENT = Size(copies=1, size_bytes=1_000)
"""What a parameter counts as, and a name without a FROM: an argument of a function."""
CAP = 1 << 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a FROM item gives: named columns, or (``open``) columns of any name."""

    alias: str = ""
    columns: tuple[tuple[str, Size], ...] = ()
    open: Size | None = None

    @property
    def largest(self) -> Size:
        """The most that any of its columns stands for."""
        sizes = [size for _name, size in self.columns]
        return most_of([*sizes, self.open] if self.open else sizes)

    def named(self, name: str) -> Size | None:
        """What the column of that name stands for, if it is known to have one."""
        found = [size for column, size in self.columns if column == name]
        return most_of(found) if found else None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a name may mean: sources from the innermost query outwards, and CTEs."""

    levels: tuple[tuple[Source, ...], ...] = ()
    ctes: tuple[tuple[str, Source], ...] = ()

    def cte(self, name: str) -> Source | None:
        """The CTE of that name, the last one made."""
        return next((s for known, s in reversed(self.ctes) if known == name), None)

    def column(self, names: Sequence[str]) -> Size:
        """What a name means, perhaps with the name of its table before it."""
        table = names[-2] if len(names) > 1 else ""
        for level in self.levels:
            known = [s for s in level if not table or s.alias in ("", table)]
            size = _of_level(known, names[-1])
            if size is not None:
                return size
        return ARGUMENT


def _of_level(level: Sequence[Source], name: str) -> Size | None:
    found = [size for source in level if (size := source.named(name)) is not None]
    # A whole row, by the name of its table.
    found += [source.largest for source in level if source.alias == name]
    if not found:
        found = [source.open for source in level if source.open is not None]
    return most_of(found) if found else None


def sum_of(sizes: Sequence[Size]) -> Size:
    """What is made of all of these."""
    copies = sum(size.copies for size in sizes)
    total = sum(size.size_bytes for size in sizes)
    return Size(
        copies=min(max(copies, 1), CAP),
        size_bytes=min(max(total, 1), CAP),
        collected_bytes=min(sum(size.collected_bytes for size in sizes), CAP),
    )


def most_of(sizes: Sequence[Size]) -> Size:
    """What is one of these, whichever."""
    if not sizes:
        return COLUMN
    return Size(
        copies=max(size.copies for size in sizes),
        size_bytes=max(size.size_bytes for size in sizes),
        collected_bytes=max(size.collected_bytes for size in sizes),
    )


def fenced(source: Source) -> Source:
    """What is computed by itself is not written into the query around it."""
    columns = tuple((name, replace(s, copies=1)) for name, s in source.columns)
    return replace(
        source, columns=columns, open=source.open and replace(source.open, copies=1)
    )


def both(left: Source, right: Source) -> Source:
    """The rows of two queries, under the names of the first."""
    if left.open or right.open or len(left.columns) != len(right.columns):
        return Source(open=most_of([left.largest, right.largest]))
    pairs = zip(left.columns, right.columns, strict=True)
    return Source(
        columns=tuple((one[0], most_of([one[1], other[1]])) for one, other in pairs)
    )


def renamed(source: Source, names: Sequence[str]) -> Source:
    """The same columns under the names of an alias."""
    if not names:
        return source
    if source.open or len(names) > len(source.columns):
        return Source(open=source.largest)
    sizes = [size for _name, size in source.columns]
    rest = [name for name, _size in source.columns[len(names) :]]
    return Source(columns=tuple(zip([*names, *rest], sizes, strict=True)))
