"""pgproof explain BEFORE --compare AFTER, without any database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import run_cli

BEFORE = """\
Seq Scan on t  (cost=0.00..900.00 rows=10 width=4)
  Filter: (a = 1)
"""
AFTER = """\
- Plan:
    Node Type: "Index Scan"
    Relation Name: "t"
    Alias: "t"
    Index Name: "t_a"
    Total Cost: 9.00
    Plan Rows: 10
"""


def test_what_differs_between_two_plans(tmp_path: Path) -> None:
    before, after = tmp_path / "before.txt", tmp_path / "after.yaml"
    before.write_text(BEFORE)
    after.write_text(AFTER)
    done = run_cli("explain", str(before), "--compare", str(after))
    assert done.exit_code == 0
    assert "cost 900 → 9" in done.out
    assert "Seq Scan on t becomes Index Scan using t_a on t" in done.out


def test_statement_cannot_be_compared_with_a_plan(tmp_path: Path) -> None:
    after = tmp_path / "after.txt"
    after.write_text(BEFORE)
    done = run_cli("explain", "-c", "SELECT 1", "--compare", str(after))
    assert done.exit_code == 2
    assert "HINT" in done.err


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2026-01-01 10:00:00 UTC [1] LOG:  duration: 1 ms  plan: x\n", "pgproof logs"),
        ("# Notes\n\nThe plan isn't here.\n", "EXPLAIN"),
        ('{"a": [1, 2]}', "EXPLAIN"),
    ],
)
def test_what_is_neither_plan_nor_statement_is_told_so(
    tmp_path: Path, text: str, hint: str
) -> None:
    file = tmp_path / "text"
    file.write_text(text)
    done = run_cli("explain", str(file))
    assert done.exit_code == 2
    assert "neither a plan nor a statement" in done.err
    assert hint in done.err


def test_a_mistake_in_a_statement_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "query.sql"
    file.write_text("-- mine\nSELECT 1 FORM t, u")
    done = run_cli("explain", str(file))
    assert done.exit_code == 2
    assert "character 23" in done.err
