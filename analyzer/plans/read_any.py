"""A plan in whatever form people have it: JSON or text, with psql's decoration."""

from __future__ import annotations

import re

from analyzer.domain.plan import Plan
from analyzer.plans.read_json import read_plan
from analyzer.plans.read_text import read_text_plan
from analyzer.statements.parse import parses

_NODE = re.compile(r"\(cost=[\d.]+\.\.[\d.]+ rows=\d+ width=\d+\)")
_OTHER_FORMAT = re.compile(r"^\W*(?:Node Type: |<Node-Type>)", re.MULTILINE)
_CONTINUED = re.compile(r"[ \t]*\+?[ \t]*$", re.MULTILINE)
_JSON_BEGINS = re.compile(r"^[ \t]*(?=[\[{])", re.MULTILINE)
_JSON_NODE = re.compile(r'"Node Type"[ \t]*:')


def is_plan(text: str) -> bool:
    """Whether a text looks like the output of EXPLAIN, and not like a statement.

    >>> is_plan("Result  (cost=0.00..0.01 rows=1 width=4)"), is_plan("SELECT 1")
    (True, False)
    """
    if _is_json(text):
        return True
    looks_alike = _NODE.search(text) or _OTHER_FORMAT.search(text)
    # A comment of a statement may hold anything.
    return bool(looks_alike) and not parses(text)


def read_any_plan(text: str, *, source: str) -> Plan:
    r"""Read a plan in JSON or text; the header, footer and line ends of psql may stay.

    Raises:
        SourceError: it is neither, or damaged.

    >>> read_any_plan('QUERY PLAN\n----\n [{"Plan": {"Node Type": "Result"}}]+\n'
    ...     '(1 row)', source="file").root.node_type
    'Result'
    """
    if not _is_json(text):
        return read_text_plan(text, source=source)
    begin = _JSON_BEGINS.search(text)
    document = text[begin.end() if begin else 0 :]
    end = max(document.rfind("]"), document.rfind("}"))
    return read_plan(_CONTINUED.sub("", document[: end + 1]), source=source)


def _is_json(text: str) -> bool:
    return bool(_JSON_BEGINS.search(text) and _JSON_NODE.search(text))
