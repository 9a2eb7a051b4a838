"""Candidates on expressions, parts of tables and what has no order, from texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analyzer.domain.catalog import Catalog
from analyzer.indexing.candidates import candidates
from analyzer.indexing.definition import ddl
from analyzer.indexing.limits import WHOLE_WORKLOAD
from analyzer.statements.shape import shape
from tests.support.catalogs import table

TYPES = {
    "name": "text",
    "placed": "timestamp without time zone",
    "shipped": "timestamp without time zone",
    "state": "text",
    "number": "text",
    "total": "numeric(10,2)",
    "during": "tsrange",
    "spot": "point",
    "net": "inet",
}
PLAIN = table("orders", list(TYPES), types=TYPES, rows=1_000_000)
DISTINCT = {"state": 4.0, "number": 500_000.0}
ORDERS = replace(
    PLAIN,
    attributes=tuple(
        replace(
            item,
            n_distinct=DISTINCT.get(item.name, -0.5),
            most_common_freqs=(0.97, 0.01) if item.name == "state" else (),
        )
        for item in PLAIN.attributes
    ),
)
CATALOG = Catalog(
    server_id="s",
    server_version_num=180_006,
    database="d",
    read_at=datetime(2026, 11, 27, tzinfo=UTC),
    relations=(ORDERS,),
    extensions=frozenset({"pg_trgm"}),
)


def found(rest: str) -> set[str]:
    known = shape(f"SELECT total FROM orders o {rest}", CATALOG)
    return {
        ddl(item.definition).removeprefix("CREATE INDEX ON public.orders ")
        for item in candidates(known, CATALOG, WHOLE_WORKLOAD)
    }


@pytest.mark.parametrize(
    ("rest", "wanted"),
    [
        ("WHERE lower(o.name) LIKE 'ab%'", "(lower(name) text_pattern_ops)"),
        (
            "WHERE coalesce(o.shipped, placed) >= '2026-01-01'",
            "(coalesce(shipped, placed))",
        ),
        ("WHERE o.placed - o.shipped > '1 day'", "((placed - shipped))"),
        ("WHERE '2026-01-01' = date(o.placed)", "(date(placed))"),
        (
            "WHERE lower(name) = 'x' AND date(placed) = $1",
            "(lower(name), date(placed))",
        ),
        (
            "WHERE lower(name) = 'x' AND placed > $1 ORDER BY placed",
            "(lower(name), placed)",
        ),
        (
            "WHERE lower(name) = 'x' ORDER BY total DESC, placed",
            "(lower(name), total DESC, placed)",
        ),
        ("ORDER BY lower(o.name) DESC LIMIT 5", "(lower(name))"),
        ("ORDER BY lower(name), total DESC LIMIT 5", "(lower(name), total DESC)"),
        ("WHERE lower(name) LIKE '%x%'", "USING gin (lower(name) gin_trgm_ops)"),
        ("WHERE name % 'smith'", "USING gin (name gin_trgm_ops)"),
        ("WHERE o.during && '[2026-01-01,)'", "USING gist (during)"),
        ("WHERE during @> timestamp '2026-01-01'", "USING gist (during)"),
        ("WHERE o.spot <@ box '((0,0),(1,1))'", "USING gist (spot)"),
        ("WHERE net <<= '10.0.0.0/8'", "USING gist (net inet_ops)"),
        ("ORDER BY o.spot <-> point '(1,1)' LIMIT 3", "USING gist (spot)"),
        (
            "WHERE state <> 'done' AND placed > '2026-01-01'",
            "(placed) WHERE state <> 'done'",
        ),
    ],
)
def test_what_is_searched_can_be_indexed(rest: str, wanted: str) -> None:
    assert wanted in found(rest)


@pytest.mark.parametrize(
    ("rest", "unwanted"),
    [
        # The rewrite to a plain column serves other queries too.
        ("WHERE total * 2 = 10", "total *"),
        # What depends on a parameter or on another table is no expression of a row.
        ("WHERE left(name, $1) = 'x'", "left"),
        ("JOIN orders p ON o.total + p.total = 7", "+"),
        ("WHERE lower(name) = 'x' OR total = 1", "lower"),
        # One number of half a million is that of this execution.
        ("WHERE number = 'A17' AND placed > '2026-01-01'", "WHERE number"),
        ("WHERE during = '[2026-01-01,)'", "gist"),
        ("ORDER BY spot <-> point '(1,1)', name LIMIT 3", "gist"),
        ("ORDER BY total - 5 <-> 3", "gist"),
    ],
)
def test_what_could_not_serve_is_no_candidate(rest: str, unwanted: str) -> None:
    assert not [text for text in found(rest) if unwanted in text]


def test_a_predicate_of_a_rare_value_stays() -> None:
    assert "(placed) WHERE state = 'pending'" in found(
        "WHERE state = 'pending' ORDER BY placed LIMIT 5"
    )
