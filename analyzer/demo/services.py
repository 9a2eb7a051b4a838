"""What the services of the demo shop do; one function is one visit of a user."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from analyzer.demo.client import Client

OPENED_AT = datetime(2026, 11, 1, tzinfo=UTC)
"""The moment after the last row of ``data.sql``."""

Visit = Callable[[Client, float], object]
"""Takes the session and the scale of the shop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One program with sessions of its own, and how often it does what."""

    name: str
    session_count: int
    visits: tuple[tuple[int, Visit], ...]


def _skewed(client: Client, count: float) -> int:
    # Some customers and products are far more popular than others.
    return 1 + int(client.random.random() ** 2 * (count - 1))


def browse(client: Client, scale: float) -> None:
    """A visitor looks at a category and two products."""
    client.run("touch_session", _skewed(client, 60_000 * scale))
    client.run("category_page", client.random.randint(1, 48))
    for _ in range(2):
        product = _skewed(client, 6_000 * scale)
        client.run("product_page", product)
        client.run("product_reviews", product)
    client.run(
        "record_event",
        _skewed(client, 60_000 * scale),
        "view",
        f"{client.random.getrandbits(128):032x}",
        OPENED_AT.replace(tzinfo=None),
    )


def keep_alive(client: Client, scale: float) -> None:
    """Open pages report that somebody is still there."""
    for _ in range(40):
        client.run("touch_session", _skewed(client, 60_000 * scale))


def first_pages(client: Client, _scale: float) -> None:
    """A visitor turns the first pages of the catalogue."""
    for page in range(3):
        client.run("products_page", page * 24)


def search(client: Client, _scale: float) -> None:
    """A visitor searches by a word."""
    word = client.random.choice(("lamp", "chair", "red desk", "bowl 1"))
    client.run("product_search", f"%{word}%")


def log_in(client: Client, scale: float) -> None:
    """A customer logs in and looks around."""
    number = _skewed(client, 60_000 * scale)
    client.run("login", f"customer.{number}@example.com")
    client.run("customer_events", number)
    client.run("carts_of_customer", number)


def register_twice(client: Client, scale: float) -> None:
    """A customer registers with an address that is taken, and is refused."""
    number = 2 + 3 * client.random.randint(1, int(15_000 * scale))
    client.run_refused("register_customer", -number, f"customer.{number}@example.com")


def enter_coupon(client: Client, _scale: float) -> None:
    """A customer enters coupon codes."""
    for _ in range(5):
        number = client.random.randint(1, 200)
        client.run("coupon", f"SAVE{number * 7919 % 100000:05d}")


def check_out(client: Client, scale: float) -> None:
    """A customer buys two things."""
    with client.transaction():
        customer = _skewed(client, 60_000 * scale)
        total_cents = client.random.randint(500, 90_000)
        order = client.run("insert_order", customer, total_cents, "AA")[0][0]
        for _ in range(2):
            product = _skewed(client, 6_000 * scale)
            client.run("insert_order_item", order, product, 1, 1999)
        client.run("insert_outbox")


def redeem_hot_coupon(client: Client, _scale: float) -> None:
    """Everybody redeems the same coupon, and the payment takes its time."""
    with client.transaction():
        client.run("redeem_coupon", 1)
        time.sleep(0.12)


def account_page(client: Client, scale: float) -> None:
    """A customer opens the list of orders."""
    customer = _skewed(client, 60_000 * scale)
    client.run("orders_of_customer", customer)
    client.run("spent_by_customer", customer)
    client.run("reviews_of_customer", customer)


def print_orders(client: Client, scale: float) -> None:
    """Packing slips: the items of each order are fetched one order at a time."""
    start = client.random.randint(1, int(180_000 * scale))
    with client.transaction():
        for order, _total in client.run("order_batch", start):
            client.run("items_of_order", order)


def track_parcel(client: Client, scale: float) -> None:
    """A customer follows a parcel."""
    client.run("shipment_of_order", client.random.randint(1, int(60_000 * scale)))


def work_list(client: Client, _scale: float) -> None:
    """The office opens the largest orders of a state."""
    status = client.random.choice(("pending", "paid", "shipped", "returned"))
    client.run("orders_by_status", status)


def export_audit(client: Client, scale: float) -> None:
    """An auditor reads page after page, deep in the log."""
    page = client.random.randint(200, 800)
    for offset in range(3):
        depth = int((page + offset) * 100 * scale)
        client.run("audit_page", literals=(depth,))


def catalogue_gaps(client: Client, _scale: float) -> None:
    """Which products of a category nobody has reviewed."""
    client.run("products_without_review", literals=(client.random.randint(1, 48),))


def refund_report(client: Client, scale: float) -> None:
    """How many of a thousand orders were kept."""
    start = client.random.randint(1, int(200_000 * scale))
    client.run("orders_without_refund", start, start + 1000)


def day_report(client: Client, _scale: float) -> None:
    """What happened on one day, and in one hour."""
    day = date(2026, 8, 1) + timedelta(days=client.random.randint(0, 80))
    client.run("events_of_day", day)
    client.run("events_of_hour", literals=(client.random.randint(1, 28),))


def carrier_report(client: Client, _scale: float) -> None:
    """Where a carrier delivers to; most ask about the new one."""
    carrier = client.random.choice(("drone", "drone", "drone", "west"))
    client.run("shipments_by_carrier", carrier)


def marketing_report(client: Client, _scale: float) -> None:
    """Numbers about active customers, and about one city."""
    client.run("active_customers")
    client.run("customers_of_city", "AA", f"City {client.random.randint(1, 900)}")


def sales_report(client: Client, scale: float) -> None:
    """Revenue of a fortnight, bestsellers, and how often one product sold."""
    since = OPENED_AT - timedelta(days=client.random.randint(10, 20))
    client.run("revenue_by_day", since)
    client.run("bestsellers", int(190_000 * scale))
    client.run("product_sold", _skewed(client, 6_000 * scale))


def who_is_online(client: Client, _scale: float) -> None:
    """How many sessions were active in the last minutes."""
    client.run("sessions_online", OPENED_AT)


def send_outbox(client: Client, _scale: float) -> None:
    """The sender takes waiting messages."""
    client.run("outbox_lag")
    with client.transaction():
        for message, *_ in client.run("outbox_poll"):
            client.run("outbox_done", message)


def clean_carts(client: Client, scale: float) -> None:
    """Old carts go, and their items with them."""
    for _ in range(2):
        client.run("delete_cart", client.random.randint(1, int(30_000 * scale)))


SERVICES: tuple[Service, ...] = (
    Service(
        name="storefront",
        session_count=2,
        visits=(
            (40, browse),
            (14, keep_alive),
            (10, first_pages),
            (4, search),
            (8, log_in),
            (1, register_twice),
            (8, enter_coupon),
            (10, check_out),
            (1, redeem_hot_coupon),
        ),
    ),
    Service(
        name="account",
        session_count=1,
        visits=((8, account_page), (12, print_orders), (8, track_parcel)),
    ),
    Service(
        name="backoffice",
        session_count=1,
        visits=(
            (8, work_list),
            (6, export_audit),
            (6, catalogue_gaps),
            (3, refund_report),
        ),
    ),
    Service(
        name="reporting",
        session_count=1,
        visits=(
            (8, day_report),
            (3, carrier_report),
            (1, marketing_report),
            (3, sales_report),
        ),
    ),
    Service(
        name="sender",
        session_count=1,
        visits=((10, send_outbox), (8, clean_carts)),
    ),
)
