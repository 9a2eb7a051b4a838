"""Text plans, as auto_explain writes them and people paste them, to a Plan."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from analyzer.domain.plan import Plan
from analyzer.errors import SourceError
from analyzer.plans.read_json import MAX_NODES, read_plan
from analyzer.plans.wrapped_lines import numbers_at, whole_lines

MAX_TEXT_CHARS = 16_000_000

MAX_TITLE_CHARS = 1_000
"""Names have at most 63 bytes; a longer title is no title."""

_TITLE = re.compile(r"(?P<indent>\s*)(?P<arrow>->\s+)?(?P<title>\S.*)")
_NUMBERS = re.compile(
    r"(?:\(cost=(?P<startup>[\d.]+)\.\.(?P<total>[\d.]+)"
    r" rows=(?P<rows>\d+) width=(?P<width>\d+)\)?)?"
    r"(?:\s*\((?:actual (?:time=[\d.]+\.\.(?P<time>[\d.]+) )?rows=(?P<actual>[\d.]+)"
    r" loops=(?P<loops>\d+)|(?P<never>never executed))\)?)?\s*"
)
_SUBPLAN = re.compile(r"(?P<indent>\s*)(?P<name>(?:InitPlan|SubPlan|CTE) \S.*?)\s*")
_TRIGGER = re.compile(
    r"Trigger (?P<of>.{1,200}?):"
    r"(?: time=(?P<time>[\d.]{1,20}))? calls=(?P<calls>\d{1,15})"
)
_PROPERTY = re.compile(
    r"(?P<indent>\s*)(?P<name>[A-Z][\w /().-]{0,60}?): (?P<value>.*)"
)
_BUFFERS = re.compile(r"(shared|local|temp) ((?:(?:hit|read|dirtied|written)=\d+ ?)+)")
_TIME_MS = re.compile(r"(?:Planning|Execution|Total) (?:[Tt]ime|runtime): ([\d.]+) ms")
_NO_PROPERTIES = (
    *("Planning", "Execution", "Total", "JIT:", "Trigger "),
    *("InitPlan ", "SubPlan ", "CTE "),
)
"""How all lines begin that are neither nodes nor properties of one."""
_WORKER = re.compile(r"Worker \d+")
_SETTING = re.compile(r"([\w.]+) = '((?:[^']|'')*)'")
_NAME = r'(?:"(?:[^"]|"")+"|[^\s".]+)'
_ON = re.compile(
    rf"(?P<kind>.+?)(?: using (?P<index>{_NAME}))?"
    rf" on (?:(?P<schema>{_NAME})\.)?(?P<relation>{_NAME})(?: (?P<alias>{_NAME}))?"
)
_JOIN = re.compile(
    r"(?P<kind>Nested Loop|Hash|Merge)(?: (?P<type>Left|Right|Full|Semi|Anti"
    r"|Right Semi|Right Anti))?(?P<join> Join)?"
)
_STRATEGIES = {"Hash": "Hashed", "Group": "Sorted", "Mixed": "Mixed", "": "Plain"}
_CHANGES = frozenset({"Insert", "Update", "Delete", "Merge"})
_SCAN = re.compile(r"\s*(?:[A-Z]\w* ){1,3}Scan (?:Backward )?(?:using \S+ )?on \S")
"""What a plan of one node without costs is known by."""

_SET_OPERATION = re.compile(r"(?P<hash>Hash)?SetOp (?P<command>\w+(?: All)?)")
_OF_CTE = frozenset({"CTE Scan", "WorkTable Scan"})
_NOT_A_TABLE = _OF_CTE | {"Subquery Scan", "Function Scan", "Values Scan"}
_INPUTS_OF_A_JOIN = 2
_SECTIONS = frozenset({"Planning:", "JIT:"})
_COUNTS = frozenset({"Rows Removed by Filter", "Rows Removed by Join Filter"})


def read_text_plan(text: str, *, source: str) -> Plan:
    r"""Read one plan in EXPLAIN's text form; lines before its first node are skipped.

    Nodes hang together by their indentation. A line that is neither a node nor a
    property (workers, triggers) adds nothing to the plan.

    Raises:
        SourceError: there is no node in the text, or it is larger than any plan.

    >>> plan = read_text_plan("Seq Scan on t x  (cost=0.00..9.50 rows=3 width=4)\n"
    ...     "  Filter: (a = 1)", source="auto_explain")
    >>> plan.root.relation, plan.root.alias, plan.root.filter, plan.total_cost
    ('t', 'x', '(a = 1)', 9.5)
    """
    if len(text) > MAX_TEXT_CHARS:
        raise _not_a_plan("it is too large")
    lines = whole_lines(text.expandtabs(8).split("\n"))
    reader = _Reader(bare=_is_without_numbers([line for _, line in lines]))
    for number, line in lines:
        reader.take(line, number)
    if reader.root is None:
        raise _not_a_plan("no line of it is a node with its cost")
    reader.check()
    return read_plan(
        {"Plan": reader.root, **reader.totals}, source=source, form="FORMAT TEXT"
    )


def _is_without_numbers(lines: Sequence[str]) -> bool:
    """Whether nodes stand without cost and rows, as EXPLAIN (COSTS OFF) prints them."""
    if any(numbers_at(line) < len(line) for line in lines):
        return False
    arrows = any(line.lstrip().startswith("->") for line in lines)
    return arrows or any(_SCAN.match(line) for line in lines)


class _Reader:
    """Nodes that are still open, by the column at which their names start."""

    def __init__(self, *, bare: bool) -> None:
        self._bare = bare
        self._workers: set[int] = set()
        self._left = 0
        self._joins: list[tuple[int, dict[str, Any]]] = []
        self.root: dict[str, Any] | None = None
        self.totals: dict[str, Any] = {}
        self._open: list[tuple[int, dict[str, Any]]] = []
        self._count = 0
        self._subplan = ""

    def take(self, line: str, number: int) -> None:
        at = numbers_at(line)
        if at < len(line) or self._is_bare(line):
            title = _TITLE.fullmatch(line[:at].rstrip()[:MAX_TITLE_CHARS])
            numbers = _NUMBERS.fullmatch(line, at)
            if title is not None and numbers is not None:
                self._add(title, _numbers(numbers), number)
                return
        if self.root is not None:
            self._take_more(line, self.root)

    def _take_more(self, line: str, root: dict[str, Any]) -> None:
        """A line below a node: a section, a total, a subplan's name or a property."""
        stripped = line.strip()
        if not stripped.startswith(_NO_PROPERTIES):
            self._take_property(line)
            return
        total = _TIME_MS.fullmatch(stripped)
        subplan = _SUBPLAN.fullmatch(line[:MAX_TITLE_CHARS])
        trigger = _TRIGGER.fullmatch(stripped)
        if trigger is not None:
            self.totals.setdefault("Triggers", []).append(_trigger(trigger))
        elif stripped in _SECTIONS:
            # What follows is not of a node: buffers of planning are left out, and
            # the facts of JIT are kept with the root.
            self._open = [(-1, root)] if stripped == "JIT:" else []
        elif total is not None:
            name = f"{stripped.split(maxsplit=1)[0]} Time".replace("Total", "Execution")
            self.totals[name] = float(total[1])
        elif subplan is not None:
            # It stands where the properties of its parent do.
            self._close(max(len(subplan["indent"]), 1))
            self._subplan = subplan["name"]
        else:
            self._take_property(line)

    def _take_property(self, line: str) -> None:
        found = _PROPERTY.fullmatch(line)
        if found is None:
            return
        column = len(found["indent"])
        if _WORKER.fullmatch(found["name"]):
            self._worker(column, found["value"])
        elif found["name"] == "Settings" and column <= self._left:
            self.totals["Settings"] = dict(_SETTING.findall(found["value"]))
        elif found["name"] == "Serialization" and column <= self._left:
            self.totals["Serialization"] = found["value"]
            self._open = []  # the buffers that follow are its own
        else:
            self._describe(column, found["name"], found["value"])

    def _is_bare(self, line: str) -> bool:
        """Whether a line is a node of a plan that has neither costs nor times."""
        if self.root is not None:
            return self._bare and line.lstrip().startswith("->")
        return self._bare and bool(line.strip()) and not _PROPERTY.fullmatch(line)

    def _add(self, match: re.Match[str], numbers: dict[str, Any], line: int) -> None:
        column = len(match["indent"]) + len(match["arrow"] or "")
        fields = {**numbers, **_titled(match["title"])}
        if self._subplan:
            fields["Subplan Name"] = self._subplan
            kind = "SubPlan" if self._subplan.startswith("SubPlan") else "InitPlan"
            fields["Parent Relationship"] = kind
            self._subplan = ""
        self._count += 1
        if self.root is None:
            self.root, self._left = fields, column
        elif match["arrow"] and self._count <= MAX_NODES:
            self._close(column)
            if not self._open:
                raise _not_a_plan(
                    f"its indentation does not hold together, line {line}"
                )
            self._open[-1][1].setdefault("Plans", []).append(fields)
        else:
            raise _not_a_plan(f"it holds more than one plan, line {line}")
        self._open.append((column, fields))
        if "Join Type" in fields:
            self._joins.append((line, fields))

    def check(self) -> None:
        """Refuse a plan that was cut off, or whose lines lost their indentation."""
        for line, fields in self._joins:
            if len(fields.get("Plans", ())) < _INPUTS_OF_A_JOIN:
                raise _not_a_plan(f"a join lacks its inputs, line {line}")

    def _close(self, column: int) -> None:
        while self._open and (
            self._open[-1][0] >= column or id(self._open[-1][1]) in self._workers
        ):
            self._open.pop()

    def _worker(self, column: int, value: str) -> None:
        """What one worker did; lines that are indented further are its own."""
        owner = self._owner(column)
        if owner is None:
            return
        fields: dict[str, Any] = {}
        numbers = _NUMBERS.fullmatch(f"({value.strip()})")
        if numbers is not None and numbers["actual"]:
            fields = {k: v for k, v in _numbers(numbers).items() if k[:6] == "Actual"}
        owner.setdefault("Workers", []).append(fields)
        self._workers.add(id(fields))
        self._open.append((column, fields))

    def _owner(self, column: int) -> dict[str, Any] | None:
        return next((node for at, node in reversed(self._open) if at < column), None)

    def _describe(self, column: int, name: str, value: str) -> None:
        owner = self._owner(column)
        if owner is None:
            return
        if name == "Buffers":
            owner.update(_buffers(value))
        elif name in _COUNTS:
            known = re.fullmatch(r"[\d.]{1,30}", value.strip())
            owner[name] = float(known[0]) if known else 0
        elif name not in ("Output", "Plans", "Node Type"):
            owner.setdefault(name, value)


def _numbers(match: re.Match[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if match["startup"]:
        fields = {
            "Startup Cost": float(match["startup"]),
            "Total Cost": float(match["total"]),
            "Plan Rows": int(match["rows"]),
            "Plan Width": int(match["width"]),
        }
    if match["never"]:
        fields |= {"Actual Rows": 0, "Actual Loops": 0, "Actual Total Time": 0.0}
    elif match["actual"]:
        fields |= {
            "Actual Rows": float(match["actual"]),
            "Actual Loops": int(match["loops"]),
        }
        if match["time"]:
            fields["Actual Total Time"] = float(match["time"])
    return fields


def _titled(title: str) -> dict[str, Any]:
    """A title as EXPLAIN prints it, in the fields of the JSON form."""
    fields: dict[str, Any] = {}
    for prefix, name, value in (
        ("Async ", "Async Capable", True),
        ("Parallel ", "Parallel Aware", True),
        ("Partial ", "Partial Mode", "Partial"),
        ("Finalize ", "Partial Mode", "Finalize"),
    ):
        if title.startswith(prefix):
            fields[name] = value
            title = title.removeprefix(prefix)
    on = _ON.fullmatch(title)
    kind = on["kind"] if on else title
    if " Scan Backward" in kind:
        fields["Scan Direction"] = "Backward"
        kind = kind.replace(" Backward", "")
    fields |= _kind(kind)
    if on:
        fields |= _named(kind, on)
    return fields


def _kind(kind: str) -> dict[str, Any]:
    join = _JOIN.fullmatch(kind)
    if join and (join["join"] or join["kind"] == "Nested Loop"):
        name = join["kind"] + (" Join" if join["kind"] != "Nested Loop" else "")
        return {"Node Type": name, "Join Type": join["type"] or "Inner"}
    if kind.endswith("Aggregate"):
        strategy = _STRATEGIES.get(kind.removesuffix("Aggregate"), "Plain")
        return {"Node Type": "Aggregate", "Strategy": strategy}
    operation = _SET_OPERATION.fullmatch(kind)
    if operation:
        strategy = "Hashed" if operation["hash"] else "Sorted"
        command = operation["command"]
        return {"Node Type": "SetOp", "Strategy": strategy, "Command": command}
    if kind in _CHANGES:
        return {"Node Type": "ModifyTable", "Operation": kind}
    return {"Node Type": kind}


def _named(kind: str, on: re.Match[str]) -> dict[str, Any]:
    relation, alias = _unquoted(on["relation"]), _unquoted(on["alias"] or "")
    if kind == "Bitmap Index Scan":
        return {"Index Name": relation}
    fields = {"Alias": alias or relation}
    if kind in _OF_CTE:
        fields["CTE Name"] = relation
    if kind == "Function Scan":
        fields["Function Name"] = relation
    if kind not in _NOT_A_TABLE:
        fields["Relation Name"] = relation
    if on["schema"]:
        fields["Schema"] = _unquoted(on["schema"])
    if on["index"]:
        fields["Index Name"] = _unquoted(on["index"])
    return fields


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _trigger(match: re.Match[str]) -> dict[str, Any]:
    """A trigger's line in the fields of the JSON form."""
    constraint = re.fullmatch(r"(?:\S+ )?for constraint (\S+)(?: on .*)?", match["of"])
    fields: dict[str, Any] = {"Calls": int(match["calls"])}
    if constraint:
        fields["Constraint Name"] = constraint[1]
    else:
        fields["Trigger Name"] = match["of"].partition(" on ")[0]
    if match["time"]:
        fields["Time"] = float(match["time"])
    return fields


def _buffers(value: str) -> dict[str, int]:
    found: dict[str, int] = {"Shared Hit Blocks": 0}
    for area, counts in _BUFFERS.findall(value):
        for item in counts.split():
            what, _equals, number = item.partition("=")
            found[f"{area.title()} {what.title()} Blocks"] = int(number[:15])
    return found


def _not_a_plan(why: str) -> SourceError:
    return SourceError(
        "this is not a plan of EXPLAIN in text form",
        detail=f"As a plan, {why}.",
        hint="Give EXPLAIN's output whole and as it is, with its indentation.",
    )
