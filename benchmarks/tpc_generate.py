"""Write the tables and queries of TPC-H or TPC-DS; runs where DuckDB is installed.

Not imported by anything: :mod:`tpc` runs it with the Python of a virtual environment
of its own, so that pgproof does not depend on DuckDB.
"""

from __future__ import annotations

import argparse
import importlib
import json
from pathlib import Path

import duckdb

KEYS = {
    "region": "r_regionkey",
    "nation": "n_nationkey",
    "supplier": "s_suppkey",
    "part": "p_partkey",
    "partsupp": "ps_partkey, ps_suppkey",
    "customer": "c_custkey",
    "orders": "o_orderkey",
    "lineitem": "l_orderkey, l_linenumber",
    "call_center": "cc_call_center_sk",
    "catalog_page": "cp_catalog_page_sk",
    "catalog_returns": "cr_item_sk, cr_order_number",
    "catalog_sales": "cs_item_sk, cs_order_number",
    "customer_address": "ca_address_sk",
    "customer_demographics": "cd_demo_sk",
    "date_dim": "d_date_sk",
    "household_demographics": "hd_demo_sk",
    "income_band": "ib_income_band_sk",
    "inventory": "inv_date_sk, inv_item_sk, inv_warehouse_sk",
    "item": "i_item_sk",
    "promotion": "p_promo_sk",
    "reason": "r_reason_sk",
    "ship_mode": "sm_ship_mode_sk",
    "store": "s_store_sk",
    "store_returns": "sr_item_sk, sr_ticket_number",
    "store_sales": "ss_item_sk, ss_ticket_number",
    "time_dim": "t_time_sk",
    "warehouse": "w_warehouse_sk",
    "web_page": "wp_web_page_sk",
    "web_returns": "wr_item_sk, wr_order_number",
    "web_sales": "ws_item_sk, ws_order_number",
    "web_site": "web_site_sk",
}
"""Primary keys as the standards name them; a table "customer" has another in each."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=["tpch", "tpcds"])
    parser.add_argument("scale", type=float)
    parser.add_argument("folder", type=Path)
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(config={"allow_unsigned_extensions": True})
    connection.execute(f"LOAD '{extension(wanted.name)}'")
    generate = "dbgen" if wanted.name == "tpch" else "dsdgen"
    connection.execute(f"CALL {generate}(sf={wanted.scale})")
    keys = KEYS | ({"customer": "c_customer_sk"} if wanted.name == "tpcds" else {})
    tables = {}
    for (table,) in connection.execute("SHOW TABLES").fetchall():
        file = wanted.folder / f"{table}.csv"
        connection.execute(f"COPY {table} TO '{file}' (HEADER false)")
        columns = connection.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = ? ORDER BY ordinal_position",
            [table],
        ).fetchall()
        tables[table] = {"columns": columns, "primary_key": keys[table]}
    (wanted.folder / "tables.json").write_text(json.dumps(tables))
    queries = wanted.folder / "queries"
    queries.mkdir(exist_ok=True)
    found = connection.execute(
        f"SELECT query_nr, query FROM {wanted.name}_queries() ORDER BY 1"
    ).fetchall()
    for number, text in found:
        (queries / f"{number:02}.sql").write_text(text.strip() + "\n")


def extension(name: str) -> Path:
    module = importlib.import_module(f"duckdb_extension_{name}")
    folders = [Path(path) for path in module.__path__]
    found = [f for folder in folders for f in folder.rglob(f"{name}.duckdb_extension")]
    if not found:
        raise SystemExit(f"no {name}.duckdb_extension in {folders}")
    return found[0]


main()
