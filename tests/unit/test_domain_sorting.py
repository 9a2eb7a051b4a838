"""Whole numbers are put in the order that numpy's stable sort gives them."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.domain.sorting import stable_order

LEAST, MOST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.uint8, np.float64])
@pytest.mark.parametrize("span", [1, 250, 65_535, 65_536, 65_537, 1 << 30])
def test_any_span_of_numbers(kind: type[np.generic], span: int) -> None:
    values = np.random.default_rng(span).integers(0, span, 5_000) - span // 3
    keys = values.astype(kind)
    assert np.array_equal(stable_order(keys), np.argsort(keys, kind="stable"))


@pytest.mark.parametrize(
    "values", [[], [LEAST], [MOST, LEAST, MOST], [MOST, MOST - 65_535, MOST]]
)
def test_the_ends_of_what_a_number_can_be(values: list[int]) -> None:
    keys = np.array(values, np.int64)
    assert np.array_equal(stable_order(keys), np.argsort(keys, kind="stable"))
