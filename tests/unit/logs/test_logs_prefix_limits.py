"""Finding out a prefix takes bounded work, whatever stands before the severities."""

from __future__ import annotations

import random

from analyzer.logs.line_prefix import WORD
from analyzer.logs.prefix_detection import MAX_WORDS, detect_prefix


def test_many_words_of_unknown_meaning() -> None:
    chance = random.Random(5)
    words = ["ab", "c", "de@f", "g:h", "[7]", "i=j", "kl,m", "x/y"]
    lines = [
        "2026-05-04 03:00:00.001 UTC "
        + " ".join(chance.choice(words) for _ in range(chance.randrange(6, 14)))
        + " LOG:  text"
        for _ in range(400)
    ]
    found = detect_prefix(lines)
    assert found is not None
    assert found.text.count(WORD) <= MAX_WORDS
    assert sum(found.head.match(line) is not None for line in lines) == len(lines)
