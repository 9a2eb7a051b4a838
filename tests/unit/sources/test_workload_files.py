"""Workloads from files: names, weights, values, and what is wrong in which place."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.errors import SourceError, UserError
from analyzer.sources.workload_files import read_workload


def test_a_file_of_statements(tmp_path: Path) -> None:
    path = tmp_path / "shop.sql"
    path.write_text(
        "-- name: one order\n-- calls: 12\n-- parameters: [7, null]\n"
        "-- parameters: [\"x\", true]\nSELECT $1, $2;\n\nSELECT ';' ; -- end\n"
    )
    first, second = read_workload(path)
    assert (first.name, first.weight) == ("one order", 12.0)
    assert first.parameters == (("7", None), ("x", "true"))
    assert (second.name, second.weight, second.query) == ("shop#2", 1.0, "SELECT ';'")


def test_a_folder_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("q10.sql", "q02.sql", "notes.txt"):
        (tmp_path / name).write_text("SELECT 1")
    assert [item.name for item in read_workload(tmp_path)] == ["q02", "q10"]


def test_json(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    path.write_text('[{"query": "SELECT $1", "calls": 3, "parameters": [["a"]]}]')
    (item,) = read_workload(path)
    assert (item.name, item.weight, item.parameters) == ("w#1", 3.0, (("a",),))


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.json", "{", "a.json"),
        ("a.json", '{"query": 1}', "not a list"),
        ("a.json", '[{"sql": "SELECT 1"}]', "no query"),
        ("a.json", '[{"query": "SELECT 1", "calls": "many"}]', "item 1"),
        ("a.json", '[{"query": "SELECT 1", "parameters": [1]}]', "item 1"),
        ("a.sql", "-- calls: -1\nSELECT 1", "statement 1"),
        ("a.sql", "-- parameters: [1\nSELECT 1", "statement 1"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(SourceError) as caught:
        read_workload(tmp_path / name)
    assert says in f"{caught.value.message} {caught.value.detail}"


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot read"):
        read_workload(tmp_path / "none.sql")
    with pytest.raises(UserError, match="no statement"):
        read_workload(tmp_path)
    (tmp_path / "latin.sql").write_bytes(b"SELECT '\xe4'")
    with pytest.raises(SourceError, match="UTF-8"):
        read_workload(tmp_path / "latin.sql")
