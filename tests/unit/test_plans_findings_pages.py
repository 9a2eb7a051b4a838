"""Findings about written pages, of plans that PostgreSQL 18 made and ran.

A corpus cannot hold them: its statements are run twice, in transactions of their own.
"""

from __future__ import annotations

import pytest

from analyzer.plans.findings import findings
from analyzer.plans.read_any import read_any_plan

_READ = """\
Aggregate  (cost=22446.24..22446.25 rows=1 width=8) (actual time=322.142..322.143 rows=1.00 loops=1)
  Buffers: shared hit=8334{dirtied}
  ->  Seq Scan on arrived  (cost=0.00..21564.22 rows=352806 width=0) (actual time=0.022..287.618 rows=200000.00 loops=1)
        Filter: (id > 0)
        Buffers: shared hit=8334{dirtied}
Planning Time: 0.122 ms
Execution Time: 322.163 ms
"""  # noqa: E501
_CHANGED = """\
Insert on keyed  (cost=0.00..500.00 rows=0 width=0) (actual time=487.571..487.572 rows=0.00 loops=1)
  Buffers: shared hit=80690 dirtied=3299 written=345
  WAL: records=40216 {images}bytes={bytes} buffers full=749
  ->  Function Scan on generate_series g  (cost=0.00..500.00 rows=20000 width=20) (actual time=0.767..56.207 rows=20000.00 loops=1)
Planning Time: 0.054 ms
Execution Time: 487.605 ms
"""  # noqa: E501


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (_READ.format(dirtied=" dirtied=8334"), ["hint_bits"]),
        (_READ.format(dirtied=" dirtied=800"), []),
        (_READ.format(dirtied=""), []),
        (_CHANGED.format(images="fpi=2955 ", bytes=21324357), ["full_page_images"]),
        (_CHANGED.format(images="fpi=12 ", bytes=5259984), []),
        (_CHANGED.format(images="", bytes=5259984), []),
        (_CHANGED.format(images="fpi=2955 ", bytes=91324357), []),
    ],
)
def test_written_pages_are_told_where_most_are(text: str, rules: list[str]) -> None:
    found = findings(read_any_plan(text, source="test"))
    assert [item.rule for item in found] == rules
