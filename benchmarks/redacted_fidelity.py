"""What ``snapshot --redact`` costs in accuracy, on TPC-H and TPC-DS.

    python benchmarks/redacted_fidelity.py [FOLDER]

FOLDER holds the databases of ``benchmarks/tpc.py`` (made there at scale 0.1 if new).
Every query is planned with parameters in place of its constants, in a shadow of the
snapshot and in one of the redacted snapshot, each with values drawn from its own
statistics: that is what a scan of the one and of the other would see.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tpc
from support import percentile, verdict

from analyzer.errors import AnalyzerError
from analyzer.planner.parameters import ParameterSource
from analyzer.planner.redact import redacted
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, build
from analyzer.planner.snapshot import PlannerSnapshot, take_snapshot
from analyzer.plans.signature import signature
from analyzer.postgres.connect import parse_dsn
from analyzer.statements.normalize import normalize

SCALE = 0.1
DATABASES = ("tpch", "tpcds")
LIMIT_RATIO = 0.05
"""A cost that differs by more is counted as lost."""
MIN_KEPT_RATIO = 0.85
"""What stands within a text is lost: LIKE '%…%' finds another share of the codes."""

Costs = dict[tuple[int, str], tuple[float, str]]
"""Cost and shape of the plan by query and label of the values."""


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(prefix="pgproof-bench-") as name:
        place = (folder or Path(name)).resolve()
        tpc.prepare(place, scale=SCALE)
        with tpc.running(place) as served:
            return max([measure(served, database) for database in DATABASES])


def measure(served: tpc.Tpc, database: str) -> int:
    snapshot = take_snapshot(parse_dsn(served.dsn(database)))
    queries = {
        number: normalize(query.rstrip().rstrip(";"))
        for number, query in served.queries(database).items()
    }
    with shadow_of(snapshot) as shadow:
        before = costs(shadow, snapshot, queries)
    hidden = redacted(snapshot)
    with shadow_of(hidden) as shadow:
        after = costs(shadow, hidden, queries)
    return show(database, before, after)


@contextmanager
def shadow_of(snapshot: PlannerSnapshot) -> Iterator[ShadowPlanner]:
    with ShadowCluster() as cluster, build(cluster, snapshot) as shadow:
        yield shadow


def costs(
    shadow: ShadowPlanner, snapshot: PlannerSnapshot, queries: dict[int, str]
) -> Costs:
    source = ParameterSource(shadow.connection, snapshot.catalog)
    found: Costs = {}
    for number, query in queries.items():
        try:
            for drawn in source.draw(query):
                plan = shadow.plan(query, drawn.values)
                found[number, drawn.label] = (plan.total_cost, signature(plan))
        except AnalyzerError as error:
            print(f"  query {number} cannot be planned: {error}")
    return found


def show(database: str, before: Costs, after: Costs) -> int:
    both = sorted(before.keys() & after.keys())
    offs = [abs(after[key][0] / before[key][0] - 1) for key in both]
    same = sum(before[key][1] == after[key][1] for key in both)
    kept = sum(off <= LIMIT_RATIO for off in offs)
    print(
        f"{database}: {len(both)} plans, relative difference of the cost median "
        f"{percentile(offs, 0.5):.4f}, p90 {percentile(offs, 0.9):.4f}, worst "
        f"{max(offs):.4f}; {same} have the same shape"
    )
    for off, key in sorted(zip(offs, both, strict=True), reverse=True)[:6]:
        if off > LIMIT_RATIO:
            print(f"  {off:8.2%}  query {key[0]}, {key[1]} values")
    missing = len(before.keys() ^ after.keys())
    ratio = kept / (len(both) + missing)
    what = f"{database}: costs within {LIMIT_RATIO:.0%} after redaction ({ratio:.1%})"
    return verdict(ratio >= MIN_KEPT_RATIO, what)


if __name__ == "__main__":
    sys.exit(main())
