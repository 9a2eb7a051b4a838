"""Tags that applications write into comments: sqlcommenter, marginalia, Datadog."""

from __future__ import annotations

import re
from urllib.parse import unquote

from analyzer.errors import QuerySyntaxError
from analyzer.statements.lexer import tokens

MAX_TAGS = 32
MAX_TAG_CHARS = 512
MAX_QUERY_CHARS = 1024 * 1024

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_QUOTED_PAIR = re.compile(
    r"\s*(?P<key>(?:[^=,\\']|\\.)+)\s*=\s*'(?P<value>(?:[^'\\]|\\.)*)'\s*(?:,|$)",
    re.DOTALL,
)
_PLAIN_PAIR = re.compile(r"\s*(?P<key>[\w.\-]+)\s*[:=]\s*(?P<value>.*?)\s*", re.DOTALL)


def tags(query: str) -> dict[str, str]:
    """The key and value pairs found in the ``/* */`` comments of a query.

    Understood are ``key='value'`` with URL encoding (the sqlcommenter specification,
    which Datadog and OpenTelemetry follow) and ``key:value`` or ``key=value``
    (marginalia, Rails query logs). A pair without value is left out, of two equal keys
    the later one counts. Keys and values are cut at ``MAX_TAG_CHARS``. Never raises.

    >>> tags("SELECT 1 /* controller:shop,action:show */")
    {'controller': 'shop', 'action': 'show'}
    >>> tags("SELECT 1 /*traceparent='00-7d-b3-00',route='%2Fa'*/")
    {'traceparent': '00-7d-b3-00', 'route': '/a'}
    """
    found: dict[str, str] = {}
    if "/*" not in query or len(query) > MAX_QUERY_CHARS:
        return found
    for comment in _comments(query):
        for key, value in _pairs(comment):
            if key in found or len(found) < MAX_TAGS:
                found[key[:MAX_TAG_CHARS]] = value[:MAX_TAG_CHARS]
    return found


def is_of_trace(query: str, trace_id: str) -> bool:
    """Whether a comment of the query names the trace, whatever its flags.

    ``traceparent`` is version, trace id, parent id and flags, in hexadecimal digits
    (W3C Trace Context, 3.2).

    >>> parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
    >>> is_of_trace(f"SELECT 1 /*traceparent='{parent}'*/", parent[3:35])
    True
    """
    if trace_id not in query:
        return False
    parts = tags(query).get("traceparent", "").split("-")
    return len(parts) > 1 and parts[1] == trace_id


def _comments(query: str) -> list[str]:
    try:
        spans = [(t.start, t.end) for t in tokens(query) if t.kind == "C_COMMENT"]
        texts = [query[start:end] for start, end in spans]
    except QuerySyntaxError:
        texts = _COMMENT.findall(query)
    return [text[2:-2].strip() for text in texts]


def _pairs(comment: str) -> list[tuple[str, str]]:
    quoted = _quoted_pairs(comment)
    if quoted is not None:
        return quoted
    matches = (_PLAIN_PAIR.fullmatch(part) for part in comment.split(","))
    return [(m["key"], m["value"]) for m in matches if m and m["value"]]


def _quoted_pairs(comment: str) -> list[tuple[str, str]] | None:
    """The pairs, if the whole comment is in sqlcommenter's form."""
    pairs = []
    position = 0
    while position < len(comment):
        match = _QUOTED_PAIR.match(comment, position)
        if match is None:
            return None
        pairs.append((_decoded(match["key"].strip()), _decoded(match["value"])))
        position = match.end()
    return pairs


def _decoded(text: str) -> str:
    return unquote(re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL))
