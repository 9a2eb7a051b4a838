"""EXPLAIN (FORMAT YAML) to a Plan: the part of YAML that PostgreSQL writes, no more.

Keys stand alone in a line or with a bare word, a number or a text in JSON's quotes;
lists have dashes. Anchors, tags and further documents are not read, so that nothing in
a file can grow or refer to anything.
"""

from __future__ import annotations

import json
import re
from typing import Any

from analyzer.domain.plan import Plan
from analyzer.errors import SourceError
from analyzer.plans.read_json import MAX_DEPTH, not_a_plan, read_plan

MAX_YAML_CHARS = 16_000_000
_FORM = "FORMAT YAML"
_LINE = re.compile(r"(?P<indent> *)(?P<dash>- +)?(?P<rest>\S.*?)?\s*")
_PAIR = re.compile(r"(?P<key>[^\s\":][^\":]*):(?:\s+(?P<value>.*))?")
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?(?:[eE][-+]?\d{1,3})?")


def read_yaml_plan(text: str, *, source: str) -> Plan:
    r"""Read one plan in EXPLAIN's YAML form.

    Raises:
        SourceError: it is not what PostgreSQL writes; the detail names the line.

    >>> read_yaml_plan('- Plan: \n    Node Type: "Result"\n    Total Cost: 0.01',
    ...     source="file").total_cost
    0.01
    """
    if len(text) > MAX_YAML_CHARS:
        raise _not_a_plan(0, "it is too large")
    reader = _Reader()
    lines = text.split("\n")
    filled = [line for line in lines if line.strip()]
    margin = min((len(line) - len(line.lstrip(" ")) for line in filled), default=0)
    for number, line in enumerate(lines, 1):
        if line.strip():
            reader.take(line[margin:], number)
    return read_plan(reader.top, source=source, form=_FORM)


class _Reader:
    """Lists and objects that are still open, by the column of their content."""

    def __init__(self) -> None:
        self.top: list[Any] = []
        self._open: list[tuple[int, Any]] = [(0, self.top)]
        self._waiting: tuple[int, dict[str, Any], str] | None = None

    def take(self, line: str, number: int) -> None:
        match = _LINE.fullmatch(line)
        if match is None or not match["rest"]:
            raise _not_a_plan(number, "it cannot be read")
        column, is_item = len(match["indent"]), bool(match["dash"])
        self._place(column, is_item=is_item)
        at, owner = self._open[-1]
        if at != column or isinstance(owner, list) != is_item:
            raise _not_a_plan(number, "its indentation does not hold together")
        pair = _PAIR.fullmatch(match["rest"])
        if is_item and pair is None:
            owner.append(_scalar(match["rest"], number))
            return
        if pair is None:
            raise _not_a_plan(number, "it has no key")
        if is_item:
            column += len(match["dash"])
            owner.append({})
            self._push(column, owner[-1])
        self._pair(pair, column, number)

    def _place(self, column: int, *, is_item: bool) -> None:
        """Close what ends before this line, and open what it is the first line of."""
        if self._waiting is not None and column > self._waiting[0]:
            _, owner, key = self._waiting
            owner[key] = [] if is_item else {}
            self._push(column, owner[key])
        self._waiting = None
        while len(self._open) > 1 and self._open[-1][0] > column:
            self._open.pop()

    def _push(self, column: int, value: Any) -> None:
        if len(self._open) > 4 * MAX_DEPTH:
            raise _not_a_plan(0, "it is nested too deep")
        self._open.append((column, value))

    def _pair(self, pair: re.Match[str], column: int, number: int) -> None:
        owner = self._open[-1][1]
        key, value = pair["key"].strip(), (pair["value"] or "").strip()
        owner[key] = _scalar(value, number) if value else None
        if not value:
            self._waiting = (column, owner, key)


def _scalar(text: str, number: int) -> Any:
    # Of a grouping set PostgreSQL writes a list in a line: - ["a", "b"].
    if text.startswith(('"', '["', "[]")):
        try:
            return json.loads(text)
        except ValueError:
            raise _not_a_plan(number, "a text in quotes is damaged") from None
    if text in ("true", "false"):
        return text == "true"
    if _NUMBER.fullmatch(text):
        return float(text)
    return text


def _not_a_plan(number: int, why: str) -> SourceError:
    return not_a_plan(_FORM, why + (f", line {number}" if number else ""))
