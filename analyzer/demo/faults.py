"""What is planted in the demo shop: faults that must be found, decoys that must not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from analyzer.demo.sql_files import statements
from analyzer.domain.index import IndexDefinition
from analyzer.domain.recommendation import (
    CreateIndex,
    DropIndex,
    Recommendation,
    RunMaintenance,
)
from analyzer.domain.statement import Fingerprint
from analyzer.statements.fingerprint import fingerprint

_LITERAL = re.compile(r"\{(:\w+)?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One fault or decoy, and how to know the recommendation that speaks of it.

    Attributes:
        slug: its name.
        what: the fault, or why the decoy is none.
        advisors: slugs of which one must find the fault (must stay silent on the
            decoy); empty is any.
        relation: the table it is about.
        keys: leading keys of the index in question, attributes or parts of an
            expression or predicate; empty is any index of the table.
        index_names: indexes of which one is to be dropped (kept, for a decoy).
        statements: names of the statements in ``statements.sql`` it slows down.
        remedy: SQL that cures it, where SQL does.
    """

    slug: str
    what: str
    advisors: tuple[str, ...] = ()
    relation: str = ""
    keys: tuple[str, ...] = ()
    index_names: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    remedy: str = ""

    def is_meant_by(self, recommendation: Recommendation) -> bool:
        """Whether the recommendation speaks of this fault or decoy."""
        if self.advisors and recommendation.advisor not in self.advisors:
            return False
        action = recommendation.action
        if isinstance(action, CreateIndex):
            return not self.index_names and self._is_index(action.definition)
        if isinstance(action, DropIndex):
            return action.index.name in self.index_names
        if self.index_names or self.keys:
            return False
        if isinstance(action, RunMaintenance):
            return action.relation.name == self.relation
        asked = {statement.fingerprint for statement in recommendation.affects}
        return any(fingerprint_of(name) in asked for name in self.statements)

    def _is_index(self, definition: IndexDefinition) -> bool:
        if definition.relation.name != self.relation:
            return False
        keys = [key.attribute or key.expression for key in definition.keys]
        # A partial index may hold the first key in its predicate instead.
        if definition.predicate:
            keys.insert(0, definition.predicate)
            if len(self.keys) == 1:
                return any(self.keys[0] in key for key in keys)
        pairs = zip(self.keys, keys, strict=False)
        return len(keys) >= len(self.keys) and all(want in key for want, key in pairs)


@cache
def fingerprint_of(name: str) -> Fingerprint:
    """The fingerprint of a statement in ``statements.sql``."""
    first, *rest = _LITERAL.sub("1", statements()[name]).split("%s")
    marks = (f"${number}{part}" for number, part in enumerate(rest, start=1))
    return fingerprint(first + "".join(marks))


def missed(recommendations: Iterable[Recommendation]) -> tuple[Planted, ...]:
    """The faults that no recommendation speaks of."""
    given = tuple(recommendations)
    return tuple(f for f in FAULTS if not any(f.is_meant_by(r) for r in given))


def deceived(recommendations: Iterable[Recommendation]) -> tuple[Planted, ...]:
    """The decoys that some recommendation fell for."""
    given = tuple(recommendations)
    return tuple(d for d in DECOYS if any(d.is_meant_by(r) for r in given))


FAULTS: tuple[Planted, ...] = (
    Planted(
        slug="missing_index_on_foreign_key",
        what="Orders are looked up by customer, and orders.customer_id has no index.",
        advisors=("missing_index", "foreign_key_index"),
        relation="orders",
        keys=("customer_id",),
        statements=("orders_of_customer", "spent_by_customer"),
        remedy="CREATE INDEX ON orders (customer_id, created_at)",
    ),
    Planted(
        slug="missing_composite_index",
        what="The largest orders of a status are found by reading and sorting all.",
        advisors=("missing_index", "partial_index", "covering_index"),
        relation="orders",
        keys=("status", "total_cents"),
        statements=("orders_by_status",),
        remedy="CREATE INDEX ON orders (status, total_cents)",
    ),
    Planted(
        slug="missing_expression_index",
        what="Log-in compares lower(email), which the index on email cannot serve.",
        advisors=("missing_index",),
        relation="customers",
        keys=("lower(email",),
        statements=("login",),
        remedy="CREATE INDEX ON customers (lower(email))",
    ),
    Planted(
        slug="missing_partial_index",
        what="The sender looks for the few waiting messages among all ever sent.",
        advisors=("missing_index", "partial_index", "covering_index"),
        relation="outbox",
        keys=("status",),
        statements=("outbox_poll", "outbox_lag"),
        remedy="CREATE INDEX ON outbox (created_at) WHERE status = 'pending'",
    ),
    Planted(
        slug="function_around_timestamp",
        what="occurred_at::date hides the column from the index on occurred_at.",
        advisors=("non_sargable_predicate",),
        relation="events",
        statements=("events_of_day", "events_of_hour"),
    ),
    Planted(
        slug="not_in_without_null",
        what="NOT IN over columns that are never NULL hashes all reviews each time.",
        advisors=("not_in_subquery",),
        relation="reviews",
        statements=("products_without_review",),
    ),
    Planted(
        slug="deep_offset",
        what="An export reads the audit log by OFFSET, from the start for each page.",
        advisors=("offset_pagination",),
        relation="audit_log",
        statements=("audit_page",),
    ),
    Planted(
        slug="n_plus_one",
        what="Packing slips fetch the items of 50 orders one order at a time.",
        advisors=("n_plus_one",),
        relation="order_items",
        statements=("items_of_order",),
    ),
    Planted(
        slug="unused_index",
        what="Nothing ever looks for events.session_ref.",
        advisors=("unused_index",),
        index_names=("events_session_ref_idx",),
        remedy="DROP INDEX events_session_ref_idx",
    ),
    Planted(
        slug="duplicate_index",
        what="Two indexes on customers (country_code, city).",
        advisors=("duplicate_index", "redundant_index", "unused_index"),
        index_names=("customers_country_city_idx", "customers_city_by_country"),
        remedy="DROP INDEX customers_country_city_idx",
    ),
    Planted(
        slug="redundant_prefix_index",
        what="reviews (product_id) is the start of reviews (product_id, created_at).",
        advisors=("redundant_index", "duplicate_index"),
        index_names=("reviews_product_id_idx",),
        remedy="DROP INDEX reviews_product_id_idx",
    ),
    Planted(
        slug="foreign_key_index_for_deletes",
        what="Each cart that is deleted makes PostgreSQL read all cart items.",
        advisors=("foreign_key_index", "missing_index"),
        relation="cart_items",
        keys=("cart_id",),
        statements=("delete_cart",),
        remedy="CREATE INDEX ON cart_items (cart_id)",
    ),
    Planted(
        slug="stale_statistics",
        what="shipments grew tenfold, by a new carrier, since it was analyzed.",
        advisors=("stale_statistics",),
        relation="shipments",
        statements=("shipments_by_carrier",),
        remedy="ANALYZE shipments",
    ),
)

DECOYS: tuple[Planted, ...] = (
    Planted(
        slug="small_table",
        what="coupons is read often and whole, but it is three pages.",
        relation="coupons",
        statements=("coupon",),
        remedy="CREATE INDEX ON coupons (code)",
    ),
    Planted(
        slug="low_selectivity",
        what="19 of 20 customers are active, so an index would not be used.",
        relation="customers",
        keys=("is_active",),
        statements=("active_customers",),
        remedy="CREATE INDEX ON customers (is_active)",
    ),
    Planted(
        slug="already_covered",
        what="order_id is the first key of shipments (order_id, shipped_at).",
        relation="shipments",
        keys=("order_id",),
        statements=("shipment_of_order",),
        remedy="CREATE INDEX ON shipments (order_id)",
    ),
    Planted(
        slug="write_hot_table",
        what="sessions is updated all the time on its page, and counted once a day.",
        advisors=("missing_index", "partial_index", "covering_index"),
        relation="sessions",
        statements=("sessions_online",),
        remedy="CREATE INDEX ON sessions (last_activity_at)",
    ),
    Planted(
        slug="not_in_with_null",
        what="refunds.order_id can be NULL: NOT EXISTS would give other rows.",
        advisors=("not_in_subquery",),
        relation="refunds",
        statements=("orders_without_refund",),
    ),
    Planted(
        slug="small_offset",
        what="Visitors turn the first three pages of the products, no more.",
        advisors=("offset_pagination",),
        relation="products",
        statements=("products_page",),
    ),
    Planted(
        slug="unique_index_without_scans",
        what="Unique indexes that nothing scans still keep the rows unique.",
        index_names=("customers_email_key", "sessions_token_key", "events_pkey"),
    ),
    Planted(
        slug="index_in_use",
        what="These indexes are scanned.",
        index_names=(
            "products_category_id_idx",
            "order_items_order_id_idx",
            "events_customer_id_idx",
            "events_occurred_at_idx",
            "carts_customer_id_idx",
            "reviews_customer_id_idx",
            "reviews_product_id_created_at_idx",
        ),
    ),
)
