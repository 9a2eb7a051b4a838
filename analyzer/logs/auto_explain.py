"""The plan inside a message of auto_explain, in text or JSON form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analyzer.logs.json_text import load

_LABEL = "Query Text: "
_PARAMETERS = "\nQuery Parameters: "
# The first line of a text plan: a node with its costs, at the margin.
_PLAN_START = re.compile(
    r"^(?!\s)[^\n]*\(cost=[\d.]+\.\.[\d.]+ rows=\d+ width=\d+\)", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedPlan:
    """The query and its plan; ``tree`` is empty for a text plan, and none if broken."""

    query: str
    parameters: str = ""
    tree: Mapping[str, Any] | None = None
    text: str = ""
    queryid: int = 0


def read_plan(body: str) -> LoggedPlan | None:
    r"""The plan that follows ``duration: … ms  plan:``, or none if it is not whole.

    YAML and XML plans are kept as text, with their query.

    >>> body = "Query Text: SELECT 1\nResult  (cost=0.00..0.01 rows=1 width=4)"
    >>> read_plan(body).query
    'SELECT 1'
    """
    text = body.strip("\n")
    if text.lstrip().startswith("{"):
        return _json_plan(text)
    if text.startswith(_LABEL):
        return _text_plan(text[len(_LABEL) :]) or _other_plan(text)
    return _other_plan(text)


def _json_plan(text: str) -> LoggedPlan | None:
    try:
        # Line ends inside strings come from relays that unescape; they do no harm.
        tree = load(text, strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(tree, dict) or "Plan" not in tree:
        return None
    query = tree.get("Query Text")
    parameters = tree.get("Query Parameters")
    queryid = tree.get("Query Identifier")
    return LoggedPlan(
        query=query if isinstance(query, str) else "",
        parameters=parameters if isinstance(parameters, str) else "",
        tree=tree,
        queryid=queryid if isinstance(queryid, int) else 0,
    )


def _text_plan(text: str) -> LoggedPlan | None:
    start = _PLAN_START.search(text)
    if start is None:
        return None
    head, plan = text[: start.start()], text[start.start() :]
    query, _, parameters = head.rstrip("\n").partition(_PARAMETERS)
    identifier = re.search(r"^Query Identifier: (-?\d{1,19})$", plan, re.MULTILINE)
    return LoggedPlan(
        query=query,
        parameters=parameters,
        text=plan,
        queryid=int(identifier[1]) if identifier else 0,
    )


_YAML_QUERY = re.compile(r"\s*Query Text: (\"(?:[^\"\\]+|\\.)*+\")", re.DOTALL)
_XML_START, _XML_END = "<Query-Text>", "</Query-Text>"
_ENTITIES = (
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", '"'),
    ("&#x0d;", "\r"),
    ("&amp;", "&"),
)


def _other_plan(text: str) -> LoggedPlan | None:
    start = text.find(_XML_START)
    end = text.find(_XML_END, start)
    if 0 <= start < end:
        query = text[start + len(_XML_START) : end]
        for entity, character in _ENTITIES:
            query = query.replace(entity, character)
        return LoggedPlan(query=query, text=text)
    found = _YAML_QUERY.match(text)
    if found is None:
        return None
    try:
        query = str(load(found[1], strict=False))
    except ValueError:
        return None
    return LoggedPlan(query=query, text=text)
