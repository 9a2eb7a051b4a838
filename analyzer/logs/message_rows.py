"""Rows of durations from messages whose places are known, whatever their format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.logs.duration_rows import read_durations
from analyzer.logs.entry import MAX_TEXT_CHARS, Origin
from analyzer.logs.slices import (
    Bools,
    Bytes,
    Longs,
    Slices,
    begins_with,
    grouped,
    hashes,
)
from analyzer.logs.text_book import Clean, TextBook, values_hashes
from analyzer.logs.window import DurationRows, Verb

_PARAMETERS = (b"parameters: ", b"Parameters: ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """Messages of severity LOG with nothing but a DETAIL beside them, in log order.

    Attributes:
        data: of the window.
        buffer: the same, padded.
        colons: every place of a colon followed by a blank, ascending.
        order: place of each among all messages of the window.
        starts: of the texts.
        ends: behind their last byte.
        detail_starts: of the DETAIL, -1 without one.
        detail_ends: likewise.
        has_odd_detail: whether a DETAIL may stand for other bytes.
        clean: what such bytes stand for.
    """

    data: bytes
    buffer: Bytes
    colons: Longs
    order: Longs
    starts: Longs
    ends: Longs
    detail_starts: Longs
    detail_ends: Longs
    has_odd_detail: Bools
    clean: Clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """What is known of each message beside its text; see :class:`DurationRows`."""

    logged_at_us: Longs
    origin: Longs
    local_transaction_id: Longs
    queryid: Longs
    origins: Sequence[Origin]


def duration_rows(messages: Messages, heads: Heads, book: TextBook) -> DurationRows:
    """The rows of those messages that are durations beyond doubt."""
    short = np.flatnonzero(messages.ends - messages.starts <= MAX_TEXT_CHARS)
    found = read_durations(
        messages.buffer, messages.starts[short], messages.ends[short], messages.colons
    )
    at = short[found.at]
    kept = _has_usual_detail(messages, at, found.verb)
    at, verb = at[kept], found.verb[kept]
    starts, ends = found.text_start[kept], messages.ends[at]
    keys = hashes(messages.buffer, starts, ends)
    first, text = grouped(keys)
    slices = Slices(data=messages.data, starts=starts[first], ends=ends[first])
    texts = book.texts(slices, keys[first], messages.clean)
    shows = verb == Verb.EXECUTE
    details = Slices(
        data=messages.data,
        starts=np.where(shows, messages.detail_starts[at], -1),
        ends=np.where(shows, messages.detail_ends[at], -1),
    )
    values = values_hashes(
        (texts, text),
        details,
        messages.buffer,
        messages.has_odd_detail[at],
        messages.clean,
    )
    return DurationRows(
        order=messages.order[at],
        logged_at_us=heads.logged_at_us[at],
        origin=heads.origin[at],
        local_transaction_id=heads.local_transaction_id[at],
        queryid=heads.queryid[at],
        verb=verb,
        duration_us=found.duration_us[kept],
        text=text,
        details=details,
        values_hash=values,
        origins=heads.origins,
        texts=texts,
        clean=messages.clean,
    )


def _has_usual_detail(messages: Messages, at: Longs, verb: Bytes) -> Bools:
    """Whether the DETAIL of each duration can be nothing but bound parameters."""
    starts = messages.detail_starts[at]
    has_detail = np.flatnonzero(starts >= 0)
    is_usual = np.zeros(len(has_detail), np.bool_)
    for word in _PARAMETERS:
        is_usual |= begins_with(messages.buffer, starts[has_detail], word)
    of = verb[has_detail]
    usual: Bools = np.ones(len(at), np.bool_)
    usual[has_detail] = (
        (is_usual & (of == Verb.EXECUTE)) | (of == Verb.PARSE) | (of == Verb.BIND)
    )
    return usual
