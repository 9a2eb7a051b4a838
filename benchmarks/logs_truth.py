"""What is truly in a log of the benchmark, counted line by line by other code."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pglast.parser

_EXECUTION = re.compile(
    r"duration: (\d+)\.(\d{3}) ms  "
    r"(?:statement|execute (?!fetch from )[^\n:]+): (.*)\Z",
    re.DOTALL,
)
_TEMP_FILE = re.compile(r"temporary file: path \"[^\"]+\", size (\d+)\Z")
_LOCK = re.compile(r"process \d+ acquired \w+ on ")
_QUANTILES = (50, 95, 99)


@dataclass(kw_only=True)
class Truth:
    """Facts of a log.

    Attributes:
        durations_us: of each statement, by fingerprint, ascending.
        temp_files: sizes in bytes.
        lock_wait_count: locks that were waited for and had at last.
        errors: count by SQLSTATE.
        connections: lines "connection received".
    """

    durations_us: dict[str, list[int]] = field(default_factory=dict)
    temp_files: list[int] = field(default_factory=list)
    lock_wait_count: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    connections: int = 0

    @property
    def executions(self) -> int:
        """How many there are."""
        return sum(map(len, self.durations_us.values()))


def counted(path: Path) -> Truth:
    """The facts of a json log."""
    truth = Truth()
    names: dict[str, str] = {}
    found: dict[str, list[int]] = defaultdict(list)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            message = record.get("message", "")
            run = _EXECUTION.match(message)
            if run is not None:
                text = run[3].strip()
                if text not in names:
                    names[text] = pglast.parser.fingerprint(text)
                found[names[text]].append(int(run[1] + run[2]))
            else:
                _count(record, message, truth)
    truth.durations_us = {name: sorted(values) for name, values in found.items()}
    return truth


def _count(record: dict[str, Any], message: str, truth: Truth) -> None:
    if record["error_severity"] in ("ERROR", "FATAL", "PANIC"):
        truth.errors[record.get("state_code", "")] += 1
    if record["error_severity"] != "LOG":
        return
    if size := _TEMP_FILE.match(message):
        truth.temp_files.append(int(size[1]))
    truth.lock_wait_count += _LOCK.match(message) is not None
    truth.connections += message.startswith("connection received: ")


def differences(document: dict[str, Any], truth: Truth, copies: int = 1) -> list[str]:
    """What a report of ``pgproof logs`` says otherwise than the truth.

    Args:
        document: of a log.
        truth: about one of its copies.
        copies: how many there are in the log.
    """
    found = []

    def check(what: str, said: object, true: object) -> None:
        if said != true:
            found.append(f"{what} is {said}, and truly {true}")

    statements = {item["fingerprint"]: item for item in document["statements"]}
    check("set of statements", len(statements), len(truth.durations_us))
    for name, durations in truth.durations_us.items():
        _check_statement(statements.get(name), durations, copies, check)
    sizes = truth.temp_files
    files = document["temp_files"]
    check("temp files", files["count"], len(sizes) * copies)
    check("temp bytes", files["bytes"], sum(sizes) * copies)
    check("largest temp file", files["max_bytes"], max(sizes, default=0))
    acquired = document["events"].get("lock_acquired", 0)
    check("lock waits", acquired, truth.lock_wait_count * copies)
    errors: Counter[str] = Counter()
    for group in document["errors"]:
        errors[group["sqlstate"]] += group["count"]
    check("errors", dict(errors), {k: v * copies for k, v in truth.errors.items()})
    received = document["events"].get("connection_received", 0)
    check("connections", received, truth.connections * copies)
    return found


def _check_statement(
    said: dict[str, Any] | None, durations: list[int], copies: int, check: Any
) -> None:
    if said is None:
        check("a statement", None, len(durations))
        return
    name = said["fingerprint"]
    check(f"calls of {name}", said["calls"], len(durations) * copies)
    total = sum(durations) * copies / 1000
    if abs(said["total_ms"] - total) > 0.01:
        check(f"total of {name}", said["total_ms"], total)
    for percent in _QUANTILES:
        # The ceil(q * n)-th smallest; each duration stands there `copies` times.
        rank = -(-percent * len(durations) * copies // 100)
        true = durations[(rank - 1) // copies] / 1000
        check(f"p{percent} of {name}", said[f"p{percent}_ms"], true)
