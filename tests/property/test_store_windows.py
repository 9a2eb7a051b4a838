from __future__ import annotations

from datetime import datetime, timedelta
from math import isclose

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.domain.scan import ScanResult
from analyzer.store.database import Store
from analyzer.store.retention import forget_old
from analyzer.store.save import save_scan
from analyzer.store.statements import StatementQuery, top_statements
from tests.support.scan_results import MIDNIGHT, item, result

pytestmark = pytest.mark.integration

_items = st.builds(
    item,
    st.integers(1, 5),
    calls=st.integers(0, 2**40),
    time_ms=st.floats(0, 1e12),
    p95_ms=st.none() | st.floats(0, 1e9),
)
_scans = st.builds(
    result,
    st.lists(_items, max_size=5, unique_by=lambda found: found.statement.fingerprint),
    hour=st.integers(0, 60),
)


_moments = st.none() | st.integers(-3, 66).map(
    # Not only full hours: a span may start and end anywhere.
    lambda hours: MIDNIGHT + timedelta(hours=hours, minutes=30 * (hours % 2))
)


def _contents(store: Store) -> list[object]:
    with store.connection() as connection:
        return [
            connection.execute(
                f"SELECT * FROM {table} AS row ORDER BY row::text".encode()
            ).fetchall()
            for table in ("statement_delta", "statement_day")
        ]


def _empty(store: Store) -> None:
    with store.connection() as connection:
        connection.execute("DELETE FROM statement_delta")
        connection.execute("DELETE FROM statement_day")


BY_WINDOWS = """
SELECT fingerprint, sum(calls)::bigint, sum(rows)::bigint, sum(total_exec_time_ms),
       sum(shared_blks_read)::bigint, max(p95_ms),
       (array_agg(p50_ms ORDER BY p95_ms DESC NULLS LAST, ended_at))[1],
       (array_agg(p99_ms ORDER BY p95_ms DESC NULLS LAST, ended_at))[1],
       (array_agg(latency_source ORDER BY p95_ms DESC NULLS LAST, ended_at))[1],
       array_agg(total_exec_time_ms ORDER BY ended_at)
FROM statement_delta
WHERE target_id = %(target_id)s
  AND ended_at > coalesce(%(started_at)s, '-infinity'::timestamptz)
  AND ended_at <= coalesce(%(ended_at)s, 'infinity'::timestamptz)
GROUP BY fingerprint ORDER BY fingerprint
"""


def _by_windows(store: Store, query: StatementQuery) -> list[tuple[object, ...]]:
    with store.connection() as connection:
        return connection.execute(
            BY_WINDOWS,
            {
                "target_id": query.target_id,
                "started_at": query.started_at,
                "ended_at": query.ended_at,
            },
        ).fetchall()


def _listed(store: Store, query: StatementQuery) -> list[tuple[object, ...]]:
    rows = top_statements(store, query).rows
    return [
        (
            row.fingerprint,
            row.calls,
            row.rows,
            row.total_exec_time_ms,
            row.shared_blks_read,
            row.p95_ms,
            row.p50_ms,
            row.p99_ms,
            row.latency_source,
            list(row.sparkline_ms),
        )
        for row in sorted(rows, key=lambda row: row.fingerprint)
    ]


def _same(left: object, right: object) -> bool:
    # Sums of floats depend on the order of what is added.
    if isinstance(left, float) and isinstance(right, float):
        return isclose(left, right, rel_tol=1e-12, abs_tol=1e-12)
    return left == right


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(scans=st.lists(_scans, max_size=4), data=st.data())
def test_writing_windows_again_changes_nothing(
    store: Store, target_id: int, scans: list[ScanResult], data: st.DataObject
) -> None:
    _empty(store)
    latest = {scan.workload.window: scan for scan in scans}
    for scan in latest.values():
        save_scan(store, target_id, scan)
    before = _contents(store)
    for scan in data.draw(st.permutations(list(latest.values()))):
        save_scan(store, target_id, scan)
    assert _contents(store) == before
    page = top_statements(store, StatementQuery(target_id=target_id))
    expected = sum(
        found.counters.calls
        for scan in latest.values()
        for found in scan.workload.items
    )
    assert page.total_calls == expected


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(scans=st.lists(_scans, max_size=8), started_at=_moments, ended_at=_moments)
def test_sums_of_days_equal_the_windows_of_any_span(
    store: Store,
    target_id: int,
    scans: list[ScanResult],
    started_at: datetime | None,
    ended_at: datetime | None,
) -> None:
    _empty(store)
    for scan in scans:
        # The same hour may come again with other numbers, as a repeated attempt.
        save_scan(store, target_id, scan)
    query = StatementQuery(
        target_id=target_id, started_at=started_at, ended_at=ended_at
    )
    listed, expected = _listed(store, query), _by_windows(store, query)
    assert len(listed) == len(expected)
    for ours, theirs in zip(listed, expected, strict=True):
        assert all(map(_same, ours, theirs)), (ours, theirs)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(scans=st.lists(_scans, max_size=6), kept_hours=st.integers(0, 80))
def test_what_is_forgotten_is_gone_from_the_sums_too(
    store: Store, target_id: int, scans: list[ScanResult], kept_hours: int
) -> None:
    _empty(store)
    for scan in scans:
        save_scan(store, target_id, scan)
    age = store.now() - (MIDNIGHT + timedelta(hours=kept_hours))
    forget_old(store, age.days)
    query = StatementQuery(target_id=target_id)
    listed, expected = _listed(store, query), _by_windows(store, query)
    assert [row[:3] for row in listed] == [row[:3] for row in expected]
    with store.connection() as connection:
        days = connection.execute(
            "SELECT DISTINCT (ended_at AT TIME ZONE 'UTC')::date FROM statement_delta"
            " EXCEPT SELECT day FROM statement_day"
            " UNION ALL (SELECT day FROM statement_day"
            " EXCEPT SELECT (ended_at AT TIME ZONE 'UTC')::date FROM statement_delta)"
        ).fetchall()
    assert days == []
