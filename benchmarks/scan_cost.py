"""What a scan costs us: time and memory for 1,000 statements.

    python benchmarks/scan_cost.py [STATEMENTS]

Runs that many different statements on a shop at a quarter of its size, then
`pgproof scan` in a process of its own, whose time and peak memory are shown.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator

from support import ROOT, ShopOptions, running_shop, verdict

from analyzer.postgres.connect import Connection, session

LIMIT_S = 120.0
LIMIT_MB = 500.0


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with running_shop(ShopOptions(scale=0.25)) as shop:
        with session(shop.address_of("shop_app"), read_only=False) as connection:
            run_different_statements(connection, count)
        address = shop.address_of("pgproof")
        dsn = f"postgresql://{address.user}@127.0.0.1:{address.port}/{address.database}"
        environment = {**os.environ, "PGPASSWORD": address.password}
        command = [sys.executable, "-m", "analyzer", "scan", dsn, "--format", "json"]
        started = time.monotonic()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        document = json.load(process.stdout)
        _pid, _status, usage = os.wait4(process.pid, 0)
        elapsed_s = time.monotonic() - started
    seen = len(document["statements"])
    per_1000 = 1_000 / max(1, seen)
    peak_mb = usage.ru_maxrss / 1024
    print(f"statements                 {seen:8d}")
    print(f"scan                       {elapsed_s:8.1f} s")
    print(f"per 1,000 statements       {elapsed_s * per_1000:8.1f} s")
    print(f"own processor time         {usage.ru_utime + usage.ru_stime:8.1f} s")
    print(f"peak memory                {peak_mb:8.0f} MB")
    print(f"recommendations            {len(document['recommendations']):8d}")
    holds = (
        seen >= count * 0.9 and elapsed_s * per_1000 < LIMIT_S and peak_mb < LIMIT_MB
    )
    return verdict(holds, f"1,000 statements in {LIMIT_S:.0f} s and {LIMIT_MB:.0f} MB")


TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "orders": (
        ("customer_id", "status", "total_cents", "country_code", "note", "created_at"),
        (
            "customer_id = 17",
            "status = 'paid'",
            "total_cents > 80000",
            "created_at > '2026-10-31'",
            "coupon_id = 3",
        ),
    ),
    "customers": (
        ("email", "full_name", "city", "country_code", "is_active", "created_at"),
        (
            "city = 'City 500'",
            "loyalty_points > 8000",
            "referred_by = 17",
            "created_at > '2025-10-31'",
            "lower(full_name) = 'x'",
        ),
    ),
    "products": (
        ("sku", "name", "category_id", "price_cents", "weight_g", "created_at"),
        (
            "category_id = 7",
            "price_cents > 80000",
            "weight_g < 60",
            "discontinued_at IS NOT NULL",
            "sku = 'SKU-0000017'",
        ),
    ),
    "reviews": (
        ("product_id", "customer_id", "rating", "body", "created_at", "id"),
        (
            "product_id = 17",
            "customer_id = 17",
            "rating = 1",
            "created_at > '2026-10-31'",
            "id > 17000",
        ),
    ),
}
"""Columns and conditions by table."""


def run_different_statements(connection: Connection, count: int) -> None:
    """Statements with fingerprints of their own: other columns, other predicates."""
    by_table = [different(table, *parts) for table, parts in TABLES.items()]
    texts = itertools.chain.from_iterable(zip(*by_table, strict=True))
    for text in itertools.islice(texts, count):
        connection.execute(text.encode())


def different(
    table: str, columns: tuple[str, ...], filters: tuple[str, ...]
) -> Iterator[str]:
    # The fingerprint looks at select lists as sets, so combinations, not permutations.
    for selected in subsets(columns):
        for where in itertools.combinations(filters, 2):
            for order in columns[-2:]:
                yield (
                    f"SELECT {', '.join(selected)} FROM {table} "
                    f"WHERE {' AND '.join(where)} ORDER BY {order} LIMIT 5"
                )


def subsets(columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for size in range(1, len(columns) + 1):
        yield from itertools.combinations(columns, size)


if __name__ == "__main__":
    sys.exit(main())
