"""Remedies where no ordinary index helps, of plans that PostgreSQL 18 made and ran."""

from __future__ import annotations

import pytest

from analyzer.plans.findings import findings
from analyzer.plans.read_any import read_any_plan

_PAIRS = """\
Nested Loop  (cost=0.58..19449.62 rows=200000 width=8) (actual time=252.170..252.171 rows=0.00 loops=1)
  Buffers: shared hit=17606
  ->  Index Scan using buoy_pkey on buoy a  (cost=0.29..8.81 rows=30 width=8) (actual time=0.003..0.022 rows=29.00 loops=1)
        Index Cond: (id < 30)
        Index Searches: 1
        Buffers: shared hit=3
  ->  Index Scan using buoy_pkey on buoy b  (cost=0.29..581.36 rows=6667 width=8) (actual time=8.693..8.693 rows=0.00 loops=29)
        Index Cond: (id > a.id)
        Filter: (abs((heading - a.heading)) < 0)
        Rows Removed by Filter: 59985
        Index Searches: 29
        Buffers: shared hit=17603
Planning:
  Buffers: shared hit=59 read=4
Planning Time: 0.299 ms
Execution Time: 252.191 ms
"""  # noqa: E501
_FUNCTION = """\
Function Scan on pg_catalog.generate_series tide  (cost=0.00..6000.00 rows=2000 width=4) (actual time=47.545..85.858 rows=8.00 loops=1)
  Output: n
  Function Call: generate_series(1, 400000)
  Filter: ((tide.n % 50000) = 7)
  Rows Removed by Filter: 399992
  Buffers: temp read=684 written=684
Planning Time: 0.031 ms
Execution Time: 86.851 ms
"""  # noqa: E501
_NEAREST = """\
Limit  (cost=2188.58..2188.59 rows=5 width=12) (actual time=15.235..15.237 rows=5.00 loops=1)
  Buffers: shared hit=445
  ->  Sort  (cost=2188.58..2338.58 rows=60000 width=12) (actual time=15.234..15.235 rows=5.00 loops=1)
        Sort Key: ((place <-> '(3,4)'::point))
        Sort Method: top-N heapsort  Memory: 25kB
        Buffers: shared hit=445
        ->  Seq Scan on buoy  (cost=0.00..1192.00 rows=60000 width=12) (actual time=0.007..10.332 rows=60000.00 loops=1)
              Buffers: shared hit=442
Planning:
  Buffers: shared hit=14 read=2
Planning Time: 0.121 ms
Execution Time: 15.253 ms
"""  # noqa: E501
_CHANGED = """\
Update on buoy  (cost=0.00..1292.00 rows=0 width=0) (actual time=3105.101..3105.102 rows=0.00 loops=1)
  Buffers: shared hit=412650 read=310 dirtied=4211 written=1877
  WAL: records=181034 fpi=120 bytes=54210771
  ->  Seq Scan on buoy  (cost=0.00..1292.00 rows=59800 width=26) (actual time=0.021..61.118 rows=60000.00 loops=1)
        Buffers: shared hit=442
Planning Time: 0.101 ms
Execution Time: 3105.180 ms
"""  # noqa: E501


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        (_PAIRS, "not_sargable", "for each pair of rows"),
        (_FUNCTION, "filter_late", "Say the condition in the function's own query"),
        (_NEAREST, "sort_for_limit", "A GiST index on buoy"),
    ],
)
def test_no_index_is_named_that_cannot_be_made(
    text: str, rule: str, words: str
) -> None:
    found = findings(read_any_plan(text, source="test"))
    told = {item.rule: f"{item.claim} {item.remedy}" for item in found}
    assert words in told[rule]
    assert not any("CREATE INDEX" in item for item in told.values())


def test_a_function_is_called_as_explain_prints_it() -> None:
    found = findings(read_any_plan(_FUNCTION, source="test"))
    title = "Function Scan on pg_catalog.generate_series tide"
    assert found
    assert all(item.claim.startswith(title) for item in found)


def test_an_update_does_not_wait_for_the_few_pages_it_reads() -> None:
    found = findings(read_any_plan(_CHANGED, source="test"))
    assert "cold_reads" not in {item.rule for item in found}
