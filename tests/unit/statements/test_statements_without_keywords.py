"""Texts that lack a keyword are looked at less closely, with the same answer."""

from __future__ import annotations

import pytest

from analyzer.statements.classify import classify
from analyzer.statements.describe import relations_of
from analyzer.statements.parse import parse_one

TEXTS = (
    "SELECT 1",
    "SELECT * FROM a, b JOIN c ON c.x = b.x WHERE EXISTS (SELECT 1 FROM s.d) LIMIT 3",
    "SELECT (SELECT max(x) FROM e), f.* FROM f UNION ALL SELECT * FROM a ORDER BY 1",
    "UPDATE a SET x = (SELECT y FROM b) FROM c WHERE c.id = a.id RETURNING *",
    "DELETE FROM a USING s.a WHERE a.id = s.a.id",
    "EXPLAIN SELECT * FROM a",
    "LOCK TABLE a, b",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_comment_with_the_keywords_changes_nothing(text: str) -> None:
    plain, close = parse_one(text), parse_one(f"{text} -- for into with")
    assert relations_of(plain) == relations_of(close)
    assert classify(plain) == classify(close)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("SELECT * FROM a FOR NO KEY UPDATE", "has_row_locks"),
        ("select * from a\nfor\tshare", "has_row_locks"),
        ("SELECT * INTO b FROM a", "creates_relation"),
        ("WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x", "writes_in_cte"),
        ("EXPLAIN DELETE FROM a", "writes_in_cte"),
    ],
)
def test_what_has_effects_is_found(text: str, flag: str) -> None:
    assert getattr(classify(parse_one(text)), flag)
