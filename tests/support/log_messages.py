"""Messages with the class each must have, as ``tests/golden/logs`` lists them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from tests.support.log_writer import COMPANIONS

GOLDEN = Path(__file__).parents[1] / "golden/logs"
WORDS = dict(COMPANIONS)


def listed_messages(name: str) -> Iterable[tuple[str, dict[str, str]]]:
    """Class and fields of each message of a file."""
    text = (GOLDEN / name).read_text("utf-8")
    for block in text.strip().split("\n\n= ")[1:]:
        kind, rest = block.split("\n", 1)
        fields: dict[str, str] = {}
        for part in re.split(r"\n(?!\t)", rest):
            severity, _, written = part.replace("\n\t", "\n").partition(":  ")
            place = WORDS.get(severity, "message")
            fields[place] = written
            if place == "message":
                fields["severity"] = severity
        yield kind, fields
