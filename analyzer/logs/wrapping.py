"""Logs that a relay has wrapped line by line: found by their look, and unwrapped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from analyzer.logs.entry import UNKNOWN_TIME
from analyzer.logs.line_prefix import LinePrefix, line_prefix
from analyzer.logs.wrapping_json import JsonUnwrapper, is_wrapped_in_json
from analyzer.logs.wrapping_syslog import PREFIX, SyslogUnwrapper, is_syslog

MAX_LAYERS = 3
"""A relay may read what another has wrapped, such as Docker around CloudNativePG."""


class Unwrapper(Protocol):
    """Takes the lines of a relay, gives those the server wrote; one for each file."""

    def feed(self, line: str) -> Iterator[str]:
        """The server's lines that are complete after one more of the relay's."""

    def flush(self) -> Iterator[str]:
        """What was still open at the end."""


class Layers:
    """The wrappings of one file, the outermost first; none for a log as written."""

    def __init__(
        self,
        sample: Sequence[str],
        assumed: datetime = UNKNOWN_TIME,
        given: LinePrefix | None = None,
    ) -> None:
        """Find the wrappings.

        Args:
            sample: the first lines.
            assumed: time the file was written last, for times without a year.
            given: log_line_prefix, if it is known.
        """
        self._assumed = assumed
        self._has_time = None if given is None else given.has_time
        self._kinds: list[str] = []
        lines = list(sample)
        while len(self._kinds) < MAX_LAYERS and (kind := _kind_of(lines)):
            self._kinds.append(kind)
            lines = list(_unwrapped(self._unwrapper(kind), lines))
        self.sample = lines

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._kinds)

    def prefix(self, given: LinePrefix | None) -> LinePrefix | None:
        """The prefix of the lines that are handed on, of the one that is given."""
        if given is None or given.has_time or "syslog" not in self._kinds:
            return given
        return line_prefix(PREFIX + given.text)

    def unwrap(self, blocks: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
        """The server's lines, in blocks."""
        for kind in self._kinds:
            blocks = _unwrapped_blocks(self._unwrapper(kind), blocks)
        yield from blocks

    def _unwrapper(self, kind: str) -> Unwrapper:
        if kind == "json":
            return JsonUnwrapper()
        return SyslogUnwrapper(self._assumed, self._has_time)


def _kind_of(lines: Sequence[str]) -> str:
    if is_wrapped_in_json(lines):
        return "json"
    return "syslog" if is_syslog(lines) else ""


def _unwrapped(unwrapper: Unwrapper, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from unwrapper.feed(line)
    yield from unwrapper.flush()


def _unwrapped_blocks(
    unwrapper: Unwrapper, blocks: Iterable[Sequence[str]]
) -> Iterator[Sequence[str]]:
    for block in blocks:
        yield [inner for line in block for inner in unwrapper.feed(line)]
    yield list(unwrapper.flush())
