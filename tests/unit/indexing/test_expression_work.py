"""Bytes that patterns walk through, and rows that joins by several columns have."""

from __future__ import annotations

import pytest

from analyzer.indexing.expression_work import expression_work

WIDTHS = {"comment": 50.0, "name": 20.0}


@pytest.mark.parametrize(
    ("condition", "part", "bytes_each"),
    [
        ("(comment ~~ '%special%requests%'::text)", "like_bytes", 50),
        ("((o.comment)::text !~~ '%special%'::text)", "like_bytes", 50),
        ("(name ~~* '%x%'::text)", "ilike_bytes", 20),
        ("(name ~ '^a.*b'::text)", "regex_bytes", 20),
        ("(lower(unknown) ~~ '%x'::text)", "like_bytes", 32),
        ("(name ~~ ANY ('{%a,%b}'::text[]))", "like_bytes", 20),
    ],
)
def test_a_pattern_reads_the_text(condition, part, bytes_each) -> None:
    assert expression_work(condition, 1000, 10, WIDTHS) == {part: bytes_each * 1000}


@pytest.mark.parametrize(
    "condition",
    ["", "(name = '%x%'::text)", "(name ~~ 'abc%'::text)", "(a = 1)", "(a > $1)"],
)
def test_what_reads_no_text_takes_nothing_more(condition) -> None:
    assert expression_work(condition, 1000, 10, WIDTHS) == {}


def test_what_comes_first_spares_the_rest() -> None:
    first = expression_work("((name ~~ '%x'::text) AND (a = 1))", 1000, 10, WIDTHS)
    last = expression_work("((a = 1) AND (name ~~ '%x'::text))", 1000, 10, WIDTHS)
    assert first["like_bytes"] == 20 * 1000
    assert last["like_bytes"] == pytest.approx(20 * 100)


def test_numeric_values_are_compared_by_a_function() -> None:
    found = expression_work(
        "((price > 10.5) AND (price < 20.5))", 100, 1, {}, frozenset({"price"})
    )
    assert found == {"numeric_operators": pytest.approx(110)}
