"""Estimated sizes of indexes against the same indexes really built.

    python benchmarks/index_sizes.py [FOLDER]

FOLDER holds the databases of ``benchmarks/tpc.py`` (made there at scale 0.1 if new). A
table of arrays, documents, JSON and text is added. Each index is estimated from a
snapshot, which has statistics and no rows, then built and dropped again.
"""

from __future__ import annotations

import math
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tpc
from support import verdict

from analyzer.planner.shadow import ShadowCluster, build
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.connect import Connection, parse_dsn, session
from analyzer.statements.ddl import index_from_ddl

MEAN_LIMIT, WORST_LIMIT = 1.15, 1.5
SCALE = 0.1

DOCUMENTS = """
CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gist;
CREATE TABLE document (id bigint, tags text[], numbers int[], body text, title text,
    email text, data jsonb, search tsvector, place point, during tstzrange,
    at timestamptz, kind int, amount numeric(12, 2), owner int, owner_name text,
    deleted_at timestamptz);
INSERT INTO document
SELECT g,
       ARRAY(SELECT 'tag' || floor(200 * (random() ^ 3))::int
               FROM generate_series(1, 1 + g % 5)),
       ARRAY(SELECT floor(5000 * random())::int FROM generate_series(1, 3 + g % 4)),
       (SELECT string_agg(md5((floor(3000 * random() ^ 2))::int::text), ' ')
          FROM generate_series(1, 4 + g % 6)),
       initcap(translate(md5((g / 3)::text), '0123456789', 'aeiouaeiou'))
           || ' no ' || g,
       'user' || g * 7919 % 50000 || '@example.'
           || (ARRAY['com', 'org', 'net'])[1 + g % 3],
       jsonb_build_object('kind', 'k' || g % 20, 'size', g % 300, 'owner',
           'o' || floor(2000 * random())::int, 'flags',
           jsonb_build_array(g % 3, 'f' || g % 7)),
       NULL,
       point(random() * 1000, random() * 1000),
       tstzrange('2026-01-01'::timestamptz + g * interval '3 minutes',
                 '2026-01-01'::timestamptz + (g + 20) * interval '3 minutes'),
       '2026-01-01'::timestamptz + g * interval '3 minutes', g % 40,
       (g * 7919 % 100000) / 100.0, g % 4000, 'Owner ' || g % 4000,
       CASE WHEN g % 50 = 0 THEN '2026-05-01'::timestamptz + g * interval '1 minute' END
  FROM generate_series(1, 50000) AS g;
UPDATE document SET search = to_tsvector('simple', body);
VACUUM (FULL, ANALYZE) document
"""

WANTED: dict[str, tuple[str, ...]] = {
    "tpch": (
        "lineitem (l_orderkey)",
        "lineitem (l_partkey)",
        "lineitem (l_suppkey)",
        "lineitem (l_shipdate)",
        "lineitem (l_returnflag)",
        "lineitem (l_extendedprice)",
        "lineitem (l_comment)",
        "lineitem (l_partkey, l_suppkey)",
        "lineitem (l_shipmode, l_shipdate)",
        "lineitem (l_returnflag, l_linestatus)",
        "lineitem (l_shipdate, l_receiptdate)",
        "lineitem (l_shipdate, l_discount, l_quantity)",
        "lineitem (l_shipdate) INCLUDE (l_extendedprice, l_discount)",
        "lineitem (l_suppkey) INCLUDE (l_orderkey, l_shipinstruct)",
        "lineitem (l_orderkey, l_suppkey) WHERE l_receiptdate > l_commitdate",
        "lineitem (l_partkey) WHERE l_shipmode = 'AIR'",
        "lineitem (date_trunc('month', l_shipdate::timestamp))",
        "orders (o_custkey)",
        "orders (o_orderdate)",
        "orders (o_clerk)",
        "orders (o_comment)",
        "orders (o_orderdate, o_orderkey)",
        "orders (o_orderpriority, o_orderdate)",
        "orders (o_custkey) INCLUDE (o_totalprice)",
        "orders (o_totalprice DESC) WHERE o_orderstatus = 'F'",
        "orders USING brin (o_orderdate)",
        "orders USING hash (o_custkey)",
        "customer (c_mktsegment)",
        "customer (c_name text_pattern_ops)",
        "customer (lower(c_name))",
        "customer (c_nationkey, c_acctbal)",
        "partsupp (ps_suppkey)",
        "partsupp (ps_availqty) INCLUDE (ps_supplycost)",
        "part (p_type)",
        "part (p_brand, p_container, p_size)",
        "supplier (s_nationkey) INCLUDE (s_name, s_address)",
    ),
    "tpcds": (
        "store_sales (ss_sold_date_sk)",
        "store_sales (ss_customer_sk)",
        "store_sales (ss_store_sk, ss_sold_date_sk)",
        "store_sales (ss_item_sk) INCLUDE (ss_ext_sales_price)",
        "store_sales (ss_ticket_number)",
        "store_sales (ss_hdemo_sk, ss_sold_time_sk)",
        "store_sales (ss_net_profit)",
        "catalog_sales (cs_sold_date_sk, cs_item_sk)",
        "catalog_sales (cs_bill_customer_sk)",
        "catalog_sales (cs_ship_date_sk, cs_warehouse_sk, cs_ship_mode_sk)",
        "web_sales (ws_ship_customer_sk) WHERE ws_quantity > 90",
        "customer (c_last_name, c_first_name)",
        "customer (c_birth_year, c_birth_month)",
        "customer_address (ca_city)",
        "customer_address (ca_state, ca_county)",
        "customer_address (ca_zip)",
        "customer_demographics (cd_gender, cd_marital_status, cd_education_status)",
        "date_dim (d_year, d_moy)",
        "inventory (inv_warehouse_sk)",
        "inventory (inv_quantity_on_hand)",
        "item (i_brand)",
        "item (i_category, i_class)",
        "item (i_item_desc)",
    ),
    "documents": (
        "document USING gin (tags)",
        "document USING gin (numbers)",
        "document USING gin (search)",
        "document USING gin (data)",
        "document USING gin (data jsonb_path_ops)",
        "document USING gin (body gin_trgm_ops)",
        "document USING gin (email gin_trgm_ops)",
        "document USING gist (place)",
        "document USING gist (during)",
        "document USING spgist (place)",
        "document USING brin (at)",
        "document USING hash (id)",
        "document ((data ->> 'owner'))",
        "document (owner, owner_name)",
        "document (at) WHERE deleted_at IS NULL",
        "document (deleted_at) WHERE deleted_at IS NOT NULL",
        "document (kind, at DESC NULLS LAST)",
        "document (email)",
        "document (title)",
        "document USING gin (title gin_trgm_ops)",
        "document (upper(email))",
    ),
}


DEPENDENT: dict[str, tuple[tuple[str, str], ...]] = {
    "tpch": (
        (
            "lineitem (l_partkey, l_suppkey)",
            "CREATE STATISTICS known_1 (ndistinct)"
            " ON l_partkey, l_suppkey FROM lineitem",
        ),
        (
            "lineitem (l_shipdate, l_receiptdate)",
            "CREATE INDEX known_2 ON lineitem (l_receiptdate, l_shipdate)",
        ),
    ),
    "tpcds": (
        (
            "store_sales (ss_hdemo_sk, ss_sold_time_sk)",
            "CREATE STATISTICS known_1 (ndistinct)"
            " ON ss_hdemo_sk, ss_sold_time_sk FROM store_sales",
        ),
        (
            "item (i_category, i_class)",
            "CREATE INDEX known_2 ON item (i_class, i_category)",
        ),
        (
            "customer_address (ca_state, ca_county)",
            "CREATE STATISTICS known_3 (ndistinct)"
            " ON ca_state, ca_county FROM customer_address",
        ),
    ),
    "documents": (
        (
            "document (owner, owner_name)",
            "CREATE STATISTICS known_1 (ndistinct) ON owner, owner_name FROM document",
        ),
    ),
}
"""Pairs of columns that depend on one another, and what tells the planner so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """An index, and its size estimated and built."""

    text: str
    estimated_bytes: int
    built_bytes: int

    @property
    def factor(self) -> float:
        return self.estimated_bytes / self.built_bytes


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(prefix="pgproof-bench-") as name:
        place = (folder or Path(name)).resolve()
        tpc.prepare(place, scale=SCALE)
        with tpc.running(place) as served:
            make_documents(served)
            found = [item for db in WANTED for item in of_database(served, db)]
    return show(found)


def of_database(served: tpc.Tpc, database: str) -> list[Sized]:
    dependent = [text for text, _ in DEPENDENT[database]]
    with session(parse_dsn(served.dsn(database)), read_only=False) as connection:
        drop_known(connection)
        print(f"{database}: estimated / built, built bytes")
        found = measured(served, database, WANTED[database])
        tables = set()
        for text, known in DEPENDENT[database]:
            connection.execute(known.encode())
            tables.add(text.partition(" ")[0])
        for table in tables:
            connection.execute(f"ANALYZE {table}".encode())
        print(f"{database}: with what bounds their combinations")
        bounded = measured(served, database, dependent)
        drop_known(connection)
    return [item for item in found if item.text not in dependent] + bounded


def drop_known(connection: Connection) -> None:
    for number in range(1, 4):
        connection.execute(f"DROP STATISTICS IF EXISTS known_{number}".encode())
        connection.execute(f"DROP INDEX IF EXISTS known_{number}".encode())


def measured(served: tpc.Tpc, database: str, texts: Sequence[str]) -> list[Sized]:
    address = parse_dsn(served.dsn(database))
    found = []
    with ShadowCluster() as cluster, build(cluster, take_snapshot(address)) as shadow:
        for text in texts:
            definition = index_from_ddl(f"CREATE INDEX ON {text}")[0]
            item = Sized(
                text=text,
                estimated_bytes=shadow.index_size_bytes(definition),
                built_bytes=built_bytes(served, database, text),
            )
            print(f"{item.factor:6.2f} {item.built_bytes:>12,}  {text}", flush=True)
            found.append(item)
    return found


def make_documents(served: tpc.Tpc) -> None:
    with served.connect("postgres") as admin:
        admin.execute("DROP DATABASE IF EXISTS documents")
        admin.execute("CREATE DATABASE documents")
    with served.connect("documents") as connection:
        connection.execute("SELECT setseed(0.5)")
        for statement in DOCUMENTS.split(";\n"):
            connection.execute(statement)  # type: ignore[arg-type]


def built_bytes(served: tpc.Tpc, database: str, text: str) -> int:
    with (
        session(parse_dsn(served.dsn(database)), read_only=False) as connection,
        connection.transaction(force_rollback=True),
    ):
        connection.execute(f"CREATE INDEX real_one ON {text}".encode())
        row = connection.execute("SELECT pg_relation_size('real_one')").fetchone()
    return int(row[0]) if row else 0


def show(found: list[Sized]) -> int:
    off = sorted(
        ((max(i.factor, 1 / i.factor), i) for i in found), key=lambda pair: -pair[0]
    )
    mean = math.exp(sum(math.log(factor) for factor, _ in off) / len(off))
    total = sum(i.estimated_bytes for i in found) / sum(i.built_bytes for i in found)
    print(f"{len(found)} indexes: mean factor {mean:.3f}, sum {total:.3f}; worst:")
    for factor, item in off[:8]:
        print(f"  {factor:.2f}  {item.text}")
    code = verdict(len(found) >= 60 and mean <= MEAN_LIMIT, f"mean <= {MEAN_LIMIT}")
    return code | verdict(off[0][0] <= WORST_LIMIT, f"worst <= {WORST_LIMIT}")


if __name__ == "__main__":
    sys.exit(main())
