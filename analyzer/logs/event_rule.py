"""What a rule of the table of messages is made of, and how rules are found fast.

A pattern is matched at the start of the English message. Its named groups say what
they hold: the name of a kind of secret (``table_data``, ``table_data_2``), or the key
of a detail. What follows the match is a secret of the rule's ``rest``; an
``at character N`` of the server belongs to no secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from analyzer.domain.log_classes import SecretKind

_AT_CHARACTER = r"(?: at character \d+)?"
_WORD = re.compile(r"[^\W_](?:[\w-]*\w)?|\"")
_LITERAL = re.compile(r"(?:[^\W]|[ \-/]|\\\")*")


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of message.

    Attributes:
        kind: the class in ``domain.log_classes``, or a name of our own.
        pattern: see the module's text.
        detail: patterns of its DETAIL, each looked for again and again.
        rest: what follows the pattern in the message.
        words: first words the message can have, where the pattern does not tell.
    """

    kind: str
    pattern: str
    detail: tuple[str, ...] = ()
    rest: SecretKind = SecretKind.UNIDENTIFIED
    words: tuple[str, ...] = ()


class CompiledRule:
    """A rule whose patterns are compiled when they are first looked for.

    Most logs have messages of a few kinds, and compiling all took most of the time that
    the command needs to start.
    """

    def __init__(self, rule: Rule) -> None:
        """Take a rule."""
        self.kind = rule.kind
        self.rest = rule.rest
        self._rule = rule

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Of the message."""
        return re.compile(f"(?:{self._rule.pattern}){_AT_CHARACTER}")

    @cached_property
    def detail(self) -> tuple[re.Pattern[str], ...]:
        """Of the DETAIL."""
        return tuple(re.compile(text) for text in self._rule.detail)


class RuleTable:
    """Rules by the first word of their messages, in the order they are tried."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._by_word: dict[str, list[CompiledRule]] = {}
        for rule in rules:
            compiled = CompiledRule(rule)
            for word in rule.words or first_words(rule.pattern):
                self._by_word.setdefault(word, []).append(compiled)

    @property
    def words(self) -> Mapping[str, list[CompiledRule]]:
        """The rules tried for each first word."""
        return self._by_word

    def find(self, message: str) -> tuple[CompiledRule, re.Match[str]] | None:
        """The rule of a message and where it matched, or none."""
        word = _WORD.match(message)
        if word is None:
            return None
        for rule in self._by_word.get(word[0], ()):
            found = rule.pattern.match(message)
            if found is not None:
                return rule, found
        return None


def first_words(pattern: str) -> tuple[str, ...]:
    r"""The words a message of this pattern can begin with.

    >>> first_words(r"(?:check|restart)point starting: ")
    ('checkpoint', 'restartpoint')
    >>> first_words(r"(?:new|(?:old|odd)) \"x\"|[a-z]")
    Traceback (most recent call last):
    ...
    ValueError: the first word is not plain in '(?:new|(?:old|odd)) \\"x\\"|[a-z]'

    Raises:
        ValueError: the pattern does not begin with one of its words.
    """
    words: list[str] = []
    for head in _heads(pattern):
        found = _WORD.match(head)
        if found is None:
            raise ValueError(f"the first word is not plain in {pattern!r}")
        if found[0] not in words:
            words.append(found[0])
    return tuple(words)


def _heads(pattern: str) -> Iterator[str]:
    """The plain text each way through the beginning of a pattern starts with."""
    for choice in _choices(pattern):
        if not choice.startswith("(?:"):
            yield _LITERAL.match(choice)[0].replace('\\"', '"')  # type: ignore[index]
            continue
        end = _closing(choice)
        rest = choice[end + 1 :]
        for inner in _choices(choice[3:end]):
            yield from _heads(inner + rest.removeprefix("?"))
        if rest.startswith("?"):
            yield from _heads(rest[1:])


def _choices(pattern: str) -> Iterator[str]:
    """The alternatives at the top of a pattern."""
    start = depth = at = 0
    while at < len(pattern):
        letter = pattern[at]
        if letter == "\\":
            at += 1
        elif letter == "[":
            at = _class_end(pattern, at)
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "|" and depth == 0:
            yield pattern[start:at]
            start = at + 1
        at += 1
    yield pattern[start:]


def _closing(pattern: str) -> int:
    """Where the group that a pattern begins with ends."""
    at = depth = 0
    while True:
        if pattern[at] == "\\":
            at += 1
        elif pattern[at] == "[":
            at = _class_end(pattern, at)
        elif pattern[at] in "()":
            depth += 1 if pattern[at] == "(" else -1
            if depth == 0:
                return at
        at += 1


def _class_end(pattern: str, at: int) -> int:
    """Where the set of characters that begins here ends."""
    at += 1
    while pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at
