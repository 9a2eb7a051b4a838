"""EXPLAIN (FORMAT XML) to a Plan. A document type, and so any entity, is refused."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

from analyzer.domain.plan import Plan
from analyzer.errors import SourceError
from analyzer.plans.read_json import MAX_DEPTH, NUMBERS, read_plan

MAX_XML_CHARS = 32_000_000
_LISTS = frozenset({"Plans", "Workers", "Triggers"})
_OBJECTS = frozenset({"Settings", "Planning", "Serialization", "JIT"})
_ITEMS = frozenset({"Plan", "Worker", "Trigger", "Item"})
_HYPHENS = (
    ("Full sort", "Full-sort"),
    ("Pre sorted", "Pre-sorted"),
    ("One Time", "One-Time"),
    ("Inter Query", "Inter-Query"),
)
"""Names that have a hyphen or a slash, which XML's names have for a space as well."""
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?(?:[eE][-+]?\d{1,3})?")


def read_xml_plan(text: str, *, source: str) -> Plan:
    """Read one plan in EXPLAIN's XML form.

    Raises:
        SourceError: it is not well-formed, has a document type, or is not a plan.

    >>> read_xml_plan("<explain><Query><Plan><Node-Type>Result</Node-Type><Total-Cost>"
    ...     "0.01</Total-Cost></Plan></Query></explain>", source="file").total_cost
    0.01
    """
    if len(text) > MAX_XML_CHARS:
        raise _not_a_plan("it is too large")
    reader = _Reader()
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.EntityDeclHandler = reader.refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.Parse(text[text.find("<") :].encode(), True)
    except (expat.ExpatError, UnicodeEncodeError):
        line = parser.CurrentLineNumber
        raise _not_a_plan(f"it is not well-formed, line {line}") from None
    if not isinstance(reader.query, dict):
        raise _not_a_plan("it has no Query")
    return read_plan(reader.query, source=source, form="FORMAT XML")


class _Reader:
    """Elements that are still open: name, content, and the text in them."""

    def __init__(self) -> None:
        self.query: Any = None
        self._open: list[tuple[str, Any, list[str]]] = []

    def refuse(self, *_: object) -> None:
        raise _not_a_plan("it has a document type or entities")

    def start(self, name: str, _attributes: object) -> None:
        if len(self._open) > 4 * MAX_DEPTH:
            raise _not_a_plan("it is nested too deep")
        self._open.append((_named(name), {}, []))

    def characters(self, text: str) -> None:
        if self._open:
            self._open[-1][2].append(text)

    def end(self, _name: str) -> None:
        name, content, texts = self._open.pop()
        value = content or _scalar(name, "".join(texts))
        if name in _LISTS:
            value = content.get("", []) if isinstance(content, dict) else []
        elif isinstance(content, dict) and set(content) == {""}:
            value = content[""]
        if name == "Query":
            if self.query is not None:
                raise _not_a_plan("it holds more than one plan")
            self.query = value
        elif self._open:
            above, owner, _ = self._open[-1]
            if name == "Item" or (name in _ITEMS and above in _LISTS):
                owner.setdefault("", []).append(value)
            else:
                owner[name] = value


def _named(name: str) -> str:
    """A name as the JSON form has it.

    >>> _named("Actual-Total-Time"), _named("Shared-I-O-Read-Time")
    ('Actual Total Time', 'Shared I/O Read Time')
    """
    spaced = name.replace("I-O-", "I/O ").replace("-", " ")
    for plain, hyphened in _HYPHENS:
        spaced = spaced.replace(plain, hyphened)
    return spaced


def _scalar(name: str, text: str) -> Any:
    if name in _OBJECTS and not text.strip():
        return {}
    if name in NUMBERS and _NUMBER.fullmatch(text.strip()):
        return float(text)
    if text in ("true", "false"):
        return text == "true"
    return text


def _not_a_plan(why: str) -> SourceError:
    return SourceError(
        "this is not a plan of EXPLAIN (FORMAT XML)",
        detail=f"As a plan, {why}.",
        hint="Give the whole output of EXPLAIN (FORMAT XML).",
    )
