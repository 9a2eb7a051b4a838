"""A scan that measures its first recommendations on generated data."""

from __future__ import annotations

import json

import pytest

from tests.support.cli import run_cli

pytestmark = pytest.mark.integration


def test_a_scan_proves_its_first_recommendations() -> None:
    outcome = run_cli(
        *("scan", "-q", "--logs", "sample_logs/shop.json.gz", "--snapshot"),
        *("sample_logs/shop.snapshot", "--verify", "3", "--format", "json"),
    )
    assert outcome.exit_code == 1, outcome.err
    document = json.loads(outcome.out)
    found = document["recommendations"]
    measured = [item for item in found if item["basis"] == "measured"]
    # The shop's faults are real, so the first three of them are confirmed.
    assert len(measured) == 3
    for item in measured:
        assert item["before"]["unit"] == item["after"]["unit"] == "ms"
        assert item["after"]["value"] < item["before"]["value"]
        assert "generated data" in item["after"]["source"]
    # Loops over reads have an advisor; loops over writes are told by the log.
    (finding,) = document["log_findings"]
    assert finding["kind"] == "row_by_row_writes"
    assert finding["query"]
