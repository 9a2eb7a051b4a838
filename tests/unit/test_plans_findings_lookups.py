"""Findings on rows that are looked up again, and what is an effect of what."""

from __future__ import annotations

from analyzer.plans.findings import MAX_FINDINGS, findings
from analyzer.plans.read_text import read_text_plan

_BY_TWO_KEYS = """\
GroupAggregate  (cost=0.72..39390.14 rows=20 width=20) (actual time=1.6..381.6 rows=20 loops=1)
  Group Key: b.zone
  ->  Nested Loop  (cost=0.72..32188.14 rows=960000 width=12) (actual time=0.0..310.0 rows=960000 loops=1)
        ->  Nested Loop  (cost=0.43..920.14 rows=9600 width=12) (actual time=0.0..8.2 rows=9600 loops=1)
              ->  Seq Scan on bed b  (cost=0.00..4.00 rows=96 width=4) (actual time=0.0..0.1 rows=96 loops=1)
              ->  Materialize  (cost=0.00..4.00 rows=100 width=4) (actual time=0.0..0.0 rows=100 loops=96)
                    ->  Seq Scan on crop c  (cost=0.00..3.00 rows=100 width=4) (actual time=0.0..0.1 rows=100 loops=1)
        ->  Index Scan using sown_bed_crop on sown s  (cost=0.29..1.35 rows=100 width=8) (actual time=0.0..0.013 rows=100 loops=9600)
              Index Cond: ((bed_id = b.id) AND (crop_id = {value}))
Execution Time: 381.739 ms
"""  # noqa: E501

_GROUPED_BESIDE = """\
Hash Join  (cost=11106.35..11115.35 rows=900 width=12) (actual time=933.7..938.0 rows=9 loops=1)
  Hash Cond: (g.item = w.item)
  Buffers: shared hit=1911, temp read=9193 written=9970
  ->  HashAggregate  (cost=9833.25..11081.57 rows=300000 width=4) (actual time=711.1..931.7 rows=300000 loops=1)
        Group Key: g.item
        Batches: 17  Memory Usage: 1048kB  Disk Usage: 9928kB
        Buffers: shared hit=1911, temp read=9193 written=9970
        ->  Seq Scan on sale g  (cost=0.00..4911.00 rows=900000 width=8) (actual time=0.0..90.4 rows=900000 loops=1)
              Buffers: shared hit=1911
  ->  Hash  (cost=10.25..10.25 rows=1000 width=4) (actual time=0.0..0.0 rows=3 loops=1)
        Buckets: 1024  Batches: 1  Memory Usage: 9kB
        ->  Function Scan on watched w  (cost=0.25..10.25 rows=1000 width=4) (actual time=0.0..0.0 rows=3 loops=1)
Execution Time: 938.902 ms
"""  # noqa: E501

_FILTERED = """\
Nested Loop  (cost=5.12..2995.61 rows=39 width=5) (actual time=0.132..{total} rows=36 loops=1)
  Buffers: shared hit=1200
  ->  Index Scan using bed_pkey on bed b  (cost=0.28..8.96 rows=39 width=9) (actual time=0.004..0.011 rows=39 loops=1)
        Index Cond: (id < 40)
        Buffers: shared hit=3
  ->  Index Scan using picking_bed on picking p  (cost=0.29..19.67 rows=1 width=4) (actual time=0.0..{each} rows=0 loops=39)
        Index Cond: (bed_id = b.id)
        Filter: (kilos > 38)
        Rows Removed by Filter: 40
        Buffers: shared hit=1197
Execution Time: {total} ms
"""  # noqa: E501


def rules(text: str) -> list[str]:
    return [item.rule for item in findings(read_text_plan(text, source="x"))]


def test_rows_found_by_the_keys_of_two_tables_are_different_ones() -> None:
    assert "join_multiplies" not in rules(_BY_TWO_KEYS.format(value="c.id"))
    # The same keys of one table are 96 at most, whatever else is asked for.
    assert rules(_BY_TWO_KEYS.format(value="7")) == ["join_multiplies"]
    assert rules(_BY_TWO_KEYS.format(value="b.crop")) == ["join_multiplies"]


def test_a_spill_beside_a_wrong_estimate_is_told_where_no_side_was_hashed_for_it() -> (
    None
):
    assert "hash_spills" in rules(_GROUPED_BESIDE)


def test_what_an_index_finds_and_a_filter_drops_soon_is_left_alone() -> None:
    assert rules(_FILTERED.format(total="1.566", each="0.038")) == []
    assert rules(_FILTERED.format(total="15.66", each="0.380")) == [
        "index_does_not_fit"
    ]


def test_of_thousands_of_findings_the_costliest_are_told() -> None:
    scans = "".join(
        f"  ->  Seq Scan on t{number}  (cost=0.00..{cost} rows=1 width=4) "
        "(actual rows=1 loops=1)\n"
        "        Filter: (a = 1)\n        Rows Removed by Filter: 90000\n"
        for number, cost in enumerate([4.0] * (MAX_FINDINGS + 50) + [9.0])
    )
    head = "Append  (cost=0.00..20.00 rows=1 width=4) (actual rows=1 loops=1)"
    found = findings(read_text_plan(f"{head}\n{scans}", source="x"))
    assert len(found) == MAX_FINDINGS
    assert found[0].node == f"Seq Scan on t{MAX_FINDINGS + 50}"
