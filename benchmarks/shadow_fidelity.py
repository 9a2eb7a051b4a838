"""Whether the shadow tells the costs of the watched server.

    python benchmarks/shadow_fidelity.py

Plans every statement of the demo's load on the shop and on its shadow: as it is, then
with each of some indexes, really built in the shop (and rolled back) and hypothetical
in the shadow. The same major version plans on both sides.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

from support import demo_queries, percentile, running_shop, verdict

from analyzer.demo.load import run_load
from analyzer.domain.index import IndexDefinition, IndexKey, RelationName
from analyzer.indexing.definition import ddl
from analyzer.planner.explain import explain
from analyzer.planner.shadow import ShadowCluster, ShadowPlanner, build
from analyzer.planner.snapshot import take_snapshot
from analyzer.postgres.connect import Connection, session

LIMIT_RATIO = 0.001
PROMISE_RATIO = 0.1
TABLES = ("customers", "orders", "order_items", "events", "outbox", "sessions", "carts")


def index(relation: str, *attributes: str, **more: object) -> IndexDefinition:
    keys = tuple(IndexKey(attribute=name) for name in attributes)
    name = RelationName("public", relation)
    return IndexDefinition(relation=name, keys=keys, **more)  # type: ignore[arg-type]


INDEXES = (
    index("orders", "customer_id"),
    index("orders", "customer_id", "created_at"),
    index("orders", "status", "total_cents"),
    index("orders", "created_at"),
    index("orders", "created_at", include=("total_cents",)),
    index("outbox", "created_at", predicate="status = 'pending'"),
    index("outbox", "status"),
    index("order_items", "product_id"),
    index("order_items", "product_id", include=("quantity",)),
    index("cart_items", "cart_id"),
    index("customers", "is_active"),
    index("sessions", "last_activity_at"),
    index("coupons", "code"),
    IndexDefinition(
        relation=RelationName("public", "customers"),
        keys=(IndexKey(expression="lower(email)"),),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Costs of one statement on both sides, before and after an index."""

    label: str
    real: float
    shadow: float
    real_before: float
    shadow_before: float

    @property
    def off_ratio(self) -> float:
        return abs(self.shadow - self.real) / self.real

    @property
    def broken_promise_ratio(self) -> float:
        """Of the promised saving; 0 where nothing worth a word is promised."""
        promised = self.shadow_before - self.shadow
        lowered = self.real_before - self.real
        if promised < 0.05 * self.shadow_before:
            return 0.0
        return abs(lowered - promised) / promised


def main() -> int:
    with running_shop() as shop, ShadowCluster() as cluster:
        run_load(shop.address_of("shop_app"), 3.0)
        scanner = shop.address_of("pgproof")
        with session(shop.address_of("postgres"), read_only=False) as admin:
            started = time.monotonic()
            snapshot = take_snapshot(scanner)
            taken_s = time.monotonic() - started
            started = time.monotonic()
            with build(cluster, snapshot) as planner:
                built_s = time.monotonic() - started
                print(f"snapshot {taken_s:.2f} s, shadow {built_s:.2f} s")
                plain = compare(admin, planner, None)
            # CREATE INDEX refreshes the counts of its table, even if rolled back, so
            # these are brought up to date before; shipments stays stale.
            admin.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}".encode())
            with build(cluster, take_snapshot(scanner)) as planner:
                with_index = [
                    item
                    for definition in INDEXES
                    for item in compare(admin, planner, definition)
                ]
    show("as it is", plain)
    show("with an index built", with_index)
    show_promises(with_index)
    equal = all(item.off_ratio <= LIMIT_RATIO for item in plain)
    kept = all(item.broken_promise_ratio <= PROMISE_RATIO for item in with_index)
    code = verdict(equal, f"costs are equal within {LIMIT_RATIO:.1%}")
    return code | verdict(kept, f"promised savings are kept within {PROMISE_RATIO:.0%}")


def compare(
    admin: Connection, planner: ShadowPlanner, definition: IndexDefinition | None
) -> list[Compared]:
    queries = list(demo_queries())
    before = [costs(admin, planner, query, values) for _, query, values in queries]
    if definition is None:
        return [
            Compared(
                label=f"{name} {values}",
                real=real,
                shadow=shadow,
                real_before=real,
                shadow_before=shadow,
            )
            for (name, _, values), (real, shadow) in zip(queries, before, strict=True)
        ]
    found = []
    admin.execute("BEGIN")
    try:
        admin.execute(ddl(definition).encode())
        if any(key.expression for key in definition.keys):
            # Without, the planner guesses what the expression gives.
            admin.execute(f"ANALYZE {definition.relation}".encode())
        for (name, query, values), then in zip(queries, before, strict=True):
            real, shadow = costs(admin, planner, query, values, definition)
            found.append(
                Compared(
                    label=f"{name} {values} {ddl(definition)}",
                    real=real,
                    shadow=shadow,
                    real_before=then[0],
                    shadow_before=then[1],
                )
            )
    finally:
        admin.execute("ROLLBACK")
    return found


def costs(
    admin: Connection,
    planner: ShadowPlanner,
    query: str,
    values: tuple[str, ...],
    *create: IndexDefinition,
) -> tuple[float, float]:
    real = explain(admin, query, values, source="shop").total_cost
    return real, planner.plan_with(query, values, create=create).total_cost


def show(title: str, found: list[Compared]) -> None:
    offs = [item.off_ratio for item in found]
    print(f"{title}: {len(found)} plans")
    print(
        f"  relative difference of cost: median {percentile(offs, 0.5):.5f}, "
        f"p90 {percentile(offs, 0.9):.5f}, worst {max(offs):.5f}"
    )
    for item in sorted(found, key=lambda one: -one.off_ratio)[:6]:
        if item.off_ratio > LIMIT_RATIO:
            numbers = f"real {item.real:.2f} shadow {item.shadow:.2f}"
            print(f"  {item.off_ratio:8.2%}  {numbers}  {item.label}")


def show_promises(found: list[Compared]) -> None:
    broken = sorted(found, key=lambda item: -item.broken_promise_ratio)
    made = [one for one in found if one.shadow < 0.95 * one.shadow_before]
    print(f"promised savings: {len(made)}")
    for item in broken[:5]:
        if item.broken_promise_ratio > 0.01:
            print(f"  {item.broken_promise_ratio:8.2%}  off  {item.label}")


if __name__ == "__main__":
    sys.exit(main())
