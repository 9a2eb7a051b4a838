"""Rows of durations from a data frame: what csvlog and jsonlog have in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analyzer.logs.duration_rows import read_durations
from analyzer.logs.entry import MAX_TEXT_CHARS, Origin
from analyzer.logs.slices import PADDING, Bools, Bytes, Longs, Slices
from analyzer.logs.time_columns import TimeReader
from analyzer.logs.timestamps import Clock
from analyzer.logs.window import (
    DurationRows,
    TextBook,
    Verb,
    distinct_slices,
    unchanged,
    values_hashes,
)

ORIGIN = ("user", "database", "process_id", "remote_host", "session_id", "application")
COLUMNS = (
    *ORIGIN, "logged_at", "virtual_transaction_id", "severity", "message", "detail",
    "context", "statement", "queryid",
)  # fmt: skip
"""Columns that a frame must have, all of them text but the queryid; null is empty."""

_SEPARATOR = "\x1f"
_PARAMETERS = "arameters: "
_KEY = "_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """Texts one behind the other."""

    data: bytes
    buffer: Bytes
    starts: Longs
    ends: Longs


def packed(texts: pl.Series) -> Packed:
    """The texts of a column without nulls."""
    data = "".join(texts.to_list()).encode()
    ends = np.cumsum(texts.str.len_bytes().to_numpy().astype(np.int64))
    starts = np.append(np.int64(0), ends[:-1]) if len(ends) else ends
    buffer = np.frombuffer(data + bytes(PADDING), np.uint8)
    return Packed(data=data, buffer=buffer, starts=starts, ends=ends)


class FrameReader:
    """Makes rows of the frames of one file."""

    def __init__(self, clock: Clock, book: TextBook) -> None:
        """Read with the clock of the log."""
        self._times = TimeReader(clock, has_milliseconds=True)
        self._book = book

    def rows(self, frame: pl.DataFrame) -> tuple[DurationRows, Bools]:
        """The durations of a window, and which of its messages they are.

        Args:
            frame: one row a message, with ``COLUMNS``.
        """
        is_row = np.zeros(frame.height, np.bool_)
        usual = _usual(frame)
        messages = packed(usual["message"])
        found = read_durations(
            messages.buffer, messages.starts, messages.ends, _colons(messages.buffer)
        )
        at, verb = found.at, found.verb
        times = packed(usual["logged_at"])
        read = self._times.read(times.buffer, times.starts)
        has_detail = usual["detail"].str.len_bytes().fill_null(0).to_numpy() > 0
        keep = read.is_time[at] & (read.end[at] == times.ends[at])
        # What the DETAIL of a statement has is not its parameters.
        keep &= ~has_detail[at] | (verb != Verb.STATEMENT)
        at, verb = at[keep], verb[keep]
        order = usual["order"].to_numpy().astype(np.int64)[at]
        is_row[order] = True
        raws, text = distinct_slices(
            messages.data, found.text_start[keep], messages.ends[at]
        )
        texts = self._book.texts([raw.strip() for raw in raws])
        details, buffer = _details(
            usual["detail"], at, has_detail[at] & (verb == Verb.EXECUTE)
        )
        origins, origin = _origins(usual)
        return DurationRows(
            order=order,
            logged_at_us=read.logged_at_us[at],
            origin=origin[at],
            local_transaction_id=_local_ids(usual)[at],
            queryid=usual["queryid"].fill_null(0).to_numpy().astype(np.int64)[at],
            verb=verb,
            duration_us=found.duration_us[keep],
            text=text,
            details=details,
            values_hash=values_hashes(
                (texts, text), details, buffer, np.zeros(len(at), np.bool_), unchanged
            ),
            origins=origins,
            texts=texts,
            clean=unchanged,
        ), is_row


def _usual(frame: pl.DataFrame) -> pl.DataFrame:
    """The messages that look like durations."""
    return frame.with_row_index("order").filter(
        pl.col("message").str.starts_with("duration: ")
        & (pl.col("severity") == "LOG")
        & (pl.col("statement").fill_null("") == "")
        & (pl.col("context").fill_null("") == "")
        & (pl.col("message").str.len_bytes() <= MAX_TEXT_CHARS)
        & pl.col("logged_at").is_not_null()
        & pl.col("process_id").fill_null("").str.contains(r"^\d{0,10}$")
        & ~pl.any_horizontal(pl.col(*ORIGIN).str.contains(_SEPARATOR, literal=True))
        & (
            (pl.col("detail").fill_null("") == "")
            | pl.col("detail").str.slice(1).str.starts_with(_PARAMETERS)
        )
    )


def _colons(buffer: Bytes) -> Longs:
    colons = np.flatnonzero(buffer[:-1] == ord(":"))
    found: Longs = colons[buffer[colons + 1] == ord(" ")]
    return found


def _details(details: pl.Series, at: Longs, wanted: Bools) -> tuple[Slices, Bytes]:
    """Texts of the rows that are wanted, among those at some places."""
    rows = np.flatnonzero(wanted)
    found = packed(details.gather(at[rows]))
    starts, ends = np.full(len(at), -1), np.full(len(at), -1)
    starts[rows], ends[rows] = found.starts, found.ends
    return Slices(data=found.data, starts=starts, ends=ends), found.buffer


def _origins(frame: pl.DataFrame) -> tuple[list[Origin], Longs]:
    keys = frame.select(
        pl.concat_str(pl.col(*ORIGIN).fill_null(""), separator=_SEPARATOR).alias(_KEY)
    )[_KEY]
    known: dict[str, int] = {}
    index = [known.setdefault(key, len(known)) for key in keys.to_list()]
    origins = []
    for key in known:
        user, database, process_id, host, session, application = key.split(_SEPARATOR)
        origins.append(
            Origin(
                process_id=int(process_id or 0),
                session_id=session,
                user=user,
                database=database,
                application_name=application,
                remote_host=host,
            )
        )
    return origins, np.array(index, np.int64)


def _local_ids(frame: pl.DataFrame) -> Longs:
    half = pl.col("virtual_transaction_id").str.split_exact("/", 1)
    local = half.struct.field("field_1").cast(pl.Int64, strict=False).fill_null(0)
    found: Longs = frame.select(local).to_series().to_numpy().astype(np.int64)
    return found
