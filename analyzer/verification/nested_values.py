"""Texts that may be documents or arrays near the constants of queries, and rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice, pairwise, zip_longest

_MAX_WORDS = 6
_MAX_TURNS = 8
_MAX_DEPTH = 2
_MAX_CHANGES = 12
_PATH = re.compile(r"\{([\w,\s]+)\}\Z")
_STEP = re.compile(r"\.\"?(\w+)(?![\w(])")
_JSON_NUMBER = re.compile(r"(?<![\w.\"])-?\d{1,15}(\.\d{1,15})?(?![\w.\"])")
_FLAT_ARRAY = re.compile(r"\{([^{}]*)\}\Z")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def of_json(texts: Sequence[str], numbers: Sequence[str]) -> Iterator[str]:
    """JSON documents in which constants of a query are documents, keys and values.

    >>> list(of_json(['{"a": 1}'], []))[:4]
    ['{"a": 1}', '[{"a": 1}]', '{"a": 1, "x": 1}', '{}']
    """
    words = [w for w in dict.fromkeys((*texts, *numbers)) if len(w) < 40]
    words = [w for w in words if w[:1] not in ("{", "[")][:_MAX_WORDS]
    keys = [word for word in words if word in texts]
    paths = [text for text in texts if text.startswith(("$", "strict $", "lax $"))]
    ways = [m.group(1).split(",") for m in map(_PATH.match, texts) if m]
    makers = [
        *(_of_jsonpath(text) for text in paths),
        *(_nested([part.strip() for part in way], words) for way in ways),
        *(_with_key(key, words) for key in keys),
        *(_nested([first, second], words) for first, second in pairwise(keys)),
    ]
    yield from chain.from_iterable(map(_near_document, texts))
    # In turns, since lists are cut: each constant keeps the first of its documents.
    turns = chain.from_iterable(zip_longest(*makers))
    yield from (document for document in turns if document is not None)


def _of_jsonpath(text: str) -> Iterator[str]:
    """Documents that a path leads into, to numbers at and beside those in it."""
    steps = _STEP.findall(text)[:_MAX_WORDS]
    near = [n for m in _JSON_NUMBER.finditer(text) for n in _beside(float(m.group()))]
    leaves: list[object] = [*near, 1, "a", None, True]
    for leaf in leaves if steps else ():
        for shape in (leaf, [leaf], [leaf, 0]):
            yield from _at_path(steps, shape)


def _at_path(steps: Sequence[str], leaf: object) -> Iterator[str]:
    """A document with something at a path, and the same with lists on the way."""
    document = leaf
    for key in reversed(steps):
        document = {key: document}
    yield json.dumps(document)
    # A path of SQL/JSON looks into lists by itself, an operator does not.
    for depth in range(len(steps)):
        listed = leaf
        for place, key in reversed(list(enumerate(steps))):
            listed = {key: [listed]} if place == depth else {key: listed}
        yield json.dumps(listed if depth < len(steps) - 1 else [document])


def _beside(number: float) -> Iterator[float]:
    """A number and its neighbours, whole ones as integers."""
    for near in (number, number + 1, number - 1, number + 0.5):
        yield int(near) if near.is_integer() else near


def _with_key(key: str, values: Sequence[str]) -> Iterator[str]:
    yield json.dumps({key: None})
    meant = dict.fromkeys(filter(None, map(_scalar, values)))
    for value in (*values, *(text for text in meant if text not in values)):
        yield json.dumps({key: value})
        yield json.dumps({key: [value]})
        if _NUMBER.fullmatch(value):
            yield f"{{{json.dumps(key)}: {value}}}"
            # Equal as numbers, and written otherwise, the second by json alone.
            yield f"{{{json.dumps(key)}: {_same_number(value)}}}"
            yield f"{{{json.dumps(key)}: {value}e0}}"
            yield f"{{{json.dumps(key)}: [{value}]}}"
            yield f"{{{json.dumps(key)}: [{value}, 0]}}"
        twice = f"{json.dumps(value)}:1e2,{json.dumps(value)}: 2"
        yield f"{{{json.dumps(key)}:  {{{twice}}}}}"
        yield json.dumps({key: {value: 1}})
    yield from (json.dumps({key: value}) for value in _ANY)
    # What json keeps as it is written, and jsonb does not.
    yield f"{{{json.dumps(key)}: 1e2}}"
    yield json.dumps([key])
    yield json.dumps(key)
    yield json.dumps([{key: 1}])


_ANY: tuple[object, ...] = (1, 1.5, "", -1, True, "1", [], {}, False, " 1", [None], "x")
"""Values of each kind that JSON has, and some that look like others."""


def _scalar(text: str) -> str | None:
    """The text that a constant is as a document, if it is one in double quotes."""
    try:
        value = json.loads(text) if text[:1] == '"' else None
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def _same_number(text: str) -> str:
    """The same number with a zero more behind its point.

    >>> _same_number("1"), _same_number("2.5")
    ('1.0', '2.50')
    """
    return f"{text}0" if "." in text else f"{text}.0"


def _nested(path: Sequence[str], values: Sequence[str]) -> Iterator[str]:
    """Documents in which a path leads to each value, or ends early."""
    known = [float(v) for v in values[:_MAX_WORDS] if _NUMBER.fullmatch(v)]
    numbers = [near for number in known for near in _beside(number)]
    # Documents have an order of their own, in which each kind of value has a place.
    kinds: tuple[object, ...] = (None, 1, "b", True, [], {})
    leaves: list[object] = [*values[:_MAX_WORDS], *numbers, *kinds]
    yield json.dumps({path[0]: "b"})
    for leaf in leaves:
        yield from _at_path(path, leaf)


def _near_document(text: str) -> Iterator[str]:
    """A constant that is a document, and documents that differ from it in one thing."""
    try:
        document = json.loads(text)
    except ValueError:
        return
    if isinstance(document, dict | list):
        yield json.dumps(document)
        yield json.dumps([document])
        yield from map(json.dumps, _changed(document, _MAX_DEPTH))


def _changed(document: object, depth: int) -> Iterator[object]:
    """Documents that differ from one in one thing, also below its keys."""
    if isinstance(document, list):
        more = [*document, *document]
        yield from (document[:-1], [*document, 1], document[::-1], more)
    elif isinstance(document, dict):
        yield {**document, "x": 1}
        for key, value in islice(document.items(), _MAX_WORDS):
            yield {k: v for k, v in document.items() if k != key}
            yield from ({**document, key: other} for other in _other_values(value))
            if depth and isinstance(value, dict):
                inner = islice(_changed(value, depth - 1), _MAX_CHANGES)
                yield from ({**document, key: other} for other in inner)


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
    quoted = ['"' + escaped(text) + '"' for text in elements[:_MAX_WORDS]]
    yield "{}"
    yield "{NULL}"
    for text in quoted:
        yield f"{{{text}}}"
        yield f"{{{text},NULL}}"
    for first, second in pairwise(quoted):
        yield f"{{{first},{second}}}"
        yield f"{{{second},{first},{first}}}"


def near_arrays(texts: Sequence[str]) -> Iterator[str]:
    """Constants that are arrays: turned round, longer, shorter, doubled, with a NULL.

    >>> list(near_arrays(["{a,b}"]))[:4]
    ['{a,b}', '{b,a}', '{a,b,x}', '{x,a,b}']
    """
    for text in texts:
        found = _FLAT_ARRAY.match(text)
        items = found[1].split(",") if found and found[1] else []
        if not items:
            continue
        forms = (items, items[::-1], [*items, "x"], ["x", *items], items[:-1])
        more = ([*items, *items], [*items, "NULL"], items[1:], [*items, "1"])
        yield from (f"{{{','.join(form)}}}" for form in (*forms, *more))


def odd_arrays(elements: Sequence[str]) -> Iterator[str]:
    """Arrays that do not begin at 1, and of two dimensions.

    >>> list(odd_arrays(["1", "2"]))
    ['[0:1]={"1","2"}', '[2:3]={"2","1"}', '{{"1","2"},{"2","1"}}']
    """
    quoted = ['"' + escaped(text) + '"' for text in elements[:_MAX_WORDS]]
    for first, second in pairwise(quoted):
        yield f"[0:1]={{{first},{second}}}"
        yield f"[2:3]={{{second},{first}}}"
        yield f"{{{{{first},{second}}},{{{second},{first}}}}}"


def of_composite(fields: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows of a composite type: all NULL, one NULL, one other, all moved on.

    Args:
        fields: values of each.

    >>> list(of_composite([["1", "2"], ["a"]]))[:4]
    ['(,)', '("1","a")', '(,"a")', '("2","a")']
    """
    known = [values or ("",) for values in fields]
    yield _row([None] * len(known))
    for turn in range(_MAX_TURNS):
        row = [v[(turn * (n + 1)) % len(v)] for n, v in enumerate(known)]
        yield _row(row)
        for place, values in enumerate(known):
            other = values[(turn + 1) % len(values)]
            yield _row([*row[:place], None, *row[place + 1 :]])
            yield _row([*row[:place], other, *row[place + 1 :]])


def _row(values: Sequence[str | None]) -> str:
    inner = ",".join("" if v is None else f'"{escaped(v)}"' for v in values)
    return f"({inner})"


def escaped(text: str) -> str:
    """A text as it stands between double quotes in an array or a range."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
