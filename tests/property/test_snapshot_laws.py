"""Laws of replaced values and of arrays as texts."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.planner.array_text import array_elements, array_text
from analyzer.planner.redact import _codes

NO_HASTE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@NO_HASTE
@given(st.lists(TEXTS | st.none(), max_size=20))
def test_an_array_is_read_back(elements: list[str | None]) -> None:
    assert array_elements(array_text(elements)) == elements


@NO_HASTE
@given(st.sets(TEXTS, min_size=1, max_size=60))
def test_codes_keep_order_and_hardly_any_length(values: set[str]) -> None:
    ordered = sorted(values)
    codes = _codes(ordered)
    assert codes == sorted(codes)
    assert len(set(codes)) == len(codes)
    shortest = 1 if len(ordered) < 36 else 2
    for value, code in zip(ordered, codes, strict=True):
        assert len(code) == max(len(value.encode()), shortest)
