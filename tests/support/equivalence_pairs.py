"""Reads the pairs of queries in ``pairs/own_pairs.sql``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "pairs" / "own_pairs.sql"


@dataclass(frozen=True)
class LabelledPair:
    number: int
    family: str
    is_equivalent: bool
    before: str
    after: str


def read_pairs(path: Path = FILE) -> tuple[str, list[LabelledPair]]:
    """The schema, and the pairs in the order of the file."""
    head, *blocks = re.split(r"^-- (?=[=!] )", path.read_text("utf-8"), flags=re.M)
    pairs = []
    for number, block in enumerate(blocks, 1):
        title, before, after, *_ = block.splitlines()
        pairs.append(
            LabelledPair(
                number,
                title[2:],
                title[0] == "=",
                before.removesuffix(";"),
                after.removesuffix(";"),
            )
        )
    return head, pairs
