"""Windows of a json log: plain messages in columns, the others line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer.logs.entry import LogEntry, Origin
from analyzer.logs.json_text import load
from analyzer.logs.jsonlog import entry_of_line, origin_of
from analyzer.logs.scan_json import JSON_KERNELS
from analyzer.logs.scanned_rows import Meaning, Scanner, places, scanned_rows
from analyzer.logs.tally import Tally
from analyzer.logs.text_book import TextBook
from analyzer.logs.time_columns import TimeReader
from analyzer.logs.timestamps import Clock
from analyzer.logs.window import Window


class JsonWindows:
    """Reads the windows of one file."""

    def __init__(self, clock: Clock, tally: Tally, book: TextBook) -> None:
        """Start at the beginning of a file."""
        self._clock = clock
        self._tally = tally
        self._scanner = Scanner(JSON_KERNELS)
        self._meaning = Meaning(
            times=TimeReader(clock),
            origin=self._origin,
            clean=clean,
            book=book,
            facts=self._scanner.facts,
        )

    def _origin(self, head: bytes, name: bytes) -> Origin:
        # Both begin with a comma, and hold keys with values only.
        text = (head + name)[1:].decode("utf-8", "replace")
        return origin_of(load("{" + text + "}"), self._clock)

    def boundary(self, data: bytes) -> int:
        """Behind the last line end; every line is a record."""
        return data.rfind(b"\n") + 1

    cut = boundary

    def may_end(self, data: bytes) -> bool:
        """Whether the last line is whole; what may follow it cannot be told."""
        return data.endswith(b"\n")

    def read(self, data: bytes) -> Window:
        """One window; ``data`` ends in a line end."""
        table = self._scanner.scan(data)
        if table is None:
            return self._read_lines(data)
        starts, ends = places(table, "start"), places(table, "end")
        line_count = len(table)
        rows = scanned_rows(data, table, self._meaning)
        others = rows.others(line_count)
        lines = zip(
            others.tolist(),
            map(slice, starts[others].tolist(), ends[others].tolist()),
            strict=True,
        )
        entries = list(self._entries((at, data[place]) for at, place in lines))
        self._tally.line_count += line_count
        count = len(rows) + len(entries)
        return Window(rows=rows, entries=entries, message_count=count)

    def _entries(
        self, lines: Iterable[tuple[int, bytes]]
    ) -> Iterator[tuple[int, LogEntry]]:
        first = self._tally.line_count + 1
        for number, raw in lines:
            line = raw.decode("utf-8", "replace")
            entry = entry_of_line(line, self._clock)
            if entry is not None:
                yield number, entry
            elif line.strip():
                self._tally.not_understood(line, at=first + number)

    def _read_lines(self, data: bytes) -> Window:
        lines = data.split(b"\n")[:-1]
        entries = list(self._entries(enumerate(lines)))
        self._tally.line_count += len(lines)
        return Window(entries=entries, message_count=len(entries))


def clean(raw: bytes) -> bytes:
    """Without escapes."""
    if b"\\" not in raw:
        return raw
    text: str = load('"' + raw.decode("utf-8", "replace") + '"')
    return text.encode("utf-8", "replace")
