"""Texts that may be documents, arrays or ranges near the constants of queries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise

_MAX_WORDS = 6
_PATH = re.compile(r"\{([\w,\s]+)\}\Z")
_RANGE = re.compile(r"\s*[\[(]([^,()\[\]]*),([^,()\[\]]*)[\])]\s*\Z")
_STEP = re.compile(r"\.\"?(\w+)(?![\w(])")
_JSON_NUMBER = re.compile(r"(?<![\w.\"])-?\d{1,15}(\.\d{1,15})?(?![\w.\"])")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def of_json(texts: Sequence[str], numbers: Sequence[str]) -> Iterator[str]:
    """JSON documents in which constants of a query are documents, keys and values.

    >>> list(of_json(['{"a": 1}'], []))[:4]
    ['{"a": 1}', '[{"a": 1}]', '{"a": 1, "x": 1}', '{}']
    """
    for text in texts:
        yield from _near_document(text)
    words = [w for w in dict.fromkeys((*texts, *numbers)) if len(w) < 40]
    words = [w for w in words if w[:1] not in ("{", "[")][:_MAX_WORDS]
    keys = [word for word in words if word in texts]
    for text in texts:
        if text.startswith(("$", "strict $", "lax $")):
            yield from _of_jsonpath(text)
    for path in (m.group(1) for m in map(_PATH.match, texts) if m):
        yield from _nested([part.strip() for part in path.split(",")], words)
    for key in keys:
        yield from _with_key(key, words)
    for first, second in pairwise(keys):
        yield from _nested([first, second], words)


def _of_jsonpath(text: str) -> Iterator[str]:
    """Documents that a path leads into, to numbers at and beside those in it."""
    steps = _STEP.findall(text)[:_MAX_WORDS]
    near = [n for m in _JSON_NUMBER.finditer(text) for n in _beside(float(m.group()))]
    leaves: list[object] = [*near, 1, "a", None, True]
    for leaf in leaves if steps else ():
        for shape in (leaf, [leaf], [leaf, 0]):
            document: object = shape
            for key in reversed(steps):
                document = {key: document}
            yield json.dumps(document)


def _beside(number: float) -> Iterator[float]:
    """A number and its neighbours, whole ones as integers."""
    for near in (number, number + 1, number - 1, number + 0.5):
        yield int(near) if near.is_integer() else near


def _with_key(key: str, values: Sequence[str]) -> Iterator[str]:
    yield json.dumps({key: None})
    # What json keeps as it is written, and jsonb does not.
    yield f"{{{json.dumps(key)}: 1e2}}"
    yield json.dumps([key])
    yield json.dumps(key)
    for value in values:
        yield json.dumps({key: value})
        yield json.dumps({key: [value]})
        twice = f"{json.dumps(value)}:1e2,{json.dumps(value)}: 2"
        yield f"{{{json.dumps(key)}:  {{{twice}}}}}"
        if _NUMBER.fullmatch(value):
            yield f"{{{json.dumps(key)}: {value}}}"
            # Equal as numbers, and written otherwise, the second by json alone.
            yield f"{{{json.dumps(key)}: {_same_number(value)}}}"
            yield f"{{{json.dumps(key)}: {value}e0}}"
            yield f"{{{json.dumps(key)}: [{value}]}}"
            yield f"{{{json.dumps(key)}: [{value}, 0]}}"


def _same_number(text: str) -> str:
    """The same number with a zero more behind its point.

    >>> _same_number("1"), _same_number("2.5")
    ('1.0', '2.50')
    """
    return f"{text}0" if "." in text else f"{text}.0"


def _nested(path: Sequence[str], values: Sequence[str]) -> Iterator[str]:
    """Documents in which a path leads to each value, or ends early."""
    leaves: list[object] = [*values[:_MAX_WORDS], None, 1, "b"]
    for leaf in leaves:
        document = leaf
        for key in reversed(path):
            document = {key: document}
        yield json.dumps(document)
    yield json.dumps({path[0]: "b"})


def _near_document(text: str) -> Iterator[str]:
    """A constant that is a document, and documents that differ from it in one thing."""
    try:
        document = json.loads(text)
    except ValueError:
        return
    if not isinstance(document, dict | list):
        return
    yield json.dumps(document)
    yield json.dumps([document])
    if isinstance(document, list):
        more = [*document, *document]
        for changed in (document[:-1], [*document, 1], document[::-1], more):
            yield json.dumps(changed)
        return
    yield json.dumps({**document, "x": 1})
    for key, value in islice(document.items(), _MAX_WORDS):
        yield json.dumps({k: v for k, v in document.items() if k != key})
        for other in _other_values(value):
            yield json.dumps({**document, key: other})


def _other_values(value: object) -> Iterator[object]:
    """Values that are easily taken for one another."""
    yield None
    yield [value]
    if isinstance(value, list):
        # Containment asks for no more than these hold.
        yield [*value, 0]
        yield from (value[0], [], value[:-1], [*value, *value]) if value else ("",)
    elif isinstance(value, dict):
        yield from ({}, {**value, "x": 1})
    elif isinstance(value, str):
        yield from (value + "x", "")
    else:
        yield str(value)


def of_array(elements: Sequence[str]) -> Iterator[str]:
    """Arrays of a few elements: empty, of one, of two, doubled, with a NULL."""
    quoted = ['"' + _escaped(text) + '"' for text in elements[:_MAX_WORDS]]
    yield "{}"
    yield "{NULL}"
    for text in quoted:
        yield f"{{{text}}}"
        yield f"{{{text},NULL}}"
    for first, second in pairwise(quoted):
        yield f"{{{first},{second}}}"
        yield f"{{{second},{first},{first}}}"


def odd_arrays(elements: Sequence[str]) -> Iterator[str]:
    """Arrays that do not begin at 1, and of two dimensions.

    >>> list(odd_arrays(["1", "2"]))
    ['[0:1]={"1","2"}', '[2:3]={"2","1"}', '{{"1","2"},{"2","1"}}']
    """
    quoted = ['"' + _escaped(text) + '"' for text in elements[:_MAX_WORDS]]
    for first, second in pairwise(quoted):
        yield f"[0:1]={{{first},{second}}}"
        yield f"[2:3]={{{second},{first}}}"
        yield f"{{{{{first},{second}}},{{{second},{first}}}}}"


def of_multirange(ranges: Iterable[str]) -> Iterator[str]:
    """None, one and two of some ranges.

    >>> list(of_multirange(["[1,2)", "[4,)"]))
    ['{}', '{[1,2)}', '{[4,)}', '{[1,2),[4,)}']
    """
    known = list(ranges)[: 4 * _MAX_WORDS]
    yield "{}"
    yield from (f"{{{text}}}" for text in known)
    for place, first in enumerate(known):
        yield from (f"{{{first},{second}}}" for second in known[place + 1 : place + 8])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def range_ends(text: str) -> tuple[str, ...]:
    """The bounds of a text that is a range; none of another.

    >>> range_ends("[1,5)"), range_ends("1,5")
    (('1', '5'), ())
    """
    found = _RANGE.match(text)
    ends = found.groups() if found else ()
    return tuple(end.strip('"') for end in ends if end)


def of_range(bounds: Iterable[str]) -> Iterator[str]:
    """Ranges that begin, end or lie at each of some values, and unbounded ones.

    >>> list(of_range(["5"]))
    ['["5","5"]', '["5",)', '("5",)', '(,"5"]', '(,"5")']
    """
    known = [f'"{_escaped(text)}"' for text in bounds][: 2 * _MAX_WORDS]
    for text in known:
        yield f"[{text},{text}]"
        yield from (f"[{text},)", f"({text},)", f"(,{text}]", f"(,{text})")
    for place, first in enumerate(known):
        for second in known[place + 1 : place + 4]:
            # Of the two orders the server accepts one.
            yield from (f"[{first},{second})", f"[{second},{first})")
            yield from (f"({first},{second}]", f"({second},{first}]")
