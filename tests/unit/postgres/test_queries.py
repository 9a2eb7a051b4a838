from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.postgres import queries
from analyzer.postgres.queries import MARKER, load


def test_the_newest_text_that_fits_is_taken(tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("-- any\nSELECT 13")
    (tmp_path / "q.v160000.sql").write_text("-- 16\nSELECT 16")
    (tmp_path / "q.v170000.sql").write_text("-- 17\nSELECT 17")
    (tmp_path / "query.sql").write_text("-- other\nSELECT 0")
    found = [
        load("q", version, folder=tmp_path).rsplit(" ", 1)[1]
        for version in (130000, 159999, 160000, 169999, 170000, 180006)
    ]
    assert found == ["13", "13", "16", "16", "17", "17"]


def test_a_missing_file_is_a_mistake_of_ours(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        load("nothing", folder=tmp_path)
    (tmp_path / "new.v170000.sql").write_text("-- x\nSELECT 1")
    with pytest.raises(LookupError):
        load("new", 150000, folder=tmp_path)


@pytest.mark.parametrize(
    "path", sorted(queries._FOLDER.glob("*.sql")), ids=lambda path: path.name
)
def test_each_file_says_what_it_needs_and_costs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    header = "".join(line for line in text.splitlines(True) if line.startswith("--"))
    assert text.startswith("-- ")
    for word in ("Needs", "Costs"):
        assert word in header, f"{path.name} does not say what it {word.lower()}"
    assert MARKER in load(path.name.split(".")[0])
