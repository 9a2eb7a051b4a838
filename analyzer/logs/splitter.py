"""Where the prefix of a line ends, also where a client tries to mislead.

**Forgery.** ``application_name``, user and database are chosen by clients, and may hold
the text of a severity. A line that begins with a tab is never a record. On any other
line the prefix must match from the start, and each chosen field is at most 63
characters long (NAMEDATALEN − 1), so only a few splits are possible. If there are
several, :class:`Splitter` takes the one whose names the same process also used in lines
that can be read in one way only. Without such a witness it takes the longest prefix,
which believes the message that the server wrote last, but not one in which the name of
a user or a database holds a severity: anybody can write a message that begins with one
(RAISE), few can make such names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from analyzer.logs.line_prefix import CHOSEN_BY_CLIENTS, LinePrefix
from analyzer.logs.severity import SEVERITY_PATTERN, has_severity
from analyzer.logs.timestamps import TIME_PATTERN

_NEXT_SEVERITY = re.compile(SEVERITY_PATTERN, re.MULTILINE)
LOOK_AHEAD_LINES = 300
"""Lines in which a witness against a forged name is looked for."""

LINES_BEFORE = 2
"""Neighbours before and behind a line that may repeat its names."""

_MAX_NAME_CHARS = 64
_MAX_HEAD_CHARS = 1000
_CHANGING = {"virtual_transaction_id", "transaction_id", "line_number"}
_NAMES = ("user", "database", "application_name")
_NAMES_THAT_FEW_CAN_MAKE = ("user", "database")
_MAX_WITNESSES = 20_000
_MAX_NAMES_OF_ONE = 16
"""Names that one process is known by; more is somebody's game."""

_MAX_KNOWN_HEADS = 20_000
_TIME = re.compile(TIME_PATTERN)


class SupportsLines(Protocol):
    """Lines by their number, read when they are asked for."""

    def __len__(self) -> int:
        """How many there are."""

    def __getitem__(self, number: int, /) -> str:
        """One of them."""


class Head(NamedTuple):
    """The start of a record: its fields, its severity, where the text begins.

    A tuple, since every line of a log makes one and a frozen dataclass costs thrice.
    ``time`` is that of a prefix that begins with it; where it is given, the time in
    ``fields`` may be another line's. ``rest`` is then what follows the time up to the
    text: heads with the same one differ in nothing but their time.
    """

    fields: Mapping[str, str | None]
    severity: str
    text_at: int
    time: str = ""
    rest: str = ""


_Names = tuple[str | None, ...]


class _KnownHead(NamedTuple):
    """What a text between time and message was read as, by the whole expression."""

    names: _Names
    key: str | None
    fields: dict[str, str | None]
    severity: str


class Splitter:
    """Finds where the prefix of a line ends, also where a client tries to mislead.

    The lines of one statement differ in their time alone, so what follows the time is
    remembered with what it was read as; the expression is for texts not seen before.
    A remembered text was unambiguous, and is looked up only where no second severity
    is near, so the answer is the same.
    """

    def __init__(self, prefix: LinePrefix) -> None:
        self.prefix = prefix
        groups = prefix.head.groupindex
        self._key_group = groups.get("session_id") or groups.get("process_id") or 0
        named = [groups[name] for name in _NAMES if name in groups]
        # Of words with an unknown meaning the last is most likely a name.
        words = [number for name, number in groups.items() if name[:4] == "word"]
        self._name_groups = tuple(named or words[-1:])
        self._sober_groups = [
            groups[name] for name in _NAMES_THAT_FEW_CAN_MAKE if name in groups
        ]
        self._believed: dict[str | None, dict[_Names, None]] = {}
        times = {"%m": "time_ms", "%t": "time"}
        has_both = "time_ms" in groups and "time" in groups
        # What each transaction, or each line, changes is never seen again.
        changes = groups.keys() & _CHANGING
        remembers = not has_both and not changes
        self._time_name = times.get(prefix.text[:2], "") if remembers else ""
        self._known_heads: dict[str, _KnownHead] = {}

    def split(
        self, line: str, block: SupportsLines = (), number: int = 0
    ) -> Head | None:
        """The head of a record, or none if the line is not the start of one.

        Args:
            line: without its line end.
            block: lines around it; witnesses may stand in those that follow.
            number: of this line in the block.
        """
        rest = self._after_time(line) if self._time_name else None
        if rest is not None:
            head = self._known_head(line, *rest)
            if head is not None:
                return head
        # Without a severity near its start a line is no record, whatever the prefix.
        if not has_severity(line, 0, _MAX_HEAD_CHARS):
            return None
        found = self._match(line)
        if found is None:
            return None
        if self.prefix.has_chosen_fields:
            found, is_clear = self._settle(line, found, (block, number))
        else:
            is_clear = True
        groups = found.groupdict()
        severity = groups["severity"] or ""
        if rest is not None and is_clear:
            self._remember(found, groups, rest)
        return Head(fields=groups, severity=severity, text_at=found.end())

    def _match(self, line: str) -> re.Match[str] | None:
        for head in self.prefix.heads:
            found = head.match(line, 0, _MAX_HEAD_CHARS)
            if found is not None:
                return found
        return None

    def _after_time(self, line: str) -> tuple[int, str] | None:
        """Where the time ends, and what follows up to the end of a severity."""
        time = _TIME.match(line)
        if time is None:
            return None
        start = time.end()
        end = line.find(":  ", start, _MAX_HEAD_CHARS) + 3
        return (start, line[start:end]) if end > 2 else None

    def _known_head(self, line: str, start: int, rest: str) -> Head | None:
        known = self._known_heads.get(rest)
        if known is None:
            return None
        end = start + len(rest)
        if self.prefix.has_chosen_fields:
            if has_severity(line, end, end + len(CHOSEN_BY_CLIENTS) * _MAX_NAME_CHARS):
                return None
            self._believe(known.key, known.names)
        return Head(known.fields, known.severity, end, line[:start], rest)

    def _remember(
        self,
        found: re.Match[str],
        fields: dict[str, str | None],
        rest: tuple[int, str],
    ) -> None:
        start, text = rest
        at_time = found.span(self._time_name) == (0, start)
        if at_time and found.end() == start + len(text):
            if len(self._known_heads) > _MAX_KNOWN_HEADS:
                self._known_heads.clear()
            self._known_heads[text] = _KnownHead(
                self._names(found), self._key(found), fields, fields["severity"] or ""
            )

    def _settle(
        self, line: str, found: re.Match[str], place: tuple[SupportsLines, int]
    ) -> tuple[re.Match[str], bool]:
        """The right split, and whether there was but one whatever follows it."""
        # Nothing but a second severity within reach makes a line ambiguous.
        reach = found.end() + len(CHOSEN_BY_CLIENTS) * _MAX_NAME_CHARS
        is_clear = not has_severity(line, found.end(), reach)
        if not is_clear:
            splits = [found, *self._other_splits(line, found)]
            if len(splits) > 1:
                return self._most_believable(splits, place), False
        self._believe(self._key(found), self._names(found))
        return found, is_clear

    def _believe(self, key: str | None, names: _Names) -> None:
        """Take note of names in a line that can be read in one way only."""
        known = self._believed.get(key)
        if known is None:
            if len(self._believed) > _MAX_WITNESSES:
                self._believed.clear()
            known = self._believed[key] = {}
        if names not in known:
            if len(known) >= _MAX_NAMES_OF_ONE:
                del known[next(iter(known))]
            known[names] = None

    def _key(self, found: re.Match[str]) -> str | None:
        return found[self._key_group] if self._key_group else None

    def _names(self, found: re.Match[str]) -> _Names:
        return tuple(found[group] for group in self._name_groups)

    def _other_splits(self, line: str, first: re.Match[str]) -> Iterator[re.Match[str]]:
        start = first.start("severity") + 1
        limit = start + len(CHOSEN_BY_CLIENTS) * _MAX_NAME_CHARS
        # A relay that leaves one of the two blanks does so everywhere, and some
        # languages have their word for a statement in messages, with one blank.
        blanks = "  " if first[0].endswith("  ") else ""
        for severity in _NEXT_SEVERITY.finditer(line, start, limit):
            if not severity[0].endswith(blanks):
                continue
            for alone, head in zip(self.prefix.alone, self.prefix.heads, strict=True):
                if alone.fullmatch(line, 0, severity.start()) is None:
                    continue
                # Matching up to the end of this severity gives its groups as well.
                again = head.fullmatch(line, 0, severity.end())
                if again is not None:
                    yield again
                    break

    def _most_believable(
        self, splits: list[re.Match[str]], place: tuple[SupportsLines, int]
    ) -> re.Match[str]:
        if self._is_repeated(splits[-1], place):
            return splits[-1]
        keys = {self._key(split) for split in splits}
        believed = {names for key in keys for names in self._believed.get(key, ())}
        believed.update(map(self._names, self._witnesses(keys, place)))
        if self._name_groups:
            for split in splits:
                if self._names(split) in believed:
                    return split
        return next(filter(self._is_sober, reversed(splits)), splits[-1])

    def _is_repeated(
        self, split: re.Match[str], place: tuple[SupportsLines, int]
    ) -> bool:
        """Whether the names are those of a neighbour too, which says something else.

        A name that looks like a line stays the same from line to line; what a message
        says that looks like a name, such as its duration, does not.
        """
        if not self._is_sober(split):
            return False
        block, number = place
        said = split.string[split.end() :]
        first, until = max(number - LINES_BEFORE, 0), number + LINES_BEFORE + 1
        places = (at for at in range(first, min(until, len(block))) if at != number)
        for line in map(block.__getitem__, places):
            found = None if line.startswith("\t") else self._match(line)
            if found is None or self._key(found) != self._key(split):
                continue
            for other in (found, *self._other_splits(line, found)):
                same = self._names(other) == self._names(split)
                if same and line[other.end() :] != said:
                    return True
        return False

    def _is_sober(self, split: re.Match[str]) -> bool:
        """Whether no name of a user or a database holds a severity."""
        names = (split[group] for group in self._sober_groups)
        # A severity needs what follows it, which is not a part of the name.
        return not any(name and _NEXT_SEVERITY.search(f"{name} ") for name in names)

    def _witnesses(
        self, keys: set[str | None], place: tuple[SupportsLines, int]
    ) -> Iterator[re.Match[str]]:
        block, number = place
        until = min(number + 1 + LOOK_AHEAD_LINES, len(block))
        for line in map(block.__getitem__, range(number + 1, until)):
            found = None if line.startswith("\t") else self._match(line)
            if found is None or self._key(found) not in keys:
                continue
            if next(self._other_splits(line, found), None) is None:
                yield found
                return
