"""The time of a statement that was run: without what the machine's load added."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.domain.target import Address
from analyzer.pipeline import time_knowledge
from analyzer.pipeline.index_workload import workload_of_files
from analyzer.pipeline.time_knowledge import run_all
from analyzer.planner.analyze import TimedRun
from analyzer.postgres import backend_process
from analyzer.postgres.backend_process import waited_ms
from analyzer.postgres.guarded_session import Limits
from tests.support.plan_nodes import a_catalog, a_plan, seq_scan

ELSEWHERE = Address(host="db.example", port=5432, database="d", user="u")


def timed(ms: float, waited_ratio: float) -> TimedRun:
    plan = replace(a_plan(seq_scan()), execution_time_ms=ms)
    return TimedRun(plan=plan, waited_ratio=waited_ratio)


def test_waits_for_a_processor_are_no_time_of_the_statement(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "one.sql"
    file.write_text("SELECT count(*) FROM items")
    named = workload_of_files(file, a_catalog())
    runs = iter([timed(100.0, 0.75), timed(60.0, 0.25)])
    monkeypatch.setattr(time_knowledge, "timed_run", lambda *_, **__: next(runs))
    plans, not_seen = run_all(
        named, ELSEWHERE, is_clone=True, limits=Limits(), progress=lambda *_: None
    )
    assert [plan.execution_time_ms for plan in plans.values()] == [25.0]
    assert not_seen == ()


def test_how_long_a_process_waited_is_the_second_number(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(backend_process, "PROC", tmp_path)
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "schedstat").write_text("5000000 7000000 3\n")
    assert waited_ms(7) == 7.0
    (tmp_path / "7" / "schedstat").write_text("5000000\n")
    assert waited_ms(7) is None
    assert waited_ms(8) is None
