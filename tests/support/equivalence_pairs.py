"""Reads the pairs of queries in ``pairs``."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "pairs" / "own_pairs.sql"
ADVERSARIAL = FILE.with_name("adversarial_pairs.jsonl")
"""Pairs that differ in one row of one rare database, or look as if they did: each line
has a schema of its own, two queries, how they are compared and what is true of them.
"""

SHOWN = [
    FILE.with_name(f"{name}.sql")
    for name in (
        *("reports", "odd_types", "constraints_and_writes", "far_values"),
        *("states_and_spans", "two_tables", "bookings", "parts_of_values"),
    )
]
"""Pairs as in ``FILE``; behind each false one stand rows that show it."""

SCRIPTS = [
    FILE.with_name(f"{name}.sql")
    for name in (
        *("values", "semantics", "enums_and_writes", "keys_and_filters"),
        *("views_and_functions", "spans_and_sums", "joins_and_keys"),
        *("groups_and_windows", "types_and_time", "writes", "triggers"),
    )
] + SHOWN
"""Pairs as in ``FILE``, whose columns have the same names and types."""


@dataclass(frozen=True)
class LabelledPair:
    number: int
    family: str
    is_equivalent: bool
    before: str
    after: str
    shown_by: tuple[str, ...] = ()
    """INSERTs, written by hand, on which a false pair differs; else nothing."""


def read_pairs(path: Path = FILE) -> tuple[str, list[LabelledPair]]:
    """The schema, and the pairs in the order of the file."""
    head, *blocks = re.split(r"^-- (?=[=!] )", path.read_text("utf-8"), flags=re.M)
    pairs = []
    for number, block in enumerate(blocks, 1):
        title, before, after, *shown_by = block.splitlines()
        pairs.append(
            LabelledPair(
                number,
                title[2:],
                title[0] == "=",
                before.removesuffix(";"),
                after.removesuffix(";"),
                tuple(line for line in shown_by if line),
            )
        )
    return head, pairs


@dataclass(frozen=True)
class PairWithSchema:
    name: str
    schema: str
    before: str
    after: str
    compare: str
    is_equivalent: bool | None


def read_lines(path: Path = ADVERSARIAL) -> list[PairWithSchema]:
    """The pairs of a file with one JSON object a line, or a list of them."""
    text = path.read_text("utf-8")
    if path.suffix == ".jsonl":
        items = [json.loads(line) for line in text.splitlines()]
    else:
        items = json.loads(text)["pairs"]
    return [
        PairWithSchema(
            name=item["id"],
            schema=item["schema"],
            before=item["q1"],
            after=item["q2"],
            compare=item.get("compare", "bag"),
            is_equivalent={True: True, False: False}.get(item["equivalent"]),
        )
        for item in items
    ]


def read_scripts(paths: Sequence[Path] = SCRIPTS) -> list[PairWithSchema]:
    """The pairs of scripts, which are compared as a client sees them."""
    found = []
    for path in paths:
        schema, pairs = read_pairs(path)
        found += [
            PairWithSchema(
                name=f"{path.stem} {pair.number}: {pair.family}",
                schema=schema,
                before=pair.before,
                after=pair.after,
                compare="auto",
                is_equivalent=pair.is_equivalent,
            )
            for pair in pairs
        ]
    return found
