"""One equivalence checker for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.verification.equivalence import EquivalenceChecker


@pytest.fixture(scope="module")
def checker(server_dir: Path) -> Iterator[EquivalenceChecker]:
    """A checker whose cluster is kept for the whole session of tests."""
    with EquivalenceChecker(server_dir / "verification") as opened:
        yield opened
