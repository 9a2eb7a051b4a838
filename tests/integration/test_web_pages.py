"""Every page with data, and every page without."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analyzer.domain.recommendation import RecommendationState
from analyzer.store import recommendations
from analyzer.store.recommendations import RecommendationFilter
from analyzer.store.save import save_scan
from tests.support.scan_results import fingerprint, item
from tests.support.shop_result import (
    CUSTOMERS,
    HOSTILE,
    LOOKUP,
    ORDERS,
    SCRIPT,
    ResultOptions,
    scan_result,
)
from tests.support.web import TARGET_PASSWORD, Site, add_shop, log_in

pytestmark = pytest.mark.integration

LISTS = (
    "/",
    "/queries",
    "/recommendations",
    "/submit",
    "/targets",
    "/targets/add",
    "/jobs",
    "/advisors",
    "/settings",
)
NEXT_STEP = {
    "/": "Add a target",
    "/queries": "Add a target",
    "/recommendations": "Add a target",
    "/submit": "Add a target",
    "/targets": "GRANT pg_monitor",
    "/jobs": "Jobs appear here when",
    "/settings": "Add a target",
}


@pytest.mark.parametrize("path", LISTS)
def test_each_list_says_what_to_do_next_when_there_is_nothing(
    empty_site: Site, path: str
) -> None:
    answer = log_in(empty_site).get(path)
    assert answer.status_code == 200
    assert NEXT_STEP.get(path, "") in answer.text


def pages(site: Site) -> list[str]:
    found = recommendations.list_recommendations(
        site.store, RecommendationFilter(target_id=site.target_id)
    )
    ids = [row.recommendation_id for row in found.rows]
    assert len(ids) == 4
    return [
        *LISTS,
        f"/targets/{site.target_id}",
        f"/targets/{site.target_id}/edit",
        f"/targets/{site.target_id}/remove",
        *(f"/queries/{site.target_id}/{f}" for f in (ORDERS, CUSTOMERS, HOSTILE)),
        *(f"/recommendations/{number}" for number in ids),
        "/recommendations?state=all&gone=1&q=index&dir=asc&sort=first_seen",
        "/queries?range=all&sort=p95&dir=asc&q=orders",
    ]


def test_all_pages_show_hostile_texts_as_texts_and_no_password(site: Site) -> None:
    client = log_in(site)
    seen_hostile = 0
    for path in pages(site):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert SCRIPT not in answer.text, path
        assert TARGET_PASSWORD not in answer.text, path
        seen_hostile += "&lt;script&gt;document.title" in answer.text
    assert seen_hostile >= 5


def test_query_page_has_text_history_plans_and_advice(site: Site) -> None:
    page = log_in(site).get(f"/queries/{site.target_id}/{ORDERS}?range=all").text
    assert "ORDER BY created_at DESC" in page
    history = page.split('id="history-table"')[1].split("</table>")[0]
    assert history.count('<td data-value="') == 9  # three windows of three numbers
    assert "Seq Scan on public.orders" in page
    assert "Add an index on orders (status, created_at)" in page
    assert "log: 3,400 of 184,233 executions" in page


def test_target_page_has_what_the_log_shows(site: Site) -> None:
    page = log_in(site).get(f"/targets/{site.target_id}").text
    assert "12 waits for locks on &lt;script&gt;" in page
    assert "<p>Held by <span" in page
    assert "Shorten the transaction that holds it." in page


def test_query_page_has_percentiles_of_any_range(site: Site) -> None:
    client, path = log_in(site), f"/queries/{site.target_id}/{ORDERS}"
    page = client.get(f"{path}?range=all").text
    assert "Latency in this range" in page
    assert "only of what was logged: 1,800 of 552,699 executions" in page
    last = datetime.now(UTC) - timedelta(hours=4)
    start, end = (f"{last + timedelta(hours=h):%Y-%m-%dT%H:%M}" for h in (-1, 0))
    page = client.get(f"{path}?from={start}&until={end}").text
    assert f'value="{start}"' in page and f'value="{end}"' in page
    assert "11.9 ms <small>±1.0%</small>" in page
    assert re.search(r"only of what was logged: (50|60|70) executions", page)
    page = client.get(f"{path}?until=2026-01-01T00:00").text
    assert "Latency in this range" not in page
    assert "Nothing in this range" in page


def test_query_page_without_a_log_has_bounds_only(site: Site) -> None:
    page = log_in(site).get(f"/queries/{site.target_id}/{CUSTOMERS}").text
    assert "not known, since no log was read: p95 is at most 239 ms" in page


def test_query_page_of_a_statement_that_never_ended(site: Site) -> None:
    never = replace(item(7, calls=0, time_ms=0.0), sources=("log",), canceled_count=3)
    found = scan_result(ResultOptions(started_at=datetime.now(UTC)))
    workload = replace(found.workload, items=(*found.workload.items, never))
    save_scan(site.store, site.target_id, replace(found, workload=workload))
    client, path = log_in(site), f"/queries/{site.target_id}"
    assert "No execution was seen to end" in client.get(f"{path}/{fingerprint(7)}").text
    assert "No execution was seen to end" not in client.get(f"{path}/{ORDERS}").text


def test_query_page_says_why_there_is_nothing(site: Site) -> None:
    store = site.store
    loop = recommendations.list_recommendations(
        store, RecommendationFilter(fingerprint=LOOKUP)
    ).rows
    page = log_in(site).get(f"/queries/{site.target_id}/{HOSTILE}").text
    assert loop
    assert "No advisor had anything to say" in page


def test_a_rewrite_shows_where_a_caveat_comes_true_on_demand(site: Site) -> None:
    rows = recommendations.list_recommendations(
        site.store, RecommendationFilter(advisor="non_sargable_predicate")
    ).rows
    page = log_in(site).get(f"/recommendations/{rows[0].recommendation_id}").text
    details = page.partition('<details class="counterexample">')[2]
    shown = details.partition("</details>")[0]
    assert "Where a caveat comes true" in shown
    assert "INSERT INTO customers (email)" in shown
    assert "<script" not in shown


def test_recommendation_page_in_the_order_of_the_design(site: Site) -> None:
    rows = recommendations.list_recommendations(
        site.store, RecommendationFilter(advisor="missing_index")
    ).rows
    page = log_in(site).get(f"/recommendations/{rows[0].recommendation_id}").text
    parts = [
        "Add an index on orders (status, created_at)",
        ">Accept<",
        ">Evidence<",
        "473× lower",
        ">Price<",
        "30.0 MiB",
        ">Affected queries<",
        ">Plan today<",
        "└─",
        ">Plan after<",
        "becomes Index Scan using orders_status_created_at_idx",
        "(status = ?)",
        "CREATE INDEX CONCURRENTLY orders_status_created_at_idx",
        ">Before you do<",
        "lock_timeout",
        ">Verify afterwards<",
        "indisvalid",
        "DROP INDEX CONCURRENTLY IF EXISTS",
        ">History<",
    ]
    position = page.index("<h1>")
    for part in parts:
        position = page.index(part, position)


def test_queries_are_sorted_and_filtered_by_the_address(site: Site) -> None:
    client = log_in(site)
    page = client.get("/queries?range=all&sort=calls&dir=desc").text
    assert page.index("WHERE id = $1") < page.index("status = $1")
    page = client.get("/queries?range=all&q=customers").text
    assert "lower(email)" in page
    assert "status = $1" not in page
    page = client.get("/queries?range=all&q=nothing-like-this").text
    assert "No statements here" in page


@pytest.mark.parametrize(
    "path",
    [
        "/queries?sort=evil",
        "/queries?range=1000y",
        "/queries?from=yesterday",
        "/queries?until=9999-01-01T00:00",
        "/queries?from=2026-03-02T00:00&until=2026-03-01T00:00",
        "/queries?page=-1",
        "/queries?target=abc",
        "/recommendations?state=evil",
        "/recommendations?advisor=evil",
        "/jobs?state=%00",
    ],
)
def test_a_wrong_argument_is_one_clear_message(site: Site, path: str) -> None:
    answer = log_in(site).get(path)
    assert answer.status_code == 400
    assert re.search("What to do|not a whole number|too far|ends before", answer.text)


@pytest.mark.parametrize(
    "path",
    [
        "/queries?target=999999",
        "/queries/1/ffffffffffffffff",
        "/queries/999999/a1b2c3d4e5f60718",
        "/recommendations/999999",
        "/targets/999999",
        "/jobs/999999",
        "/submissions/999999",
        "/advisors/no_such",
        "/no/such/page",
        "/static/../app.py",
    ],
)
def test_what_is_not_there_is_404(site: Site, path: str) -> None:
    answer = log_in(site).get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_search_survives_any_characters(site: Site) -> None:
    client = log_in(site)
    for text in ("%00", "%25", "_", "'", "\\", "%F0%9F%90%98", "x" * 5000):
        for path in ("/queries?range=all&q=", "/recommendations?q="):
            assert client.get(path + text).status_code == 200


def test_decisions_are_stored_with_their_reason(site: Site) -> None:
    client = log_in(site)
    target_id = add_shop(site.store, site.settings, "decided")
    rows = recommendations.list_recommendations(
        site.store, RecommendationFilter(target_id=target_id)
    ).rows
    url = f"/recommendations/{rows[0].recommendation_id}"
    token = token_in(client.get(url).text)

    bare = client.post(
        f"{url}/decision", data={"csrf_token": token, "decision": "dismissed"}
    )
    assert bare.status_code == 400
    assert "with a reason" in bare.text

    data = {
        "csrf_token": token,
        "decision": "dismissed",
        "reason": "table is archived <b>soon</b>",
    }
    assert client.post(f"{url}/decision", data=data).status_code == 302
    page = client.get(url).text
    assert "table is archived &lt;b&gt;soon" in page
    record = recommendations.get_recommendation(site.store, rows[0].recommendation_id)
    assert record is not None
    assert record.row.state is RecommendationState.DISMISSED
    assert record.events[-1].user_name == "dba"

    wrong = client.post(
        f"{url}/decision", data={"csrf_token": token, "decision": "explode"}
    )
    assert wrong.status_code == 400


def token_in(page: str) -> str:
    mark = 'name="csrf_token" value="'
    start = page.index(mark) + len(mark)
    return page[start : page.index('"', start)]
