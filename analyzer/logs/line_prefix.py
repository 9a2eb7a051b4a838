"""A log_line_prefix as a compiled reader of the lines that begin with it.

Source: PostgreSQL's ``log_status_format`` (elog.c). An escape that has nothing to say
(a user in a background process) prints nothing, or blanks up to its padding; unknown
escapes print nothing; the rest after ``%q`` is left out in background processes.

Which part of a line is the prefix, if a client's name looks like one, is for
:mod:`analyzer.logs.splitter`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from analyzer.logs.severity import SEVERITY_PATTERN
from analyzer.logs.timestamps import TIME_PATTERN

_NAME = ".{0,63}?"
_FIELDS: Mapping[str, tuple[str, str]] = {
    "a": ("application_name", _NAME),
    "b": ("backend_type", ".{0,96}?"),
    "c": ("session_id", r"(?:[0-9a-f]{1,16}\.[0-9a-f]{1,8})?"),
    "d": ("database", _NAME),
    "e": ("sqlstate", r"(?:[0-9A-Z]{5})?"),
    "h": ("host", r"\S{0,255}?"),
    # The server's own words, in which no colon stands.
    "i": ("command_tag", "[^:]{0,96}?"),
    "l": ("line_number", r"\d{0,19}"),
    "L": ("local_host", r"\S{0,255}?"),
    "m": ("time_ms", f"(?:{TIME_PATTERN})?"),
    "n": ("time_epoch", r"(?:\d{1,12}\.\d{3})?"),
    "p": ("process_id", r"\d{0,10}"),
    "P": ("leader_process_id", r"\d{0,10}"),
    "Q": ("queryid", r"(?:-?\d{1,19})?"),
    "r": ("remote", r"\S{0,270}?"),
    "s": ("session_start", f"(?:{TIME_PATTERN})?"),
    "t": ("time", f"(?:{TIME_PATTERN})?"),
    "u": ("user", _NAME),
    "v": ("virtual_transaction_id", r"(?:-?\d{1,10}/\d{1,10})?"),
    "x": ("transaction_id", r"\d{0,20}"),
}
NUMBER, WORD = "\ue000", "\ue001"
"""Private escapes, for inferred prefixes: a number, and words of unknown meaning."""

_ESCAPE = re.compile(r"%(-?\d*)(.)", re.DOTALL)
_BEHIND_APPLICATION = re.compile(r"%a([^%\w]).*%-?\d*[ud]")
"""What ends an application's name in front of names of users and databases.

These hardly ever hold it, while applications are called "PostgreSQL JDBC Driver".
"""
CHOSEN_BY_CLIENTS = frozenset("adui")
_TIMES = ("time", "time_ms", "time_epoch")


@dataclass(frozen=True, kw_only=True)
class LinePrefix:
    """A prefix as written in postgresql.conf, or one that was inferred.

    Attributes:
        text: the setting; for an inferred one a description.
        pattern: regular expression of the prefix, with named groups.
        has_chosen_fields: whether clients can write into it.
        last_resort: the same prefix and groups, for the rare names of users and
            databases that ``pattern`` does not fit; empty if there are none.
    """

    text: str
    pattern: str
    has_chosen_fields: bool = True
    last_resort: str = ""

    @property
    def head(self) -> re.Pattern[str]:
        """Prefix and severity."""
        return self.heads[0]

    @cached_property
    def heads(self) -> Sequence[re.Pattern[str]]:
        """The same in the order in which they are tried."""
        return [re.compile(pattern + SEVERITY_PATTERN) for pattern in self._patterns]

    @cached_property
    def alone(self) -> Sequence[re.Pattern[str]]:
        """The prefix without what follows it."""
        return [re.compile(pattern) for pattern in self._patterns]

    @property
    def _patterns(self) -> Sequence[str]:
        return (self.pattern, self.last_resort) if self.last_resort else (self.pattern,)

    @cached_property
    def cut_off(self) -> re.Pattern[str]:
        """The prefix of a line that was cut off before its severity.

        It compiles in a tenth of the time, so it is for trying many prefixes.
        """
        any_severity = SEVERITY_PATTERN.replace("?P<severity>", "?:")
        return re.compile(self.pattern.replace(any_severity, r"\Z"))

    @property
    def has_time(self) -> bool:
        """Whether it says when a line was written."""
        return any(f"(?P<{name}>" in self.pattern for name in _TIMES)

    @property
    def shown(self) -> str:
        """The setting, readable also where parts of it are unknown."""
        text = self.text.replace(f"%{NUMBER}", "(number)")
        return text.replace(f"%{WORD}", "(words)")


def line_prefix(text: str) -> LinePrefix:
    """Compile a log_line_prefix.

    >>> prefix = line_prefix("%m [%p] %q%u@%d ")
    >>> found = prefix.head.match("2026-01-02 03:04:05.678 UTC [42] app@shop LOG:  hi")
    >>> found["process_id"], found["user"], found["database"], found["severity"]
    ('42', 'app', 'shop', 'LOG')
    """
    letters = {letter for _, letter in _ESCAPE.findall(text)}
    behind = _BEHIND_APPLICATION.search(text)
    usual = "" if behind is None else f"[^{re.escape(behind[1])}]{{0,63}}?"
    pattern = _pattern(text, usual)
    return LinePrefix(
        text=text,
        pattern=pattern,
        has_chosen_fields=WORD in text or not CHOSEN_BY_CLIENTS.isdisjoint(letters),
        last_resort=_pattern(text, "") if usual else "",
    )


def _pattern(text: str, usual_name: str) -> str:
    """The expression of a prefix.

    Args:
        text: of the prefix.
        usual_name: expression of users and databases behind the application's name,
            if not any text can be one.
    """
    pieces: list[str] = []
    seen: set[str] = set()
    at = 0
    optional = False
    for found in _ESCAPE.finditer(text):
        pieces.append(re.escape(text[at : found.start()]))
        at = found.end()
        padding, letter = found.groups()
        if letter == "q" and not optional:
            # A background process stops here, so the severity may follow at once.
            optional = True
            pieces.append(f"(?:(?={SEVERITY_PATTERN.replace('?P<severity>', '?:')})|")
            continue
        piece = _escape(letter, padding, seen)
        if usual_name and letter in "ud" and "application_name" in seen:
            piece = piece.replace(_NAME, usual_name)
        pieces.append(piece)
    rest = text[at:]
    # A lone % at the end is a format error that prints nothing.
    pieces.append(re.escape(rest[:-1] if rest.endswith("%") else rest))
    return "".join(pieces) + (")" if optional else "")


def _escape(letter: str, padding: str, seen: set[str]) -> str:
    if letter == "%":
        return "%"
    if letter == NUMBER:
        return r"-?\d{0,20}"
    if letter == WORD:
        name = f"word{len(seen)}"
        seen.add(name)
        return f"(?P<{name}>{_NAME})"
    if letter not in _FIELDS:
        return ""
    name, value = _FIELDS[letter]
    # An escape may occur twice; its second value says nothing new.
    group = f"(?:{value})" if name in seen else f"(?P<{name}>{value})"
    seen.add(name)
    blanks = " {0,%d}" % min(abs(int(padding)), 999) if padding.strip("-") else ""  # noqa: UP031
    return f"{blanks}{group}{blanks}"
