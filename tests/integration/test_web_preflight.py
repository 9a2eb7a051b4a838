"""The statements shown before an action run as they are pasted."""

from __future__ import annotations

import pytest

from analyzer.domain.target import Address
from analyzer.postgres.connect import session
from web.preflight import preflight

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("kind", ["create_index", "drop_index"])
@pytest.mark.parametrize("name", ["orders_idx", "o'; DROP TABLE t; --", 'a"b{x}\\'])
def test_each_statement_runs_and_stays_one(
    database: Address, kind: str, name: str
) -> None:
    action = {"kind": kind, "schema": "public", "name": name, "size_bytes": 8192}
    notes = [note for note in preflight(action) if note.sql]
    assert notes
    with session(database) as connection:
        for note in notes:
            assert connection.execute(note.sql.encode()).description


def test_each_kind_has_notes_and_an_unknown_one_has_none() -> None:
    for kind in ("rewrite_query", "run_maintenance", "change_application"):
        assert preflight({"kind": kind})
    assert preflight({"kind": "unknown"}) == ()
