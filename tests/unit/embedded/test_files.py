from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.embedded.files import (
    BLOCK_BYTES,
    SEGMENT_BLKS,
    empty,
    lengthen,
    relation_path,
    write_btree,
)
from analyzer.errors import StoreError


def test_a_long_relation_has_segments_and_uses_no_disk(tmp_path: Path) -> None:
    path = tmp_path / "16384"
    lengthen(path, 2 * SEGMENT_BLKS + 3)
    sizes = [(tmp_path / name).stat() for name in ("16384", "16384.1", "16384.2")]
    blks = [item.st_size // BLOCK_BYTES for item in sizes]
    assert blks == [SEGMENT_BLKS, SEGMENT_BLKS, 3]
    assert sum(item.st_blocks for item in sizes) == 0


def test_a_whole_segment_is_followed_by_an_empty_one(tmp_path: Path) -> None:
    # PostgreSQL looks for the next file when one is full.
    lengthen(tmp_path / "1", SEGMENT_BLKS)
    assert (tmp_path / "1.1").stat().st_size == 0


def test_empty_and_back(tmp_path: Path) -> None:
    path = tmp_path / "1"
    lengthen(path, 7)
    empty(path)
    assert path.stat().st_size == 0
    lengthen(path, 7)
    assert path.stat().st_size == 7 * BLOCK_BYTES


def test_a_tree_is_long_enough_for_its_height(tmp_path: Path) -> None:
    path = tmp_path / "1"
    path.write_bytes(b"")
    write_btree(path, blks=2, height=3)
    assert path.stat().st_size == 5 * BLOCK_BYTES
    write_btree(path, blks=9, height=1)
    assert path.stat().st_size == 9 * BLOCK_BYTES


@pytest.mark.parametrize(
    "filepath", ["../etc/passwd", "/etc/passwd", "base/1/2/../3", "pg_tblspc/1/x", ""]
)
def test_only_files_of_a_database_are_written(tmp_path: Path, filepath: str) -> None:
    assert relation_path(tmp_path, "base/5/16384") == tmp_path / "base/5/16384"
    with pytest.raises(StoreError):
        relation_path(tmp_path, filepath)
