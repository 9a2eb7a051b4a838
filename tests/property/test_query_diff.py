"""The laws of the word-by-word difference of two texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from analyzer.report.query_diff import query_diff

TEXTS = st.text(st.sampled_from("ab $1'\"\n<=:."), max_size=20) | st.text(max_size=20)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off_the_difference(before: str, after: str) -> None:
    pieces = query_diff(before, after)
    assert "".join(p.text for p in pieces if p.mark != "added") == before
    assert "".join(p.text for p in pieces if p.mark != "removed") == after
    assert all(piece.text for piece in pieces)


@given(TEXTS)
def test_the_same_text_has_no_difference(text: str) -> None:
    assert {piece.mark for piece in query_diff(text, text)} <= {"kept"}
