"""Counting of lines: every line of a log is counted once, understood or not."""

from __future__ import annotations

from analyzer.statements.redact import redact_text

MAX_EXAMPLES = 5
MAX_EXAMPLE_CHARS = 160


class Tally:
    """Counts of one file while it is read."""

    def __init__(self) -> None:
        self.line_count = 0
        self.not_understood_count = 0
        self.first_not_understood_line = 0
        self.truncated_tail = False
        self._examples: list[str] = []

    def not_understood(self, line: str, *, count: int = 1) -> None:
        """Note lines that fit no known shape; ``line`` is the first of them."""
        if not self.not_understood_count:
            self.first_not_understood_line = self.line_count
        self.not_understood_count += count
        if len(self._examples) < MAX_EXAMPLES:
            self._examples.append(_shown(line))

    def add(self, later: Tally) -> None:
        """Add the counts of lines that come after those counted here."""
        if later.not_understood_count and not self.not_understood_count:
            self.first_not_understood_line = (
                self.line_count + later.first_not_understood_line
            )
        self.line_count += later.line_count
        self.not_understood_count += later.not_understood_count
        self.truncated_tail = self.truncated_tail or later.truncated_tail
        self._examples = (self._examples + later._examples)[:MAX_EXAMPLES]

    @property
    def examples(self) -> tuple[str, ...]:
        """The first lines not understood, redacted and cut."""
        return tuple(self._examples)


def _shown(line: str) -> str:
    text = redact_text(line[: 2 * MAX_EXAMPLE_CHARS])
    text = "".join(c if c.isprintable() else "�" for c in text)
    return text if len(text) <= MAX_EXAMPLE_CHARS else text[:MAX_EXAMPLE_CHARS] + "…"
