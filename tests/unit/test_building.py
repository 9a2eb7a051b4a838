"""What is said where an index cannot be built."""

from __future__ import annotations

import psycopg
import pytest

from analyzer.errors import NotAllowedHere, PlanningFailed
from analyzer.postgres.errors_map import building, planning


def test_only_an_owner_may_build_an_index() -> None:
    refused = pytest.raises(NotAllowedHere, match="may not build")
    with refused as caught, planning(), building():
        raise psycopg.errors.InsufficientPrivilege
    assert "owner" in str(caught.value.hint)


def test_what_else_is_wrong_with_an_index_is_told_as_before() -> None:
    with pytest.raises(PlanningFailed, match="column"), planning(), building():
        raise psycopg.errors.UndefinedColumn
