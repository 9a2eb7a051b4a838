"""The pages of plans: one, two stored, two pasted, and flips on other pages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from analyzer.plans.read_any import read_any_plan
from analyzer.store.plans import StoredPlan, plans_of
from analyzer.store.save import save_scan
from tests.support.shop_result import ORDERS, ResultOptions, scan_result
from tests.support.web import Site, log_in

pytestmark = pytest.mark.integration

SEQUENTIAL = """\
Seq Scan on t  (cost=0.00..9000.00 rows=10 width=4) (actual time=0.1..80.0 rows=3 loops=1)
  Filter: (a = 1)
  Rows Removed by Filter: 400000
Execution Time: 80.1 ms
"""  # noqa: E501
BY_INDEX = """\
- Plan:
    Node Type: "Index Scan"
    Relation Name: "t"
    Alias: "t"
    Index Name: "t_a"
    Total Cost: 9.00
    Plan Rows: 10
"""


@pytest.fixture(scope="module")
def stored(site: Site) -> tuple[StoredPlan, ...]:
    """Two plans of one statement, the later one dearer and just noticed."""
    now = site.store.now()
    for hours, text in ((3, BY_INDEX), (2, SEQUENTIAL.partition(" (actual")[0])):
        scan = scan_result(ResultOptions())
        plan = read_any_plan(text, source="shadow 18.6")
        ended_at = now - timedelta(hours=hours)
        moved = replace(
            scan, plans={ORDERS: plan}, measured_plans={},
            started_at=ended_at, finished_at=ended_at,
        )  # fmt: skip
        save_scan(site.store, site.target_id, moved)
    found = plans_of(site.store, site.target_id, ORDERS)
    by_cost = {plan.total_cost: plan for plan in found}
    return by_cost[9000.0], by_cost[9.0]


def test_a_flip_is_on_the_first_page_and_on_the_query_s(
    site: Site, stored: tuple[StoredPlan, ...]
) -> None:
    client = log_in(site)
    link = f"/plans?before={stored[1].plan_id}&amp;after={stored[0].plan_id}"
    today = client.get("/").text
    assert "times dearer" in today
    assert link in today
    flips = 'pgproof_plan_flips{change="dearer",target="shop"} 1.0'
    assert flips in client.get("/metrics").text
    query = client.get(f"/queries/{site.target_id}/{ORDERS}").text
    assert "Plan flips" in query
    assert link in query
    document = client.get(f"/api/v1/statements/{site.target_id}/{ORDERS}").get_json()
    assert document["flips"][0]["cost_before"] == 9.0


def test_two_stored_plans_are_compared(
    site: Site, stored: tuple[StoredPlan, ...]
) -> None:
    client = log_in(site)
    page = client.get(
        f"/plans?before={stored[1].plan_id}&after={stored[0].plan_id}"
    ).text
    assert "Index Scan using t_a on t becomes Seq Scan on t" in page
    assert "9 → 9,000" in page
    assert client.get("/plans?before=1").status_code == 400
    assert client.get("/plans?before=1&after=99999").status_code == 404
    assert client.get("/plans?before=x&after=1").status_code == 400
    one = client.get(f"/plans/{stored[0].plan_id}").text
    assert "was not run" in one
    assert client.get("/plans/99999").status_code == 404


def paste(site: Site, before: str, after: str = "") -> tuple[int, str]:
    client = log_in(site)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/plans").text)
    assert token
    form = {"before": before, "after": after, "csrf_token": token[1]}
    answer = client.post("/plans", data=form)
    return answer.status_code, answer.text


def test_a_pasted_plan_is_explained(site: Site) -> None:
    status, page = paste(site, SEQUENTIAL)
    assert status == 200
    assert "CREATE INDEX ON t (a)" in page
    assert "not kept" in page


def test_two_pasted_plans_are_compared(site: Site) -> None:
    status, page = paste(site, SEQUENTIAL, BY_INDEX)
    assert status == 200
    assert "Seq Scan on t becomes Index Scan using t_a on t" in page


@pytest.mark.parametrize(
    "text", ["", "no plan", "<script>alert(1)</script>", "x" * 600_000, '[{"Plan": 1}]']
)
def test_what_is_no_plan_is_told_and_kept_in_the_form(site: Site, text: str) -> None:
    status, page = paste(site, text)
    assert status in (400, 422)
    assert "What to do" in page or "longer than" in page
    assert "<script>alert" not in page


def test_hostile_names_stay_text(site: Site) -> None:
    name = '<img src=x onerror=\\"a()\\">'
    document = f'[{{"Plan": {{"Node Type": "{name}", "Total Cost": 1, "Filter": "</pre><b>"}}}}]'  # noqa: E501
    status, page = paste(site, document)
    assert status == 200
    assert "<img src=x" not in page
    assert "</pre><b>" not in page
