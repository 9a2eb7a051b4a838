from __future__ import annotations

from collections.abc import Sequence

import pytest

from analyzer.demo.faults import DECOYS, FAULTS, deceived, fingerprint_of, missed
from analyzer.demo.sql_files import script, statements
from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.domain.recommendation import (
    Action,
    AffectedStatement,
    Basis,
    ChangeApplication,
    CreateIndex,
    DropIndex,
    Quantity,
    Recommendation,
    RewriteQuery,
    RunMaintenance,
)


def recommend(advisor: str, action: Action, statement: str = "") -> Recommendation:
    one = Quantity(value=1, unit="cost", basis=Basis.ESTIMATED, source="test")
    affected = AffectedStatement(
        fingerprint=fingerprint_of(statement or "coupon"), exec_time_ratio=0.1
    )
    return Recommendation(
        advisor=advisor,
        title="",
        action=action,
        before=one,
        after=one,
        evidence=(),
        affects=(affected,) if statement else (),
    )


REWRITE = RewriteQuery(original="SELECT 1", query="SELECT 2")
CHANGE = ChangeApplication(instruction="Ask once.")


def create(
    relation: str, keys: Sequence[str], *, predicate: str = "", expression: str = ""
) -> CreateIndex:
    parts = [IndexKey(attribute=key) for key in keys]
    if expression:
        parts = [IndexKey(expression=expression), *parts]
    definition = IndexDefinition(
        relation=RelationName("public", relation),
        keys=tuple(parts),
        predicate=predicate,
    )
    return CreateIndex(ddl="", definition=definition, name="", size_bytes=0)


def drop(name: str) -> DropIndex:
    return DropIndex(ddl="", index=RelationName("public", name), size_bytes=0)


FOUND = {
    "missing_index_on_foreign_key": recommend(
        "missing_index", create("orders", ["customer_id", "created_at"])
    ),
    "missing_composite_index": recommend(
        "missing_index", create("orders", ["status", "total_cents"])
    ),
    "missing_expression_index": recommend(
        "missing_index", create("customers", [], expression="lower(email)")
    ),
    "missing_partial_index": recommend(
        "missing_index",
        create("outbox", ["created_at"], predicate="(status = 'pending'::text)"),
    ),
    "function_around_timestamp": recommend(
        "non_sargable_predicate", REWRITE, "events_of_day"
    ),
    "not_in_without_null": recommend(
        "not_in_subquery", REWRITE, "products_without_review"
    ),
    "deep_offset": recommend("offset_pagination", CHANGE, "audit_page"),
    "n_plus_one": recommend("n_plus_one", CHANGE, "items_of_order"),
    "unused_index": recommend("unused_index", drop("events_session_ref_idx")),
    "duplicate_index": recommend("duplicate_index", drop("customers_city_by_country")),
    "redundant_prefix_index": recommend(
        "duplicate_index", drop("reviews_product_id_idx")
    ),
    "foreign_key_index_for_deletes": recommend(
        "foreign_key_index", create("cart_items", ["cart_id"])
    ),
    "stale_statistics": recommend(
        "stale_statistics",
        RunMaintenance(ddl="", relation=RelationName("public", "shipments")),
    ),
}


def test_the_list_above_has_every_fault() -> None:
    assert set(FOUND) == {fault.slug for fault in FAULTS}


def test_all_found_is_none_missed_and_no_decoy() -> None:
    assert missed(FOUND.values()) == ()
    assert deceived(FOUND.values()) == ()


@pytest.mark.parametrize("slug", sorted(FOUND))
def test_each_recommendation_means_its_fault_alone(slug: str) -> None:
    meant = [fault.slug for fault in FAULTS if fault.is_meant_by(FOUND[slug])]
    assert meant == [slug]
    others = [item for name, item in FOUND.items() if name != slug]
    assert [fault.slug for fault in missed(others)] == [slug]


@pytest.mark.parametrize(
    ("slug", "given"),
    [
        ("small_table", recommend("missing_index", create("coupons", ["code"]))),
        (
            "low_selectivity",
            recommend("missing_index", create("customers", ["is_active"])),
        ),
        (
            "already_covered",
            recommend("foreign_key_index", create("shipments", ["order_id"])),
        ),
        (
            "write_hot_table",
            recommend("missing_index", create("sessions", ["last_activity_at"])),
        ),
        (
            "not_in_with_null",
            recommend("not_in_subquery", REWRITE, "orders_without_refund"),
        ),
        (
            "small_offset",
            recommend("offset_pagination", REWRITE, "products_page"),
        ),
        (
            "unique_index_without_scans",
            recommend("unused_index", drop("customers_email_key")),
        ),
        ("index_in_use", recommend("unused_index", drop("carts_customer_id_idx"))),
    ],
)
def test_a_decoy_is_noticed(slug: str, given: Recommendation) -> None:
    assert [decoy.slug for decoy in deceived([given])] == [slug]


def test_an_index_with_the_wrong_leading_key_is_not_the_fault() -> None:
    given = recommend("missing_index", create("orders", ["total_cents", "status"]))
    slugs = {fault.slug for fault in missed([given])}
    assert "missing_composite_index" in slugs


def test_fingerprints_of_the_statements_differ() -> None:
    found = {fingerprint_of(name) for name in statements()}
    assert len(found) == len(statements())


def test_slugs_are_unique_and_statements_exist() -> None:
    planted = (*FAULTS, *DECOYS)
    assert len({item.slug for item in planted}) == len(planted)
    for item in planted:
        assert set(item.statements) <= set(statements()), item.slug


def test_indexes_that_are_planted_are_created() -> None:
    keys = script("keys")
    for item in (*FAULTS, *DECOYS):
        for name in item.index_names:
            table = name.removesuffix("_pkey")
            made = f"INDEX {name} ON" in keys or f"{table} ADD PRIMARY KEY" in keys
            assert made, name
