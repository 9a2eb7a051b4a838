"""Ranges: everyday ones, that meet, overlap, hold and miss one another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from analyzer.verification.nested_values import escaped
from analyzer.verification.number_texts import decimal_of

_SEVERAL = re.compile(r"\s*\{(.*)\}\s*\Z", re.DOTALL)
_SINGLE = re.compile(r"[\[(][^\[\](){}]*[\])]")
_RANGE = re.compile(r"\s*[\[(]([^,()\[\]]*),([^,()\[\]]*)[\])]\s*\Z")
_MAX_SINGLE = 24
_MAX_BOUNDS = 12


def _ranges(ends: Sequence[str], *, is_discrete: bool) -> tuple[str, ...]:
    """Ranges between five ends: beside, over, within and apart from each other."""
    a, b, c, d, e = ends
    shared = (
        *("empty", f"[{a},{c})", f"[{c},{d})", f"[{b},{d})", f"[{d},{e})"),
        *(f"[{a},{e})", f"(,{a})", f"[{c},)", "(,)"),
    )
    if is_discrete:
        return shared
    return (*shared, f"[{a},{c}]", f"({a},{c}]", f"[{c},{c}]", f"(,{a}]", f"({c},)")


_DAYS = ("2024-01-01", "2024-01-31", "2024-02-01", "2024-02-03", "2024-03-01")
_NUMBERS = ("0", "1", "2", "3", "5")
ORDINARY_RANGES: dict[str, tuple[str, ...]] = {
    "int4range": _ranges(_NUMBERS, is_discrete=True),
    "int8range": _ranges(_NUMBERS, is_discrete=True),
    "numrange": _ranges(_NUMBERS, is_discrete=False),
    "daterange": _ranges(_DAYS, is_discrete=True),
    "tsrange": _ranges(_DAYS, is_discrete=False),
    "tstzrange": _ranges(_DAYS, is_discrete=False),
}


def of_multirange(ranges: Iterable[str]) -> Iterator[str]:
    """None, one and two of some ranges.

    >>> list(of_multirange(["[1,2)", "[4,)"]))
    ['{}', '{[1,2)}', '{[4,)}', '{[1,2),[4,)}']
    """
    known = list(ranges)[:_MAX_SINGLE]
    yield "{}"
    yield from (f"{{{text}}}" for text in known)
    for place, first in enumerate(known):
        yield from (f"{{{first},{second}}}" for second in known[place + 1 : place + 8])


def range_ends(text: str) -> tuple[str, ...]:
    """The bounds of a text that is a range or several; none of another.

    >>> range_ends("[1,5)"), range_ends("1,5"), range_ends("{[1,5),[8,)}")
    (('1', '5'), (), ('1', '5', '8'))
    """
    several = _SEVERAL.match(text)
    texts = _SINGLE.findall(several[1]) if several else [text]
    found = [_RANGE.match(one) for one in texts]
    ends = [end for match in found if match for end in match.groups()]
    return tuple(end.strip('"') for end in ends if end)


def with_gaps(ends: Iterable[str]) -> Iterator[str]:
    """Multiranges of two ranges between some bounds, with a gap between the two.

    >>> list(with_gaps(["24", "0", "2", "9"]))
    ['{["0","2"),["9","24")}']
    """
    known = list(dict.fromkeys(ends))
    numbers = [n for n in map(decimal_of, known) if n is not None]
    if len(numbers) == len(known):
        known.sort(key=Decimal)
    else:
        known.sort()
    quoted = [f'"{escaped(text)}"' for text in known[:_MAX_BOUNDS]]
    steps = list(pairwise(quoted))
    for place, (first, last) in enumerate(steps):
        for other, end in steps[place + 2 :]:
            yield f"{{[{first},{last}),[{other},{end})}}"


def of_range(bounds: Iterable[str]) -> Iterator[str]:
    """Ranges that begin, end or lie at each of some values, and unbounded ones.

    >>> list(of_range(["5"]))
    ['["5","5"]', '["5",)', '("5",)', '(,"5"]', '(,"5")']
    """
    known = [f'"{escaped(text)}"' for text in bounds][:_MAX_BOUNDS]
    for text in known:
        yield f"[{text},{text}]"
        yield from (f"[{text},)", f"({text},)", f"(,{text}]", f"(,{text})")
    for place, first in enumerate(known):
        for second in known[place + 1 : place + 4]:
            # Of the two orders the server accepts one.
            yield from (f"[{first},{second})", f"[{second},{first})")
            yield from (f"({first},{second}]", f"({second},{first}]")
