from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from analyzer.domain.recommendation import DidNotRun, RecommendationState
from analyzer.domain.scan import ScanKind
from analyzer.domain.target import Address
from analyzer.errors import SchemaTooOld, StoreUnreachable, UserError
from analyzer.store import jobs
from analyzer.store.database import Store
from analyzer.store.jobs import Claim, ClaimLost, NewJob
from analyzer.store.plans import get_plan, plans_of
from analyzer.store.recommendations import (
    RecommendationFilter,
    count_by_state,
    decide,
    get_recommendation,
    list_recommendations,
)
from analyzer.store.retention import forget_old
from analyzer.store.save import MAX_QUERY_CHARS, save_scan
from analyzer.store.scans import get_scan, latest_scan, list_scans
from analyzer.store.snapshots import latest_snapshot
from analyzer.store.statements import (
    StatementQuery,
    StatementSort,
    known_queries,
    statement,
    statement_history,
    top_statements,
)
from analyzer.store.version import check_schema
from tests.support.scan_results import (
    fingerprint,
    item,
    plan,
    recommendation,
    result,
    snapshot,
    window,
)

pytestmark = pytest.mark.integration


def _contents(store: Store) -> list[object]:
    with store.connection() as connection:
        return [
            connection.execute(
                f"SELECT * FROM {table} AS row ORDER BY row::text".encode()
            ).fetchall()
            for table in (
                "statement",
                "statement_key",
                "statement_delta",
                "statement_day",
            )
        ]


def test_a_scan_comes_back_as_its_document(store: Store, target_id: int) -> None:
    scan_id = save_scan(store, target_id, result([item(1)], [recommendation(1)]))
    found = get_scan(store, scan_id)
    assert found is not None
    assert found.row.statement_count == 1
    assert found.document["recommendations"][0]["advisor"] == "missing_index"
    assert latest_scan(store, target_id) == found
    assert list_scans(store, target_id) == (found.row,)
    assert get_scan(store, scan_id + 1) is None


def test_writing_a_window_twice_changes_nothing(store: Store, target_id: int) -> None:
    scan = result([item(1, p95_ms=5), item(2)])
    save_scan(store, target_id, scan)
    before = _contents(store)
    save_scan(store, target_id, scan)
    assert _contents(store) == before


def test_top_statements_sum_windows_and_rank_them(store: Store, target_id: int) -> None:
    save_scan(store, target_id, result([item(1, calls=1, time_ms=300), item(2)]))
    save_scan(
        store, target_id, result([item(1, p95_ms=9.0), item(2, calls=99)], hour=1)
    )
    page = top_statements(store, StatementQuery(target_id=target_id))
    first, second = page.rows
    assert (page.total_count, page.total_calls, page.total_exec_time_ms) == (
        2,
        120,
        600,
    )
    assert first.fingerprint == fingerprint(1)
    assert (first.calls, first.total_exec_time_ms) == (11, 400)
    assert first.exec_time_ratio == pytest.approx(2 / 3)
    assert first.sparkline_ms == (300, 100)
    assert (first.p50_ms, first.p95_ms, first.p99_ms) == (4.5, 9.0, 18.0)
    assert second.p95_ms is None
    by_calls = StatementQuery(
        target_id=target_id, sort=StatementSort.CALLS, limit=1, offset=1
    )
    page = top_statements(store, by_calls)
    assert [row.fingerprint for row in page.rows] == [fingerprint(1)]
    assert page.total_count == 2


@pytest.mark.parametrize("sort", StatementSort)
@pytest.mark.parametrize("descending", [True, False])
def test_every_order_works(
    store: Store, target_id: int, sort: StatementSort, descending: bool
) -> None:
    items = [item(n, calls=n, time_ms=n * n, p95_ms=n) for n in (1, 2, 3)]
    save_scan(store, target_id, result(items))
    query = StatementQuery(target_id=target_id, sort=sort, descending=descending)
    order = [row.fingerprint for row in top_statements(store, query).rows]
    expected = [fingerprint(n) for n in (1, 2, 3)]
    assert order == (expected[::-1] if descending else expected)


def test_a_span_takes_windows_by_their_end(store: Store, target_id: int) -> None:
    save_scan(store, target_id, result([item(1)]))
    save_scan(store, target_id, result([item(2)], hour=1))
    query = StatementQuery(
        target_id=target_id,
        started_at=window(1).started_at,
        ended_at=window(1).ended_at,
    )
    rows = top_statements(store, query).rows
    assert [row.fingerprint for row in rows] == [fingerprint(2)]


def test_search_is_text_and_no_pattern(store: Store, target_id: int) -> None:
    save_scan(store, target_id, result([item(1), item(2)]))

    def found(search: str) -> list[str]:
        query = StatementQuery(target_id=target_id, search=search)
        return [row.fingerprint for row in top_statements(store, query).rows]

    assert found("from T1") == [fingerprint(1)]
    assert found(fingerprint(2)) == [fingerprint(2)]
    assert found("%") == []
    assert found("t_") == []
    assert found("'; DROP TABLE scan; --") == []


def test_no_statement_is_an_empty_page(store: Store, target_id: int) -> None:
    page = top_statements(store, StatementQuery(target_id=target_id))
    assert (page.rows, page.total_count) == ((), 0)


def test_a_page_behind_the_last_is_empty_but_counts(
    store: Store, target_id: int
) -> None:
    save_scan(store, target_id, result([item(1)]))
    page = top_statements(store, StatementQuery(target_id=target_id, offset=50))
    assert page.rows == ()


def test_one_statement_and_its_history(store: Store, target_id: int) -> None:
    save_scan(store, target_id, result([item(1)], hour=0))
    save_scan(store, target_id, result([item(1, p95_ms=3)], hour=30))
    record = statement(store, target_id, fingerprint(1))
    assert record is not None
    assert (record.calls, list(record.queryids), list(record.databases)) == (
        20,
        [1],
        ["shop"],
    )
    assert record.first_seen_at == window(0).started_at
    points = statement_history(store, target_id, fingerprint(1))
    assert [point.started_at for point in points] == [
        window(0).started_at,
        window(30).started_at,
    ]
    assert points[1].p95_ms == 3
    assert statement(store, target_id, fingerprint(2)) is None
    assert known_queries(store, target_id) == {1: "SELECT * FROM t1 WHERE id = $1"}


def test_texts_are_redacted_and_cut(store: Store, target_id: int) -> None:
    secret = item(1)
    secret = replace(
        secret,
        statement=replace(
            secret.statement, normalized_query="ALTER ROLE app PASSWORD 'hunter2'"
        ),
    )
    long = item(2)
    text = "SELECT " + ", ".join(f"c{n}" for n in range(40_000))
    long = replace(long, statement=replace(long.statement, normalized_query=text))
    save_scan(store, target_id, result([secret, long]))
    found = statement(store, target_id, fingerprint(1))
    assert found is not None and "hunter2" not in found.normalized_query
    found = statement(store, target_id, fingerprint(2))
    assert found is not None and found.truncated
    assert len(found.normalized_query) == MAX_QUERY_CHARS
    assert set(known_queries(store, target_id)) == {1}


def test_what_a_database_cannot_hold_is_replaced(store: Store, target_id: int) -> None:
    bad = item(1)
    bad = replace(
        bad, statement=replace(bad.statement, normalized_query="SELECT a\0b\ud800")
    )
    scan_id = save_scan(store, target_id, result([bad]))
    assert get_scan(store, scan_id) is not None


def test_numbers_of_a_dishonest_server_do_no_harm(store: Store, target_id: int) -> None:
    bad = [
        item(1, calls=2**63 - 1, time_ms=1e308, p95_ms=float("inf")),
        item(2, calls=-(2**63), time_ms=float("nan"), p95_ms=5e-324),
    ]
    for hour in range(3):
        save_scan(store, target_id, result(bad, hour=hour))
    for sort in StatementSort:
        query = StatementQuery(target_id=target_id, sort=sort)
        assert len(top_statements(store, query).rows) == 2
    assert statement(store, target_id, fingerprint(1)) is not None


def test_plans_are_kept_by_shape_and_masked(store: Store, target_id: int) -> None:
    one = fingerprint(1)
    scan = result([item(1)])
    save_scan(store, target_id, replace(scan, plans={one: plan("(id = 4242)")}))
    save_scan(store, target_id, replace(scan, plans={one: plan("(id = 77)")}))
    save_scan(
        store,
        target_id,
        replace(scan, plans={one: plan(node_type="Index Scan")}),
    )
    found = plans_of(store, target_id, one)
    assert len(found) == 2
    assert "4242" not in str([item.document for item in found])
    assert get_plan(store, found[0].plan_id) == found[0]


def test_a_snapshot_comes_back(store: Store, target_id: int) -> None:
    assert latest_snapshot(store, target_id) is None
    first = snapshot(window(0).ended_at)
    later = snapshot(window(30).ended_at, [1, 2, 3])
    for taken in (first, later, later):
        save_scan(store, target_id, replace(result([item(1)]), snapshot=taken))
    assert latest_snapshot(store, target_id) == later


def test_a_submission_adds_no_window_and_no_recommendation(
    store: Store, target_id: int
) -> None:
    submission = result([item(1)], [recommendation(1)], kind=ScanKind.SUBMISSION)
    scan_id = save_scan(
        store, target_id, replace(submission, plans={fingerprint(1): plan()})
    )
    assert top_statements(store, StatementQuery(target_id=target_id)).rows == ()
    assert list_recommendations(store, RecommendationFilter()).rows == ()
    found = get_scan(store, scan_id)
    assert found is not None and len(found.document["recommendations"]) == 1
    record = statement(store, target_id, fingerprint(1))
    assert record is not None and record.first_seen_at is None
    assert latest_scan(store, target_id) is None


def _only(store: Store) -> int:
    (row,) = list_recommendations(store, RecommendationFilter()).rows
    return row.recommendation_id


def test_a_dismissed_recommendation_stays_dismissed(
    store: Store, target_id: int
) -> None:
    save_scan(store, target_id, result([item(1)], [recommendation(1)]))
    decide(store, _only(store), RecommendationState.DISMISSED, "ann", "too big")
    save_scan(
        store,
        target_id,
        result([item(1)], [recommendation(1, impact_ratio=0.9)], hour=1),
    )
    found = get_recommendation(store, _only(store))
    assert found is not None
    assert found.row.state is RecommendationState.DISMISSED
    assert found.row.impact_ratio == 0.9
    assert found.row.last_seen_at > found.row.first_seen_at
    assert [(e.what, e.user_name, e.reason) for e in found.events] == [
        ("first seen", "", ""),
        ("decided", "ann", "too big"),
    ]


def test_what_a_scan_does_not_find_again_is_gone(store: Store, target_id: int) -> None:
    save_scan(store, target_id, result([item(1)], [recommendation(1)]))
    save_scan(store, target_id, result([item(1)], hour=1))
    found = get_recommendation(store, _only(store))
    assert found is not None and not found.row.is_current
    assert count_by_state(store)[RecommendationState.OPEN] == 0
    save_scan(store, target_id, result([item(1)], [recommendation(1)], hour=2))
    found = get_recommendation(store, _only(store))
    assert found is not None and found.row.is_current
    assert [e.what for e in found.events] == ["first seen", "gone", "seen again"]


def test_an_advisor_that_could_not_run_takes_nothing_away(
    store: Store, target_id: int
) -> None:
    save_scan(store, target_id, result([item(1)], [recommendation(1)]))
    silent = DidNotRun(advisor="missing_index", why="no planner", hint="")
    save_scan(
        store, target_id, replace(result([item(1)], hour=1), did_not_run=(silent,))
    )
    found = get_recommendation(store, _only(store))
    assert found is not None and found.row.is_current


def test_an_applied_one_that_is_found_again_is_open_again(
    store: Store, target_id: int
) -> None:
    save_scan(store, target_id, result([item(1)], [recommendation(1)]))
    decide(store, _only(store), RecommendationState.APPLIED, "ann")
    save_scan(store, target_id, result([item(1)], [recommendation(1)], hour=1))
    found = get_recommendation(store, _only(store))
    assert found is not None and found.row.state is RecommendationState.OPEN
    assert "marked as applied" in found.events[-1].reason


def test_decisions_need_a_recommendation_and_a_reason(
    store: Store, target_id: int
) -> None:
    with pytest.raises(UserError):
        decide(store, 1, RecommendationState.ACCEPTED, "ann")
    save_scan(store, target_id, result([item(1)], [recommendation(1)]))
    with pytest.raises(UserError, match="reason"):
        decide(store, _only(store), RecommendationState.DISMISSED, "ann", "  ")


def test_filters_of_recommendations(store: Store, target_id: int) -> None:
    found = [recommendation(n, impact_ratio=n / 10) for n in (1, 2, 3)]
    save_scan(store, target_id, result([item(1)], found))

    def titles(**wanted: object) -> list[str]:
        page = list_recommendations(store, RecommendationFilter(**wanted))  # type: ignore[arg-type]
        return [row.title for row in page.rows]

    assert titles() == [f"Index t{n} by id" for n in (3, 2, 1)]
    assert titles(descending=False, limit=1) == ["Index t1 by id"]
    assert titles(fingerprint=fingerprint(2)) == ["Index t2 by id"]
    assert titles(search="INDEX T3") == ["Index t3 by id"]
    assert titles(advisor="unused_index") == []
    assert titles(target_id=target_id + 1) == []
    assert titles(state=RecommendationState.OPEN, current=True) == titles()
    page = list_recommendations(store, RecommendationFilter(limit=1))
    assert page.total_count == 3
    counts = count_by_state(store, target_id)
    assert counts == {state: 3 if state == "open" else 0 for state in counts}
    (first, *_) = top_statements(store, StatementQuery(target_id=target_id)).rows
    assert first.open_recommendation_count == 1


def test_a_lost_claim_writes_nothing(store: Store, target_id: int) -> None:
    job_id = jobs.enqueue(store, NewJob(kind="scan", payload={}))
    job = jobs.claim(store, "one", 30)
    assert job is not None
    with pytest.raises(ClaimLost):
        save_scan(
            store, target_id, result([item(1)]), job=Claim(job_id=job_id, attempt=2)
        )
    assert list_scans(store) == () and not any(_contents(store))
    claim = Claim(job_id=job_id, attempt=job.attempt)
    scan_id = save_scan(store, target_id, result([item(1)]), job=claim)
    done = jobs.get_job(store, job_id)
    assert done is not None
    assert (done.state, done.scan_id) == (jobs.JobState.DONE, scan_id)
    with pytest.raises(ClaimLost):
        save_scan(store, target_id, result([item(1)]), job=claim)


def test_a_failed_write_leaves_the_job_running(store: Store) -> None:
    job_id = jobs.enqueue(store, NewJob(kind="scan", payload={}))
    jobs.claim(store, "one", 30)
    with pytest.raises(UserError, match="no target"):
        save_scan(store, 99, result([]), job=Claim(job_id=job_id, attempt=1))
    job = jobs.get_job(store, job_id)
    assert job is not None and job.state is jobs.JobState.RUNNING


def test_retention_drops_days_and_keeps_the_latest_scan(
    store: Store, target_id: int
) -> None:
    now = store.now()
    for days in (50, 40, 0):
        span = window()
        moved = now - timedelta(days=days) - span.ended_at
        span = replace(
            span,
            started_at=span.started_at + moved,
            ended_at=span.ended_at + moved,
        )
        scan = result([item(days + 1)], [recommendation(1)])
        scan = replace(
            scan,
            started_at=span.started_at,
            finished_at=span.ended_at,
            workload=replace(scan.workload, window=span),
            snapshot=snapshot(span.ended_at),
        )
        save_scan(store, target_id, scan)
    forgotten = forget_old(store, 35)
    assert forgotten.partition_count == 4
    assert len(list_scans(store)) == 1
    rows = top_statements(store, StatementQuery(target_id=target_id)).rows
    assert [row.fingerprint for row in rows] == [fingerprint(1)]
    assert latest_snapshot(store, target_id) is not None
    assert len(list_recommendations(store, RecommendationFilter()).rows) == 1
    assert forget_old(store, 35).partition_count == 0


def test_a_store_that_is_not_there(superuser: Address) -> None:
    with pytest.raises(StoreUnreachable) as caught:
        Store.open(replace(superuser, port=1, password="hush"))
    assert "hush" not in f"{caught.value} {caught.value.detail}"


def test_a_store_without_schema_is_too_old(database: Address) -> None:
    with Store.open(database) as opened, pytest.raises(SchemaTooOld):
        check_schema(opened)
