"""A scan rewrites queries of views, as `pgproof rewrite` does."""

from __future__ import annotations

import pytest

from analyzer.domain.recommendation import RewriteQuery
from analyzer.domain.target import Address
from analyzer.pipeline.collect import ScanRequest
from analyzer.pipeline.scan import run_scan
from analyzer.postgres.connect import session

pytestmark = pytest.mark.integration

DDL = """
CREATE TABLE seller (id int PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE deal (id int PRIMARY KEY, seller_id int NOT NULL REFERENCES seller,
    price numeric NOT NULL);
CREATE VIEW turnover AS SELECT seller_id, sum(price) AS total FROM deal
    GROUP BY seller_id;
INSERT INTO seller SELECT n, 'seller ' || n FROM generate_series(1, 2000) AS n;
INSERT INTO deal SELECT n, n % 2000 + 1, n FROM generate_series(1, 60000) AS n;
CREATE INDEX ON deal (seller_id);
VACUUM ANALYZE;
"""
QUERY = (
    "SELECT s.name, t.total FROM seller AS s JOIN turnover AS t ON t.seller_id = s.id"
    " WHERE s.name = 'seller 7'"
)


def test_a_grouped_view_is_told_the_rows_it_is_joined_with(database: Address) -> None:
    with session(database, read_only=False) as owner:
        for statement in filter(str.strip, DDL.split(";")):
            owner.execute(statement.encode())
    found = run_scan(ScanRequest(address=database, queries=(QUERY,)))
    texts = [
        item.action.query
        for item in found.recommendations
        if isinstance(item.action, RewriteQuery)
    ]
    assert len(texts) == 1, found
    assert "LATERAL" in texts[0]
    assert "turnover" not in texts[0]
