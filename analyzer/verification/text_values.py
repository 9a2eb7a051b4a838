"""Made-up texts between two known ones: alike in words, digits and length."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from itertools import groupby

import numpy as np

_DIGITS = re.compile(r"\d+")
_WORDS_AT_LEAST = 3
_MAX_DIGITS = 17
_FILLER = (
    *("account", "answer", "before", "carry", "detail", "every", "figure"),
    *("ground", "happen", "inside", "journey", "kindly", "little", "matter"),
    *("nothing", "order", "people", "quiet", "reason", "simple"),
)


class TextMaker:
    """Makes texts like the known ones of a column.

    Texts of several words are made of the words seen, the first one kept so that the
    order holds. Texts of one shape that differ in digits (``Customer#000000150``) count
    on between the bounds. Others keep what their bounds have in common, and get
    letters for letters and digits for digits after it.
    """

    def __init__(self, known: Sequence[str], chance: np.random.Generator) -> None:
        self._chance = chance
        split = [text.split(" ") for text in known]
        self._lengths = [len(words) for words in split] or [1]
        middle_words = [w for words in split for w in words[1:-1]]
        self._middle = middle_words or list(_FILLER)
        last_words = [words[-1] for words in split if len(words) > 1]
        self._last = last_words or list(_FILLER)
        middle = sorted(self._lengths)[len(self._lengths) // 2]
        self._has_words = middle >= _WORDS_AT_LEAST

    def between(self, low: str, high: str, count: int) -> list[str]:
        """So many different texts, about between the bounds, as many as there are."""
        if count <= 0:
            return []
        counted = _counted(low, high, count)
        if counted is not None:
            return counted
        made = self._of_words(low, count) if self._has_words else []
        made = list(dict.fromkeys(made))
        if len(made) < count:
            # The words seen do not make so many texts: some of them are numbers.
            made += self._of_letters(low, high, count - len(made))
        return list(dict.fromkeys(made))

    def filler(self, width_bytes: int, count: int) -> list[str]:
        """Texts of a width, where no value is known."""
        words = max(width_bytes // 7, 1)
        drawn = self._chance.integers(0, len(_FILLER), (count, words))
        return [
            " ".join(_FILLER[i] for i in row)[: max(width_bytes, 1)]
            for row in drawn.tolist()
        ]

    def _of_words(self, low: str, count: int) -> list[str]:
        first = low.split(" ", maxsplit=1)[0]
        lengths = self._chance.choice(self._lengths, count)
        longest = int(lengths.max())
        middle = self._chance.integers(0, len(self._middle), (count, longest))
        last = self._chance.integers(0, len(self._last), count)
        made = []
        for length, row, end in zip(
            lengths.tolist(), middle.tolist(), last.tolist(), strict=True
        ):
            words = [first, *(self._middle[i] for i in row[: max(length - 2, 0)])]
            if length > 1:
                words.append(self._last[end])
            made.append(" ".join(words))
        return made

    def _of_letters(self, low: str, high: str, count: int) -> list[str]:
        same = 0
        while same < min(len(low), len(high)) and low[same] == high[same]:
            same += 1
        keep = min(same + 1, len(low))
        tail = low[keep:] or high[keep:] or "aaaaaaaa"
        columns = [self._like(char, count) for char in tail]
        return [low[:keep] + "".join(row) for row in zip(*columns, strict=True)]

    def _like(self, char: str, count: int) -> list[str]:
        for letters in (string.ascii_lowercase, string.ascii_uppercase, string.digits):
            if char in letters:
                drawn = self._chance.integers(0, len(letters), count)
                return [letters[i] for i in drawn.tolist()]
        return [char] * count


def _counted(low: str, high: str, count: int) -> list[str] | None:
    """Texts of one shape whose digits lie between those of the bounds, evenly.

    >>> _counted("c#0010", "c#0020", 2)
    ['c#0013', 'c#0017']
    """
    if len(low) != len(high) or _DIGITS.sub("", low) != _DIGITS.sub("", high):
        return None
    places = [i for i, char in enumerate(low) if "0" <= char <= "9"]
    if not places or any(not "0" <= high[i] <= "9" for i in places):
        return None
    # Digits that both share carry no difference, and would not fit into a number.
    digits = list(places)
    while len(digits) > _MAX_DIGITS and low[digits[0]] == high[digits[0]]:
        digits.pop(0)
    digits = digits[:_MAX_DIGITS]
    first = int("".join(low[i] for i in digits))
    last = int("".join(high[i] for i in digits))
    if last - first <= 1:
        return None
    step = (last - first) / (count + 1)
    runs = [list(group) for _, group in groupby(digits, lambda i: i - digits.index(i))]
    numbers = dict.fromkeys(first + round(step * (n + 1)) for n in range(count))
    made = []
    for number in numbers:
        text, spelled, at = list(low), f"{number:0{len(digits)}}", 0
        for run in runs:
            text[run[0] : run[-1] + 1] = spelled[at : at + len(run)]
            at += len(run)
        made.append("".join(text))
    return made
