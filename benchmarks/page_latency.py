"""How fast the pages are over a store with 100,000 observations.

    python benchmarks/page_latency.py [OBSERVATIONS]

Stores that many statement windows (1,000 statements in each scan), serves the pages by
waitress as the service does, and asks each over HTTP, logged in, 40 times.
"""

from __future__ import annotations

import http.cookiejar
import re
import shutil
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import waitress
from support import percentile, verdict

from analyzer.config import Settings
from analyzer.domain.target import Address
from analyzer.embedded.cluster import SUPERUSER, Cluster, ClusterSpec, free_port
from analyzer.store import users
from analyzer.store.database import Store
from analyzer.store.migrate import ensure_database, migrate
from analyzer.store.passwords import hash_password
from analyzer.store.save import save_scan
from analyzer.store.secrets import SecretBox
from analyzer.store.statements import StatementSort
from analyzer.store.targets import add_target
from analyzer.store.users import Role
from tests.support import scan_results
from tests.support.stores import some_target
from web.app import create_app

STATEMENTS = 1_000
ROUNDS = 40
LIMIT_MS = 100.0
PASSWORD = "only for this benchmark"


def main() -> int:
    observations = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    folder = Path(tempfile.mkdtemp(prefix="pgproof-bench-"))
    folder.chmod(0o755)
    cluster = Cluster(ClusterSpec(data_dir=folder / "store"))
    try:
        with cluster:
            address = Address(
                host=str(cluster.socket_dir),
                port=cluster.port,
                database="pgproof",
                user=SUPERUSER,
            )
            ensure_database(address)
            migrate(address)
            settings = Settings(
                home=folder / "home", secret_key="k" * 32, port=free_port()
            )
            with Store.open(address, max_connections=6) as store:
                fill(store, settings, observations)
                return serve_and_measure(store, settings)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fill(store: Store, settings: Settings, observations: int) -> None:
    box = SecretBox(settings.ensure_secret_key())
    target_id = add_target(store, box, some_target())
    users.add_user(store, "bench", hash_password(PASSWORD), Role.DBA)
    items = [
        scan_results.item(n, calls=n, time_ms=n * 1.5, p95_ms=n / 10)
        for n in range(1, STATEMENTS + 1)
    ]
    advice = [scan_results.recommendation(n, impact_ratio=1 / n) for n in range(1, 101)]
    scans = max(1, observations // STATEMENTS)
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    started = time.monotonic()
    for number in range(scans):
        result = scan_results.result(items, advice)
        ended_at = now - timedelta(hours=scans - number - 1)
        window = replace(
            result.workload.window,
            started_at=ended_at - timedelta(hours=1),
            ended_at=ended_at,
        )
        workload = replace(result.workload, window=window)
        save_scan(
            store,
            target_id,
            replace(
                result, workload=workload, started_at=ended_at, finished_at=ended_at
            ),
        )
    elapsed_s = time.monotonic() - started
    print(f"{scans * STATEMENTS:,} observations stored in {elapsed_s:.1f} s")


def serve_and_measure(store: Store, settings: Settings) -> int:
    server = waitress.create_server(
        create_app(settings, store), host=settings.host, port=settings.port, threads=6
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    base = f"http://{settings.host}:{settings.port}"
    worst_ms = 0.0
    opener = log_in(base)
    for path in pages(opener, base):
        times_ms = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            with opener.open(base + path) as answer:
                size = len(answer.read())
            times_ms.append((time.perf_counter() - started) * 1000)
        p95_ms = percentile(times_ms, 0.95)
        worst_ms = max(worst_ms, p95_ms)
        p50_ms = percentile(times_ms, 0.5)
        numbers = f"p50 {p50_ms:6.1f} ms  p95 {p95_ms:6.1f} ms {size / 1024:7.0f} kB"
        print(f"{numbers}  {path}")
    server.close()
    return verdict(worst_ms < LIMIT_MS, f"p95 of every page under {LIMIT_MS:.0f} ms")


def log_in(base: str) -> urllib.request.OpenerDirector:
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = opener.open(f"{base}/login").read().decode()
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    fields = {"csrf_token": found[1], "name": "bench", "password": PASSWORD}
    opener.open(f"{base}/login", urllib.parse.urlencode(fields).encode()).read()
    return opener


def pages(opener: urllib.request.OpenerDirector, base: str) -> list[str]:
    """All pages without parameters, and one of each kind that has some."""
    fixed = [
        "/",
        "/queries",
        *(
            f"/queries?range={label}&sort={sort.value}"
            for label in ("24h", "30d")
            for sort in StatementSort
        ),
        "/queries?range=30d&q=t1",
        "/queries?range=all&page=20&dir=asc",
        "/recommendations",
        "/submit",
        "/targets",
        "/jobs",
    ]
    fixed += ["/advisors", "/settings", "/api/v1/statements", "/api/v1/recommendations"]
    found = []
    for listing in ("/queries", "/recommendations", "/targets"):
        page = opener.open(base + listing).read().decode()
        link = re.search(rf'href="({listing}/\d[\w/]*(?:\?range=\w+)?)"', page)
        assert link is not None, listing
        found.append(link[1])
    return [*fixed, *found, "/metrics", "/healthz", "/readyz"]


if __name__ == "__main__":
    sys.exit(main())
