"""What one row adds to what aggregates hold, and to what is made of their results."""

from __future__ import annotations

import pytest

from analyzer.statements.growth import growth
from analyzer.statements.parse import parse_one

CASES = [
    ("SELECT count(*), sum(a), max(b) FROM t", 0),
    ("SELECT array_agg(a) FROM t", 200),
    ("SELECT jsonb_agg(repeat('x', 1000)) FROM t", 2_000),
    ("SELECT array_agg(a), string_agg(b, 'xxxxx') FROM t", 410),
    ("SELECT cardinality(array_agg(a)) FROM t", 200),
    ("SELECT array_agg(a) = ARRAY['x'] FROM t", 200),
    ("SELECT to_jsonb(array_agg(a)) FROM t", 600),
    ("SELECT upper(string_agg(a, '')) FROM t", 648),
    ("SELECT array_agg(a)::text FROM t", 600),
    ("SELECT array_agg(a) || array_agg(b) FROM t", 1_200),
    ("SELECT ARRAY[array_agg(a)] FROM t", 600),
    ("SELECT upper(x) FROM (SELECT string_agg(a, '') AS x FROM t) AS s", 648),
    ("SELECT ARRAY(SELECT a FROM t)", 200),
    ("SELECT upper(ARRAY(SELECT a FROM t)::text)", 1_000),
    ("SELECT JSON_ARRAYAGG(a) FROM t", 200),
    ("SELECT JSON_OBJECTAGG(a VALUE b) FROM t", 400),
]


@pytest.mark.parametrize(("query", "collected_bytes"), CASES)
def test_collected_bytes(query: str, collected_bytes: int) -> None:
    assert growth(parse_one(query).tree).collected_bytes == collected_bytes
