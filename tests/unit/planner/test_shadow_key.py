"""Snapshots whose shadows differ have different keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from analyzer.domain.index import RelationName
from analyzer.domain.snapshot_parts import CommonCombination, ExpressionValues
from analyzer.planner.shadow_key import shadow_key
from analyzer.planner.snapshot import PlannerSnapshot, load
from analyzer.planner.snapshot_file import ExtendedStatistics

KEPT = load(Path(__file__).parent / "formats" / "format1.snapshot")
NAME = RelationName("public", "s")


def with_values(frequent: str, expressed: str) -> PlannerSnapshot:
    combination = CommonCombination(
        values=(frequent, "b"), frequency=0.5, base_frequency=0.1
    )
    values = ExpressionValues(
        expression="lower(a)", null_frac=0.0, most_common_values=expressed
    )
    statistics = ExtendedStatistics(
        name=NAME, relation=NAME, most_common=(combination,), expressions=(values,)
    )
    return replace(KEPT, extended_statistics=(statistics,))


def test_values_of_extended_statistics_tell_shadows_apart() -> None:
    known = shadow_key(with_values("x", "{x}"))
    assert known == shadow_key(with_values("x", "{x}"))
    assert known != shadow_key(with_values("y", "{x}"))
    assert known != shadow_key(with_values("x", "{y}"))
