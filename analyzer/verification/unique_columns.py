"""Columns of which no two rows may be alike, alone or together."""

from __future__ import annotations

import string
from collections.abc import Container, Mapping, Sequence
from itertools import islice, product

import numpy as np

from analyzer.verification.column_pool import ColumnPool, column_pool, sorted_pool
from analyzer.verification.generated_table import (
    NULL,
    GeneratedColumn,
    GeneratedTable,
)
from analyzer.verification.row_order import Ints
from analyzer.verification.table_statistics import ColumnStatistics
from analyzer.verification.value_kinds import max_length

_ROUNDS = 40


def unique_pool(
    column: ColumnStatistics,
    rows: int,
    chance: np.random.Generator,
    must_have: Sequence[str] = (),
) -> ColumnPool:
    """Exactly as many values as rows, as long as the type has so many.

    Args:
        column: its statistics.
        rows: that have a value.
        chance: seeded.
        must_have: values that other tables refer to.
    """
    pool = column_pool(column, rows, chance, must_have=must_have, distinct=rows)
    if len(pool) < rows:
        pool = _topped_up(pool, rows, max_length(column.type_name))
    if len(pool) > rows:
        keep = np.linspace(0, len(pool) - 1, max(rows, 1)).round().astype(np.int64)
        needed = [i for i, text in enumerate(pool.texts) if text in set(must_have)]
        keep = _with_needed(keep, np.array(needed, dtype=np.int64), rows)
        pool = ColumnPool(
            texts=pool.texts[keep],
            shares=pool.shares[keep],
            line=pool.line,
            numbers=None if pool.numbers is None else pool.numbers[keep],
        )
    return pool


def _with_needed(keep: Ints, needed: Ints, rows: int) -> Ints:
    missing = np.setdiff1d(needed, keep)
    if not len(missing):
        return np.unique(keep)
    spare = np.setdiff1d(keep, needed)
    dropped = spare[:: max(len(spare) // len(missing), 1)][: len(missing)]
    return np.union1d(np.setdiff1d(keep, dropped), missing)[:rows]


def _topped_up(pool: ColumnPool, rows: int, longest: int | None) -> ColumnPool:
    missing = rows - len(pool)
    if pool.line is not None and pool.numbers is not None and len(pool):
        numbers = pool.numbers
        room = np.setdiff1d(
            np.arange(numbers[0], numbers[0] + 4 * rows, dtype=np.int64), numbers
        )
        inside = room[room < numbers[-1]]
        spread = inside[:: max(len(inside) // missing, 1)][:missing]
        beyond = numbers[-1] + 1 + np.arange(missing - len(spread), dtype=np.int64)
        extra = pool.line.texts(np.concatenate([spread, beyond]))
    else:
        base = [str(text) for text in pool.texts[: max(missing, 1)]] or ["v"]
        extra = [f"{base[n % len(base)]}~{n // len(base)}" for n in range(missing)]
        if longest is not None and max(map(len, extra)) > longest:
            extra = _short(set(map(str, pool.texts)), missing, longest)
    texts = [*pool.texts.tolist(), *extra]
    return sorted_pool(texts, [1.0] * len(texts), pool.line)


def _short(taken: Container[str], count: int, longest: int) -> list[str]:
    """So many texts of at most some characters that are not taken, if there are."""
    letters = string.ascii_uppercase + string.digits + string.ascii_lowercase
    spelled = ("".join(row) for row in product(letters, repeat=min(longest, 8)))
    return list(islice((text for text in spelled if text not in taken), count))


def repair(
    made: GeneratedTable,
    key: Sequence[str],
    partners: Mapping[str, tuple[str, ...]],
    chance: np.random.Generator,
) -> None:
    """Make a combination of columns unique: draw anew, and drop what will not fit.

    The last column of the key is drawn anew where a combination comes a second time,
    together with the columns that its reference brings along.

    Args:
        made: the table.
        key: columns that together are unique.
        partners: columns that change together with one of the key.
        chance: seeded.
    """
    if any(name not in made.columns for name in key):
        return
    changing = key[-1]
    together = partners.get(changing, (changing,))
    for _ in range(_ROUNDS):
        again = _again(made, key)
        if not len(again):
            return
        donors = chance.integers(0, made.rows, len(again))
        for name in together:
            found = made.columns[name]
            codes = found.codes.copy()
            codes[again] = found.codes[donors]
            made.columns[name] = GeneratedColumn(pool=found.pool, codes=codes)
    again = _again(made, key)
    if len(again):
        made.keep(np.setdiff1d(np.arange(made.rows), again))


def _again(made: GeneratedTable, key: Sequence[str]) -> Ints:
    """Rows whose combination is that of an earlier row; one with NULL never is."""
    combined = np.zeros(made.rows, dtype=np.int64)
    filled = np.ones(made.rows, dtype=bool)
    for name in key:
        column = made.columns[name]
        filled &= column.codes != NULL
        _, dense = np.unique(column.codes, return_inverse=True)
        _, combined = np.unique(
            combined * (int(dense.max(initial=0)) + 1) + dense, return_inverse=True
        )
    order = np.argsort(combined, kind="stable")
    same = np.zeros(made.rows, dtype=bool)
    same[order[1:]] = combined[order][1:] == combined[order][:-1]
    return np.flatnonzero(same & filled).astype(np.int64)
