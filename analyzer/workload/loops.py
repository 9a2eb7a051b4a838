"""Loops whose body is several statements: what is asked for each row of a list.

An ORM that shows a list asks, for each of its rows, for the customer, then for the
count of comments, and leaves out what it has in its identity map. No statement is then
repeated in a row, yet each comes again and again within a few others. A loop is a
stretch of executions, each soon after the one before, of statements that all do so.
"""

from __future__ import annotations

import numpy as np

from analyzer.domain.execution_columns import Bools, Ints, Longs

MAX_BODY = 6
"""A statement returns within a loop after so many executions at most."""


def spanned(statement: Ints, joined: Bools) -> Bools:
    """Whether each row is in one loop with the row before it.

    What does not itself return, such as the statement that reads the next list, is in
    no loop and ends one.

    Args:
        statement: of each execution.
        joined: whether each may be in one loop with the execution before it.

    >>> a, b, c = 1, 2, 3
    >>> rows = np.array([c, a, b, a, b, b])
    >>> spanned(rows, np.ones(6, np.bool_)).tolist()
    [False, False, True, True, True, True]
    >>> d = 4
    >>> spanned(np.array([c, a, b, a, b, d, a, b]), np.ones(8, np.bool_)).tolist()
    [False, False, True, True, True, False, False, True]
    """
    count = len(statement)
    stretch = np.cumsum(~joined)
    change = np.zeros(count + 1, np.int32)
    is_first = np.ones(count, np.bool_)
    returns = np.zeros(count, np.bool_)
    for lag in range(1, min(MAX_BODY, count - 1) + 1):
        same = statement[lag:] == statement[:-lag]
        same &= stretch[lag:] == stretch[:-lag]
        same &= is_first[lag:]
        at = np.flatnonzero(same) + lag
        is_first[at] = False
        returns[at] = returns[at - lag] = True
        # From the row behind the one that it returns to, to its own.
        change[at - lag + 1] += 1
        change[at + 1] -= 1
    found = np.cumsum(change[:count]) > 0
    found &= returns
    found[1:] &= returns[:-1]
    return np.asarray(found, np.bool_)


def members(
    statement: Ints, starts: Longs, ends: Longs, min_count: int
) -> tuple[Longs, Longs, Longs, Longs]:
    """The executions of each statement of a body, of loops whose body has several.

    Args:
        statement: of each execution.
        starts: the first row of each loop.
        ends: the row behind each.
        min_count: executions of one statement that make it a part of the loop.

    Returns:
        Rows, those of one loop and statement together and in order; where the rows of
        each begin among them, and end; and which loop it is of.
    """
    lengths = ends - starts
    loop = np.repeat(np.arange(len(starts)), lengths)
    offsets = np.arange(lengths.sum()) - np.repeat(
        np.cumsum(lengths) - lengths, lengths
    )
    rows = np.repeat(starts, lengths) + offsets
    order = np.lexsort((statement[rows], loop))
    rows, loop = rows[order], loop[order]
    begins = np.ones(len(rows), np.bool_)
    begins[1:] = (loop[1:] != loop[:-1]) | (statement[rows[1:]] != statement[rows[:-1]])
    first = np.flatnonzero(begins)
    behind = np.append(first[1:], len(rows))[: len(first)]
    enough = behind - first >= min_count
    first, behind = first[enough], behind[enough]
    several = np.bincount(loop[first], minlength=len(starts)) > 1
    first, behind = first[several[loop[first]]], behind[several[loop[first]]]
    return rows, first, behind, loop[first]
