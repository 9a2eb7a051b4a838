"""Many records read side by side, field by field; those that differ drop out."""

from __future__ import annotations

import numpy as np

from analyzer.logs.slices import Bools, Bytes, Longs, begins_with

SPARE_QUOTES = 16
"""Places behind the last quote, so that one can be asked for that is not there."""


class Cursor:
    """Where reading stands in each record that is as expected so far.

    Attributes:
        rows: numbers of these records.
        at: the place in each.
        quote: the number of the next quote in each.
        fields: what was noted about each.
    """

    def __init__(self, buffer: Bytes, quotes: Longs, rows: Longs, at: Longs) -> None:
        """Start at a place of some records.

        Args:
            buffer: padded.
            quotes: places of all quotes, and ``SPARE_QUOTES`` more.
            rows: numbers of the records.
            at: the places.
        """
        self.buffer = buffer
        self.quotes = quotes
        self.rows = rows
        self.at = at
        self.quote: Longs = np.searchsorted(quotes[:-SPARE_QUOTES], at)
        self.fields: dict[str, Longs] = {}

    def keep(self, good: Bools) -> None:
        """Let the others drop out."""
        if bool(good.all()):
            return
        self.rows, self.at, self.quote = (
            self.rows[good], self.at[good], self.quote[good]
        )  # fmt: skip
        self.fields = {name: values[good] for name, values in self.fields.items()}

    def expect(self, word: bytes) -> None:
        """Pass a word."""
        self.keep(begins_with(self.buffer, self.at, word))
        self.at = self.at + len(word)
        self.quote = self.quote + word.count(b'"')

    def note(self, name: str, values: Longs) -> None:
        """Remember something about each record."""
        self.fields[name] = values

    def note_place(self, name: str) -> None:
        """Remember where reading stands."""
        self.fields[name] = self.at
