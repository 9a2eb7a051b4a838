from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.domain.scan import ScanResult
from analyzer.store.database import Store
from analyzer.store.save import save_scan
from analyzer.store.statements import StatementQuery, top_statements
from tests.support.scan_results import item, result

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


def _contents(store: Store) -> list[object]:
    with store.connection() as connection:
        return connection.execute(
            "SELECT * FROM statement_delta AS row ORDER BY row::text"
        ).fetchall()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(scans=st.lists(_scans, max_size=4), data=st.data())
def test_writing_windows_again_changes_nothing(
    store: Store, target_id: int, scans: list[ScanResult], data: st.DataObject
) -> None:
    with store.connection() as connection:
        connection.execute("DELETE FROM statement_delta")
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
