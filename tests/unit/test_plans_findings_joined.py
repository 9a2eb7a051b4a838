"""Findings about joins of plans that PostgreSQL 18 made and ran, shortened."""

from __future__ import annotations

from dataclasses import replace

from analyzer.domain.explanation import Finding
from analyzer.plans.findings import findings
from analyzer.plans.findings_settings import with_settings
from analyzer.plans.read_text import read_text_plan

BY_CHANCE = """\
Limit  (cost=10255.50..10255.51 rows=3 width=208) (actual time=243.6..243.6 rows=3 loops=1)
  ->  Sort  (cost=10255.50..10755.63 rows=200051 width=208) (actual time=243.6..243.6 rows=3 loops=1)
        Sort Key: (random())
        Sort Method: top-N heapsort  Memory: 26kB
        ->  Hash Join  (cost=721.00..7669.88 rows=200051 width=208) (actual time=2.6..128.8 rows=200169 loops=1)
              Hash Cond: (a.device_id = d.id)
              ->  Seq Scan on alarm a  (cost=0.00..5923.51 rows=200051 width=126) (actual time=0.0..17.5 rows=200169 loops=1)
              ->  Hash  (cost=471.00..471.00 rows=20000 width=74) (actual time=2.6..2.6 rows=20000 loops=1)
                    Buckets: 32768  Batches: 1  Memory Usage: 2398kB
                    ->  Seq Scan on device d  (cost=0.00..471.00 rows=20000 width=74) (actual time=0.0..0.9 rows=20000 loops=1)
Execution Time: 243.737 ms
"""  # noqa: E501

BY_TEXT = """\
Hash Join  (cost=8.30..9182.64 rows=200051 width=15) (actual time=0.1..44.0 rows=280.00 loops=1)
  Hash Cond: ((a.id)::text = w.ref)
  Buffers: shared hit=3923, local hit=2
  ->  Seq Scan on alarm a  (cost=0.00..5923.51 rows=200051 width=17) (actual time=0.0..11.0 rows=200169.00 loops=1)
        Buffers: shared hit=3923
  ->  Hash  (cost=4.80..4.80 rows=280 width=6) (actual time=0.0..0.0 rows=280.00 loops=1)
        Buckets: 1024  Batches: 1  Memory Usage: 19kB
        Buffers: local hit=2
        ->  Seq Scan on wanted w  (cost=0.00..4.80 rows=280 width=6) (actual time=0.0..0.0 rows=280.00 loops=1)
              Buffers: local hit=2
Execution Time: 44.135 ms
"""  # noqa: E501


def first(text: str) -> Finding:
    return findings(read_text_plan(text, source="x"))[0]


def test_a_join_sorted_by_chance_is_told() -> None:
    found = first(BY_CHANCE)
    assert (found.rule, found.quantity.value) == ("sort_for_limit", 200169)
    assert "TABLESAMPLE" in found.remedy
    # Sorted by what no index could give, all must be sorted.
    assert findings(read_text_plan(BY_CHANCE.replace("random", "f"), source="x")) == ()


def test_a_join_by_a_cast_does_not_promise_an_index() -> None:
    found = first(BY_TEXT)
    assert "which compares (a.id)::text" in found.claim
    assert "join columns of one type" in found.remedy
    plain = first(BY_TEXT.replace("(a.id)::text", "a.id"))
    assert plain.remedy.endswith("these rows: CREATE INDEX ON alarm (id).")


def test_a_forbidden_way_to_plan_comes_first_in_the_remedy() -> None:
    found = first(BY_TEXT.replace("(a.id)::text", "a.id"))
    forbidden = with_settings(found, {"enable_indexscan": "off", "work_mem": "64MB"})
    assert forbidden.remedy == (
        "enable_indexscan = off here: RESET first, since that rules out other plans. "
        f"{found.remedy}"
    )
    scattered = replace(found, rule="scattered_heap_fetches", remedy="")
    merged = with_settings(scattered, {"enable_hashjoin": "off"})
    assert merged.remedy.startswith("enable_hashjoin = off here")
    assert with_settings(found, {"enable_indexscan": "on"}) == found
