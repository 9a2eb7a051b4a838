"""A plan in whatever form people have it: JSON, YAML, XML or text, decorated or not."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from itertools import takewhile

from analyzer.domain.plan import Plan
from analyzer.errors import SourceError
from analyzer.plans.pasted import more_than_one, without_frame
from analyzer.plans.read_json import not_a_plan, read_plan
from analyzer.plans.read_text import read_text_plan
from analyzer.plans.read_xml import read_xml_plan
from analyzer.plans.read_yaml import read_yaml_plan
from analyzer.plans.wrapped import unwrapped
from analyzer.statements.parse import parses

_NODE = re.compile(
    r"\(cost=[\d.]+\.\.[\d.]+ rows=\d+ width=\d+\)"
    r"|\(actual (?:time=[\d.]+\.\.[\d.]+ )?rows=[\d.]+ loops=\d+\)"
    r"|^[^\w\n]{0,999}QUERY PLAN[^\w\n]{0,999}$",
    re.MULTILINE,
)
_YAML = re.compile(
    r"""^(?:QUERY PLAN *\|)?[ \t"']*(?:- )?Plan:[ \t+"']*$""", re.MULTILINE
)
_XML = re.compile(r"<explain\b|<Query>|<Plan>")
_JSON_BEGINS = re.compile(r"^[ \t]*(?=[\[{])", re.MULTILINE)
_MAX_BEGINNINGS = 50
_JSON_PLAN = re.compile(r'"Plan"[ \t]*:')
_JSON_NODE = re.compile(r'"{1,2}Node Type"{1,2}[ \t]*:')


def is_plan(text: str) -> bool:
    """Whether a text looks like the output of EXPLAIN, and not like a statement.

    >>> is_plan("Result  (cost=0.00..0.01 rows=1 width=4)"), is_plan("SELECT 1")
    (True, False)
    """
    text = unwrapped(text)
    if _JSON_NODE.search(text):
        return not parses(text)
    looks_alike = _NODE.search(text) or _YAML.search(text) or _XML.search(text)
    # A comment of a statement may hold anything.
    return bool(looks_alike) and not parses(text)


def read_any_plan(text: str, *, source: str) -> Plan:
    r"""Read a plan; what psql, pgAdmin and others put round it may stay.

    Raises:
        SourceError: it is not a plan, or damaged.

    >>> read_any_plan('QUERY PLAN\n----\n [{"Plan": {"Node Type": "Result"}}]+\n'
    ...     '(1 row)', source="file").root.node_type
    'Result'
    """
    if text.lstrip()[:1] in ("[", "{"):
        with suppress(SourceError):
            return read_plan(text, source=source)
    inner = without_frame(unwrapped(text)).lstrip("\n")
    try:
        return _read(inner, source)
    except SourceError as error:
        raise _placed(error, text, inner) from None


def _read(inner: str, source: str) -> Plan:
    if _is_json(inner):
        return _json(inner, source)
    if _XML.search(inner):
        return read_xml_plan(_until(inner, ">"), source=source)
    yaml = _YAML.search(inner) if "Plan:" in inner else None
    if yaml:
        count = len(_YAML.findall(inner))
        if count > 1:
            raise more_than_one(count)
        document = _of_log(inner[yaml.start() :].expandtabs(8))
        return read_yaml_plan(_indented(document), source=source)
    return read_text_plan(inner, source=source)


def _is_json(text: str) -> bool:
    return 'Node Type"' in text and bool(_JSON_NODE.search(text))


def _placed(error: SourceError, text: str, inner: str) -> SourceError:
    """A refusal that names a line, with where in the given text lines are counted from.

    The readers count from the plan's own first line.
    """
    form = _JSON_BEGINS if _is_json(inner) else _XML
    begin = form.search(inner) or _YAML.search(inner)
    first = inner[begin.start() if begin else 0 :].lstrip().partition("\n")[0].strip()
    lines = text.split("\n")
    before = next((n for n, line in enumerate(lines) if first and first in line), 0)
    if not before or ", line " not in (error.detail or ""):
        return error
    detail = f"{error.detail} Lines are counted from line {before + 1} of the text."
    return SourceError(error.message, detail=detail, hint=error.hint)


def _json(text: str, source: str) -> Plan:
    """The first value of a text in which a plan stands; else what is wrong with it."""
    begins = [found.start() for found in _JSON_BEGINS.finditer(text)]
    documents = [_of_log(text[begin:]).lstrip() for begin in begins[:_MAX_BEGINNINGS]]
    for document in documents:
        with suppress(ValueError, RecursionError):
            value, end = json.JSONDecoder().raw_decode(document)
            if _JSON_PLAN.search(document, 0, end):
                line = document.count("\n", 0, end) + 1
                return _alone(read_plan(value, source=source), document[end:], line)
    return read_plan(documents[0] if documents else text, source=source)


def _alone(plan: Plan, rest: str, line: int) -> Plan:
    if _is_json(rest):
        raise not_a_plan("FORMAT JSON", f"it holds more than one plan, line {line}")
    return plan


def _indented(document: str) -> str:
    """The first line of a YAML document, and those that belong to it."""
    first, *rest = document.split("\n")
    margin = len(first) - len(first.lstrip())
    inside = takewhile(
        lambda line: not line.strip() or len(line) - len(line.lstrip()) > margin, rest
    )
    return "\n".join((first, *inside)) if first.lstrip()[:1] == "-" else document


def _of_log(text: str) -> str:
    """An entry of a log from where its plan begins: the rest of it has a tab before."""
    lines = text.lstrip("\n").split("\n")
    if not lines[0].startswith("\t"):
        return "\n".join(lines)
    entry = takewhile(lambda line: line.startswith("\t") or not line.strip(), lines)
    return "\n".join(line.removeprefix("\t") for line in entry)


def _until(text: str, last: str) -> str:
    return text[: text.rfind(last) + 1]
