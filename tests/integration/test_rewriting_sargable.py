"""Every sargable rule against the server, on rows that lie on the edges."""

from __future__ import annotations

import psycopg
import pytest

from analyzer.domain.target import Address
from analyzer.postgres.connect import Connection, session
from analyzer.rewriting.parameters import compacted
from analyzer.rewriting.sargable import sargable_rewrite
from analyzer.statements.ddl import catalog_from_ddl
from analyzer.statements.parse import parse_one
from analyzer.statements.server_text import server_text
from analyzer.statements.shape import shape

pytestmark = pytest.mark.integration

DDL = """
CREATE TABLE t (
    id bigint PRIMARY KEY, ts timestamp, tz timestamptz, n integer, m integer NOT NULL,
    p numeric, r text, u uuid
);
CREATE INDEX ON t (r text_pattern_ops);
"""
EDGES = """
INSERT INTO t
SELECT row_number() OVER (), at, at AT TIME ZONE 'UTC', k, coalesce(k, 0),
    k / 2.0, CASE WHEN k % 4 = 0 THEN '' ELSE 'a_' || k END, md5(k::text)::uuid
FROM (
    SELECT d + step AS at, n AS k
    FROM unnest(ARRAY[
        '2024-01-01', '2024-02-29', '2024-03-10', '2024-03-31', '2024-04-01',
        '2024-10-27', '2024-11-03', '2024-12-31', '2025-01-01', '1999-12-31',
        '-infinity', 'infinity'
    ]::timestamp[]) AS d,
    unnest(ARRAY[
        interval '0', '1 microsecond', '-1 microsecond', '1 hour', '-1 hour',
        '2 hours 30 minutes', '12 hours', '23 hours 59 minutes 59.999999 seconds'
    ]) WITH ORDINALITY AS s (step, n)
) AS x
UNION ALL SELECT 100001, NULL, NULL, NULL, 0, NULL, NULL, NULL
UNION ALL SELECT 100002, now(), now(), -3, -3, -1.5, 'a', NULL
UNION ALL SELECT 100003, now(), now() - interval '30 hours', 10, 10, 5, 'a%b', NULL
"""
DAYS = ("2024-02-29", "2024-03-31", "2024-10-27", "2024-11-03", "2025-01-01")
MOMENTS = (
    "2024-03-31 00:00:00",
    "2024-10-27 01:00:00",
    "2024-04-01",
    "2024-12-31 12:00",
)

CASES: list[tuple[str, list[tuple[str, ...]]]] = [
    *(
        (f"SELECT id FROM t WHERE {column}::date {sign} $1", [(d,) for d in DAYS])
        for column in ("ts", "tz")
        for sign in ("=", "<", "<=", ">", ">=")
    ),
    (
        "SELECT id FROM t WHERE CAST(tz AS date) BETWEEN $1 AND $2 OR n = 3",
        [("2024-03-10", "2024-03-31"), ("2024-11-03", "2024-01-01")],
    ),
    ("SELECT id FROM t WHERE ts::date = '2024-02-29'", [()]),
    (
        "SELECT id FROM t WHERE date(tz) = current_date - 1 OR date(tz) = current_date",
        [()],
    ),
    ("SELECT id FROM t WHERE tz::date > (now() - interval '2 days')::date", [()]),
    *(
        (
            f"SELECT id FROM t WHERE date_trunc('{unit}', {column}) {sign} $1",
            [(m,) for m in MOMENTS],
        )
        for unit in ("hour", "day", "week", "month", "quarter", "year")
        for column in ("ts", "tz")
        for sign in ("=", "<", "<=", ">", ">=")
    ),
    ("SELECT id FROM t WHERE date_trunc('month', tz) = '2024-03-01'", [()]),
    ("SELECT id FROM t WHERE date_trunc('week', ts) >= '2024-04-01'", [()]),
    ("SELECT id FROM t WHERE date_trunc('day', ts) = $1::date", [(d,) for d in DAYS]),
    *(
        (
            f"SELECT id FROM t WHERE extract(year FROM {column}) = $1",
            [("2024",), ("7",)],
        )
        for column in ("ts", "tz")
    ),
    ("SELECT id FROM t WHERE date_part('year', ts) = 2024", [()]),
    *(
        (f"SELECT id FROM t WHERE to_char({column}, 'YYYY-MM') = $1", [("2024-03",)])
        for column in ("ts", "tz")
    ),
    ("SELECT id FROM t WHERE to_char(tz, 'YYYY-MM-DD') = '2024-02-29'", [()]),
    ("SELECT id FROM t WHERE id::text = '5'", [()]),
    (
        "SELECT id FROM t WHERE u::text = $1",
        [("c4ca4238-a0b9-2382-0dcc-509a6f75849b",)],
    ),
    *(
        (f"SELECT id FROM t WHERE n + 5 {sign} 8", [()])
        for sign in ("=", "<", "<=", ">", ">=")
    ),
    ("SELECT id FROM t WHERE n - $1 > $2", [("1", "3"), ("-1", "-3")]),
    ("SELECT id FROM t WHERE p - 1.5 >= 0.5", [()]),
    ("SELECT id FROM t WHERE n * -2 = -6", [()]),
    ("SELECT id FROM t WHERE ts + interval '1 day' < $1", [(m,) for m in MOMENTS]),
    ("SELECT id FROM t WHERE tz - interval '3 hours' >= $1", [(m,) for m in MOMENTS]),
    ("SELECT id FROM t WHERE now() - tz < interval '1 day'", [()]),
    ("SELECT id FROM t WHERE now() - tz >= '31 hours'", [()]),
    ("SELECT id FROM t WHERE coalesce(r, '') = 'a_3'", [()]),
    ("SELECT id FROM t WHERE coalesce(m, 7) = $1", [("0",), ("7",)]),
    ("SELECT id FROM t WHERE left(r, 2) = 'a_'", [()]),
    ("SELECT id FROM t WHERE substr(r, 1, 2) = 'a%'", [()]),
    ("SELECT id FROM t WHERE n IS NOT DISTINCT FROM 3", [()]),
    ("SELECT id FROM t WHERE m IS NOT DISTINCT FROM $1", [("3",), (None,)]),  # type: ignore[list-item]
    ("SELECT id FROM t WHERE id = 5.0", [()]),
]


def ids(connection: Connection, query: str, values: tuple[str, ...]) -> list[int]:
    text, kept = compacted(query, values)
    cursor = psycopg.RawCursor(connection)
    cursor.execute(server_text(parse_one(text)).encode(), kept)
    return sorted(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_rewritten_conditions_return_the_same_rows(
    database: Address, zone: str
) -> None:
    catalog = catalog_from_ddl(DDL)
    with session(database, read_only=False) as connection:
        connection.execute(DDL)
        connection.execute("SELECT set_config('TimeZone', %s, false)", (zone,))
        connection.execute(EDGES)
        found = 0
        for query, samples in CASES:
            rewrite = sargable_rewrite(shape(query, catalog), catalog, {})
            assert rewrite is not None, query
            assert rewrite.query != query
            for values in samples:
                before = ids(connection, query, values)
                assert ids(connection, rewrite.query, values) == before, (
                    rewrite.query,
                    values,
                )
                found += bool(before)
        assert found > len(CASES) / 2
