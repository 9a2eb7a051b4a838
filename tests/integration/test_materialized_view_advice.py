"""The statements of a materialised view's recommendation, really run."""

from __future__ import annotations

import pytest

from analyzer.advisors.rewrite import materialized_view
from analyzer.domain.recommendation import ChangeApplication, Recommendation
from analyzer.domain.target import Address
from analyzer.postgres.catalog import read_catalog
from analyzer.postgres.connect import session
from analyzer.statements.ddl import catalog_from_ddl
from tests.support.generated_rows import fill
from tests.support.golden import GoldenCase, facts_of, golden_cases
from tests.support.real_planner import RealPlanner

CASES = [
    pytest.param(case, id=case.title)
    for case in golden_cases()
    if case.slug == "materialized_view" and case.expect == "recommend"
]


@pytest.mark.integration
@pytest.mark.parametrize("case", CASES)
def test_the_view_is_made_refreshed_and_answers_the_same(
    case: GoldenCase, database: Address
) -> None:
    with session(database, read_only=False) as connection:
        connection.execute(case.ddl.encode())
        fill(connection, catalog_from_ddl(case.ddl), case.rows, case.fill)
        catalog, _ = read_catalog(connection)
        facts = facts_of(case, catalog, RealPlanner(connection))
        (found,) = materialized_view.advise(facts)
        assert isinstance(found, Recommendation)
        assert isinstance(found.action, ChangeApplication)
        statements = [text.partition(": ")[2] for text in found.conditions[1:]]
        assert [text.split()[0] for text in statements] == [
            *("CREATE", "CREATE", "REFRESH")
        ]
        for text in statements:
            connection.execute(text.encode())
        asked = connection.execute(case.queries[0].text.encode()).fetchall()
        kept = connection.execute(found.action.query.encode()).fetchall()
        assert sorted(map(repr, asked)) == sorted(map(repr, kept))
        shown = connection.execute(found.verify.encode()).fetchall()
        assert [populated for _name, populated in shown] == [True]
        connection.execute(found.rollback.encode())
