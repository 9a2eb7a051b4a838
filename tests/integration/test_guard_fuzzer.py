"""A small run of the fuzzer; benchmarks/guard_fuzzer.py has the long one."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.domain.target import Address
from analyzer.postgres import guard_lookup
from tests.support.guard_fuzzer import fuzz
from tests.support.servers import PASSWORD

pytestmark = pytest.mark.integration


def test_accepted_statements_change_nothing(
    database: Address, server_dir: Path
) -> None:
    dsn = (
        f"host={database.host} port={database.port} user={database.user} "
        f"dbname={database.database} password={PASSWORD}"
    )
    found = fuzz(dsn, 400, 7, server_dir / "watched")
    assert found.changing == []
    assert found.counts["accepted"] >= 100
    assert found.counts["ran"] >= 20
    assert found.counts["UnsafeStatement"] >= 50


def test_what_the_fuzzer_remembers_ends_with_it(
    database: Address, server_dir: Path
) -> None:
    before = vars(guard_lookup.NameLookup)["_named"], guard_lookup.function_facts
    dsn = (
        f"host={database.host} port={database.port} user={database.user} "
        f"dbname={database.database} password={PASSWORD}"
    )
    fuzz(dsn, 1, 7, server_dir / "watched")
    after = vars(guard_lookup.NameLookup)["_named"], guard_lookup.function_facts
    assert after == before
