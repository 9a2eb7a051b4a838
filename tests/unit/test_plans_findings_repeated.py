"""Findings on work that is done again, of plans that PostgreSQL 18 made and ran."""

from __future__ import annotations

import pytest

from analyzer.plans.findings import findings
from analyzer.plans.read_any import read_any_plan

_PROBED = """\
Nested Loop  (cost=0.29..10711.97 rows=115 width=8) (actual time=8.490..8.492 rows=0.00 loops=1)
  Buffers: shared hit=15759 read=281
  ->  Seq Scan on port p  (cost=0.00..152.50 rows=300 width=4) (actual time=0.006..0.304 rows=300.00 loops=1)
        Filter: (sea = 7)
        Rows Removed by Filter: 8700
        Buffers: shared hit=40
  ->  Append  (cost=0.29..35.10 rows=10 width=8) (actual time=0.027..0.027 rows=0.00 loops=300)
        Buffers: shared hit=15719 read=281
        ->  Index Scan using tide_1_port_id_idx on tide_1 t_1  (cost=0.29..3.59 rows=1 width=8) (actual time=0.003..0.003 rows=0.00 loops=300)
              Index Cond: (port_id = p.id)
              Filter: (height < 5)
              Rows Removed by Filter: 3
              Index Searches: 300
              Buffers: shared hit=1571 read=29
        ->  Index Scan using tide_2_port_id_idx on tide_2 t_2  (cost=0.29..3.33 rows=1 width=8) (actual time=0.003..0.003 rows=0.00 loops=300)
              Index Cond: (port_id = p.id)
              Filter: (height < 5)
              Rows Removed by Filter: 3
              Index Searches: 300
              Buffers: shared hit=1574 read=26
        ->  Index Scan using tide_3_port_id_idx on tide_3 t_3  (cost=0.29..3.59 rows=1 width=8) (actual time=0.003..0.003 rows=0.00 loops=300)
              Index Cond: (port_id = p.id)
              Filter: (height < 5)
              Rows Removed by Filter: 3
              Index Searches: 300
              Buffers: shared hit=1571 read=29
        ->  Index Scan using tide_4_port_id_idx on tide_4 t_4  (cost=0.29..3.51 rows=1 width=8) (actual time=0.003..0.003 rows=0.00 loops=300)
              Index Cond: (port_id = p.id)
              Filter: (height < 5)
              Rows Removed by Filter: 3
              Index Searches: 300
              Buffers: shared hit=1572 read=28
        ->  Index Scan using tide_5_port_id_idx on tide_5 t_5  (cost=0.29..3.59 rows=1 width=8) (actual time=0.003..0.003 rows=0.00 loops=300)
              Index Cond: (port_id = p.id)
              Filter: (height < 5)
              Rows Removed by Filter: 3
              Index Searches: 300
              Buffers: shared hit=1571 read=29
        ->  Index Scan using tide_6_port_id_idx on tide_6 t_6  (cost=0.29..3.51 rows=1 width=8) (actual time=0.003..0.003 rows=0.00 loops=300)
              Index Cond: (port_id = p.id)
              Filter: (height < 5)
              Rows Removed by Filter: 3
              Index Searches: 300
              Buffers: shared hit=1572 read=28
        ->  Index Scan using tide_7_port_id_idx on tide_7 t_7  (cost=0.29..3.59 rows=1 width=8) (actual time=0.004..0.004 rows=0.00 loops=300)
              Index Cond: (port_id = p.id)
              Filter: (height < 5)
              Rows Removed by Filter: 7
              Index Searches: 300
              Buffers: shared hit=2571 read=29
        ->  Index Scan using tide_8_port_id_idx on tide_8 t_8  (cost=0.29..3.59 rows=1 width=8) (actual time=0.003..0.003 rows=0.00 loops=300)
              Index Cond: (port_id = p.id)
              Filter: (height < 5)
              Rows Removed by Filter: 3
              Index Searches: 300
              Buffers: shared hit=1571 read=29
        ->  Index Scan using tide_9_port_id_idx on tide_9 t_9  (cost=0.29..3.51 rows=1 width=8) (actual time=0.003..0.003 rows=0.00 loops=300)
              Index Cond: (port_id = p.id)
              Filter: (height < 5)
              Rows Removed by Filter: 3
              Index Searches: 300
              Buffers: shared hit=1572 read=28
        ->  Index Scan using tide_10_port_id_idx on tide_10 t_10  (cost=0.29..3.25 rows=1 width=8) (actual time=0.001..0.001 rows=0.00 loops=300)
              Index Cond: (port_id = p.id)
              Filter: (height < 5)
              Index Searches: 300
              Buffers: shared hit=574 read=26
Planning:
  Buffers: shared hit=145 read=1
Planning Time: 0.391 ms
Execution Time: 8.527 ms
"""  # noqa: E501
_MOVING = """\
WindowAgg  (cost=8594.55..8944.48 rows=19997 width=8) (actual time=30.656..665.678 rows=20000.00 loops=1)
  Window: w1 AS (ORDER BY id ROWS BETWEEN '400'::bigint PRECEDING AND CURRENT ROW)
  Storage: Memory  Maximum Storage: 29kB
  Buffers: shared hit=768 read=1398
  ->  Sort  (cost=8594.54..8644.53 rows=19997 width=8) (actual time=30.644..31.474 rows=20000.00 loops=1)
        Sort Key: id
        Sort Method: quicksort  Memory: 1237kB
        Buffers: shared hit=768 read=1398
        ->  Seq Scan on catch  (cost=0.00..7166.00 rows=19997 width=8) (actual time=0.094..28.574 rows=20000.00 loops=1)
              Filter: (id <= 20000)
              Rows Removed by Filter: 380000
              Buffers: shared hit=768 read=1398
Planning:
  Buffers: shared hit=11
Planning Time: 0.073 ms
Execution Time: 666.511 ms
"""  # noqa: E501
_GROWING = """\
WindowAgg  (cost=8594.55..8944.48 rows=19997 width=8) (actual time=18.347..24.630 rows=20000.00 loops=1)
  Window: w1 AS (ORDER BY id)
  Storage: Memory  Maximum Storage: 17kB
  Buffers: shared hit=800 read=1366
  ->  Sort  (cost=8594.54..8644.53 rows=19997 width=8) (actual time=18.316..19.076 rows=20000.00 loops=1)
        Sort Key: id
        Sort Method: quicksort  Memory: 1237kB
        Buffers: shared hit=800 read=1366
        ->  Seq Scan on catch  (cost=0.00..7166.00 rows=19997 width=8) (actual time=0.193..16.278 rows=20000.00 loops=1)
              Filter: (id <= 20000)
              Rows Removed by Filter: 380000
              Buffers: shared hit=800 read=1366
Planning Time: 0.077 ms
Execution Time: 25.397 ms
"""  # noqa: E501
_TWICE = """\
HashAggregate  (cost=17217.77..17808.28 rows=13122 width=12) (actual time=153.545..161.617 rows=20210.00 loops=1)
  Group Key: catch.boat
  Filter: ((sum(catch.kilos))::numeric > (InitPlan 1).col1)
  Batches: 1  Memory Usage: 2841kB
  Rows Removed by Filter: 19790
  Buffers: shared hit=1696 read=2636
  InitPlan 1
    ->  Aggregate  (cost=9051.76..9051.77 rows=1 width=32) (actual time=80.081..80.083 rows=1.00 loops=1)
          Buffers: shared hit=864 read=1302
          ->  HashAggregate  (cost=8166.00..8559.67 rows=39367 width=12) (actual time=74.841..78.305 rows=40000.00 loops=1)
                Group Key: catch_1.boat
                Batches: 1  Memory Usage: 2841kB
                Buffers: shared hit=864 read=1302
                ->  Seq Scan on catch catch_1  (cost=0.00..6166.00 rows=400000 width=8) (actual time=0.147..20.634 rows=400000.00 loops=1)
                      Buffers: shared hit=864 read=1302
  ->  Seq Scan on catch  (cost=0.00..6166.00 rows=400000 width=8) (actual time=0.075..20.904 rows=400000.00 loops=1)
        Buffers: shared hit=832 read=1334
Planning:
  Buffers: shared hit=18 read=3
Planning Time: 0.167 ms
Execution Time: 163.226 ms
"""  # noqa: E501
_OTHER = """\
HashAggregate  (cost=18133.51..18724.01 rows=13122 width=12) (actual time=154.042..162.258 rows=20210.00 loops=1)
  Group Key: catch.boat
  Filter: ((sum(catch.kilos))::numeric > (InitPlan 1).col1)
  Batches: 1  Memory Usage: 2841kB
  Rows Removed by Filter: 19790
  Buffers: shared hit=1824 read=2508
  InitPlan 1
    ->  Aggregate  (cost=9967.50..9967.51 rows=1 width=32) (actual time=84.667..84.670 rows=1.00 loops=1)
          Buffers: shared hit=928 read=1238
          ->  HashAggregate  (cost=9081.74..9475.41 rows=39367 width=12) (actual time=79.611..82.919 rows=40000.00 loops=1)
                Group Key: catch_1.boat
                Batches: 1  Memory Usage: 2841kB
                Buffers: shared hit=928 read=1238
                ->  Seq Scan on catch catch_1  (cost=0.00..7166.00 rows=383147 width=8) (actual time=0.104..32.669 rows=382417.00 loops=1)
                      Filter: (kilos > 3)
                      Rows Removed by Filter: 17583
                      Buffers: shared hit=928 read=1238
  ->  Seq Scan on catch  (cost=0.00..6166.00 rows=400000 width=8) (actual time=0.250..20.293 rows=400000.00 loops=1)
        Buffers: shared hit=896 read=1270
Planning Time: 0.117 ms
Execution Time: 164.077 ms
"""  # noqa: E501

_TAKEN = _MOVING.split("actual time=")[1].split(" ", maxsplit=1)[0]


def told(text: str) -> dict[str, str]:
    found = findings(read_any_plan(text, source="test"))
    return {item.rule: f"{item.claim} {item.remedy}" for item in found}


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        (_PROBED, "partitions_not_pruned", "Each of 10 partitions is searched"),
        (_MOVING, "moving_frame", "for each of 20,000 rows"),
        (_TWICE, "repeated_groups", "catch is read and grouped by boat 2 times"),
    ],
)
def test_what_is_done_again_is_named_first(text: str, rule: str, words: str) -> None:
    found = told(text)
    assert next(iter(found)) == rule
    assert words in found[rule]


@pytest.mark.parametrize(
    "text",
    [
        _GROWING,
        _OTHER,
        _PROBED.replace("loops=300", "loops=3"),
        _TWICE.replace("Group Key: catch_1.boat", "Group Key: catch_1.day"),
        # As sum() of whole numbers takes it, a microsecond a row.
        _MOVING.replace(_TAKEN, "1.0..60.0"),
    ],
)
def test_look_alikes(text: str) -> None:
    rules = {"partitions_not_pruned", "moving_frame", "repeated_groups"}
    assert not rules & told(text).keys()
