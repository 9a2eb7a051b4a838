"""Costs of TPC-H and TPC-DS in a shadow against those of the server itself.

    python benchmarks/tpc_fidelity.py [FOLDER]

FOLDER holds the databases of ``benchmarks/tpc.py`` (made there at scale 0.1 if new).
Every query is planned on both sides: as it is, and for each index with the index really
built on the server (and rolled back) and hypothetical in the shadow.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import tpc
from support import percentile, verdict

from analyzer.domain.index import IndexDefinition
from analyzer.domain.what_if import PlanCost, WhatIfQuestion
from analyzer.planner.explain import explain
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, build
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.connect import Connection, parse_dsn, session
from analyzer.statements.ddl import index_from_ddl

LIMIT_RATIO = 0.001
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
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(prefix="pgproof-bench-") as name:
        place = (folder or Path(name)).resolve()
        tpc.prepare(place, scale=SCALE)
        with tpc.running(place) as served:
            codes = [measure(served, database) for database in INDEXES]
    return max(codes)


def measure(served: tpc.Tpc, database: str) -> int:
    address = parse_dsn(served.dsn(database))
    queries = {n: q.rstrip().rstrip(";") for n, q in served.queries(database).items()}
    with (
        session(address, read_only=False, statement_timeout_ms=600_000) as real,
        ShadowCluster() as cluster,
        build(cluster, take_snapshot(address)) as shadow,
    ):
        offs = compare(real, shadow, queries, None)
        code = show(f"{database} as it is", offs)
        with_index: dict[str, float] = {}
        for text in INDEXES[database]:
            definition = index_from_ddl(f"CREATE INDEX ON {text}")[0]
            with real.transaction(force_rollback=True):
                real.execute(f"CREATE INDEX ON {text}".encode())
                found = compare(real, shadow, queries, definition)
            with_index |= {f"{name} with {text}": off for name, off in found.items()}
        return code | show(f"{database} with an index", with_index)


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


def show(title: str, offs: dict[str, float]) -> int:
    values = list(offs.values())
    print(
        f"{title}: {len(values)} costs, relative difference median "
        f"{percentile(values, 0.5):.6f}, p90 {percentile(values, 0.9):.6f}, "
        f"worst {max(values):.6f}"
    )
    above = sorted(((v, k) for k, v in offs.items() if v > LIMIT_RATIO), reverse=True)
    for off, name in above[:8]:
        print(f"  {off:8.3%}  {name}")
    share = 1 - len(above) / len(values)
    return verdict(not above, f"{title}: within {LIMIT_RATIO:.1%} ({share:.1%} are)")


if __name__ == "__main__":
    sys.exit(main())
