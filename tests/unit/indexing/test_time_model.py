"""Plans valued in milliseconds: what is counted, fitted and feared."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.domain.plan import Plan
from analyzer.indexing.calibration import MIN_PLANS, TimedPlan, calibrate, fit
from analyzer.indexing.plan_work import PARTS, plan_work
from analyzer.indexing.surroundings import Surroundings
from analyzer.indexing.time_model import (
    ASSUMED,
    ASSUMED_US,
    Anchor,
    TimeModel,
    anchor,
    summed,
    time_us,
)
from analyzer.indexing.time_risks import time_risks
from tests.support.plan_nodes import (
    ORDERED,
    SCATTERED,
    a_catalog,
    a_plan,
    index_scan,
    loop,
    model,
    node,
    seq_scan,
)


def work_of(plan: Plan) -> dict[str, float]:
    around = Surroundings.of(a_catalog())
    return summed(plan_work(plan, around), 1.0)


def test_a_scan_is_its_pages_and_its_tuples() -> None:
    work = work_of(a_plan(seq_scan()))
    assert work["seq_pages"] == 20_000
    assert work["seq_tuples"] == 1_000_000
    assert work["scan_operators"] == 0


def test_conditions_are_counted_by_what_the_planner_charges_for_them() -> None:
    two_tests = 30_000 + 2 * 0.0025 * 1_000_000
    work = work_of(a_plan(seq_scan(cost=two_tests, Filter="x")))
    assert work["scan_operators"] == pytest.approx(2_000_000)


def test_rows_that_the_table_does_not_follow_are_fetched_far() -> None:
    far = work_of(a_plan(index_scan("i", 500, 100), i=SCATTERED))
    near = work_of(a_plan(index_scan("i", 500, 100), i=ORDERED))
    assert far["far_fetches"] > 99
    assert near["far_fetches"] < 1
    assert near["near_fetches"] > 99


def test_an_index_only_scan_of_visible_pages_fetches_nothing() -> None:
    root = index_scan("i", 500, 100)
    root["Node Type"] = "Index Only Scan"
    work = work_of(a_plan(root, i=SCATTERED))
    assert work["far_fetches"] == 0
    assert work["index_tuples"] == 100


@pytest.mark.parametrize(
    ("condition", "runs"),
    [
        ("(NOT (ANY (supplier = (hashed SubPlan 1).col1)))", 1),
        ("(hashed SubPlan 1)", 1),
        ("(NOT (ANY (supplier = (SubPlan 1).col1)))", 20),
    ],
)
def test_a_subplan_in_a_hash_table_runs_once(condition: str, runs: int) -> None:
    below = seq_scan(cost=1_000, rows=10)
    below |= {"Parent Relationship": "SubPlan", "Subplan Name": "SubPlan 1"}
    root = index_scan("i", 20_000, 100, Filter=condition, Plans=[below])
    assert work_of(a_plan(root, i=SCATTERED))["seq_pages"] == 20_000 * runs


def test_patterns_and_numeric_values_of_a_filter_are_counted() -> None:
    root = seq_scan(rows=10, Filter="(supplier_name ~~ '%x%'::text)")
    assert work_of(a_plan(root))["like_bytes"] == 32 * 1_000_000


def test_a_filter_does_not_hide_what_a_loop_looks_up() -> None:
    """A hundred rows for each of ten thousand values, of which a filter keeps one."""
    inner = index_scan("i", 50, 1, Index_Cond="(items.supplier = o.id)", Filter="(x)")
    inner |= {"Alias": "items"}
    root = loop(seq_scan(rows=400), inner, 300_000, 400)
    work = work_of(a_plan(root, i=SCATTERED))
    assert work["far_fetches"] == pytest.approx(400 * 100, rel=0.01)


def test_a_filter_does_not_hide_what_a_bitmap_holds() -> None:
    below = index_scan("i", 50, 5_000)
    below |= {"Node Type": "Bitmap Index Scan", "Parent Relationship": "Outer"}
    root = index_scan("", 9_000, 10, Filter="(x)", Plans=[below])
    root |= {"Node Type": "Bitmap Heap Scan"}
    work = work_of(a_plan(root, i=SCATTERED))
    assert work["bitmap_tuples"] == 5_000
    assert work["index_tuples"] == 5_000


def test_the_inner_side_of_a_loop_runs_once_for_each_outer_row() -> None:
    root = loop(seq_scan(rows=400), index_scan("i", 500, 100), 300_000, 40_000)
    work = work_of(a_plan(root, i=SCATTERED))
    assert work["searches"] == 400
    assert work["index_tuples"] == 40_000


def test_a_limit_ends_a_scan_early_but_not_a_sort() -> None:
    half = node("Limit", 15_000, 500_000, seq_scan())
    assert work_of(a_plan(half))["seq_tuples"] == pytest.approx(500_000)
    sort = node("Sort", 90_000, 1_000_000, seq_scan(), Startup_Cost=80_000)
    top = node("Limit", 80_001, 10, sort)
    work = work_of(a_plan(top))
    assert work["seq_tuples"] == 1_000_000
    assert work["sort_comparisons"] < 2_000_000


def test_hidden_rows_of_a_filtered_index_scan_are_found_by_its_cost() -> None:
    # 5,000 matching rows on 4,444 pages at 4, some leaves at 4, and processor cost.
    root = index_scan("i", 5_000 * 0.0225 + 4_445 * 4 + 5 * 4, 10, Filter="(x > 1)")
    work = work_of(a_plan(root, i=SCATTERED))
    assert work["far_fetches"] == pytest.approx(5_000, rel=0.15)


def test_a_plan_that_was_run_is_counted_by_its_actual_rows() -> None:
    root = index_scan("i", 500, 1, Filter="(x > 1)")
    root |= {"Actual Rows": 10, "Actual Loops": 3, "Actual Total Time": 1.0}
    root |= {"Rows Removed by Filter": 90}
    assert work_of(a_plan(root, i=SCATTERED))["index_tuples"] == 300


def grouped(**more: object) -> dict[str, object]:
    """300,000 rows in 90,000 groups, of which HAVING is expected to leave a third."""
    child = seq_scan(cost=5_000, rows=300_000)
    root = node("Aggregate", 8_000 + 90_000 * 0.0125, 30_000, child, Strategy="Hashed")
    return root | {"Startup Cost": 8_000, "Filter": "(count(*) > 5)", **more}


def test_groups_are_made_before_having_takes_them_away() -> None:
    assert work_of(a_plan(grouped()))["groups"] == pytest.approx(90_000, rel=0.01)
    run = {"Actual Rows": 7, "Actual Loops": 1, "Rows Removed by Filter": 119_993}
    assert work_of(a_plan(grouped(**run)))["groups"] == 120_000


def test_temporary_pages_of_a_run_are_those_it_tells() -> None:
    run = {"Actual Rows": 7, "Actual Loops": 1, "Rows Removed by Filter": 119_993}
    spilled = {
        "Temp Read Blocks": 200,
        "Temp Written Blocks": 300,
        "Shared Hit Blocks": 9,
    }
    assert work_of(a_plan(grouped(**run, **spilled)))["temp_pages"] == 500
    none = {"Temp Read Blocks": 0, "Temp Written Blocks": 0, "Shared Hit Blocks": 9}
    assert work_of(a_plan(grouped(**run, **none)))["temp_pages"] == 0


def test_workers_share_what_is_below_a_gather() -> None:
    scan = seq_scan(cost=20_000 + 10_000 / 2.4, rows=416_667, Parallel_Aware=True)
    root = node("Gather", 40_000, 1_000_000, scan, Workers_Planned=2)
    around = Surroundings.of(a_catalog())
    alone = time_us(summed(plan_work(a_plan(root), around), 1.0), ASSUMED_US)
    shared = time_us(summed(plan_work(a_plan(root), around), 3.0), ASSUMED_US)
    assert 2.0 < alone / shared < 3.0


def test_pages_beyond_the_cache_are_read_from_outside() -> None:
    small = Surroundings.of(a_catalog(effective_cache_size="16MB"))
    work = summed(plan_work(a_plan(index_scan("i", 9e4, 100), i=SCATTERED), small), 1)
    assert 80 < work["random_reads"] < 100
    assert work_of(a_plan(index_scan("i", 9e4, 100), i=SCATTERED))["random_reads"] == 0


amounts = st.dictionaries(st.sampled_from(PARTS), st.floats(1e3, 1e7), min_size=1)


@settings(deadline=None, max_examples=20)
@given(st.lists(amounts, min_size=1, max_size=8))
def test_times_that_follow_the_constants_change_none_of_them(
    works: list[dict[str, float]],
) -> None:
    times = [time_us(work, ASSUMED_US) for work in works]
    fitted, error = fit(works, times, ASSUMED)
    assert error < 1e-6 * len(works)
    for part in PARTS:
        assert fitted.us_per_part[part] == pytest.approx(ASSUMED_US[part], rel=1e-3)


def test_a_slower_machine_is_noticed_and_an_odd_time_is_not() -> None:
    plans = [a_plan(seq_scan(cost=30_000 + 500 * i)) for i in range(20)]
    first = TimeModel(around=Surroundings.of(a_catalog()))
    timed = [
        TimedPlan(plan=plan, time_ms=first.predicted_ms(plan) * 3) for plan in plans
    ]
    timed[7] = replace(timed[7], time_ms=timed[7].time_ms * 50)
    found = calibrate(timed, first.around, source="test")
    again = TimeModel(around=first.around, constants=found.constants)
    ratio = again.predicted_ms(plans[3]) / first.predicted_ms(plans[3])
    assert ratio == pytest.approx(3, rel=0.1)
    assert found.median_error_ratio is not None
    assert found.median_error_ratio < 0.1


def test_few_plans_leave_what_is_assumed() -> None:
    timed = [TimedPlan(plan=a_plan(seq_scan()), time_ms=1.0)] * (MIN_PLANS - 1)
    found = calibrate(timed, Surroundings.of(a_catalog()), source="test")
    assert found.constants == ASSUMED
    assert found.median_error_ratio is None


def test_an_anchor_predicts_what_was_measured_for_the_plan_as_it_is() -> None:
    planned = a_plan(seq_scan())
    ran = a_plan(
        node("Aggregate", 30_000, 1, seq_scan(Actual_Rows=1_000_000, Actual_Loops=1))
    )
    for measured in (None, ran):
        tied = anchor(model(), planned, mean_ms=500.0, measured=measured)
        assert tied.predicted_ms(model().predicted_ms(planned)) == pytest.approx(500)
    assert anchor(model(), planned, mean_ms=0.0) == Anchor()


def test_plans_that_say_nothing_of_each_other_calibrate_nothing() -> None:
    plans = [a_plan(seq_scan(cost=30_000 + 500 * i)) for i in range(10)]
    timed = [
        TimedPlan(plan=plan, time_ms=1.0 if i % 2 else 1e5)
        for i, plan in enumerate(plans)
    ]
    found = calibrate(timed, Surroundings.of(a_catalog()), source="10 plans")
    assert found.constants.us_per_part == ASSUMED_US
    assert found.constants.basis is ASSUMED.basis
    assert "10 plans were tried" in found.constants.source
    assert found.total_error_ratio is None


def test_only_reads_of_known_tables_are_counted_whole() -> None:
    around = Surroundings.of(a_catalog())
    of_system = {**seq_scan(), "Relation Name": "pg_class", "Schema": "pg_catalog"}
    assert around.counts_all(a_plan(seq_scan()))
    assert not around.counts_all(a_plan(of_system))
    assert not around.counts_all(a_plan(loop(seq_scan(), of_system, 9e5, 9)))
    assert not around.counts_all(a_plan(node("Result", 0.01, 1)))
    assert not around.counts_all(a_plan(node("ModifyTable", 30_000, 0, seq_scan())))


def test_what_a_write_takes_beside_finding_its_rows_stays() -> None:
    update = a_plan(node("ModifyTable", 30_000, 0, seq_scan(rows=1)))
    reading_ms = model().predicted_ms(update)
    tied = anchor(model(), update, mean_ms=reading_ms + 1_000)
    assert tied.predicted_ms(reading_ms) == pytest.approx(reading_ms + 1_000)
    assert tied.predicted_ms(0.0) == pytest.approx(1_000)


def test_scattered_fetches_through_a_new_index_are_a_named_risk() -> None:
    before = a_plan(seq_scan())
    inner = index_scan("i", 400, 600)
    after = a_plan(loop(seq_scan(cost=1, rows=2_000), inner, 900_000, 9), i=SCATTERED)
    found = time_risks(before, after, model())
    assert any(text.startswith("slower by the time model") for text in found)
    assert any("1,199,880 rows of items" in text for text in found)


def test_the_same_loop_in_the_order_of_the_table_is_none() -> None:
    inner = index_scan("i", 4, 10)
    after = a_plan(loop(seq_scan(cost=1, rows=100), inner, 900, 9), i=ORDERED)
    assert time_risks(a_plan(seq_scan()), after, model()) == ()


def test_a_loop_behind_many_joins_is_doubtful() -> None:
    outer = seq_scan(rows=1)
    for _ in range(3):
        outer = loop(outer, index_scan("old", 10, 1), 50_000, 1)
    after = a_plan(loop(outer, index_scan("i", 90_000, 1), 140_000, 1), i=ORDERED)
    found = time_risks(a_plan(seq_scan(cost=9e9)), after, model())
    assert any(text.startswith("doubtful estimate") for text in found)
