"""Rewrites of the queries of the rewriting notes, section 4, before and after.

    python benchmarks/rewrites.py [--scale 1] [ID ...]

Builds the schema (at scale 1 a tenth of the notes' rows), takes a snapshot, searches a
rewrite of each query in its shadow, and runs both texts on the real rows. A query
marked ``offer`` must get one with the same rows that is faster or touches fewer pages,
one marked ``changed`` an answer that changes what is asked, one marked ``silent`` none.
One marked ``either`` pays with larger tables only: if it is offered, it must gain.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from support import verdict

from analyzer.domain.recommendation import Semantics
from analyzer.domain.rewriting import Rewrite
from analyzer.domain.target import Address
from analyzer.embedded.cluster import Cluster, ClusterSpec, free_port
from analyzer.planner.parameters import ParameterSource
from analyzer.planner.shadow import ShadowCluster, build
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.connect import Connection, session
from analyzer.postgres.function_facts import read_volatility
from analyzer.postgres.view_facts import read_views
from analyzer.rewriting.protocol import Setting
from analyzer.rewriting.registry import RULES
from analyzer.rewriting.search import Searcher

FOLDER = Path(__file__).parent
MIN_SPEEDUP = 1.5
PASSWORD = "benchmark"
TIMEOUT_MS = 600_000
LIMIT_MS = 15_000
SLOW_MS = 1000
"""A text that takes longer is stopped, as in the notes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    name: str
    expect: str
    query: str


def queries() -> list[Asked]:
    text = (FOLDER / "rewrites_queries.sql").read_text(encoding="utf-8")
    parts = re.split(r"(?m)^-- (\S+) (offer|silent|changed|either)$", text)[1:]
    return [
        Asked(name=name, expect=expect, query=query.strip().rstrip(";"))
        for name, expect, query in zip(
            parts[::3], parts[1::3], parts[2::3], strict=True
        )
    ]


@contextmanager
def server(scale: float) -> Iterator[Address]:
    folder = Path(tempfile.mkdtemp(prefix="pgproof-bench-"))
    folder.chmod(0o755)
    spec = ClusterSpec(
        data_dir=folder / "data",
        port=free_port(),
        password=PASSWORD,
        settings={
            "fsync": "off",
            "shared_buffers": "256MB",
            "work_mem": "1MB",
            "random_page_cost": "1.1",
            "jit": "off",
            "max_parallel_workers_per_gather": "0",
        },
    )
    try:
        with Cluster(spec) as cluster:
            address = Address(
                host="127.0.0.1",
                port=cluster.port,
                database="postgres",
                user="postgres",
                password=PASSWORD,
            )
            text = (FOLDER / "rewrites_schema.sql").read_text(encoding="utf-8")
            with session(
                address, read_only=False, statement_timeout_ms=TIMEOUT_MS
            ) as connection:
                connection.execute(text.replace(":scale", str(scale)).encode())
                connection.execute("VACUUM ANALYZE")
            yield address
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(connection: Connection, query: str) -> tuple[Counter[str] | None, float, int]:
    """Rows as a bag, best time of three in ms on the server, and pages touched.

    No rows where the text took longer than the limit.
    """
    explain = b"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON, TIMING OFF) " + query.encode()
    rows, best, pages = Counter[str](), float("inf"), 0
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(f"SET LOCAL statement_timeout = {LIMIT_MS}".encode())
            for _ in range(3):
                plan = connection.execute(explain).fetchone()
                root = plan[0][0] if plan else {}
                best = min(best, root["Execution Time"])
                node = root["Plan"]
                pages = node["Shared Hit Blocks"] + node["Shared Read Blocks"]
                if best > SLOW_MS:
                    break
            cursor = connection.execute(query.encode())
            if cursor.description is not None:
                rows = Counter(map(repr, cursor.fetchall()))
    except psycopg.errors.QueryCanceled:
        return None, float(LIMIT_MS), 0
    return rows, best, pages


def chosen(asked: Asked, proved: list[Rewrite]) -> Rewrite | None:
    """The best of the kind that is asked for, without an index if there is one."""
    changed = asked.expect == "changed"
    fit = [p for p in proved if (p.semantics is Semantics.CHANGED) == changed]
    ready = [p for p in fit or proved if p.create is None] or fit or proved
    return ready[0] if ready else None


def judge(asked: Asked, best: Rewrite | None, connection: Connection) -> str:
    """What is wrong, or an empty text."""
    if best is None:
        return "nothing offered" if asked.expect in ("offer", "changed") else ""
    rules = " + ".join(step.rule for step in best.steps)
    costs = f"cost {best.cost_before:,.0f} -> {best.cost_after:,.0f}"
    if best.semantics is Semantics.CHANGED:
        print(f"{asked.name:5} {rules}: {costs}, changes what is asked")
        return "" if asked.expect == "changed" else "changes what is asked"
    before, after = run(connection, asked.query), run(connection, best.query)
    ratio, pages = before[1] / max(after[1], 0.001), before[2] / max(after[2], 1)
    print(
        f"{asked.name:5} {rules}: {costs}; {before[1]:.2f} -> {after[1]:.2f} ms "
        f"(x{ratio:.1f}), {before[2]:,} -> {after[2]:,} pages"
    )
    ties = best.semantics is Semantics.UNCHANGED_IF and "LIMIT" in asked.query
    if None not in (before[0], after[0]) and before[0] != after[0] and not ties:
        return f"OTHER ROWS: {best.query}"
    if asked.expect == "silent":
        return (
            "offered, though it should be silent"
            if max(ratio, pages) < MIN_SPEEDUP
            else ""
        )
    return "" if max(ratio, pages) >= MIN_SPEEDUP else "no gain when run"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("ids", nargs="*")
    given = parser.parse_args()
    wrong: list[str] = []
    count = 0
    with server(given.scale) as address, ShadowCluster() as cluster:
        snapshot = take_snapshot(address)
        with (
            build(cluster, snapshot) as planner,
            session(
                address, read_only=False, statement_timeout_ms=TIMEOUT_MS
            ) as connection,
        ):
            setting = Setting(
                catalog=snapshot.catalog,
                functions=read_volatility(planner.connection),
                views=read_views(planner.connection),
            )
            source = ParameterSource(planner.connection, snapshot.catalog)
            for asked in queries():
                if given.ids and asked.name not in given.ids:
                    continue
                count += 1
                searcher = Searcher(setting, RULES, planner)
                found = searcher.search(asked.query, source.draw(asked.query))
                proved = [item for item in found.paying if not item.unproven]
                problem = judge(asked, chosen(asked, proved), connection)
                if problem:
                    wrong.append(f"{asked.name}: {problem}")
                    print(f"{asked.name:5} {problem}; tried: {found.dropped[:4]}")
    print(f"{count} queries, {len(wrong)} not as expected")
    print(*wrong, sep="\n")
    return verdict(not wrong, "every query is as the notes say")


if __name__ == "__main__":
    sys.exit(main())
