"""The queries of views, as a rewrite may write them out."""

from __future__ import annotations

import pytest

from analyzer.domain.index import RelationName
from analyzer.domain.target import Address
from analyzer.postgres.connect import session
from analyzer.postgres.view_facts import read_views

pytestmark = pytest.mark.integration


def test_every_name_has_its_schema_and_barriers_stay_closed(database: Address) -> None:
    with session(database, read_only=False) as connection:
        connection.execute("CREATE TABLE t (a int, b int)")
        connection.execute("CREATE VIEW v AS SELECT a, sum(b) AS b FROM t GROUP BY a")
        connection.execute("ALTER VIEW v RENAME COLUMN b TO total")
        connection.execute(
            "CREATE VIEW barrier WITH (security_barrier) AS SELECT a FROM t"
        )
        connection.execute(
            "CREATE VIEW open WITH (security_barrier = false) AS SELECT a FROM t"
        )
        found = read_views(connection)
        path = connection.execute("SHOW search_path").fetchone()
    assert set(found) == {RelationName("public", "v"), RelationName("public", "open")}
    text = found[RelationName("public", "v")]
    assert "FROM public.t" in text
    assert "AS total" in text
    assert path == ('"$user", public',)
