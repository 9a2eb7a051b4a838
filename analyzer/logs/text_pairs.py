"""Texts of log_statement and the durations alone that log_duration prints behind them.

With both settings a run leaves one message with its text and one with its time, and
phases of the extended protocol leave times before the text. Where the messages of a
process stand one behind the other they are joined here, as arrays, to the rows that
log_min_duration_statement would have made of them. What is left over (a text without
its time, a time without a text, anything around a plan or an error) becomes an entry,
for the classifier.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from analyzer.logs.classify import run_part
from analyzer.logs.entry import LogEntry
from analyzer.logs.joined_rows import lone_row
from analyzer.logs.messages import Duration
from analyzer.logs.slices import Bools, Bytes, Longs
from analyzer.logs.window import DurationRows, Verb, Window

_TEXT_ENTRY, _TIME_ENTRY, _END_ENTRY, _ENTRY = range(252, 256)
"""Verbs of entries: a text, a time or what may take one, what ends a run, any other."""

_MAX_PHASES = 2
"""Parse and bind; the server prints no more before a text."""

_TEXTS = (Verb.LOGGED, Verb.LOGGED_EXECUTE, _TEXT_ENTRY)
_TIMES = (Verb.ALONE, _TIME_ENTRY)
_ENDS = (Verb.STATEMENT, Verb.EXECUTE, _END_ENTRY)


class _Sequence(NamedTuple):
    """Rows and entries of a window, process by process, in log order.

    ``row`` is the number of the row, -1 for an entry.
    """

    row: Longs
    verb: Bytes
    process: Longs
    begins: Bools


class _Group(NamedTuple):
    """Places of texts that are followed by their time, and of their phases, -1 without.

    The time stands behind the text.
    """

    text: Longs
    parse: Longs
    bind: Longs


def with_pairs(window: Window, is_careful: Callable[[str], bool]) -> Window:
    """The window with texts and times joined.

    Args:
        window: as it was read.
        is_careful: whether something of a process waits from before the window.
    """
    rows = window.rows
    if not len(rows) or int(rows.verb.max()) <= Verb.EXECUTE:
        return window
    keys: dict[str, int] = {}
    of_origin = [keys.setdefault(o.process_key, len(keys)) for o in rows.origins]
    waits = np.array([is_careful(key) for key in keys], np.bool_)
    known = [
        (order, keys[entry.origin.process_key], _verb_of(entry))
        for order, entry in window.entries
        if entry.origin.process_key in keys
    ]
    sequence = _sequence(rows, np.array(of_origin, np.int64), known)
    group = _groups(sequence, waits)
    joined, is_done = _joined(rows, sequence, group)
    is_left = (joined.verb > Verb.EXECUTE) & ~is_done
    left = [
        (int(rows.order[at]), lone_row(rows, at).entry())
        for at in np.flatnonzero(is_left).tolist()
    ]
    kept = np.flatnonzero(~is_left & ~is_done)
    entries: list[tuple[int, LogEntry]] = [*window.entries, *left]
    return replace(
        window,
        rows=joined.of(kept[np.argsort(joined.order[kept])]),
        entries=sorted(entries, key=lambda item: item[0]),
    )


def _verb_of(entry: LogEntry) -> int:
    if entry.severity in ("ERROR", "FATAL", "PANIC"):
        return _END_ENTRY
    duration = run_part(entry)
    if duration is None:
        return _ENTRY
    if not isinstance(duration, Duration):
        return _TEXT_ENTRY
    if duration.verb in ("", "execute fetch from"):
        return _TIME_ENTRY
    return _ENTRY if duration.verb in ("parse", "bind", "plan") else _END_ENTRY


def _sequence(
    rows: DurationRows, of_origin: Longs, entries: list[tuple[int, int, int]]
) -> _Sequence:
    orders, processes, verbs = zip(*entries, strict=True) if entries else ((), (), ())
    order = np.append(rows.order, np.array(orders, np.int64))
    process = np.append(of_origin[rows.origin], np.array(processes, np.int64))
    verb = np.append(rows.verb, np.array(verbs, np.uint8))
    row = np.append(np.arange(len(rows)), np.full(len(entries), -1))
    line = np.lexsort((order, process))
    process = process[line]
    begins = np.append(True, process[1:] != process[:-1])
    return _Sequence(row[line], verb[line].astype(np.uint8), process, begins)


def _groups(sequence: _Sequence, waits: Bools) -> _Group:
    verb, begins = sequence.verb, sequence.begins
    place = np.arange(len(verb))
    is_text = np.isin(verb, _TEXTS)
    is_time = np.isin(verb, _TIMES)
    # What a text waits for may come later, as behind a plan.
    last = np.maximum.accumulate(
        np.where(is_text | is_time | begins | np.isin(verb, _ENDS), place, 0)
    )
    ends = is_time & ~begins & is_text[np.append(0, last[:-1])]
    is_open = is_time & ~ends
    opened = np.cumsum(is_open) - is_open
    # The text before, or where the process begins.
    marks = np.maximum.accumulate(np.where(is_text | begins, place, 0))
    before = np.where(begins, place, np.append(0, marks[:-1]))
    is_whole = sequence.row >= 0
    is_first_half = is_text & np.append(ends[1:] & is_whole[1:], False) & is_whole
    text = np.flatnonzero(is_first_half)
    is_phase = is_open & is_whole
    phases = opened[text] - opened[before[text]]
    is_first = begins[text] | ~is_text[before[text]]
    fits = ~(is_first & waits[sequence.process[text]])
    may_have = np.where(verb[text] == Verb.LOGGED_EXECUTE, _MAX_PHASES, 0)
    fits &= phases <= may_have
    fits &= (phases < 1) | is_phase[text - 1]
    fits &= (phases < _MAX_PHASES) | is_phase[text - _MAX_PHASES]
    text, phases = text[fits], phases[fits]
    return _Group(
        text=text,
        parse=np.where(phases == _MAX_PHASES, text - _MAX_PHASES, -1),
        bind=np.where(phases >= 1, text - 1, -1),
    )


def _joined(
    rows: DurationRows, sequence: _Sequence, group: _Group
) -> tuple[DurationRows, Bools]:
    """The rows with the times of texts, and which times have gone into them."""
    text, time = sequence.row[group.text], sequence.row[group.text + 1]
    verb, of_text = rows.verb.copy(), rows.text.copy()
    order, logged_at_us = rows.order.copy(), rows.logged_at_us.copy()
    duration_us = rows.duration_us.copy()
    is_simple = verb[text] == Verb.LOGGED
    verb[text] = np.where(is_simple, Verb.STATEMENT, Verb.EXECUTE)
    # The end of the run is the time's, its names are the text's.
    order[text], logged_at_us[text] = rows.order[time], rows.logged_at_us[time]
    duration_us[text] = rows.duration_us[time]
    for phase, kind in ((group.parse, Verb.PARSE), (group.bind, Verb.BIND)):
        has = phase >= 0
        at = sequence.row[phase[has]]
        verb[at] = kind
        of_text[at] = rows.text[text[has]]
    is_done = np.zeros(len(rows), np.bool_)
    is_done[time] = True
    joined = replace(
        rows,
        order=order,
        logged_at_us=logged_at_us,
        verb=verb,
        duration_us=duration_us,
        text=of_text,
    )
    return joined, is_done
