"""Each advisor keeps its contract: file, slug, docstring, golden file."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.advisors.contract import DOCSTRING_HEADINGS, Advisor
from analyzer.advisors.registry import ADVISORS

ROOT = Path(__file__).parents[2]
FILES = {
    path.stem: path
    for path in (ROOT / "analyzer" / "advisors").glob("*/*.py")
    if path.stem != "__init__"
}


def test_every_file_is_registered() -> None:
    assert sorted(FILES) == sorted(advisor.slug for advisor in ADVISORS)


@pytest.mark.parametrize("advisor", ADVISORS, ids=lambda a: a.slug)
def test_docstring_has_its_headings(advisor: Advisor) -> None:
    lines = [line.strip() for line in advisor.doc.splitlines()]
    for heading in DOCSTRING_HEADINGS:
        found = [line for line in lines if line.startswith(heading)]
        assert found, f"{advisor.slug}: no {heading}"
        assert len(found[0]) > len(heading), f"{advisor.slug}: empty {heading}"


@pytest.mark.parametrize("advisor", ADVISORS, ids=lambda a: a.slug)
def test_golden_file_is_at_least_half_silent(advisor: Advisor) -> None:
    family = FILES[advisor.slug].parent.name
    golden = ROOT / "tests" / "golden" / family / f"{advisor.slug}.sql"
    text = golden.read_text(encoding="utf-8")
    silent = text.count("-- expect: silent")
    speaking = text.count("-- expect: recommend")
    assert speaking >= 1
    assert silent >= 2
    assert silent >= speaking, "half of the cases must be silent"
