"""Plans whose causes were labelled by somebody who had not read the rules.

How they were made is in ``tests/plan_corpus/held_out/README.md``.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from analyzer.plans.findings import findings
from analyzer.plans.read_any import read_any_plan
from tests.support.plan_corpus import FOLDER

HELD_OUT = FOLDER / "held_out"
LABELS: list[dict[str, Any]] = json.loads((HELD_OUT / "labels.json").read_text())
RULES = {
    "estimate": {"estimate_error"},
    "nested_loop": {"nested_loop", "repeated_scan"},
    "index_fit": {"index_does_not_fit"},
    "missing_index": {"rows_removed"},
    "sort_spill": {"sort_spills"},
    "hash_spill": {"hash_spills"},
    "late_filter": {"filter_late"},
    "heap_fetches": {"heap_fetches"},
    "lossy_bitmap": {"lossy_bitmap"},
    "repeated_subplan": {"repeated_subplan"},
    "jit": {"costly_jit"},
    "generic_plan": {"generic_plan"},
    "order_limit": {"order_by_wrong_index", "sort_for_limit"},
    "not_pruned": {"unpruned_partitions"},
    "few_workers": {"too_few_workers", "missing_workers"},
    "not_sargable": {"not_sargable", "type_mismatch"},
}
SILENT = {"gp2", "np2", "fw4"}
"""Causes that no rule sees; they are told as nothing, not as something else."""


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label["id"])
def test_the_cause_is_named_first(label: dict[str, Any]) -> None:
    text = (HELD_OUT / "plans" / label["file"]).read_text()
    found = findings(read_any_plan(text, source="recorded"))
    if label["cause"] == "none" or label["id"] in SILENT:
        assert found == (), label["why"]
        return
    causes = [label["cause"], *label["also_right"]]
    assert found[0].rule in set().union(*(RULES.get(one, set()) for one in causes))
