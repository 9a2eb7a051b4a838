"""What indexes promise, against the same counted one by one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.indexing.promises import Promises

# More columns than a word of the machine has bits.
MASKS = st.sets(st.sampled_from((0, 1, 2, 64, 130)), min_size=1).map(
    lambda bits: sum(1 << bit for bit in bits)
)
BYTES = st.integers(0, 10**9)
GAINS = st.floats(0.1, 1e6)
USES = st.lists(st.tuples(st.sampled_from("abc"), MASKS, BYTES, GAINS), max_size=12)


@given(USES, st.lists(st.tuples(MASKS, st.integers(1, 10**9)), max_size=6))
def test_each_is_worth_the_best_of_every_statement_it_could_serve(uses, asked) -> None:
    found = Promises(uses).of([held for held, _ in asked], [size for _, size in asked])
    for (held, size), (shared, score) in zip(asked, found, strict=True):
        best: dict[str, float] = {}
        for name, needed, rest, gain in uses:
            if needed & held == needed:
                share = gain * math.sqrt(size / (size + rest))
                best[name] = max(best.get(name, 0.0), share)
        assert score == pytest.approx(sum(best.values()) / math.sqrt(size))
        assert shared == (score if len(best) > 1 else 0.0)
