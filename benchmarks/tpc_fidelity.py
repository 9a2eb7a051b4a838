"""Costs of TPC-H and TPC-DS in a shadow against those of the server itself.

    python benchmarks/tpc_fidelity.py [FOLDER] [--older 15] [--database tpch]

FOLDER holds the databases of ``benchmarks/tpc.py`` (made there at scale 0.1 if new).
Every query is planned on both sides: as it is, and for each index with the index really
built on the server (and rolled back) and hypothetical in the shadow. ``--older`` copies
the databases to a PostgreSQL of that major version (``tools/test-packages`` gets them)
and compares with that, another planner: the differences are told, and held only to bars
for the median and nine in ten.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import tpc
from support import percentile, verdict

from analyzer.domain.index import IndexDefinition
from analyzer.domain.target import Address
from analyzer.domain.what_if import PlanCost, WhatIfQuestion
from analyzer.embedded.binaries import bin_dir
from analyzer.planner.explain import explain
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, build
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.connect import Connection, parse_dsn, session
from analyzer.statements.ddl import index_from_ddl
from tests.support.older_servers import OLDER, running

LIMIT_RATIO = 0.001
OLDER_MEDIAN_RATIO = 0.001
OLDER_P90_RATIO = 0.05
SCALE = 0.1
INDEXES = {
    "tpch": (
        "lineitem (l_shipdate)",
        "lineitem (l_partkey)",
        "lineitem (l_suppkey, l_shipdate)",
        "lineitem (l_shipdate) INCLUDE (l_extendedprice, l_discount, l_quantity)",
        "lineitem (l_partkey) INCLUDE (l_quantity)",
        "orders (o_custkey)",
        "orders (o_orderdate)",
        "customer (c_mktsegment)",
        "part (p_brand, p_container)",
        "partsupp (ps_suppkey)",
    ),
    "tpcds": (
        "store_sales (ss_sold_date_sk)",
        "store_sales (ss_customer_sk)",
        "store_sales (ss_store_sk, ss_sold_date_sk)",
        "catalog_sales (cs_sold_date_sk)",
        "web_sales (ws_item_sk) INCLUDE (ws_ext_sales_price)",
        "inventory (inv_date_sk)",
        "date_dim (d_year, d_moy)",
        "customer_address (ca_state)",
    ),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--older", type=int, choices=OLDER)
    parser.add_argument("--database", choices=sorted(INDEXES), action="append")
    options = parser.parse_args()
    names = tuple(options.database or INDEXES)
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="pgproof-bench-"))
        place = (options.folder or Path(name)).resolve()
        tpc.prepare(place, names, scale=SCALE)
        served = stack.enter_context(tpc.running(place))
        older = options.older and stack.enter_context(running(options.older))
        return max(measure(served, database, older) for database in names)


def copied(served: tpc.Tpc, database: str, older: Address) -> Address:
    """The database on the older server, analyzed there."""
    with session(older, read_only=False) as connection:
        connection.execute(f"CREATE DATABASE {database}".encode())
    address = replace(older, database=database)
    programs = bin_dir()
    dump = [programs / "pg_dump", "--no-owner", served.dsn(database)]
    # Settings that it does not know are refused one by one; the rest goes on.
    target = f"host={older.host} port={older.port} user={older.user} dbname={database}"
    load = [programs / "psql", "--quiet", "--no-psqlrc", target]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as source:
        subprocess.run(
            load, stdin=source.stdout, check=True, capture_output=True, timeout=3_600
        )
    with session(address, read_only=False, statement_timeout_ms=600_000) as connection:
        connection.execute("VACUUM ANALYZE")
    return address


def measure(served: tpc.Tpc, database: str, older: Address | None) -> int:
    address = parse_dsn(served.dsn(database))
    if older is not None:
        address = copied(served, database, older)
    show = show_older if older is not None else show_same
    queries = {n: q.rstrip().rstrip(";") for n, q in served.queries(database).items()}
    with (
        session(address, read_only=False, statement_timeout_ms=600_000) as real,
        ShadowCluster() as cluster,
        build(cluster, take_snapshot(address)) as shadow,
    ):
        print(f"{database}: planned by {shadow.source}")
        offs = compare(real, shadow, queries, None)
        code = show(f"{database} as it is", offs)
        return code | show(
            f"{database} with an index", with_indexes(real, shadow, database, queries)
        )


def with_indexes(
    real: Connection, shadow: ShadowPlanner, database: str, queries: dict[int, str]
) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in INDEXES[database]:
        definition = index_from_ddl(f"CREATE INDEX ON {text}")[0]
        with real.transaction(force_rollback=True):
            real.execute(f"CREATE INDEX ON {text}".encode())
            offs = compare(real, shadow, queries, definition)
        found |= {f"{name} with {text}": off for name, off in offs.items()}
    return found


def compare(
    real: Connection,
    shadow: ShadowPlanner,
    queries: dict[int, str],
    definition: IndexDefinition | None,
) -> dict[str, float]:
    """Relative difference of the cost of each query."""
    create = (definition,) if definition else ()
    asked = [WhatIfQuestion(query=q, create=create) for q in queries.values()]
    found = {}
    for number, answer in zip(queries, shadow.costs_with(asked), strict=True):
        there = explain(real, queries[number], source="server").total_cost
        if not isinstance(answer, PlanCost):
            raise SystemExit(f"query {number} cannot be planned: {answer}")
        found[f"query {number}"] = abs(answer.total_cost - there) / there
    return found


def show_same(title: str, offs: dict[str, float]) -> int:
    share = told(title, offs)
    return verdict(share == 1, f"{title}: within {LIMIT_RATIO:.1%} ({share:.1%} are)")


def show_older(title: str, offs: dict[str, float]) -> int:
    told(title, offs)
    values = list(offs.values())
    holds = (
        percentile(values, 0.5) <= OLDER_MEDIAN_RATIO
        and percentile(values, 0.9) <= OLDER_P90_RATIO
    )
    bars = f"median within {OLDER_MEDIAN_RATIO:.1%}, p90 within {OLDER_P90_RATIO:.0%}"
    return verdict(holds, f"{title}, an older planner: {bars}")


def told(title: str, offs: dict[str, float]) -> float:
    """Show differences; the share of those within the limit."""
    values = list(offs.values())
    print(
        f"{title}: {len(values)} costs, relative difference median "
        f"{percentile(values, 0.5):.6f}, p90 {percentile(values, 0.9):.6f}, "
        f"worst {max(values):.6f}"
    )
    above = sorted(((v, k) for k, v in offs.items() if v > LIMIT_RATIO), reverse=True)
    for off, name in above[:8]:
        print(f"  {off:8.3%}  {name}")
    return 1 - len(above) / len(values)


if __name__ == "__main__":
    sys.exit(main())
