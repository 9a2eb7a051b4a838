"""Logs that a relay has wrapped line by line: found by their look, and unwrapped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from analyzer.logs.entry import UNKNOWN_TIME
from analyzer.logs.wrapping_json import JsonUnwrapper, is_wrapped_in_json
from analyzer.logs.wrapping_syslog import SyslogUnwrapper, is_syslog

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

    def __init__(self, sample: Sequence[str], assumed: datetime = UNKNOWN_TIME) -> None:
        """Find the wrappings.

        Args:
            sample: the first lines.
            assumed: time the file was written last, for times without a year.
        """
        self._assumed = assumed
        self._kinds: list[str] = []
        lines = list(sample)
        while len(self._kinds) < MAX_LAYERS and (kind := _kind_of(lines)):
            self._kinds.append(kind)
            lines = list(_unwrapped(self._unwrapper(kind), lines))
        self.sample = lines

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._kinds)

    def unwrap(self, blocks: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
        """The server's lines, in blocks."""
        for kind in self._kinds:
            blocks = _unwrapped_blocks(self._unwrapper(kind), blocks)
        yield from blocks

    def _unwrapper(self, kind: str) -> Unwrapper:
        return JsonUnwrapper() if kind == "json" else SyslogUnwrapper(self._assumed)


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
