"""What holds a plan as a value: a log's entry, rows of a result, a page, a mail."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from contextlib import suppress

from analyzer.plans.pasted import more_than_one

MAX_LAYERS = 4
"""A page shows a mail that quotes a mail that quotes a log."""

_BLANKS = str.maketrans(
    {"\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u200b": None, "\ufeff": None}
)
_ESCAPED = re.compile(
    r"-&gt;|&lt;(?:explain|Plan|Query)\b|Node Type(?:&quot;)?: ?&quot;"
    r"| &(?:gt|lt);=? |&#(?:x27|39);"
)
_TAGS = re.compile(
    r"</?(?:pre|code|blockquote|p|div)(?: [^<>\n]{0,200})?>|\[/?code\]"
    r"|\{(?:code|noformat)(?::[^{}\n]{0,100})?\}"
)
_ARROW = re.compile(r"^([ \t]*)(?:→|[\u2013\u2014=]>)(?=[ \t])", re.MULTILINE)
_ARROWS = ("→", "\u2013>", "\u2014>", "=>")
_QUOTED = re.compile(r"[ \t]*> ?")
_SYSLOG = re.compile(
    r"(?:\w{3} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.+Z-]{8,30}) \S{1,100} "
    r"\S{1,60}\[\d{1,10}\]: \[\d{1,10}-\d{1,10}\] ?"
)
_NUMBERED = re.compile(r"[ \t]{0,6}(?P<number>\d{1,5})(?::|[ \t]?\||[ \t]{2}|\t)")
_CSV_LOG = re.compile(r',"duration: [\d.]{1,20} ms  plan:\n(?P<plan>(?:[^"]|"")*)"')
_TUPLE = re.compile(
    r"""\((?:'(?P<single>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)"),\)"""
)
_PYTHON = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\b(?:True|False|None)\b""")
_WORDS = {"True": "true", "False": "false", "None": "null"}
_TUPLES = re.compile(r"\A\s*\[?\s*\(['\"]")
_BACKSLASHED = re.compile(r"\\(.)")
_CONTROLS = {"n": "\n", "t": "\t"}
_HEADS = ("QUERY PLAN", "query plan", "Query Plan", "message", "plan")
_MIN_NUMBERED = 3
_MOSTLY = 0.5


def unwrapped(text: str) -> str:
    r"""The text of a plan out of what holds it as a value, which may be held itself.

    >>> unwrapped('[{"QUERY PLAN": "Sort"}, {"QUERY PLAN": "  ->  Result"}]')
    'Sort\n  ->  Result'
    >>> unwrapped("> Sort\n>   -&gt;  Result")
    'Sort\n  ->  Result'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_BLANKS)
    for _ in range(MAX_LAYERS):
        inner = text
        for step in (_of_rows, _of_csv_log, _of_tuples, _of_page, _of_lines):
            inner = step(inner)
        if inner == text:
            break
        text = inner
    has_arrows = any(arrow in text for arrow in _ARROWS)
    return _ARROW.sub(r"\1->", text) if has_arrows else text


def _of_rows(text: str) -> str:
    """Rows of a result as JSON, or an entry of a log in JSON; else the text itself."""
    if text.lstrip()[:1] not in ("[", "{") or not any(
        f'"{head}"' in text for head in _HEADS
    ):
        return text
    with suppress(ValueError, RecursionError):
        document = json.loads(text)
        rows = document if isinstance(document, list) else [document]
        values = [_value(row) for row in rows]
        if values and all(value is not None for value in values):
            return "\n".join(str(value) for value in values)
    return text


def _value(row: object) -> str | None:
    """What a row holds: a line of a plan, or the whole, as text or as JSON."""
    if not isinstance(row, Mapping):
        return None
    value = next((row[head] for head in _HEADS if head in row), None)
    if isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, list) else None


def _of_csv_log(text: str) -> str:
    found = [*_CSV_LOG.finditer(text)] if "plan:" in text else []
    if len(found) > 1:
        raise more_than_one(len(found))
    return found[0]["plan"].replace('""', '"') if found else text


def _of_tuples(text: str) -> str:
    """Rows, or the value of JSON, as Python prints them."""
    begin = text.find("{'Plan'")
    if begin >= 0:
        return _PYTHON.sub(_as_json, text[begin:])
    if not _TUPLES.match(text):
        return text
    rows = [found["single"] or found["double"] or "" for found in _TUPLE.finditer(text)]
    return "\n".join(map(_without_backslashes, rows)) or text


def _as_json(found: re.Match[str]) -> str:
    word = found[0]
    if word in _WORDS:
        return _WORDS[word]
    return json.dumps(_without_backslashes(word[1:-1]))


def _without_backslashes(text: str) -> str:
    return _BACKSLASHED.sub(lambda found: _CONTROLS.get(found[1], found[1]), text)


def _of_page(text: str) -> str:
    is_xml = any(tag in text for tag in ("<explain", "<Plan>", "<Query>"))
    if "&" in text and _ESCAPED.search(text) and not is_xml:
        text = html.unescape(text)
    return "\n".join(map(_without_tags, text.split("\n")))


def _without_tags(line: str) -> str:
    """A line without the tags at its ends."""
    while (found := _TAGS.match(line)) and found.end():
        line = line[found.end() :]
    while line.endswith((">", "]", "}")) and (ends := [*_TAGS.finditer(line[-300:])]):
        last = ends[-1]
        if last.end() != len(line[-300:]):
            break
        line = line[: len(line) - (last.end() - last.start())]
    return line


def _of_lines(text: str) -> str:
    """Lines without what a mail, syslog or a listing puts before each."""
    lines = text.split("\n")
    filled = [line for line in lines if line.strip()]
    for prefix in (_QUOTED, _SYSLOG):
        inside = sum(bool(prefix.match(line)) for line in filled)
        if inside > _MOSTLY * len(filled):
            kept = [line for line in lines if prefix.match(line)]
            bare = [prefix.sub("", line, count=1) for line in kept]
            return "\n".join(line.replace("#011", "\t") for line in bare)
    numbers = [_NUMBERED.match(line) for line in filled]
    if len(filled) >= _MIN_NUMBERED and all(
        found is not None and int(found["number"]) == place
        for place, found in enumerate(numbers, start=1)
    ):
        return "\n".join(_NUMBERED.sub("", line, count=1) for line in filled)
    return text
