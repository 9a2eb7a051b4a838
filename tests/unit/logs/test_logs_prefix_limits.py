"""Finding out a prefix takes bounded work, whatever stands before the severities."""

from __future__ import annotations

import random

import pytest

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


BACKGROUND = "2026-11-27 15:38:21.471 UTC [10] 6b09a3ed.1c2a  0 00000 0 "
CLIENT = (
    "2026-11-27 15:38:21.876 UTC [27] 6b09a3ed.1c3b 3/16 0 00000 7560286063413295677"
    " ann@shop/web 127.0.0.1 "
)


@pytest.mark.parametrize("background_count", [0, 2, 40])
def test_the_rest_of_background_processes_begins_before_all_names(
    background_count: int,
) -> None:
    lines = [f"{BACKGROUND}LOG:  a checkpoint"] * background_count
    lines += [f"{CLIENT}LOG:  duration: 1.000 ms"] * 900
    found = detect_prefix(lines)
    assert found is not None
    assert found.shown == "%m [%p] %c %v (number) %e %Q %q%u@%d/%a %h "
    background = found.head.match(f"{BACKGROUND}LOG:  a checkpoint")
    assert background is not None
    assert not background["user"]
