"""A scan of PostgreSQL 15: planned on the target by HypoPG, and in a newer shadow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.domain.recommendation import CreateIndex
from analyzer.domain.target import Address, Permissions
from analyzer.pipeline.collect import ScanRequest
from analyzer.pipeline.scan import run_scan
from analyzer.postgres.connect import session

pytestmark = [pytest.mark.e2e, pytest.mark.integration]

QUERY = "SELECT * FROM scanned WHERE a = 17"


@pytest.fixture(scope="module")
def watched(hypopg_server: Address) -> Address:
    with session(hypopg_server, read_only=False) as connection:
        connection.execute("CREATE DATABASE scanned")
    address = replace(hypopg_server, database="scanned")
    with session(address, read_only=False) as connection:
        connection.execute("CREATE EXTENSION hypopg")
        connection.execute(
            "CREATE TABLE scanned AS SELECT g AS id, g % 5000 AS a,"
            " repeat('x', 80) AS pad FROM generate_series(1, 60000) g"
        )
        connection.execute("ANALYZE scanned")
    return address


@pytest.mark.parametrize("hypopg", [True, False])
def test_the_index_is_found_either_way(watched: Address, hypopg: bool) -> None:
    result = run_scan(
        ScanRequest(
            address=watched,
            permissions=Permissions(hypopg=hypopg),
            queries=(QUERY,),
        )
    )
    assert ("hypopg" in result.planner_source) is hypopg
    if not hypopg:
        assert "watched server is 15" in result.planner_source
    (recommendation,) = result.recommendations
    action = recommendation.action
    assert isinstance(action, CreateIndex)
    assert action.definition.attributes == ("a",)
    assert recommendation.after.source.find(result.planner_source) >= 0
    with session(watched) as connection:
        left = connection.execute(
            "SELECT count(*) FROM pg_indexes WHERE tablename = 'scanned'"
        ).fetchone()
    assert left == (0,)
