"""Names of relations that stand for rows."""

from __future__ import annotations

import pytest

from analyzer.statements.parse import parse_one
from analyzer.statements.row_values import row_relations

T = ("", "t")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT t.* FROM t", ()),
        ("SELECT *, id, t.id, count(*) FROM t", ()),
        ("SELECT x.* FROM t x WHERE x.id = 1", ()),
        ("SELECT t FROM t", (T,)),
        ("SELECT abs(x) FROM t x", (T,)),
        ("SELECT abs(x.*) FROM t x", (T,)),
        ("SELECT x.* IS NULL, x.* FROM t x", (T,)),
        ("SELECT (x).id FROM s.t x", (("s", "t"),)),
        ("SELECT s.t.*::text FROM s.t", (("s", "t"),)),
        ("SELECT x.*, y FROM a x, b y", (("", "b"),)),
        ("SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.r = t)", (T,)),
        (
            "INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = f(excluded)",
            (T,),
        ),
        ("UPDATE t SET a = 1 RETURNING f(old)", (T,)),
    ],
)
def test_rows(query: str, found: tuple[tuple[str, str], ...]) -> None:
    assert row_relations(parse_one(query).tree) == found
