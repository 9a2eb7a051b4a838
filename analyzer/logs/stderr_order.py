"""Records of a window of a plain log in their order, and the message each is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analyzer.logs.slices import Bools, Longs
from analyzer.logs.splitter import Head
from analyzer.logs.stderr_records import IS_COMPANION, Lines, Records
from analyzer.logs.stitch import REACH_MESSAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Records of a window in order, those read in columns and the others.

    Attributes:
        line: number of the line where each begins.
        until: number of the line behind its last.
        companion: whether it continues a message.
        process: who wrote it.
        column: index into the columns, -1 for one that was read by itself.
        severity: as in the columns, -1 likewise.
        text_start: as in the columns.
        messy: whether lines that belong to nobody stand in it.
        owner: number of the message a companion belongs to, -1 for none; of a message,
            its own number.
        message: index of the record of each message.
    """

    line: Longs
    until: Longs
    companion: Bools
    process: Longs
    column: Longs
    severity: Longs
    text_start: Longs
    messy: Bools
    owner: Longs
    message: Longs


class Single(NamedTuple):
    """What a line is that was read by itself."""

    is_companion: bool
    key: str
    head: Head


Singly = Mapping[int, Single | None]
"""What doubtful lines are, by their numbers; none for no record."""


def in_order(lines: Lines, records: Records, unread: Singly) -> Grouped:
    """The records of a window, those that were read in columns and the others."""
    singly = {n: what for n, what in unread.items() if what is not None}
    processes = (
        {
            records.origins[origin].process_key: process
            for origin, process in zip(
                records.origin.tolist(), records.process.tolist(), strict=True
            )
        }
        if singly
        else {}
    )
    for _, key, _ in singly.values():
        processes.setdefault(key, len(processes) + len(records.origins))
    line = np.array([*singly], np.int64)
    order = np.argsort(np.concatenate((records.line, line)), kind="stable")

    def joined(columns: Longs, others: Sequence[int]) -> Longs:
        found: Longs = np.concatenate((columns, np.array(others, np.int64)))[order]
        return found

    line = joined(records.line, [*singly])
    companion = joined(
        IS_COMPANION[records.severity].astype(np.int64),
        [one.is_companion for one in singly.values()],
    ).astype(np.bool_)
    process = joined(records.process, [processes[one.key] for one in singly.values()])
    column = joined(np.arange(len(records.line)), [-1] * len(singly))
    lost = [number for number, what in unread.items() if what is None]
    messy = np.zeros(len(line) + 1, np.bool_)
    for nobodys in (np.flatnonzero(lines.starts == lines.ends), lost):
        messy[np.searchsorted(line, nobodys, "right") - 1] = True
    message = np.flatnonzero(~companion)
    return Grouped(
        line=line,
        until=np.append(line[1:], len(lines.starts)),
        companion=companion,
        process=process,
        column=column,
        severity=joined(records.severity, [-1] * len(singly)),
        text_start=joined(records.text_start, [0] * len(singly)),
        messy=messy[:-1],
        owner=_owners(companion, process, message),
        message=message,
    )


def _owners(companion: Bools, process: Longs, message: Longs) -> Longs:
    owner: Longs = np.cumsum(~companion) - 1
    mine = process[message[np.maximum(owner, 0)]] if len(message) else process - 1
    if bool((mine == process)[owner >= 0].all()):
        return owner
    # Lines of several processes stand among each other.
    open_messages: dict[int, int] = {}
    number = -1
    for record, key in enumerate(process.tolist()):
        if companion[record]:
            own = open_messages.get(key, -1)
            owner[record] = own if number - own < REACH_MESSAGES else -1
        else:
            number += 1
            open_messages[key] = number
    return owner
