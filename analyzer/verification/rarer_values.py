"""Values of types that few tables have: shapes, hardware addresses, places in the WAL.

A column without a known value is NULL in every trial database, and a pair that only
such a column tells apart looks equivalent (:func:`analyzer.verification.strength`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

ORDINARY: dict[str, tuple[str, ...]] = {
    "box": ("((0,0),(1,1))", "((0,0),(2,2))", "((1,1),(3,3))", "((5,5),(6,6))"),
    "circle": ("<(0,0),1>", "<(0,0),2>", "<(1,1),1>", "<(5,5),0>"),
    "lseg": ("[(0,0),(1,1)]", "[(0,1),(1,0)]", "[(0,0),(0,2)]", "[(1,1),(0,0)]"),
    "line": ("{1,-1,0}", "{1,0,-1}", "{0,1,-1}", "{2,-2,0}"),
    "path": ("[(0,0),(1,1)]", "((0,0),(1,1))", "[(0,0)]", "((0,0),(1,0),(1,1))"),
    "polygon": ("((0,0),(0,1),(1,1))", "((0,0),(0,2),(2,2),(2,0))", "((5,5),(6,6))"),
    "macaddr8": ("08:00:2b:ff:fe:01:02:03", "08:00:2b:ff:fe:01:02:04"),
    "pg_lsn": ("0/0", "0/1", "0/FFFFFFFF", "1/0"),
    "tsquery": ("'a'", "'a' & 'b'", "'a' | 'b'", "!'a'", "'a' <-> 'b'"),
    "jsonpath": ("$", "$.a", "$.a[*]", "$.a ? (@ > 1)"),
    "xid": ("3", "4", "5"),
    "xid8": ("3", "4", "5"),
    "cid": ("0", "1", "2"),
    "tid": ("(0,1)", "(0,2)", "(1,1)"),
    "pg_snapshot": ("10:10:", "10:20:10,14", "10:20:"),
    "txid_snapshot": ("10:10:", "10:20:10,14", "10:20:"),
    "int2vector": ("1", "1 2", "2 1"),
    "oidvector": ("1", "1 2", "2 1"),
    "regtype": ("integer", "text", "bigint"),
    "regclass": ("pg_class", "pg_type", "pg_attribute"),
    "regproc": ("now", "pi", "version"),
    "regprocedure": ("lower(text)", "upper(text)", "pi()"),
    "regoper": ("||/", "|/", "!!"),
    "regoperator": ("+(integer,integer)", "-(integer,integer)"),
    "regnamespace": ("pg_catalog", "public", "information_schema"),
    "regrole": ("pg_monitor", "pg_read_all_data", "pg_signal_backend"),
    "regcollation": ('"C"', '"POSIX"', '"default"'),
    "regconfig": ("simple", "english", "german"),
    "regdictionary": ("simple", "english_stem", "german_stem"),
    "refcursor": ("a", "b", "A"),
}
LONG_NAMES = ("a" * 63, "a" * 64, "a" * 63 + "b")
"""A name is cut after 63 bytes (PostgreSQL manual, "Character Types")."""
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_MAX_ENDS = 4
_MAX_SHAPES = 40
_WORD = re.compile(r"\w+")
_CONFIGURATIONS = frozenset({"simple", "english", "pg_catalog"})
_MAX_WORDS = 4
_ENDED = ("s", "es", "ed", "ing", ".com", "-x", "/x")


def near_hardware(text: str) -> Iterator[str]:
    """The addresses beside a constant, and the first and last that begin like it.

    >>> list(near_hardware("08:00:2b:00:00:00"))[2:4]
    ['08:00:2b:ff:ff:ff', '08:00:2b:ff:00:01']
    """
    digits = re.sub(r"[:.\-]", "", text.strip())
    if not re.fullmatch(r"[0-9a-fA-F]{12}|[0-9a-fA-F]{16}", digits):
        return
    size = len(digits) // 2
    known = bytes.fromhex(digits)
    kept = known.rstrip(b"\x00") or known[:1]
    number = int.from_bytes(known, "big")
    for other in (number + 1, number - 1):
        if 0 <= other < 256**size:
            yield other.to_bytes(size, "big").hex(":")
    yield (kept + b"\xff" * (size - len(kept))).hex(":")
    if len(kept) < size - 1:
        # Inside of a prefix, but behind its last address with zeros at the end.
        inner = size - len(kept) - 2
        yield (kept + b"\xff" + b"\x00" * inner + b"\x01").hex(":")
        yield (kept + bytes(size - len(kept) - 1) + b"\x01").hex(":")
    yield (known[:3] + b"\x01" * (size - 3)).hex(":")


def near_shape(text: str) -> Iterator[str]:
    """Shapes with corners at a constant's coordinates, and one more or less.

    The texts are those of a box, a circle, a segment and a polygon; the server says
    which of them is one of the type asked for.

    >>> list(near_shape("((0,0),(2,2))"))[:2]
    ['((0,0),(0,0))', '[(0,0),(0,0)]']
    """
    numbers = [float(n) for n in _NUMBER.findall(text)]
    known = list(dict.fromkeys(numbers))[:_MAX_ENDS]
    if not known:
        return
    ends = dict.fromkeys(n + step for step in (0, 1, -1) for n in known)
    corners = list(product(list(ends)[: 2 * _MAX_ENDS], repeat=2))
    for low, high in corners[:_MAX_SHAPES]:
        yield f"(({low:g},{low:g}),({high:g},{high:g}))"
        yield f"[({low:g},{low:g}),({high:g},{high:g})]"
        yield f"<({low:g},{low:g}),{abs(high):g}>"
        yield f"(({low:g},{low:g}),({low:g},{high:g}),({high:g},{high:g}))"


def near_words(strings: Iterable[str]) -> tuple[str, ...]:
    """Texts with the words of a search: inflected, within others, in other orders.

    >>> near_words(["cat"])[:4]
    ('cat', 'cats', 'cates', 'cated')
    """
    found = [
        word
        for text in strings
        for word in _WORD.findall(text)
        if word not in _CONFIGURATIONS
    ]
    words = list(dict.fromkeys(found))[:_MAX_WORDS]
    made = [*_together(words)]
    for word in words:
        made += [word, *(word + end for end in _ENDED)]
        made += [f"{word}{word[-1]}ing", f"x {word}", f"x-{word}", f"{word}@x.org"]
    return tuple(dict.fromkeys(made))


def _together(words: Sequence[str]) -> Iterator[str]:
    for one, other in product(words, repeat=2):
        if one != other:
            yield from (f"{one} {other}", f"{one} x {other}", f"{one}-{other}")
