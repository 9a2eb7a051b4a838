"""The pages in a real browser: with scripts, without, in light and dark, narrow."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from analyzer.domain.recommendation import RecommendationState
from analyzer.domain.scan import ScanKind
from analyzer.store import jobs, recommendations
from analyzer.store.jobs import Claim
from analyzer.store.recommendations import RecommendationFilter
from analyzer.store.save import save_scan
from tests.support.shop_result import HOSTILE, ORDERS, ResultOptions, scan_result
from tests.support.web import PASSWORD, Site, add_shop

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
TIMEOUT_MS = 15_000

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.integration,
    pytest.mark.skipif(
        not Path(CHROMIUM).exists(), reason="Debian's chromium is not installed"
    ),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    """The application, served on a free port."""
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Watched:
    """A page, and all that its console and network complained about."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(TIMEOUT_MS)
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._request)

    def _console(self, message: object) -> None:
        kind = getattr(message, "type", "")
        if kind in ("error", "warning"):
            self.complaints.append(getattr(message, "text", ""))

    def _request(self, request: object) -> None:
        url = str(getattr(request, "url", ""))
        if not re.match(r"(http://127\.0\.0\.1:|data:|about:)", url):
            self.foreign.append(url)


@pytest.fixture
def watched(browser: Browser, address: str) -> Iterator[Watched]:
    """A logged-in DBA; the test fails if the console complained."""
    context = browser.new_context(
        base_url=address, viewport={"width": 1360, "height": 860}
    )
    watched = Watched(context)
    log_in(watched.page)
    yield watched
    context.close()
    assert watched.complaints == []
    assert watched.foreign == []


@pytest.fixture
def plain(browser: Browser, address: str) -> Iterator[Page]:
    """A logged-in DBA whose browser runs no scripts."""
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    log_in(page)
    yield page
    context.close()


def log_in(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Name").fill("dba")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")


def recommendation_ids(site: Site, target_id: int) -> list[int]:
    wanted = RecommendationFilter(target_id=target_id)
    rows = recommendations.list_recommendations(site.store, wanted).rows
    return [row.recommendation_id for row in rows]


def test_all_pages_without_a_complaint(site: Site, watched: Watched) -> None:
    paths = [
        "/",
        "/queries?range=all",
        "/recommendations",
        "/submit",
        "/plans",
        "/targets",
        "/targets/add",
        f"/targets/{site.target_id}",
        f"/targets/{site.target_id}/remove",
        "/jobs",
        "/advisors",
        "/settings",
        f"/queries/{site.target_id}/{ORDERS}?range=all",
        f"/queries/{site.target_id}/{HOSTILE}?range=all",
        *(f"/recommendations/{n}" for n in recommendation_ids(site, site.target_id)),
    ]
    for path in paths:
        answer = watched.page.goto(path)
        assert answer is not None
        assert answer.ok, path
        assert watched.page.title().endswith("· pgproof"), path
        assert watched.page.locator("h1").count() == 1, path


PASTED = """\
Aggregate  (cost=9.00..9.01 rows=1 width=8) (actual time=80.0..80.1 rows=1 loops=1)
  ->  Seq Scan on t  (cost=0.00..8.00 rows=9 width=4) (actual time=0.1..70.0 rows=9 loops=1)
        Filter: (a = '<img src=x onerror=alert(1)>'::text)
        Rows Removed by Filter: 100000
        Sort Key: <b onclick=x>y</b>
Execution Time: 82.000 ms
"""  # noqa: E501


def test_a_pasted_plan_opens_in_the_viewer(watched: Watched) -> None:
    page = watched.page
    page.goto("/plans")
    page.locator("#before").fill(PASTED)
    page.get_by_role("button", name="Explain").click()
    expect(
        page.locator(".viewer .plan-container, .viewer .nav-tabs").first
    ).to_be_visible()
    expect(page.locator(".viewer")).to_contain_text("Seq Scan")
    expect(page.locator(".viewer")).to_contain_text("Aggregate")
    assert page.locator(".viewer img[src=x]").count() == 0


def test_two_plans_are_compared_without_scripts(plain: Page) -> None:
    plain.goto("/plans")
    plain.locator("#before").fill(PASTED)
    plain.locator("#after").fill(PASTED.replace("Seq Scan", "Index Scan using i"))
    plain.get_by_role("button", name="Explain").click()
    expect(plain.locator("main")).to_contain_text(
        "Seq Scan on t becomes Index Scan using i on t"
    )
    expect(plain.locator("[data-viewer]").first).to_be_hidden()


def test_hostile_texts_stay_texts(site: Site, watched: Watched) -> None:
    page = watched.page
    page.goto(f"/queries/{site.target_id}/{HOSTILE}?range=all")
    expect(page.locator("#query-text")).to_contain_text("<script>document.title")
    page.goto("/recommendations?q=lower")
    page.get_by_role("link", name="Compare email").click()
    expect(page.locator("h1")).to_contain_text("<script>document.title")
    assert page.title() != "pwned"
    assert page.locator("h1 script").count() == 0


def test_the_policy_stops_inline_code(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address)
    watched = Watched(context)
    watched.page.goto("/login")
    watched.page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = "document.title = 'pwned'";
            document.body.append(script);
            document.body.insertAdjacentHTML(
                'beforeend', '<p style="color: red" onclick="1">x</p>');
        }"""
    )
    assert watched.page.title() == "Log in · pgproof"
    assert any("Content Security Policy" in text for text in watched.complaints)
    context.close()


def test_nothing_is_wider_than_the_window(
    site: Site, browser: Browser, address: str
) -> None:
    first = recommendation_ids(site, site.target_id)[0]
    for width in (1360, 900, 390):
        context = browser.new_context(
            base_url=address, viewport={"width": width, "height": 800}
        )
        page = context.new_page()
        log_in(page)
        for path in ("/", "/queries?range=all", f"/recommendations/{first}", "/jobs"):
            page.goto(path)
            over = page.evaluate(
                "document.documentElement.scrollWidth - window.innerWidth"
            )
            assert over <= 0, (width, path, over)
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_follow_the_system(browser: Browser, address: str, scheme: str) -> None:
    chosen = {"light": "light", "dark": "dark"}[scheme]
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if chosen == "dark" else "light")
    page.goto("/login")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", chosen)
    context.close()


def test_charts_are_drawn_and_the_numbers_stay(site: Site, watched: Watched) -> None:
    page = watched.page
    page.goto(f"/queries/{site.target_id}/{ORDERS}?range=all")
    for table in ("history-table", "durations-table"):
        expect(page.locator(f"[data-chart={table}] canvas")).to_be_visible()
    page.get_by_text("Numbers", exact=True).click()
    expect(page.get_by_role("columnheader", name="Window until, UTC")).to_be_visible()


def test_ddl_is_copied(site: Site, watched: Watched) -> None:
    page = watched.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/recommendations?q=created_at")
    page.get_by_role("link", name="Add an index on orders").first.click()
    page.get_by_role("button", name="Copy for psql").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("CREATE INDEX CONCURRENTLY orders_status_created_at_idx")


def test_keys_move_through_a_list_and_between_recommendations(
    watched: Watched,
) -> None:
    page = watched.page
    page.goto("/recommendations")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr.chosen")).to_have_count(1)
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recommendations/*")
    title = page.locator("h1").inner_text()
    page.keyboard.press("j")
    expect(page.locator("h1")).not_to_have_text(title)


def test_a_decision_from_dismissed_to_open(site: Site, watched: Watched) -> None:
    page = watched.page
    target_id = add_shop(site.store, site.settings, "decided in a browser")
    number = recommendation_ids(site, target_id)[0]
    page.goto(f"/recommendations/{number}")
    page.get_by_role("button", name="Dismiss").click()  # the reason is missing
    expect(page.get_by_label("Reason to dismiss it")).to_be_focused()
    page.keyboard.type("archived next week")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("status")).to_have_text("The decision is stored.")
    expect(page.locator(".history")).to_contain_text("archived next week")
    record = recommendations.get_recommendation(site.store, number)
    assert record is not None
    assert record.row.state is RecommendationState.DISMISSED
    page.get_by_role("button", name="Open again").click()
    expect(page.locator(".page-head .badge-plain").first).to_have_text("open")


def test_a_submission_is_followed_by_script(site: Site, watched: Watched) -> None:
    page = watched.page
    page.goto("/submit")
    page.get_by_label("One SELECT").fill("SELECT id FROM orders WHERE status = 'new'")
    page.get_by_role("button", name="Analyze").click()
    expect(page.locator("#progress")).to_contain_text("waiting for the worker")
    work(site, page)
    expect(page.get_by_role("heading", name="Plan", exact=True)).to_be_visible()
    expect(page.locator("#rec-1")).to_contain_text("Add an index")


def test_a_submission_without_scripts(site: Site, plain: Page) -> None:
    plain.goto("/submit")
    plain.get_by_label("One SELECT").fill("SELECT id\nFORM orders")
    plain.get_by_role("button", name="Analyze").click()
    expect(plain.get_by_role("alert")).to_contain_text("line 2")
    expect(plain.locator("#excerpt .here")).to_have_count(1)
    plain.get_by_label("One SELECT").fill("SELECT id FROM orders WHERE total > 7")
    plain.get_by_role("button", name="Analyze").click()
    expect(plain.locator("#progress")).to_contain_text("waiting for the worker")
    work(site, plain)
    # The page loads itself again, as its meta element asks.
    expect(plain.get_by_role("heading", name="Plan", exact=True)).to_be_visible()


def work(site: Site, page: Page) -> None:
    """Do the job of the page as a worker would."""
    job_id = int(page.url.rsplit("/", 1)[1])
    taken = jobs.claim(site.store, "browser test", 60)
    assert taken is not None
    assert taken.job_id == job_id
    assert taken.target_id is not None
    options = ResultOptions(started_at=datetime.now(UTC), kind=ScanKind.SUBMISSION)
    claim = Claim(job_id=job_id, attempt=taken.attempt)
    save_scan(site.store, taken.target_id, scan_result(options), job=claim)


def test_everything_is_there_without_scripts(site: Site, plain: Page) -> None:
    plain.goto(f"/queries/{site.target_id}/{ORDERS}?range=all")
    plain.get_by_text("Numbers", exact=True).click()
    expect(plain.get_by_role("columnheader", name="Window until, UTC")).to_be_visible()
    expect(plain.get_by_text("Seq Scan on public.orders").first).to_be_visible()
    plain.goto("/recommendations?q=created_at")
    plain.get_by_role("link", name="Add an index on orders").first.click()
    expect(plain.locator("#do-ddl")).to_contain_text("CONCURRENTLY")
    expect(plain.get_by_role("button", name="Copy for psql")).to_be_hidden()
    plain.get_by_role("button", name="Accept").click()
    expect(plain.get_by_role("status")).to_have_text("The decision is stored.")
    plain.get_by_role("button", name="Open again").click()
    expect(plain.get_by_role("status")).to_have_text("The decision is stored.")


def test_each_control_has_a_name(site: Site, watched: Watched) -> None:
    unnamed = """() => [...document.querySelectorAll(
            'input:not([type=hidden]),select,textarea,button,a')]
        .filter(e => !(e.labels && e.labels.length) && !e.getAttribute('aria-label')
                     && !e.textContent.trim())
        .map(e => e.outerHTML)"""
    number = recommendation_ids(site, site.target_id)[0]
    paths = ["/", "/queries", "/recommendations", f"/recommendations/{number}"]
    paths += ["/submit", "/targets/add", "/jobs", "/settings"]
    for path in paths:
        watched.page.goto(path)
        assert watched.page.evaluate(unnamed) == [], path
