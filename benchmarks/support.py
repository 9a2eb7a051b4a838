"""What the benchmarks share: a shop that runs, sample values, a verdict."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import ceil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analyzer.demo.shop import DemoShop, ShopOptions  # noqa: E402
from analyzer.demo.sql_files import statements  # noqa: E402

SAMPLES: Mapping[str, Sequence[tuple[str, ...]]] = {
    "product_page": [("4711",)],
    "category_page": [("1",), ("40",)],
    "products_page": [("0",), ("48",)],
    "product_reviews": [("17",), ("4711",)],
    "reviews_of_customer": [("4711",)],
    "product_search": [("%lamp%",)],
    "login": [("customer.4711@example.com",)],
    "coupon": [("SAVE07919",)],
    "redeem_coupon": [("1",)],
    "touch_session": [("4711",)],
    "sessions_online": [("2026-11-01 00:00+00",)],
    "customer_events": [("4711",)],
    "orders_of_customer": [("17",), ("58000",)],
    "spent_by_customer": [("17",), ("58000",)],
    "order_batch": [("1",), ("170000",)],
    "items_of_order": [("4711",)],
    "customers_of_city": [("AA", "City 1"), ("CA", "City 500")],
    "orders_by_status": [("delivered",), ("pending",), ("paid",)],
    "orders_without_refund": [("1000", "2000")],
    "events_of_day": [("2026-09-09",)],
    "shipments_by_carrier": [("drone",), ("sea",)],
    "shipment_of_order": [("4711",)],
    "carts_of_customer": [("4711",)],
    "outbox_done": [("4711",)],
    "delete_cart": [("4711",)],
    "revenue_by_day": [("2026-10-20 00:00+00",), ("2025-06-01 00:00+00",)],
    "bestsellers": [("190000",), ("1",)],
    "product_sold": [("17",), ("5800",)],
}
"""Values for the parameters of the demo's statements, frequent and rare ones."""

LITERALS = {"audit_page": 50_000, "products_without_review": 7, "events_of_hour": 9}
NO_PLAN = frozenset({"insert_order", "insert_order_item", "insert_outbox"})


def demo_queries() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Name, text with ``$n``, and values, for each statement and each sample."""
    for name, text in statements().items():
        if name in LITERALS:
            yield name, text.format(LITERALS[name]), ()
            continue
        query = numbered(text)
        if query == text and name not in NO_PLAN:
            yield name, query, ()
        for values in SAMPLES.get(name, ()):
            yield name, query, values


def numbered(text: str) -> str:
    """The text with ``$1``, ``$2`` … in place of ``%s``."""
    first, *rest = text.split("%s")
    return first + "".join(f"${n}{part}" for n, part in enumerate(rest, start=1))


@contextmanager
def running_shop(options: ShopOptions | None = None) -> Iterator[DemoShop]:
    """A shop in a temporary folder, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="pgproof-bench-"))
    folder.chmod(0o755)
    try:
        with DemoShop(folder / "shop", options) as shop:
            yield shop
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def percentile(values: Sequence[float], ratio: float) -> float:
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, ceil(ratio * len(ordered)) - 1)]


def verdict(holds: bool, claim: str) -> int:
    """Print whether the claim holds; the exit code."""
    print(f"{'holds' if holds else 'DOES NOT HOLD'}: {claim}")
    return 0 if holds else 1
