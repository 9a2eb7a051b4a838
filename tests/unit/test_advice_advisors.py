from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from analyzer.advisors.contract import DOCSTRING_HEADINGS, Advisor, Facts
from analyzer.advisors.index import (
    duplicate_index,
    foreign_key_index,
    missing_index,
    redundant_index,
    unused_index,
)
from analyzer.advisors.maintenance import stale_statistics
from analyzer.advisors.registry import ADVISORS, advisor
from analyzer.domain.catalog import Catalog, ForeignKey, RelationActivity
from analyzer.domain.index import Index, IndexDefinition, RelationName
from analyzer.domain.recommendation import (
    Basis,
    CreateIndex,
    DropIndex,
    NoAdvice,
    Recommendation,
)
from analyzer.domain.workload import WorkloadItem
from tests.support.catalogs import READ_AT, catalog, definition, index, table
from tests.support.recorded_planner import Answer, Model, RecordedPlanner, by_keys
from tests.support.workloads import run, workload

BY_A = "SELECT * FROM t WHERE a = $1"
WEEKS = 30 * 86_400.0
PARTITIONED = RelationName("public", "p")
UNIQUE_AB = definition("t", "a", "b", unique=True)


def facts(known: Catalog, *items: WorkloadItem, model: Model | None = None) -> Facts:
    return Facts(
        workload=workload(*(items or (run(BY_A, ("1",)),))),
        catalog=known,
        what_if=RecordedPlanner(model) if model else None,
    )


def dropped(found: Sequence[object]) -> list[str]:
    return [
        item.action.index.name
        for item in found
        if isinstance(item, Recommendation) and isinstance(item.action, DropIndex)
    ]


@pytest.mark.parametrize("one", ADVISORS, ids=lambda one: str(one.slug))
def test_every_advisor_has_its_page_and_its_thresholds(one: Advisor) -> None:
    positions = [one.doc.index(heading) for heading in DOCSTRING_HEADINGS]
    assert positions == sorted(positions)
    assert one.advise.__module__.endswith(f".{one.slug}")
    assert advisor(one.slug) is one


# --- missing_index


def test_missing_index_says_everything_a_page_needs() -> None:
    known = catalog(table("t", ("id", "a")))
    found = list(
        missing_index.advise(facts(known, model=by_keys({("a",): 10.0}, base=1000.0)))
    )
    (rec,) = found
    assert isinstance(rec, Recommendation)
    assert isinstance(rec.action, CreateIndex)
    assert rec.action.ddl == "CREATE INDEX CONCURRENTLY t_a_idx ON public.t (a)"
    assert rec.rollback == "DROP INDEX CONCURRENTLY IF EXISTS public.t_a_idx"
    assert "indisvalid" in rec.verify
    assert (rec.before.value, rec.after.value) == (1000.0, 10.0)
    assert rec.basis is Basis.ESTIMATED
    assert rec.after.source == "what-if plans by recorded"
    assert rec.affects[0].cost_before == 1000.0
    assert rec.impact_ratio == 0.99
    assert any("invalid" in caveat for caveat in rec.caveats)
    claims = " ".join(item.claim for item in rec.evidence)
    for part in ("size", "rows of the table", "writers", "saved"):
        assert part in claims
    assert all(item.quantity.source for item in rec.evidence)


def test_missing_index_names_do_not_collide() -> None:
    taken = index("t_a_idx", definition("t", "b"))
    known = catalog(table("t", ("id", "a", "b"), indexes=[taken]))
    (rec,) = missing_index.advise(
        facts(known, model=by_keys({("a",): 10.0}, base=1000.0))
    )
    assert isinstance(rec, Recommendation)
    assert isinstance(rec.action, CreateIndex)
    assert rec.action.name != "t_a_idx"


def test_missing_index_quotes_hostile_names() -> None:
    known = catalog(table('t"; DROP', ("id", "a")))
    query = 'SELECT * FROM "t""; DROP" WHERE a = $1'
    (rec,) = missing_index.advise(
        facts(known, run(query, ("1",)), model=by_keys({("a",): 1.0}, base=1000.0))
    )
    assert isinstance(rec, Recommendation)
    assert isinstance(rec.action, CreateIndex)
    assert rec.action.ddl.endswith('ON public."t""; DROP" (a)')
    assert '"t""; DROP' in rec.rollback


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (by_keys({("a",): 900.0}, base=1000.0), "The planner is right: 1 candidate"),
        (by_keys({}, base=1000.0), "would lower its cost by 0%"),
    ],
)
def test_missing_index_says_why_not(model: Model, reason: str) -> None:
    (answer,) = missing_index.advise(
        facts(catalog(table("t", ("id", "a"))), model=model)
    )
    assert isinstance(answer, NoAdvice)
    assert reason in answer.reason
    assert answer.evidence[0].quantity.value == 1000.0


def test_missing_index_is_silent_about_light_statements() -> None:
    known = catalog(table("t", ("id", "a")))
    heavy, light = run("SELECT 1", ms=996), run(BY_A, ("1",), ms=4)
    model = by_keys({("a",): 900.0}, base=1000.0)
    found = list(missing_index.advise(facts(known, heavy, light, model=model)))
    assert [item.fingerprint for item in found if isinstance(item, NoAdvice)] == [
        heavy.statement.fingerprint
    ]


def test_missing_index_names_what_it_makes_redundant() -> None:
    narrow = index("t_a", definition("t", "a"))
    known = catalog(table("t", ("id", "a", "b"), indexes=[narrow]))
    query = "SELECT * FROM t WHERE a = $1 AND b = $2"
    (rec,) = missing_index.advise(
        facts(
            known,
            run(query, ("1", "2")),
            model=by_keys({("a", "b"): 1.0}, base=1000.0),
        )
    )
    assert isinstance(rec, Recommendation)
    assert any("t_a, which it makes redundant" in e.claim for e in rec.evidence)


# --- unused_index


def unused(*, idx_scan: int | None = 0, **options: object) -> Index:
    return index("t_a", definition("t", "a"), idx_scan=idx_scan, **options)


def with_index(
    one: Index, *, age_s: float | None = WEEKS, **options: object
) -> Catalog:
    relation = table(
        "t",
        ("id", "a"),
        indexes=[one],
        activity=RelationActivity(n_tup_ins=500),
        **options,  # type: ignore[arg-type]
    )
    return catalog(relation, counter_age_s=age_s)


def test_unused_index_is_dropped_with_a_way_back() -> None:
    (rec,) = unused_index.advise(facts(with_index(unused())))
    assert isinstance(rec.action, DropIndex)
    assert rec.action.ddl == "DROP INDEX CONCURRENTLY IF EXISTS public.t_a"
    assert rec.rollback == "CREATE INDEX CONCURRENTLY t_a ON public.t USING btree (a)"


@pytest.mark.parametrize(
    ("why", "known"),
    [
        ("it is scanned", with_index(unused(idx_scan=3))),
        ("scans unknown", with_index(unused(idx_scan=None))),
        (
            "scanned once, before the reset",
            with_index(unused(last_idx_scan_at=READ_AT)),
        ),
        ("young counters", with_index(unused(), age_s=3600.0)),
        ("age unknown", with_index(unused(), age_s=None)),
        ("constraint", with_index(unused(constraint_kind="unique"))),
        ("replica identity", with_index(unused(is_replica_identity=True))),
        ("invalid", with_index(unused(valid=False))),
        ("small", with_index(unused(size_bytes=8192))),
        (
            "part of a whole",
            with_index(unused(attached_to=RelationName("public", "p"))),
        ),
        (
            "unique",
            with_index(index("t_a", definition("t", "a", unique=True), idx_scan=0)),
        ),
        (
            "supports a foreign key",
            with_index(
                unused(),
                foreign_keys=[
                    ForeignKey(
                        name="fk",
                        attributes=("a",),
                        referenced=RelationName("public", "p"),
                        referenced_attributes=("id",),
                    )
                ],
            ),
        ),
    ],
)
def test_unused_index_is_silent(why: str, known: Catalog) -> None:
    assert not list(unused_index.advise(facts(known))), why


def test_unused_index_takes_young_counters_when_told_to() -> None:
    known = with_index(unused(), age_s=60.0)
    young = unused_index.Thresholds(min_counter_age_s=30.0)
    assert dropped(list(unused_index.advise(facts(known), young))) == ["t_a"]
    unknown = with_index(unused(), age_s=None)
    assert not list(unused_index.advise(facts(unknown), young))
    never = unused_index.Thresholds(min_counter_age_s=0.0)
    assert dropped(list(unused_index.advise(facts(unknown), never))) == ["t_a"]


def missed(cost_without: float) -> Model:
    def answer(
        query: str,
        values: tuple[str | None, ...],
        create: Sequence[IndexDefinition],
        hidden: Sequence[str],
    ) -> Answer:
        return (cost_without if "t_a" in hidden else 10.0), []

    return answer


def test_unused_index_is_silent_when_the_planner_would_miss_it() -> None:
    known = with_index(unused())
    assert not list(unused_index.advise(facts(known, model=missed(500.0))))
    (rec,) = unused_index.advise(facts(known, model=missed(10.0)))
    assert any("without it" in item.claim for item in rec.evidence)


# --- duplicate_index and redundant_index


def indexes(*given: Index) -> Catalog:
    return catalog(table("t", ("id", "a", "b"), indexes=given))


def test_duplicate_keeps_what_enforces_a_rule() -> None:
    key = index("t_key", definition("t", "a", unique=True), constraint_kind="unique")
    other = index("t_a", definition("t", "a"), idx_scan=900)
    assert dropped(list(duplicate_index.advise(facts(indexes(other, key))))) == ["t_a"]


def test_duplicate_keeps_the_one_that_is_scanned() -> None:
    one = index("t_1", definition("t", "a"), idx_scan=0)
    two = index("t_2", definition("t", "a"), idx_scan=5)
    assert dropped(list(duplicate_index.advise(facts(indexes(one, two))))) == ["t_1"]


@pytest.mark.parametrize(
    ("why", "other"),
    [
        ("other order", index("x", definition("t", "b", "a"))),
        ("other method", index("x", definition("t", "a", "b", method="brin"))),
        ("other rows", index("x", definition("t", "a", "b", predicate="a > 1"))),
        ("more columns", index("x", definition("t", "a", "b", include=("id",)))),
        ("invalid", index("x", definition("t", "a", "b"), valid=False)),
        (
            "both enforce",
            index(
                "x", definition("t", "a", "b", unique=True), constraint_kind="unique"
            ),
        ),
    ],
)
def test_duplicate_is_silent(why: str, other: Index) -> None:
    key = index("t_key", UNIQUE_AB, constraint_kind="unique")
    assert not list(duplicate_index.advise(facts(indexes(key, other)))), why


def test_duplicate_is_silent_where_a_foreign_key_may_rest_on_it() -> None:
    unique = definition("t", "a", unique=True)
    referencing = table(
        "r",
        ("id", "t_a"),
        foreign_keys=[
            ForeignKey(
                name="fk",
                attributes=("t_a",),
                referenced=RelationName("public", "t"),
                referenced_attributes=("a",),
            )
        ],
    )
    pair = table("t", ("id", "a"), indexes=[index("u1", unique), index("u2", unique)])
    assert not list(duplicate_index.advise(facts(catalog(pair, referencing))))
    assert dropped(list(duplicate_index.advise(facts(catalog(pair))))) == ["u2"]


NARROW = index("t_a", definition("t", "a"))
WIDE = index("t_ab", definition("t", "a", "b"), size_bytes=12_000_000)


def test_redundant_prefix_is_dropped() -> None:
    known = indexes(NARROW, WIDE)
    assert dropped(list(redundant_index.advise(facts(known)))) == ["t_a"]
    found = list(redundant_index.advise(facts(known, model=missed(10.1))))
    assert dropped(found) == ["t_a"]


@pytest.mark.parametrize(
    ("why", "known"),
    [
        ("no prefix", indexes(NARROW, index("x", definition("t", "b", "a")))),
        ("unique", indexes(index("t_a", definition("t", "a", unique=True)), WIDE)),
        (
            "constraint",
            indexes(
                index("t_a", definition("t", "a"), constraint_kind="primary key"), WIDE
            ),
        ),
        (
            "wider one on part of the rows",
            indexes(NARROW, index("x", definition("t", "a", "b", predicate="b > 0"))),
        ),
        (
            "wider one much larger",
            indexes(NARROW, index("x", definition("t", "a", "b"), size_bytes=10**8)),
        ),
        (
            "wider one not scanned, this one is",
            indexes(
                index("t_a", definition("t", "a"), idx_scan=9),
                index("x", definition("t", "a", "b"), idx_scan=0),
            ),
        ),
        (
            "wider one invalid",
            indexes(NARROW, index("x", WIDE.definition, valid=False)),
        ),
        ("small", indexes(index("t_a", NARROW.definition, size_bytes=8192), WIDE)),
    ],
)
def test_redundant_is_silent(why: str, known: Catalog) -> None:
    assert not list(redundant_index.advise(facts(known))), why


def test_redundant_is_silent_when_the_workload_gets_dearer() -> None:
    known = indexes(NARROW, WIDE)
    assert not list(redundant_index.advise(facts(known, model=missed(11.0))))
    # A light statement may get a little dearer, but not half as much again.
    light = (run("SELECT 1", ms=9900), run(BY_A, ("1",), ms=100))
    assert list(redundant_index.advise(facts(known, *light, model=missed(12.0))))
    assert not list(redundant_index.advise(facts(known, *light, model=missed(16.0))))


# --- foreign_key_index


def family(*, deleted: int = 0, rows: float = 100_000, **options: object) -> Catalog:
    key = ForeignKey(
        name="child_parent_fkey",
        attributes=("parent_id",),
        referenced=RelationName("public", "parent"),
        referenced_attributes=("id",),
    )
    return catalog(
        table("parent", ("id",), activity=RelationActivity(n_tup_del=deleted)),
        table(
            "child",
            ("id", "parent_id"),
            rows=rows,
            n_distinct={"parent_id": 20_000.0},
            foreign_keys=[key],
            **options,  # type: ignore[arg-type]
        ),
    )


DELETE = "DELETE FROM parent WHERE id = $1"


def test_foreign_key_that_deletes_look_up_gets_an_index() -> None:
    found = list(foreign_key_index.advise(facts(family(), run(DELETE))))
    (rec,) = found
    assert isinstance(rec.action, CreateIndex)
    assert rec.action.ddl.endswith("ON public.child (parent_id)")
    assert (rec.before.value, rec.after.value) == (100_000, 5)
    assert rec.affects


def test_foreign_key_cost_is_that_of_the_look_up() -> None:
    def answer(
        query: str,
        values: tuple[str | None, ...],
        create: Sequence[IndexDefinition],
        hidden: Sequence[str],
    ) -> Answer:
        if query.startswith("SELECT 1 FROM ONLY public.child x WHERE parent_id = $1"):
            return (8.0, create) if create else (2000.0, [])
        return 8.0, []

    (rec,) = foreign_key_index.advise(
        facts(family(), run(DELETE, calls=10, rows=10), model=answer)
    )
    assert (rec.before.value, rec.after.value) == (2000.0, 8.0)
    assert rec.before.unit == "planner cost"
    assert rec.impact_ratio == pytest.approx(1992 / 2000)


@pytest.mark.parametrize(
    ("why", "known", "items"),
    [
        ("nothing deletes", family(), (run("SELECT * FROM parent"),)),
        ("small", family(rows=500), (run(DELETE),)),
        (
            "an index leads with the key",
            family(indexes=[index("i", definition("child", "parent_id", "id"))]),
            (run(DELETE),),
        ),
        ("deletes elsewhere", family(), (run("DELETE FROM child WHERE id = $1"),)),
    ],
)
def test_foreign_key_is_silent(
    why: str, known: Catalog, items: tuple[WorkloadItem, ...]
) -> None:
    assert not list(foreign_key_index.advise(facts(known, *items))), why


@pytest.mark.parametrize(
    "useless",
    [
        index("i", definition("child", "id", "parent_id")),
        index("i", definition("child", "parent_id", predicate="id > 5")),
        index("i", definition("child", "parent_id"), valid=False),
        index("i", definition("child", "parent_id", method="brin")),
    ],
    ids=["not leading", "partial", "invalid", "brin"],
)
def test_foreign_key_with_a_useless_index_still_needs_one(useless: Index) -> None:
    known = family(indexes=[useless], deleted=5)
    assert list(foreign_key_index.advise(facts(known, run("SELECT 1"))))


# --- stale_statistics


def aged(changed: int, *, age_s: float = 60.0, **options: object) -> Catalog:
    activity = RelationActivity(
        n_live_tup=100_000,
        n_tup_upd=changed,
        n_mod_since_analyze=changed,
        last_analyzed_at=READ_AT - timedelta(seconds=age_s),
    )
    return catalog(table("t", ("id", "a"), activity=activity, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "speaks"),
    [
        (aged(90_000), True),
        (aged(30_000), False),
        (aged(30_000, age_s=2 * 86_400), True),
        (aged(5_000, age_s=90 * 86_400), False),
    ],
    ids=[
        "most changed",
        "some changed, just analyzed",
        "some changed, long ago",
        "few",
    ],
)
def test_stale_statistics_by_changes_and_age(known: Catalog, speaks: bool) -> None:
    assert bool(list(stale_statistics.advise(facts(known)))) is speaks


def test_stale_statistics_where_analyze_never_ran() -> None:
    activity = RelationActivity(n_live_tup=50_000, n_mod_since_analyze=50_000)
    never = table("t", ("id", "a"), rows=-1, analyzed=False, activity=activity)
    (rec,) = stale_statistics.advise(facts(catalog(never)))
    assert "never analyzed" in rec.title
    assert rec.before.value == 50_000


def test_stale_statistics_is_silent_on_tables_nobody_asks() -> None:
    known = aged(90_000)
    assert not list(stale_statistics.advise(facts(known, run("SELECT 1"))))


def test_stale_statistics_is_silent_on_small_tables() -> None:
    activity = RelationActivity(n_live_tup=50, n_mod_since_analyze=50)
    known = catalog(table("t", ("id", "a"), activity=activity))
    assert not list(stale_statistics.advise(facts(known)))


def test_stale_statistics_is_silent_when_statistics_are_hidden() -> None:
    activity = RelationActivity(n_live_tup=50_000, n_mod_since_analyze=10)
    hidden = table("t", ("id", "a"), analyzed=False, activity=activity)
    assert not list(stale_statistics.advise(facts(catalog(hidden))))
