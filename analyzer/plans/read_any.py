"""A plan in whatever form people have it: JSON, YAML, XML or text, decorated or not."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import takewhile

from analyzer.domain.plan import Plan
from analyzer.errors import SourceError
from analyzer.plans.pasted import without_frame
from analyzer.plans.read_json import read_plan
from analyzer.plans.read_text import read_text_plan
from analyzer.plans.read_xml import read_xml_plan
from analyzer.plans.read_yaml import read_yaml_plan
from analyzer.statements.parse import parses

_NODE = re.compile(
    r"\(cost=[\d.]+\.\.[\d.]+ rows=\d+ width=\d+\)"
    r"|\(actual (?:time=[\d.]+\.\.[\d.]+ )?rows=[\d.]+ loops=\d+\)"
    r"|^[^\w\n]{0,999}QUERY PLAN[^\w\n]{0,999}$",
    re.MULTILINE,
)
_YAML = re.compile(r"^[ \t]*(?:- )?Plan:[ \t]*$", re.MULTILINE)
_XML = re.compile(r"<explain\b|<Query>|<Plan>")
_JSON_BEGINS = re.compile(r"^[ \t]*(?=[\[{])", re.MULTILINE)
_JSON_NODE = re.compile(r'"{1,2}Node Type"{1,2}[ \t]*:')


def is_plan(text: str) -> bool:
    """Whether a text looks like the output of EXPLAIN, and not like a statement.

    >>> is_plan("Result  (cost=0.00..0.01 rows=1 width=4)"), is_plan("SELECT 1")
    (True, False)
    """
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
    inner = without_frame(text)
    if _JSON_NODE.search(inner):
        return _json(inner, source)
    if _XML.search(inner):
        return read_xml_plan(_until(inner, ">"), source=source)
    yaml = _YAML.search(inner)
    if yaml:
        return read_yaml_plan(_of_log(inner[yaml.start() :]), source=source)
    return read_text_plan(inner, source=source)


def _json(text: str, source: str) -> Plan:
    begin = _JSON_BEGINS.search(text)
    document = _of_log(text[begin.start() if begin else 0 :])
    end = max(document.rfind("]"), document.rfind("}"))
    return read_plan(document[: end + 1], source=source)


def _of_log(text: str) -> str:
    """An entry of a log from where its plan begins: the rest of it has a tab before."""
    lines = text.lstrip("\n").split("\n")
    if not lines[0].startswith("\t"):
        return "\n".join(lines)
    entry = takewhile(lambda line: line.startswith("\t") or not line.strip(), lines)
    return "\n".join(line.removeprefix("\t") for line in entry)


def _until(text: str, last: str) -> str:
    return text[: text.rfind(last) + 1]
