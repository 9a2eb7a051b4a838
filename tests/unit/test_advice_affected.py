"""Which statements of a workload an advice on a table has to look at."""

from __future__ import annotations

from dataclasses import replace

from analyzer.advisors.affected import items_touching
from analyzer.advisors.contract import Facts
from analyzer.domain.catalog import RelationKind
from analyzer.domain.index import RelationName
from tests.support.catalogs import catalog, table
from tests.support.workloads import run, workload

SALES = table("sales", ["shop", "day"])
DAILY = replace(table("daily", ["day"]), kind=RelationKind.VIEW)
FACTS = Facts(
    workload=workload(
        run("SELECT day FROM daily WHERE day = 1", ms=90),
        run("SELECT shop FROM sales", ms=10),
        run("SELECT 1", ms=50),
    ),
    catalog=catalog(SALES, DAILY),
    views={DAILY.name: "SELECT day FROM public.sales GROUP BY day"},
)


def test_a_statement_on_a_view_reads_the_table_below() -> None:
    """Else an index that only a view's readers use looks needless."""
    found = [item.statement.relations for item in items_touching(FACTS, SALES.name)]
    assert found == [(RelationName("", "daily"),), (RelationName("", "sales"),)]
    (of_view,) = items_touching(FACTS, DAILY.name)
    assert of_view.statement.relations == (RelationName("", "daily"),)


def test_without_the_views_only_what_is_named_counts() -> None:
    (found,) = items_touching(replace(FACTS, views={}), SALES.name)
    assert found.statement.relations == (RelationName("", "sales"),)
