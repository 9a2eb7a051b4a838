"""Damaged pieces of real logs say the same in columns or not, and in any window.

``benchmarks/fuzz_logs.py`` does this for as long as one likes; what it found stays in
``tests/golden/logs/damaged``.
"""

from __future__ import annotations

import gzip
import json
import random
from itertools import islice
from pathlib import Path

import pytest

from tests.support.damaged_logs import Piece, difference, pieces, source_of

ROOT = Path(__file__).parents[2]
FOUND = sorted((ROOT / "tests/golden/logs/damaged").glob("*.log"))
SAMPLES = ("shop.log.gz", "shop.csv.gz", "shop.json.gz")


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_was_found(tmp_path: Path, path: Path) -> None:
    known = json.loads(path.with_suffix(".json").read_text("utf-8"))
    piece = Piece(
        data=path.read_bytes(),
        prefix=known["prefix"],
        window_bytes=known["window_bytes"],
        form=known["form"],
    )
    assert difference(piece, tmp_path) == ""


@pytest.mark.parametrize("name", SAMPLES)
def test_a_few_more(tmp_path: Path, name: str) -> None:
    text = gzip.decompress((ROOT / "sample_logs" / name).read_bytes()).decode()
    chance = random.Random(20261128)
    for piece in islice(pieces([source_of(text)], chance), 40):
        assert difference(piece, tmp_path) == "", piece
