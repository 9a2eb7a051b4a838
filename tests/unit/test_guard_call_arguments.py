"""Which calls of PostGIS add so many points that no limit would stop them."""

from __future__ import annotations

import pytest

from analyzer.postgres.guard_names import is_denied
from analyzer.statements.safety import safety_facts

FINE = [
    "ST_Buffer(geom, 1, 100000000)",
    "ST_Buffer(geom, 1, 'endcap=flat quad_segs=100000000')",
    "ST_Buffer(geom, 1, options => 'quad_segs=100000000')",
    "ST_Buffer(geom, 1, n)",
    "public.ST_Buffer(geom, 1, $1)",
    "ST_OffsetCurve(geom, 1, 'quad_segs=10000000'::text)",
    "ST_MinimumBoundingCircle(geom, 50000000)",
    "ST_HausdorffDistance(geom, geom, 0.00000001)",
    "ST_FrechetDistance(geom, geom, 0.00001)",
]
COARSE = [
    "ST_Buffer(geom, 10000)",
    "ST_Buffer(geom, n)",
    "ST_Buffer(geom, 1, 8)",
    "ST_Buffer(geom, 1, 'endcap=round join=mitre mitre_limit=5.0'::text)",
    "ST_OffsetCurve(geom, 1)",
    "ST_MinimumBoundingCircle(geom)",
    "ST_HausdorffDistance(geom, geom)",
    "ST_FrechetDistance(geom, geom)",
]


@pytest.mark.parametrize("call", FINE)
def test_many_points_are_refused(call: str) -> None:
    facts = safety_facts(f"SELECT {call} FROM areas")
    assert [rule for rule, _ in facts.violations] == ["memory"]


@pytest.mark.parametrize("call", COARSE)
def test_few_points_pass(call: str) -> None:
    assert not safety_facts(f"SELECT {call} FROM areas").violations


def test_what_geos_never_interrupts_is_denied() -> None:
    assert is_denied("st_makevalid")
    assert not is_denied("st_isvalid")
