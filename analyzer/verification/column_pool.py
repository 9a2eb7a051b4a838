"""The different values of a column with their shares, made from its statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analyzer.verification.table_statistics import ColumnStatistics, distinct_count
from analyzer.verification.text_values import TextMaker
from analyzer.verification.value_kinds import (
    ON_A_LINE,
    Kind,
    Line,
    kind_of,
    max_length,
)

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPool:
    """Values in ascending order with their shares, which add up to 1.

    ``numbers`` are their places on a line, none for types that have none.
    """

    texts: Texts
    shares: Floats
    line: Line | None = None
    numbers: Codes | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def codes_at(self, ranks: Floats) -> Codes:
        """Values at these ranks (0 to 1): the column's quantiles."""
        edges = np.cumsum(self.shares)
        found = np.searchsorted(edges, ranks * edges[-1], side="right")
        return np.asarray(np.minimum(found, len(self.texts) - 1), dtype=np.int64)


def column_pool(
    column: ColumnStatistics,
    rows: int,
    chance: np.random.Generator,
    *,
    must_have: Sequence[str] = (),
    distinct: int | None = None,
) -> ColumnPool:
    """The values of a column of so many rows.

    Frequent values keep their shares. The others are spread over the histogram, each
    part of which has the same share of the rows.

    Args:
        column: its statistics.
        rows: of the table that is made.
        chance: seeded.
        must_have: values that other tables refer to.
        distinct: how many values, none for what the statistics say.
    """
    count = distinct_count(column, rows) if distinct is None else distinct
    kind = kind_of(column.type_name)
    known = dict.fromkeys((*column.common, *column.bounds, *must_have))
    line = _line(kind, list(known)) if known else None
    rest, shares = _others(column, count - len(column.common), line, chance)
    extra = [text for text in must_have if text not in set(column.common)]
    texts = [*column.common, *rest]
    weights = [*column.frequencies, *shares]
    if extra:
        texts, weights = _with(texts, weights, extra, len(column.common))
    if not texts:
        texts, weights = _unknown(column, count, chance)
    longest = max_length(column.type_name)
    return sorted_pool([text[:longest] for text in texts], weights, line)


def _line(kind: Kind, known: Sequence[str]) -> Line | None:
    if kind not in ON_A_LINE:
        return None
    try:
        line = Line(kind, known)
        line.numbers(known)
    except (ValueError, OverflowError):
        # infinity, NaN, a year before Christ: known values only, then
        return None
    return line


def _others(
    column: ColumnStatistics,
    count: int,
    line: Line | None,
    chance: np.random.Generator,
) -> tuple[list[str], list[float]]:
    """The values that are not most common ones, with their shares."""
    bounds = column.bounds
    mass = max(1 - column.null_frac - sum(column.frequencies), 0.0)
    if not bounds or count <= 0:
        return [], []
    if count <= len(bounds):
        return list(bounds), [mass / len(bounds)] * len(bounds)
    if line is not None:
        groups = _on_line(line, bounds, count, chance)
    elif kind_of(column.type_name) is Kind.TEXT:
        groups = _texts(bounds, count, chance)
    elif kind_of(column.type_name) is Kind.UUID:
        groups = [_uuids(count, chance)]
    else:
        groups = [list(bounds)]
    groups = [group for group in groups if group]
    share = mass / len(groups) if groups else 0.0
    texts = [text for group in groups for text in group]
    shares = [share / len(group) for group in groups for _ in group]
    return texts, shares


def _per_bin(count: int, bins: int) -> list[int]:
    edges = np.linspace(0, count, bins + 1).round().astype(int)
    return [int(n) for n in np.diff(edges)]


def _on_line(
    line: Line, bounds: Sequence[str], count: int, chance: np.random.Generator
) -> list[list[str]]:
    """In each bin, its lower bound and others between it and the upper one."""
    places = line.numbers(bounds)
    groups = []
    wanted = _per_bin(count - 1, len(places) - 1)
    for low, high, number in zip(places[:-1], places[1:], wanted, strict=True):
        room = int(high) - int(low)
        if room <= 0:
            continue
        if number >= room:
            found = np.arange(low, high, dtype=np.int64)
        elif room < 4 * number:
            found = np.sort(chance.choice(room, number, replace=False)) + low
        else:
            # Sparse: evenly with a jitter, which never meets its neighbour.
            step = room / max(number, 1)
            jitter = chance.random(number)
            found = low + ((np.arange(number) + jitter) * step).astype(np.int64)
            found = np.unique(found)
        if number and (not len(found) or found[0] != low):
            found = np.concatenate([[low], found[1:]])
        groups.append(line.texts(found))
    if groups:
        groups[-1].append(bounds[-1])
    return groups


def _texts(
    bounds: Sequence[str], count: int, chance: np.random.Generator
) -> list[list[str]]:
    maker = TextMaker(bounds, chance)
    groups = []
    wanted = _per_bin(count - 1, len(bounds) - 1)
    for low, high, number in zip(bounds[:-1], bounds[1:], wanted, strict=True):
        groups.append([low, *maker.between(low, high, number - 1)])
    groups[-1].append(bounds[-1])
    return groups


def _uuids(count: int, chance: np.random.Generator) -> list[str]:
    digits = chance.bytes(16 * count).hex()
    found = (digits[at : at + 32] for at in range(0, len(digits), 32))
    return [f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}" for h in found]


def _with(
    texts: list[str], weights: list[float], extra: Sequence[str], fixed: int
) -> tuple[list[str], list[float]]:
    """Put values that must be there in the place of made-up ones."""
    present = set(texts)
    missing = [text for text in dict.fromkeys(extra) if text not in present]
    room = len(texts) - fixed
    if not missing:
        return texts, weights
    if room < len(missing):
        share = min(weights, default=1.0)
        return [*texts, *missing], [*weights, *[share] * len(missing)]
    keep = set(extra)
    replaceable = [i for i in range(fixed, len(texts)) if texts[i] not in keep]
    step = max(len(replaceable) // len(missing), 1)
    for text, at in zip(missing, replaceable[::step], strict=False):
        texts[at] = text
    return texts, weights


def _unknown(
    column: ColumnStatistics, count: int, chance: np.random.Generator
) -> tuple[list[str], list[float]]:
    """Values of a column without statistics, or whose values are too wide for them."""
    kind = kind_of(column.type_name)
    number = max(min(count, 1_000_000), 1)
    made: list[str] = []
    if column.labels:
        made = list(column.labels)
    elif kind in (Kind.INTEGER, Kind.DECIMAL):
        made = [str(n) for n in range(1, number + 1)]
    elif kind is Kind.TEXT:
        made = TextMaker((), chance).filler(column.avg_width_bytes, min(number, 50_000))
    elif kind is Kind.UUID:
        made = _uuids(number, chance)
    elif kind in (Kind.DATE, Kind.TIMESTAMP):
        days = np.arange(min(number, 3650), dtype=np.int64) + 8766
        made = Line(Kind.DATE, ()).texts(days)
    made = list(dict.fromkeys(made))
    return made, [1 / len(made)] * len(made) if made else []


def sorted_pool(
    texts: Sequence[str], weights: Sequence[float], line: Line | None
) -> ColumnPool:
    """Values in their order; those that come several times are added up."""
    merged: dict[str, float] = {}
    for text, weight in zip(texts, weights, strict=True):
        merged[text] = merged.get(text, 0.0) + weight
    names = list(merged)
    shares = np.array([merged[name] for name in names], dtype=np.float64)
    total = float(shares.sum())
    shares = (
        shares / total if total > 0 else np.full(len(names), 1 / max(len(names), 1))
    )
    values = np.empty(len(names), dtype=object)
    values[:] = names
    if line is None:
        order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=int)
        return ColumnPool(texts=values[order], shares=shares[order])
    numbers = line.numbers(names)
    order = np.argsort(numbers, kind="stable")
    return ColumnPool(
        texts=values[order], shares=shares[order], line=line, numbers=numbers[order]
    )
