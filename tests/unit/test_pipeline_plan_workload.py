"""What has no plan is told, but not each look into the catalogs by itself."""

from __future__ import annotations

from typing import cast

from analyzer.domain.ports import Planner
from analyzer.errors import PlanningFailed
from analyzer.pipeline.plan_workload import plan_workload
from analyzer.planner.parameters import ParameterSource
from tests.support.workloads import run, workload


class NothingPlans:
    """A planner that fails on every statement, as a shadow without it all would."""

    def plan(self, query: str, parameters: tuple[str | None, ...] = ()) -> None:
        raise PlanningFailed("it cannot be planned")


def test_statements_on_catalogs_are_one_line() -> None:
    ran = workload(
        run("SELECT pg_stat_reset()"),
        run("SELECT * FROM pg_catalog.pg_stats"),
        run("SELECT * FROM pg_stat_activity, information_schema.tables"),
        run("SELECT * FROM orders, pg_class"),
    )
    planner = cast(Planner, NothingPlans())
    found = plan_workload(ran, planner, cast(ParameterSource, None)).not_seen
    assert [(item.what, item.why) for item in found] == [
        (
            "plans of 1 statement: SELECT * FROM orders, pg_class",
            "it cannot be planned",
        ),
        (
            "plans of 3 statements on system catalogs or on no table",
            "there is nothing to advise on them",
        ),
    ]
