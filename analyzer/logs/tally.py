"""Counting of lines: every line of a log is counted once, understood or not."""

from __future__ import annotations

from operator import itemgetter

from analyzer.statements.redact import redact_text

MAX_EXAMPLES = 5
MAX_EXAMPLE_CHARS = 160


class Tally:
    """Counts of one file while it is read."""

    def __init__(self) -> None:
        self.line_count = 0
        self.not_understood_count = 0
        self.truncated_tail = False
        self._examples: list[tuple[int, str]] = []

    def not_understood(self, line: str, *, count: int = 1, at: int = 0) -> None:
        """Note lines that fit no known shape.

        Args:
            line: the first of them.
            count: how many.
            at: number of the first, from 1 on; that which was read last, unless given.
        """
        self.not_understood_count += count
        number = at or self.line_count
        if len(self._examples) < MAX_EXAMPLES or number < self._examples[-1][0]:
            self._keep((number, _shown(line)))

    def _keep(self, *examples: tuple[int, str]) -> None:
        # Whether a companion belongs to nobody is known only behind it.
        both = sorted((*self._examples, *examples), key=itemgetter(0))
        self._examples = both[:MAX_EXAMPLES]

    @property
    def first_not_understood_line(self) -> int:
        """Number of the first line not understood, from 1 on; 0 if all were."""
        return self._examples[0][0] if self._examples else 0

    def add(self, later: Tally) -> None:
        """Add the counts of lines that come after those counted here."""
        self._keep(*((self.line_count + at, text) for at, text in later._examples))
        self.line_count += later.line_count
        self.not_understood_count += later.not_understood_count
        # Only the last record of a file can be cut off.
        self.truncated_tail = later.truncated_tail

    @property
    def examples(self) -> tuple[str, ...]:
        """The first lines not understood, redacted and cut."""
        return tuple(text for _, text in self._examples)


def _shown(line: str) -> str:
    text = redact_text(line[: 2 * MAX_EXAMPLE_CHARS])
    text = "".join(c if c.isprintable() else "�" for c in text)
    return text if len(text) <= MAX_EXAMPLE_CHARS else text[:MAX_EXAMPLE_CHARS] + "…"
